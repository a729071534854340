"""Views of tickets: for the public, for reporters and assignees, and for staff."""

from typing import Any

from pydantic import Field

from ..kernel.access import STAFF, Relation
from ..kernel.text import mask_personal
from ..web.fields import Instant, PlaceCode, View
from .decisions import NOTED
from .model import TicketLine, place_at
from .policy import Level, TicketUrgency
from .reader import TicketForViewer
from .schemas import TicketId
from .states import TicketStatus

__all__ = [
    "AnyTicket",
    "LineView",
    "MyTicketList",
    "TicketEventList",
    "TicketEventView",
    "TicketList",
    "ticket_view",
]


class PublicTicket(View):
    """A ticket for everybody: no person, no building, personal data masked."""

    id: TicketId
    version: int
    state: TicketStatus
    category: str
    urgency: TicketUrgency
    private: bool
    community: str
    community_name: str
    text: str
    reporters: int = Field(description="The number of reporters.")
    solution: str | None
    created_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    moves: list[str]


class HoldView(View):
    """A hold."""

    reason: str
    start: Instant = Field(serialization_alias="from")
    until: Instant


class InsideTicket(PublicTicket):
    """A ticket for its reporters and for those who work on it."""

    place: PlaceCode
    location_note: str | None
    level: Level
    assignee: str | None
    assignee_name: str | None
    rule: str = Field(description="The rule that routed it; empty for the default.")
    policy_version: int
    waits_for: str | None
    due_at: Instant | None = Field(description="The next deadline.")
    photos: list[str]
    proof: list[str]
    possible_duplicates: list[str]
    holds: list[HoldView]
    bounces: int
    must_be_assigned: bool
    reopened: int
    merged: list[str]
    merged_into: str | None
    wish: str | None
    resolved_at: Instant | None
    ending: str | None
    reason: str | None


class StaffTicket(InsideTicket):
    """A ticket for staff of its place."""

    person_id: str | None
    person_name: str | None
    filed_by: str
    source: str
    answers: dict[str, list[str]] | None
    latitude: float | None
    longitude: float | None
    answered: int
    ratings: list[int]


AnyTicket = PublicTicket | InsideTicket | StaffTicket


def ticket_view(seen: TicketForViewer) -> AnyTicket:
    """Return the view of a ticket that the viewer's relations allow."""
    if not seen.relations & (STAFF | {Relation.OWNER, Relation.HELPER}):
        return PublicTicket(**_public(seen))
    fields = _public(seen) | _inside(seen)
    if not seen.relations & STAFF:
        return InsideTicket(**fields)
    return StaffTicket(**fields, **_for_staff(seen))


def _public(seen: TicketForViewer) -> dict[str, Any]:
    ticket = seen.ticket
    same = (
        "id",
        "version",
        "state",
        "category",
        "urgency",
        "private",
        "community",
        "community_name",
        "text",
    )
    fields = {
        name: getattr(ticket, name)
        for name in (*same, "created_at", "updated_at", "closed_at")
    }
    fields["solution"] = ticket.told_publicly
    return fields | {
        "reporters": seen.joined + bool(ticket.person_id),
        "moves": ticket.moves(seen.relations),
    }


def _inside(seen: TicketForViewer) -> dict[str, Any]:
    ticket, due = seen.ticket, seen.ticket.next_due
    same = [
        "place",
        "level",
        "assignee",
        "rule",
        "policy_version",
        "photos",
        "proof",
        "bounces",
        "reopened",
    ]
    same += [
        "must_be_assigned",
        "merged",
        "merged_into",
        "wish",
        "resolved_at",
        "ending",
    ]
    fields: dict[str, Any] = {name: getattr(ticket, name) for name in same}
    holder = seen.people.get(ticket.assignee or "")
    duplicates = ticket.possible_duplicates + (
        ticket.private_duplicates if seen.relations & STAFF else ()
    )
    if not seen.knows_place:
        fields |= {
            "place": place_at(Level.GRID, ticket.place),
            "assignee": None,
            "photos": (),
        }
        holder = None
    return fields | {
        **_words(seen),
        "assignee_name": holder.name if holder else None,
        "waits_for": due[0] if due else None,
        "due_at": due[1] if due else None,
        "possible_duplicates": duplicates,
        "holds": [
            HoldView(reason=hold.reason, start=hold.start, until=hold.until)
            for hold in ticket.holds
        ],
    }


def _words(seen: TicketForViewer) -> dict[str, Any]:
    """Return the texts of a ticket; one who only joined gets the public ones."""
    ticket = seen.ticket
    if seen.knows_place:
        return {
            "text": ticket.written,
            "location_note": ticket.location_note,
            "solution": ticket.solution,
            "reason": ticket.reason,
        }
    reason = (
        ticket.told_publicly
        if ticket.state is TicketStatus.CLOSED
        else mask_personal(ticket.reason or "") or None
    )
    return {
        "text": ticket.text,
        "location_note": None,
        "solution": ticket.told_publicly,
        "reason": reason,
    }


def _for_staff(seen: TicketForViewer) -> dict[str, Any]:
    ticket = seen.ticket
    same = (
        "person_id",
        "filed_by",
        "source",
        "latitude",
        "longitude",
        "answered",
        "ratings",
    )
    person = seen.people.get(ticket.person_id or "")
    answers = (
        {code: list(values) for code, values in ticket.answers.items()}
        if ticket.answers
        else None
    )
    fields: dict[str, Any] = {name: getattr(ticket, name) for name in same}
    return fields | {"person_name": person.name if person else None, "answers": answers}


class LineView(View):
    """A ticket in a list. It names nobody but the assignee's id."""

    id: TicketId
    version: int
    place: PlaceCode
    category: str
    urgency: TicketUrgency
    private: bool
    state: TicketStatus
    level: Level
    assignee: str | None
    text: str
    created_at: Instant
    updated_at: Instant
    waits_for: str | None
    due_at: Instant | None
    moves: list[str]

    @classmethod
    def of(cls, line: TicketLine, relations: frozenset[Relation]) -> "LineView":
        """Return the view of a line, with the moves of these relations."""
        same = set(cls.model_fields) - {"waits_for", "due_at", "moves"}
        fields: dict[str, Any] = {name: getattr(line, name) for name in same}
        return cls(
            **fields,
            waits_for=line.waits_for or None,
            due_at=line.waits_until,
            moves=line.moves(relations),
        )


class TicketList(View):
    """A page of tickets; pages may be short."""

    items: list[LineView]
    next: str | None


class MyTicketList(View):
    """A page of the caller's reports, newest first."""

    items: list[AnyTicket]
    next: str | None


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
        cls, event: Any, relations: frozenset[Relation], reader: str
    ) -> "TicketEventView":
        """Return the view of an event. Reporters read the notes meant for them only.

        Another reporter's note is shown without phone numbers and addresses.
        """
        works = bool(relations & (STAFF | {Relation.HELPER}))
        by = event.by if relations & STAFF else None
        note = event.note if works or event.tag in SAID_TO_REPORTERS else None
        if note and not works and event.party == "reporter" and event.by != reader:
            note = mask_personal(note)
        fields = {
            "at": event.at,
            "version": event.version,
            "event": event.tag,
            "party": event.party,
        }
        return cls(**fields, public=event.tag != NOTED, by=by, note=note)


SAID_TO_REPORTERS = {
    "ticket.commented",
    "ticket.held",
    "ticket.resolved",
    "ticket.closed",
    "ticket.reopened",
}


class TicketEventList(View):
    """A page of a timeline, oldest first."""

    items: list[TicketEventView]
    next: str | None
