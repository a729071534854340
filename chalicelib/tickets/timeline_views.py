"""Views of a ticket's timeline."""

from ..kernel.access import STAFF, Relation
from ..kernel.text import mask_personal
from ..web.fields import Instant, View
from .decisions import NOTED
from .repository import TicketEvent

__all__ = ["TicketEventList", "TicketEventView"]

_NOTES_FOR_REPORTERS = {
    "ticket.commented",
    "ticket.held",
    "ticket.resolved",
    "ticket.closed",
    "ticket.reopened",
}


class TicketEventView(View):
    """One line of a timeline. `by` is shown to staff."""

    at: Instant
    version: int
    event: str
    party: str
    public: bool
    by: str | None
    note: str | None

    @classmethod
    def of(
        cls, event: TicketEvent, relations: frozenset[Relation], reader: str
    ) -> "TicketEventView":
        """Return the view of an event for a reader."""
        by = None
        if relations & STAFF:
            by = event.by
        return cls(
            at=event.at,
            version=event.version,
            event=event.tag,
            party=event.party,
            public=event.tag != NOTED,
            by=by,
            note=_note(event, relations, reader),
        )


def _note(
    event: TicketEvent, relations: frozenset[Relation], reader: str
) -> str | None:
    """Return the note of an event. Reporters read the notes meant for them only.

    Another reporter's note is shown without phone numbers and addresses.
    """
    if relations & (STAFF | {Relation.HELPER}):
        return event.note
    if event.tag not in _NOTES_FOR_REPORTERS:
        return None
    if event.note and event.party == "reporter" and event.by != reader:
        return mask_personal(event.note)
    return event.note


class TicketEventList(View):
    """A page of a timeline, oldest first."""

    items: list[TicketEventView]
    next: str | None
