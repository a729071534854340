"""The notice to the new number that it may sign in, and what fills messages."""

from collections.abc import Sequence
from dataclasses import replace

from ..kernel.changes import Changes, Count
from ..kernel.clock import Clock
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.text_catalogue import DEFAULT_LOCALE
from ..people.model import Person
from ..people.phones import Phones
from ..people.service import People
from ..signin.challenges import Challenges
from ..signin.model import Challenge
from ..signin.sign_in_codes import phone_target
from ..signin.unasked import UnaskedMessages
from .decisions import occasion_of
from .model import CorrectionState, PhoneCorrection
from .repository import PhoneCorrectionRepository

__all__ = ["PhoneNotices"]

_ANNOUNCED = "phone_change.announced"
_STOPPED_STAFF = "phone_change.stopped_staff"
S = CorrectionState


class PhoneNotices:
    """Makes notices to numbers, and fills the messages about corrections."""

    def __init__(
        self,
        *,
        repository: PhoneCorrectionRepository,
        clock: Clock,
        people: People,
        phones: Phones,
        challenges: Challenges,
        unasked: UnaskedMessages,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._people, self._phones = people, phones
        self._challenges, self._unasked = challenges, unasked

    def with_invitation(
        self, changes: Changes[PhoneCorrection]
    ) -> Changes[PhoneCorrection]:
        """Add the notice to the new number of a correction that has become ready.

        Nobody at that number has asked for it. So it counts as one that
        strangers cause, and is left out where there were enough.
        """
        correction = changes.entity
        if correction.state is not S.READY or not correction.phone:
            return changes
        count = self._unasked.count(correction.phone)
        if count is None:
            return changes
        notice = self._invitation(correction, correction.phone, count)
        return replace(changes, related=(*changes.related, notice))

    def _invitation(
        self, correction: PhoneCorrection, phone: str, count: Count
    ) -> Changes[Challenge]:
        person = self._people.find(correction.id)
        locale = person.locale if person else DEFAULT_LOCALE
        return self._challenges.notice(
            "account.phone_ready",
            phone_target(self._phones, phone),
            phone,
            locale,
            (count,),
        )

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each message; None where it is no longer relevant."""
        ids = [
            subject.subject
            for subject in subjects
            if subject.kind in (_ANNOUNCED, _STOPPED_STAFF)
        ]
        corrections = self._repository.find_many(ids)
        people = self._people.find_many(corrections)
        return [
            _context(
                subject,
                corrections.get(subject.subject),
                people.get(subject.subject),
            )
            for subject in subjects
        ]


def _context(
    subject: MessageSubject,
    correction: PhoneCorrection | None,
    person: Person | None,
) -> MessageContext | None:
    if subject.kind not in (_ANNOUNCED, _STOPPED_STAFF):
        return MessageContext()  # a notice says what has happened
    if correction is None or person is None:
        return None
    if subject.kind == _STOPPED_STAFF:
        is_stopped = correction.state is S.STOPPED
        facts = {"name": person.name}
        return MessageContext(facts=facts) if is_stopped else None
    is_open = correction.state is S.WAITING
    occasion = occasion_of(correction)
    return MessageContext(occasion=occasion) if is_open else None
