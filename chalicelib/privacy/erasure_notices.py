"""The SMS that an erasure is finished, to the number that the person had."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock
from ..kernel.ended_relations import (
    PERSON_ERASED,
    RELATION_ENDED,
    EndedRelations,
    RelationKind,
)
from ..kernel.errors import NotFound
from ..kernel.hooks import Hooks
from ..kernel.job import Event
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.place import street_of
from ..kernel.quiet import outside_quiet_hours
from ..kernel.request import RequestContext
from ..people.model import Person
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from ..signin.challenges import Challenges
from ..store.transaction import Transaction
from .model import ErasureProgress
from .policy import NUMBER_KEPT, PERSON_WAITS
from .repository import PrivacyRepository

__all__ = ["ERASED", "ErasureNotices"]

ERASED = "account.erased"  # the kind of the message


class ErasureNotices:
    """Waits for every feature to erase its part, then sends one SMS.

    The number is kept for that alone, and goes with the commit that writes the message.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PrivacyRepository,
        clock: Clock,
        hooks: Hooks,
        challenges: Challenges,
        places: Places,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._hooks = clock, hooks
        self._challenges, self._places = challenges, places

    def begin(self, person: Person) -> list[Put]:
        """Return the row of the parts of an erasure, for the commit that begins it.

        A person without a phone gets no notice, and none is kept.
        """
        if person.phone is None:
            return []
        now = self._clock.now()
        progress = ErasureProgress(
            id=person.id,
            version=1,
            created_at=now,
            updated_at=now,
            parts=tuple(self._parts()),
            phone=person.phone,
            locale=person.locale,
            street=street_of(person.home) if person.home else "",
            ttl=now + NUMBER_KEPT,
        )
        return [Put(row=progress)]

    def _parts(self) -> list[str]:
        """Return the names of what has to be done: each event with each of its handlers."""
        parts: list[str] = []
        for tag in (PERSON_ERASED, RELATION_ENDED):
            for handler in self._hooks.handlers_of(tag):
                parts.append(_part(tag, handler))
        return parts

    def note_part(self, event: Event) -> None:
        """Note that a feature is through with its part; the last one sends the SMS. Idempotent."""
        if not _is_of_erasure(event):
            return
        part = _part(event.tag, event.handler)

        def decide() -> Changes[ErasureProgress]:
            progress = self._repository.find_progress(event.subject)
            if progress is None or part not in progress.parts:
                raise NotFound
            left = tuple(one for one in progress.parts if one != part)
            noted = replace(progress, parts=left)
            if left:
                return Changes(entity=noted, previous=progress)
            return self._finished(noted, progress)

        with suppress(NotFound):  # noted before, or nobody waits
            self._transaction.run(decide, RequestContext())

    def _finished(
        self, noted: ErasureProgress, before: ErasureProgress
    ) -> Changes[ErasureProgress]:
        """Return the commit that sends the notice and forgets the number.

        Until the message is settled, the number is with its challenge.
        """
        after = replace(noted, phone=None)
        if before.phone is None or before.ttl <= self._clock.now():
            return Changes(entity=after, previous=before)
        notice = self._challenges.notice(
            ERASED, None, before.phone, before.locale
        )
        not_before = self._first_at(before)
        paced = [
            replace(message, not_before=not_before)
            for message in notice.messages
        ]
        notice = replace(notice, messages=tuple(paced))
        return Changes(entity=after, previous=before, related=(notice,))

    def _first_at(self, progress: ErasureProgress) -> datetime | None:
        """Return when the phone may ring: at once for a person who has just asked, else by day."""
        now = self._clock.now()
        if now <= progress.created_at + PERSON_WAITS:
            return None
        zone = DEFAULT_ZONE
        if progress.street:
            zone = self._places.zone_of(progress.street)
        return outside_quiet_hours(now, zone)

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each notice: it says what has happened."""
        return [MessageContext() for _ in subjects]


def _part(tag: str, handler: str) -> str:
    return f"{tag}@{handler}"


def _is_of_erasure(event: Event) -> bool:
    """Say whether an event belongs to an erasure. Relations end in other ways too."""
    if event.tag != RELATION_ENDED:
        return True
    return RelationKind.ERASED in EndedRelations.of(event).kinds
