"""The moves of a correction. Pure: numbers and notices are added by the services."""

from dataclasses import replace
from datetime import datetime

from ..kernel.audiences import OnePerson, StaffOnDuty
from ..kernel.changes import Changes, Message
from ..kernel.clock import to_text
from ..kernel.place import street_of
from ..kernel.state_table import SYSTEM_ONLY, Mover
from .model import TABLE, CorrectionState, PhoneCorrection, StoppedFor
from .policy import KEPT_FOR, READY_LASTS, STOPPED_LASTS

__all__ = [
    "begin",
    "complete",
    "expire",
    "force",
    "make_ready",
    "occasion_of",
    "stop",
    "withdraw",
]

S = CorrectionState


def occasion_of(correction: PhoneCorrection) -> str:
    """Return what distinguishes the question of a correction from later ones."""
    return to_text(correction.asked_at)


def begin(
    correction: PhoneCorrection,
    known: PhoneCorrection | None,
    *,
    reachable: bool,
) -> Changes[PhoneCorrection]:
    """Announce a correction to the old number. One that cannot be announced is stopped."""
    if not reachable:
        stopped = _stopped(
            correction, StoppedFor.UNREACHABLE, correction.asked_at
        )
        return replace(stopped, previous=known)
    message = Message(
        kind="phone_change.announced",
        audience=OnePerson(correction.id),
        subject=correction.id,
    )
    return Changes(entity=correction, previous=known, messages=(message,))


def stop(correction: PhoneCorrection, mover: Mover) -> Changes[PhoneCorrection]:
    """Stop a correction for the holder of the old number."""
    TABLE.go(correction.state, "stop_phone_correction", mover.relations)
    return _stopped(correction, StoppedFor.OLD_NUMBER, mover.now)


def _stopped(
    correction: PhoneCorrection, reason: StoppedFor, now: datetime
) -> Changes[PhoneCorrection]:
    after = replace(
        correction,
        state=S.STOPPED,
        stopped_at=now,
        stopped_for=reason,
        ends_at=now + STOPPED_LASTS,
    )
    message = Message(
        kind="phone_change.stopped_staff",
        audience=StaffOnDuty(street_of(correction.place)),
        subject=correction.id,
    )
    return Changes(entity=after, previous=correction, messages=(message,))


def make_ready(
    correction: PhoneCorrection, now: datetime, *, reachable: bool
) -> Changes[PhoneCorrection]:
    """End the wait. An account that was sent nothing meanwhile is stopped instead."""
    target = S.READY if reachable else S.STOPPED
    TABLE.go(correction.state, "make_ready", SYSTEM_ONLY, target=target)
    if target is S.STOPPED:
        return _stopped(correction, StoppedFor.UNREACHABLE, now)
    return _ready(correction, now)


def _ready(
    correction: PhoneCorrection, now: datetime
) -> Changes[PhoneCorrection]:
    after = replace(correction, state=S.READY, ends_at=now + READY_LASTS)
    return Changes(entity=after, previous=correction)


def force(
    correction: PhoneCorrection, mover: Mover
) -> Changes[PhoneCorrection]:
    """Let a stopped correction go on."""
    TABLE.go(correction.state, "force_phone_correction", mover.relations)
    return _ready(correction, mover.now)


def withdraw(
    correction: PhoneCorrection, mover: Mover
) -> Changes[PhoneCorrection]:
    """Take a correction back."""
    TABLE.go(correction.state, "withdraw_phone_correction", mover.relations)
    return _ended(correction, S.WITHDRAWN, mover.now)


def expire(
    correction: PhoneCorrection, now: datetime
) -> Changes[PhoneCorrection]:
    """End a correction that nothing came of, or that is void."""
    TABLE.go(correction.state, "expire", SYSTEM_ONLY)
    return _ended(correction, S.EXPIRED, now)


def complete(
    correction: PhoneCorrection, now: datetime
) -> Changes[PhoneCorrection]:
    """End a correction whose new number has been proved."""
    TABLE.go(correction.state, "complete", SYSTEM_ONLY)
    return _ended(correction, S.DONE, now)


def _ended(
    correction: PhoneCorrection, state: CorrectionState, now: datetime
) -> Changes[PhoneCorrection]:
    """Return the end of a correction. The number goes with it."""
    after = replace(
        correction, state=state, phone=None, ends_at=None, ttl=now + KEPT_FOR
    )
    return Changes(entity=after, previous=correction)
