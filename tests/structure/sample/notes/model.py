"""A note to the staff of a place: its states, its timer and its decisions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Relation, Resource
from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Entity, Message
from ..kernel.state_table import SYSTEM_ONLY, Move, StateTable
from . import permissions as can
from . import policy

__all__ = [
    "TABLE",
    "UNANSWERED",
    "Note",
    "NoteState",
    "change",
    "erase",
    "make_overdue",
]

UNANSWERED = "note.unanswered"


class NoteState(StrEnum):
    """The states of a note."""

    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"  # its owner was erased: it holds no personal data


S = NoteState
M = Move[NoteState]
TABLE: StateTable[NoteState] = StateTable(
    "note",
    [
        M(S.OPEN, can.ANSWER, (S.ANSWERED,)),
        M(S.OPEN, can.WITHDRAW, (S.WITHDRAWN,)),
        M(S.OPEN, "make_overdue", (S.OVERDUE,)),
        M(S.OVERDUE, can.ANSWER, (S.ANSWERED,)),
        M(S.OVERDUE, can.WITHDRAW, (S.WITHDRAWN,)),
        M(S.OPEN, "close", (S.WITHDRAWN,)),
        M(S.OVERDUE, "close", (S.WITHDRAWN,)),
        *(
            M(state, "erase", (S.ERASED,))
            for state in NoteState
            if state is not S.ERASED
        ),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Entity):
    """One note. `owner` is None once they were erased."""

    entity_kind: ClassVar[str] = "note"

    owner: str | None
    place: str
    text: str
    state: NoteState = S.OPEN
    answer: str | None = None

    @property
    def overdue_at(self) -> datetime:
        """Return the instant by which staff should have answered."""
        return self.created_at + policy.OVERDUE_AFTER

    @property
    def waits(self) -> bool:
        """Say whether the note waits for staff."""
        return self.state in (S.OPEN, S.OVERDUE)

    def deadlines(self) -> Mapping[str, datetime]:
        """Return everything that waits for an instant, by name."""
        return {"make_overdue": self.overdue_at} if self.state is S.OPEN else {}

    def as_resource(self) -> Resource:
        """Return what permission needs to know of the note."""
        owners = frozenset({self.owner} if self.owner else ())
        return Resource(
            see=can.SEE,
            places=(self.place,),
            relations={Relation.OWNER: owners},
        )

    def moves(self, relations: frozenset[Relation]) -> list[str]:
        """Return the moves that these relations may make now."""
        return TABLE.moves(self.state, relations)


def change(
    note: Note,
    move: str,
    relations: frozenset[Relation],
    *,
    answer: str | None = None,
) -> Changes[Note]:
    """Make a move that needs nothing but the note."""
    step = TABLE.go(note.state, move, relations, moves=note.moves(relations))
    return Changes(
        entity=replace(note, state=step.target, answer=answer), previous=note
    )


def make_overdue(note: Note) -> Changes[Note]:
    """Note that staff are late, and tell the owner."""
    changes = change(note, "make_overdue", SYSTEM_ONLY)
    message = Message(
        kind=UNANSWERED, audience=OnePerson(note.owner or ""), subject=note.id
    )
    return replace(changes, messages=(message,))


def erase(note: Note) -> Changes[Note]:
    """Take everything personal out of the note of somebody who was erased."""
    step = TABLE.go(note.state, "erase", SYSTEM_ONLY)
    bare = replace(note, owner=None, text="", answer=None, state=step.target)
    return Changes(entity=bare, previous=note)
