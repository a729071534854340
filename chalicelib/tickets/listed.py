"""Tickets as the lists of a place hold them: for staff, and for the public. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..kernel.clock import from_text, to_text
from ..kernel.place import PlaceKind, community_of, covers, kind_of
from .model import Ticket, TicketLine
from .policy import Level, SlaKind
from .states import TicketStatus

__all__ = [
    "FoundTickets",
    "ListedTicket",
    "OutsideTicket",
    "PublicFilter",
    "TicketFilter",
    "expected_at",
    "part_of_category",
    "part_of_status",
    "report_order",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTicket:
    """A ticket in the lists by creation: the fields by which staff filter."""

    id: str
    reported_order: str
    place: str
    category: str
    state: TicketStatus
    level: Level
    assignee: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """The filter of a list for staff; None is any."""

    place: str
    state: TicketStatus | None = None
    category: str | None = None
    level: Level | None = None
    assignee: str | None = None

    @property
    def is_whole_list(self) -> bool:
        """Say whether every ticket of a stored list fits: those are of a grid or wider."""
        return self.is_any and kind_of(self.place) not in (
            PlaceKind.BUILDING,
            PlaceKind.UNIT,
        )

    @property
    def is_any(self) -> bool:
        """Say whether nothing but the place is asked for."""
        asked = (self.state, self.category, self.level, self.assignee)
        return all(value is None for value in asked)

    def fits(self, line: TicketLine | ListedTicket) -> bool:
        """Say whether a ticket is asked for."""
        pairs = (
            (self.state, line.state),
            (self.category, line.category),
            (self.level, line.level),
            (self.assignee, line.assignee),
        )
        if any(asked not in (None, value) for asked, value in pairs):
            return False
        return covers(self.place, line.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideTicket:
    """A ticket as anybody may read it. `public_text` and `public_solution` are released texts."""

    id: str
    reported_order: str
    place: str
    community_name: str
    category: str
    private: bool = False
    state: TicketStatus
    public_text: str | None = None
    public_solution: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    expected_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime

    @classmethod
    def of(cls, ticket: Ticket) -> "OutsideTicket":
        """Return the public part of a ticket."""
        computed = {"reported_order", "expected_at"}
        names = cls.__dataclass_fields__.keys() - computed
        return cls(
            reported_order=report_order(ticket),
            expected_at=expected_at(ticket),
            **{name: getattr(ticket, name) for name in names},
        )

    @property
    def created_at(self) -> datetime:
        """Return when it was reported."""
        return from_text(self.reported_order.partition("#")[0])

    @property
    def community(self) -> str:
        """Return the community of its place."""
        return community_of(self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFilter:
    """The filter of a list for the public: a street, a span, and states and categories if any."""

    street: str
    since: datetime | None
    until: datetime
    statuses: frozenset[str] = frozenset()  # open, closed
    categories: frozenset[str] = frozenset()

    @property
    def span(self) -> tuple[str, str]:
        """Return the first and the last order of the span."""
        first = to_text(self.since) if self.since else " "
        return first, f"{to_text(self.until)}~"

    def fits(self, ticket: OutsideTicket) -> bool:
        """Say whether a ticket is asked for. Private ones never are."""
        status = "closed" if ticket.state is TicketStatus.CLOSED else "open"
        if ticket.private or (self.statuses and status not in self.statuses):
            return False
        return not self.categories or ticket.category in self.categories


@dataclass(frozen=True, slots=True)
class FoundTickets:
    """Public tickets, newest first. `rest` is when the newest of the rest was reported, or None."""

    tickets: Sequence[OutsideTicket]
    rest: datetime | None = None


def report_order(ticket: Ticket) -> str:
    """Return the sort key of lists by creation."""
    return f"{to_text(ticket.created_at)}#{ticket.id}"


def expected_at(ticket: Ticket) -> datetime | None:
    """Return the first SLA deadline of the resolution, None without one."""
    timer = ticket.sla_timer(SlaKind.RESOLVE)
    return timer.promised_at if timer else None


def part_of_status(street: str, *, is_closed: bool) -> str:
    """Return the partition of a street's tickets that are closed, or that are not."""
    return f"{street}#{'closed' if is_closed else 'open'}"


def part_of_category(street: str, category: str) -> str:
    """Return the partition of a street's public tickets of a category."""
    return f"{street}#{category}"
