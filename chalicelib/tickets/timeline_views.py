"""Views of a ticket's timeline."""

from collections.abc import Mapping

from pydantic import Field

from ..kernel.access import STAFF, Relation
from ..web.fields import Instant, View
from .choices import TicketEventTag, TicketParty
from .decisions import INSTRUCTED, NOTED
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
    """One line of a timeline. `by` and `by_name` are shown to staff."""

    at: Instant
    version: int
    event: TicketEventTag
    party: TicketParty
    public: bool
    by: str | None
    by_name: str | None = Field(
        description="The name of that person, as it is now."
    )
    note: str | None

    @classmethod
    def of(
        cls,
        event: TicketEvent,
        relations: frozenset[Relation],
        reader: str,
        names: Mapping[str, str],
    ) -> "TicketEventView":
        """Return the view of an event for a reader; `names` are those of people by id."""
        by = None
        if relations & STAFF:
            by = event.by
        return cls(
            at=event.at,
            version=event.version,
            event=event.tag,
            party=event.party,
            public=event.tag not in (INSTRUCTED, NOTED),
            by=by,
            by_name=names.get(by or ""),
            note=_note(event, relations, reader),
        )


def _note(
    event: TicketEvent, relations: frozenset[Relation], reader: str
) -> str | None:
    """Return the note of an event: whole for staff and its author.

    All others get it without personal data, and only a note that is meant for reporters. An
    assignee who is not staff, such as a property company, gets what staff wrote for them.
    """
    if relations & STAFF or event.by == reader:
        return event.note
    if event.tag in _NOTES_FOR_REPORTERS:
        return event.shown
    if Relation.HELPER in relations and event.tag == INSTRUCTED:
        return event.note
    return None


class TicketEventList(View):
    """A page of a timeline, oldest first."""

    items: list[TicketEventView]
    next: str | None
