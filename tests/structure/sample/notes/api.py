"""Routes about notes."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields
from ..web.routes import Routes
from .schemas import AnswerIn, NoteIn, NoteView, note_view
from .service import Notes
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(notes: Notes, context: RequestContext, note_id: str) -> NoteView:
    return note_view(notes.read_note(context, note_id))


routes: Routes[Notes] = Routes("notes", REFUSALS, _reread)


@routes.post("/v1/notes", status=201)
def write_note(notes: Notes, context: RequestContext, body: NoteIn) -> NoteView:
    """Write a note to the staff of one's own place."""
    return note_view(notes.write_note(context, body.text))


@routes.get("/v1/notes/{note_id}")
def read_note(notes: Notes, context: RequestContext, note_id: str) -> NoteView:
    """Read a note, as its owner or as staff of its place."""
    return _reread(notes, context, note_id)


@routes.post("/v1/notes/{note_id}/answer")
def answer_note(
    notes: Notes, context: RequestContext, note_id: str, body: AnswerIn
) -> NoteView:
    """Answer a note, as staff of its place."""
    return note_view(notes.answer_note(context, note_id, body.answer))


@routes.post("/v1/notes/{note_id}/withdraw")
def withdraw_note(
    notes: Notes, context: RequestContext, note_id: str, body: NoFields
) -> NoteView:
    """Withdraw one's own note."""
    return note_view(notes.withdraw_note(context, note_id))
