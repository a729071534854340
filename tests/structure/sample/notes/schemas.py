"""Notes as clients send and see them."""

from typing import Annotated

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..web.choices import Choices
from ..web.fields import Instant, PersonId, PlaceCode, Prose, Request, View
from .model import TABLE, NoteState
from .service import NoteSeen

__all__ = ["AnswerIn", "NoteIn", "NoteView", "note_view"]

NoteId = Annotated[str, Field(pattern=f"^nte_{ID_PATTERN}$")]
NoteMove = Annotated[
    str,
    Choices("NoteMove", "A move of a note.", lambda: TABLE.open_moves),
]
NoteText = Annotated[Prose, Field(min_length=1, max_length=500)]


class NoteIn(Request):
    """The text of a new note."""

    text: NoteText


class AnswerIn(Request):
    """The answer of staff."""

    answer: NoteText


class NoteView(View):
    """A note."""

    id: NoteId
    version: int
    owner: PersonId | None
    place: PlaceCode
    text: str
    state: NoteState
    answer: str | None
    moves: list[NoteMove]
    created_at: Instant
    updated_at: Instant


def note_view(seen: NoteSeen) -> NoteView:
    """Return the view of a note."""
    note = seen.note
    return NoteView(
        id=note.id,
        version=note.version,
        owner=note.owner,
        place=note.place,
        text=note.text,
        state=note.state,
        answer=note.answer,
        moves=note.moves(seen.relations),
        created_at=note.created_at,
        updated_at=note.updated_at,
    )
