"""Views of tickets: for the public, for reporters and assignees, and for staff."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field
from typing_extensions import TypeAliasType

from ..kernel.access import STAFF, Relation
from ..web.fields import Instant, PlaceCode, VersionedView, View
from .choices import TicketDeadline, TicketMove
from .model import Ticket, TicketLine, place_at
from .nearby_views import NearbyTicket
from .policy import Level, TicketUrgency
from .reader import INSIDE, TicketForViewer
from .release import suggested_text
from .schemas import TicketId
from .states import Ending, TicketStatus

__all__ = [
    "AnyTicket",
    "MyTicketList",
    "TicketLineView",
    "TicketList",
    "ticket_view",
]


class TicketFields(VersionedView):
    """The fields of a ticket in every view."""

    id: TicketId
    state: TicketStatus
    category: str
    urgency: TicketUrgency
    private: bool
    community: str
    community_name: str
    text: str | None = Field(
        description="For the public, what staff have released."
    )
    reporters: int = Field(description="The number of reporters.")
    solution: str | None
    created_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    moves: list[TicketMove]


class PublicTicket(TicketFields):
    """A ticket for everybody: no person, no building, and only texts that staff released."""

    view: Literal["public"] = "public"


class TicketHoldView(View):
    """A hold."""

    reason: str
    start: Instant = Field(serialization_alias="from")
    until: Instant


class InvolvedFields(TicketFields):
    """The fields of a ticket for its reporters and for those who work on it."""

    urgency_requested: bool = Field(
        description="Its reporter asks that it be urgent."
    )
    place: PlaceCode
    location_note: str | None
    level: Level
    assignee: str | None
    assignee_name: str | None
    rule: str = Field(
        description="The rule that routed it; empty for the default."
    )
    policy_version: int
    waits_for: TicketDeadline | None
    due_at: Instant | None = Field(description="The next deadline.")
    photos: list[str]
    proof: list[str]
    possible_duplicates: list[str]
    holds: list[TicketHoldView]
    bounces: int
    must_be_assigned: bool
    reopened: int
    merged: list[str]
    merged_into: str | None
    wish: str | None
    resolved_at: Instant | None
    ending: Ending | None
    reason: str | None


class InvolvedTicket(InvolvedFields):
    """A ticket for its reporters and for those who work on it."""

    view: Literal["reporter"] = "reporter"


class StaffTicket(InvolvedFields):
    """A ticket for staff of its place."""

    view: Literal["staff"] = "staff"
    public_text: str | None = Field(
        description="The text as staff have released it."
    )
    public_solution: str | None
    suggested_public_text: str | None = Field(
        description="A text to release in one tap; null if it is held for review."
    )
    held_for_review: bool = Field(
        description="The text may tell of an empty home or of health."
    )
    person_id: str | None
    person_name: str | None
    filed_by: str
    source: str
    silent: bool = Field(
        description="Urgent, but rings nobody: its reporter has rung enough."
    )
    answers: dict[str, list[str]] | None
    latitude: float | None
    longitude: float | None
    answered: int
    ratings: list[int]


AnyTicket = TypeAliasType(
    "AnyTicket",
    Annotated[
        PublicTicket | InvolvedTicket | StaffTicket, Discriminator("view")
    ],
)


_INVOLVED_FIELDS = (
    *(
        "urgency_requested",
        "place",
        "level",
        "assignee",
        "rule",
        "policy_version",
        "photos",
        "proof",
    ),
    *(
        "bounces",
        "must_be_assigned",
        "reopened",
        "merged",
        "merged_into",
        "wish",
    ),
    *("resolved_at", "ending"),
)
_STAFF_FIELDS = (
    *("person_id", "filed_by", "source", "latitude", "longitude"),
    *("silent", "answered", "ratings", "held_for_review"),
    *("public_text", "public_solution"),
)


def ticket_view(viewed: TicketForViewer) -> AnyTicket:
    """Return the view of a ticket that the viewer's relations allow."""
    if not viewed.relations & INSIDE:
        return PublicTicket(**_public(viewed))
    fields = _public(viewed) | _involved(viewed) | _texts(viewed)
    if not viewed.relations & STAFF:
        return InvolvedTicket(**fields)
    return StaffTicket(**fields, **_for_staff(viewed))


def _fields(ticket: Ticket, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in names}


