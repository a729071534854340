"""What notes bring: a resident writes to the staff of their place, who answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import ACCOUNT_ENDED
from ..kernel.staff_queue import QueueKind
from ..kernel.template import Lane
from ..kernel.text_catalogue import text
from ..people.feature import access
from ..places.feature import feature as places

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..web.routes import Routes
    from .model import Note
    from .service import Notes

__all__ = ["feature"]

feature: "Feature[Notes]" = Feature(
    "notes", id_prefixes={"note": "nte"}, holds={"note": ACCOUNT_ENDED}
)


@feature.build
def build(core: "Core", get: Get) -> "Notes":
    """Build the service."""
    from .repository import NoteRepository
    from .service import Notes

    return Notes(
        transaction=core.transaction,
        repository=NoteRepository(core.store),
        access=get(access),
        places=get(places),
        clock=core.clock,
        ids=core.ids,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    notes: "Notes",
    subjects: "Sequence[MessageSubject]",
) -> "Sequence[MessageContext | None]":
    """Return what fills messages now."""
    return [notes.message_context(subject) for subject in subjects]


feature.messages("note.unanswered", templates=templates, context=context)


@feature.on_timer("note", lane=Lane.BULK)
def on_timer(notes: "Notes", timer: "Timer") -> None:
    """Make a note overdue."""
    notes.on_timer(timer)


@feature.on_relation_ended()
def on_relation_ended(notes: "Notes", ended: "EndedRelations") -> None:
    """Close the notes of a person who has no account any more."""
    notes.close_notes_of(ended.person_id)


def owner_of(note: "Note") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (note.owner or "",)


@feature.queue_line(
    QueueKind("note.waiting", text(zh="待答复的留言", en="notes to answer")),
    about=owner_of,
)
def waiting(
    notes: "Notes", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the notes that wait for staff."""
    from .staff_queue import note_lines

    return note_lines(query, found)


@feature.export()
def export(notes: "Notes", person_id: str) -> Mapping[str, Any]:
    """Return the notes of a person."""
    return notes.export_data(person_id)


@feature.erase()
def erase(notes: "Notes", event: "Event") -> None:
    """Take the personal data out of the notes of an erased person."""
    notes.forget_person(event.subject)


@feature.rearm()
def rearm(notes: "Notes") -> int:
    """Arm lost timers."""
    return notes.rearm_lost()


@feature.place_of()
def place_of(notes: "Notes", note_id: str) -> str:
    """Return the place of a note."""
    return notes.place_of(note_id)
