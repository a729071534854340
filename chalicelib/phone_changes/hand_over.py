"""The end of a correction: a sign-in with the new number."""

from dataclasses import replace

from ..kernel.changes import Changes, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Conflict
from ..kernel.text import as_read
from ..people.model import Person
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..signin.hand_over import HandOver
from . import decisions
from .model import CorrectionState, PhoneCorrection
from .numbers import Numbers
from .repository import PhoneCorrectionRepository

__all__ = ["HandOvers"]


class HandOvers:
    """Finds the account that a number is handed over to. See `FindHandOver`."""

    def __init__(
        self,
        *,
        repository: PhoneCorrectionRepository,
        clock: Clock,
        people: People,
        numbers: Numbers,
        audit: AuditLog,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._people, self._numbers = people, numbers
        self._audit = audit

    def find(
        self, phone: str, name: str | None, loser: Person | None, address: str
    ) -> HandOver | None:
        """Return the hand-over of a number; None if it waits for no account."""
        keys = self._numbers.fingerprints(phone)
        correction = self._repository.find_by_number(keys)
        if correction is None or correction.phone != phone:
            return None
        person = self._people.find(correction.id)
        if person is None or self._numbers.is_void(correction, person):
            return None
        if name and as_read(name) != as_read(person.name):
            return None
        if correction.state is not CorrectionState.READY:
            raise Conflict("phone_change.waiting")
        changes = self._completed(person, correction, phone, loser, address)
        return HandOver(before=person, changes=changes)

    def _completed(
        self,
        person: Person,
        correction: PhoneCorrection,
        phone: str,
        loser: Person | None,
        address: str,
    ) -> Changes[Person]:
        event = TimelineEvent(
            tag="person.phone_changed", actor=person.id, party="owner"
        )
        line = self._audit.record(
            person.as_actor(),
            "person.phone_changed",
            person,
            detail=f"correction by {correction.asked_by}",
            address=address,
        )
        done = decisions.complete(correction, self._clock.now())
        ended = replace(done, writes=self._numbers.not_wanted(correction))
        return self._numbers.moved(
            person,
            self._numbers.given(person, phone),
            loser,
            event,
            address=address,
            writes=(line,),
            related=(ended, *self._numbers.notice_of_change(person)),
        )