def _public(viewed: TicketForViewer) -> dict[str, Any]:
    ticket = viewed.ticket
    other = {"etag", "text", "reporters", "solution", "moves"}
    return _fields(ticket, TicketFields.model_fields.keys() - other) | {
        "reporters": viewed.joined + bool(ticket.person_id),
        "text": ticket.public_text,
        "solution": ticket.public_solution,
        "moves": ticket.moves(viewed.relations),
    }


def _involved(viewed: TicketForViewer) -> dict[str, Any]:
    ticket = viewed.ticket
    waits_for, due_at = ticket.next_due or (None, None)
    holds = [TicketHoldView.model_validate(hold) for hold in ticket.holds]
    fields = _fields(ticket, _INVOLVED_FIELDS) | {
        "assignee_name": _name_of(viewed, ticket.assignee),
        "waits_for": waits_for,
        "due_at": due_at,
        "possible_duplicates": _duplicates(viewed),
        "holds": holds,
    }
    if viewed.knows_place:
        return fields
    grid = place_at(Level.GRID, ticket.place)
    hidden = {
        "place": grid,
        "assignee": None,
        "assignee_name": None,
        "photos": (),
    }
    return fields | hidden


def _duplicates(viewed: TicketForViewer) -> list[str]:
    """Return hints: all for staff; for the reporter, those that they may read."""
    ticket = viewed.ticket
    hints: list[str] = []
    if viewed.relations & STAFF or viewed.reported:
        hints += ticket.possible_duplicates
    if viewed.relations & STAFF:
        hints += ticket.staff_duplicates
    return list(dict.fromkeys(hints))


def _name_of(viewed: TicketForViewer, person_id: str | None) -> str | None:
    person = viewed.people.get(person_id or "")
    return person.name if person else None


def _texts(viewed: TicketForViewer) -> dict[str, Any]:
    """Return the texts of a ticket. All but staff get the solution without personal data.

    One who only joined gets the text without personal data, too.
    """
    ticket = viewed.ticket
    solution, reason = ticket.told_publicly, ticket.reason
    if viewed.relations & STAFF:
        solution = ticket.solution
    if viewed.knows_place:
        return {
            "text": ticket.written,
            "location_note": ticket.location_note,
            "solution": solution,
            "reason": reason,
        }
    if ticket.state is TicketStatus.CLOSED:
        reason = ticket.told_publicly
    return {
        "text": ticket.text,
        "location_note": None,
        "solution": solution,
        "reason": reason,
    }


def _for_staff(viewed: TicketForViewer) -> dict[str, Any]:
    ticket = viewed.ticket
    answers: dict[str, list[str]] | None = None
    if ticket.answers:
        answers = {
            code: list(values) for code, values in ticket.answers.items()
        }
    person_name = _name_of(viewed, ticket.person_id)
    fields = _fields(ticket, _STAFF_FIELDS)
    return fields | {
        "person_name": person_name,
        "answers": answers,
        "suggested_public_text": suggested_text(ticket),
    }


class TicketLineView(VersionedView):
    """A ticket in a list. It names nobody but the assignee's id."""

    view: Literal["line"] = "line"
    id: TicketId
    place: PlaceCode
    category: str
    urgency: TicketUrgency
    urgency_requested: bool
    silent: bool
    private: bool
    state: TicketStatus
    level: Level
    assignee: str | None
    text: str
    created_at: Instant
    updated_at: Instant
    waits_for: TicketDeadline | None
    due_at: Instant | None
    moves: list[TicketMove]

    @classmethod
    def of(
        cls, line: TicketLine, relations: frozenset[Relation]
    ) -> "TicketLineView":
        """Return the view of a line, with the moves of these relations."""
        other = {"view", "etag", "waits_for", "due_at", "moves"}
        same = set(cls.model_fields) - other
        fields: dict[str, Any] = {name: getattr(line, name) for name in same}
        return cls(
            **fields,
            waits_for=line.waits_for or None,
            due_at=line.waits_until,
            moves=line.moves(relations),
        )


ListedTicket = TypeAliasType(
    "ListedTicket",
    Annotated[NearbyTicket | TicketLineView, Discriminator("view")],
)


class TicketList(View):
    """A page of tickets; pages may be short."""

    items: Sequence[ListedTicket]
    next: str | None


class MyTicketList(View):
    """A page of the caller's reports, newest first."""

    items: list[AnyTicket]
    next: str | None
