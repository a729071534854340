"""Use cases about notes, and what happens to notes by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..kernel.access import Relation
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import Invalid
from ..kernel.ids import Ids
from ..kernel.job import Timer
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.request import RequestContext
from ..kernel.state_table import SYSTEM_ONLY
from ..people.access import Access
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import model, permissions
from .model import Note, NoteState
from .repository import NoteRepository

__all__ = ["NoteSeen", "Notes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSeen:
    """A note, and the relations to it of the person who asks."""

    note: Note
    relations: frozenset[Relation]


class Notes:
    """Use cases about notes."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: NoteRepository,
        access: Access,
        places: Places,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._access, self._places = access, places
        self._clock, self._ids = clock, ids
        self._entities = EntityStore(transaction, self._find, place=_place_of)

    def _find(self, note_id: str) -> Note | None:
        note = self._repository.find_note(note_id)
        return None if note is None or note.state is NoteState.ERASED else note

    # requests

    def write_note(self, context: RequestContext, text: str) -> NoteSeen:
        """Write a note to the staff of the place where the caller lives."""
        note_id = self._ids.new("nte")

        def decide() -> Changes[Note]:
            granted = self._access.require_self(context, permissions.WRITE)
            home, now = granted.person.home, self._clock.now()
            if home is None:
                raise Invalid("note.no_home", ["body"])
            note = Note(
                id=note_id,
                created_at=now,
                updated_at=now,
                owner=granted.actor.id,
                place=home,
                text=text,
            )
            return Changes(entity=note, previous=None)

        note = self._transaction.run(decide, context)
        return NoteSeen(note=note, relations=frozenset({Relation.OWNER}))

    def read_note(self, context: RequestContext, note_id: str) -> NoteSeen:
        """Return a note to its owner and to the staff of its place."""
        note = self._entities.get(note_id)
        granted = self._access.require(
            context, permissions.SEE, note.as_resource()
        )
        return NoteSeen(note=note, relations=granted.relations)

    def answer_note(
        self, context: RequestContext, note_id: str, answer: str
    ) -> NoteSeen:
        """Answer a note as staff."""

        def attempt() -> tuple[Changes[Note], frozenset[Relation]]:
            note = self._entities.get(note_id)
            granted = self._access.require(
                context, permissions.ANSWER, note.as_resource()
            )
            note.check_version(context.seen_version)
            return model.change(
                note, "answer", granted.relations, answer=answer
            ), granted.relations

        note, relations = self._transaction.run_with(attempt, context)
        return NoteSeen(note=note, relations=relations)

    def withdraw_note(self, context: RequestContext, note_id: str) -> NoteSeen:
        """Withdraw one's own note."""

        def attempt() -> tuple[Changes[Note], frozenset[Relation]]:
            note = self._entities.get(note_id)
            granted = self._access.require(
                context, permissions.WITHDRAW, note.as_resource()
            )
            note.check_version(context.seen_version)
            return model.change(
                note, "withdraw", granted.relations
            ), granted.relations

        note, relations = self._transaction.run_with(attempt, context)
        return NoteSeen(note=note, relations=relations)

    # jobs

    def on_timer(self, timer: Timer) -> None:
        """Make a note overdue, if it still waits for this timer."""
        self._entities.on_timer(timer.entity_id, timer.id, model.make_overdue)

    def close_notes_of(self, person_id: str) -> None:
        """Close the notes of a person who has no account any more. Idempotent."""
        for note in self._repository.notes_of(person_id):
            if note.waits:
                self._entities.update(note.id, _close)

    def forget_person(self, person_id: str) -> None:
        """Take the personal data out of the notes of an erased person. Idempotent."""
        for note in self._repository.notes_of(person_id):
            self._entities.update(note.id, model.erase)

    def rearm_lost(self) -> int:
        """Arm lost timers; return how many there were."""
        streets = self._places.streets()
        return sum(
            self._entities.rearm(self._repository.waiting_in(one))
            for one in streets
        )

    # for others

    def message_context(self, subject: MessageSubject) -> MessageContext | None:
        """Return the facts of a message; None when the note does not wait any more."""
        note = self._find(subject.subject)
        if note is None or note.state is not NoteState.OVERDUE:
            return None
        return MessageContext(facts={"text": note.text})

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return the notes of a person."""
        return {"notes": list(self._repository.notes_of(person_id))}

    def place_of(self, note_id: str) -> str:
        """Return the place of a note, "" when it is unknown."""
        return self._entities.place_of(note_id)


def _place_of(note: Note) -> str:
    return note.place


def _close(note: Note) -> Changes[Note]:
    if not note.waits:  # answered since
        return Changes(entity=note, previous=note)
    return model.change(note, "close", SYSTEM_ONLY)
