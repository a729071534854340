"""The correction of a phone by staff: who asked for it, and what it waits for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.state_table import Move, StateTable
from . import permissions as can
from .policy import DECIDE_WITHIN, WAIT

__all__ = [
    "LIVE",
    "TABLE",
    "CorrectionState",
    "PhoneCorrection",
    "StoppedFor",
    "WantedNumber",
]


class CorrectionState(StrEnum):
    """The state of a correction."""

    WAITING = "waiting"  # the old number can stop it
    STOPPED = "stopped"  # a street administrator decides
    READY = "ready"  # the next sign-in with the new number completes it
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class StoppedFor(StrEnum):
    """The reason why a correction does not go on by itself."""

    OLD_NUMBER = "old_number"  # its holder said no
    UNREACHABLE = "unreachable"  # a blocked account is sent no notice


S = CorrectionState
LIVE = (S.WAITING, S.STOPPED, S.READY)
M = Move[CorrectionState]
TABLE: StateTable[CorrectionState] = StateTable(
    "phone_change",
    [
        M(S.WAITING, can.STOP, (S.STOPPED,)),
        M(S.WAITING, "make_ready", (S.READY, S.STOPPED)),
        M(S.STOPPED, can.FORCE, (S.READY,)),
        M(S.READY, "complete", (S.DONE,)),
        *(M(state, can.WITHDRAW, (S.WITHDRAWN,)) for state in LIVE),
        *(M(state, "expire", (S.EXPIRED,)) for state in LIVE),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCorrection(Entity):
    """The latest correction of a person's phone. Its id is that of the person.

    `phone` is the new number, None once the correction is over. `old_keys` are
    the keyed hashes of the number before: if the person has another one by
    then, the correction is void.
    """

    entity_kind: ClassVar[str] = "phone_change"

    phone: str | None
    old_keys: tuple[str, ...]
    place: str
    asked_by: str
    asked_at: datetime
    state: CorrectionState
    stopped_at: datetime | None = None
    stopped_for: StoppedFor | None = None
    ends_at: datetime | None = None  # of a state that is not ended otherwise
    ttl: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Say whether something may still come of it."""
        return self.state in LIVE

    @property
    def ready_at(self) -> datetime:
        """Return the end of the time in which the old number can stop it."""
        return self.asked_at + WAIT

    @property
    def decide_by(self) -> datetime:
        """Return when a street administrator should have decided."""
        return max(self.stopped_at or self.ready_at, self.ready_at) + (
            DECIDE_WITHIN
        )

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the end of the wait, or of the state."""
        if self.state is S.WAITING:
            return {"make_ready": self.ready_at}
        if self.is_live and self.ends_at:
            return {"expire": self.ends_at}
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNumber:
    """A number that a correction waits for, by a keyed hash."""

    fingerprint: str
    person_id: str
