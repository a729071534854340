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
    "UNASSIGNED",
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

UNASSIGNED = "none"


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
    """The filter of a list for staff. What is empty or None fits every ticket.

    `assignee` is the id of a person, or `UNASSIGNED`. `since` is in the span of creation, `until`
    is not.
    """

    place: str
    states: frozenset[TicketStatus] = frozenset()
    categories: frozenset[str] = frozenset()
    levels: frozenset[Level] = frozenset()
    assignee: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_whole_list(self) -> bool:
        """Say whether every ticket of a stored list fits: those are of a grid or wider.

        The span is not looked at: in lists by creation it is a key.
        """
        return self.is_any and kind_of(self.place) not in (
            PlaceKind.BUILDING,
            PlaceKind.UNIT,
        )

    @property
    def is_any(self) -> bool:
        """Say whether nothing but the place and a span is asked for."""
        asked = (self.states, self.categories, self.levels, self.assignee)
        return not any(asked)

    def fits(self, line: TicketLine | ListedTicket) -> bool:
        """Say whether a ticket is asked for, by all but the span."""
        pairs = (
            (self.states, line.state),
            (self.categories, line.category),
            (self.levels, line.level),
        )
        if any(asked and value not in asked for asked, value in pairs):
            return False
        return self._fits_assignee(line) and covers(self.place, line.place)

    def is_created_in(self, line: TicketLine) -> bool:
        """Say whether a ticket was created in the span."""
        if self.since and line.created_at < self.since:
            return False
        return not self.until or line.created_at < self.until

    def _fits_assignee(self, line: TicketLine | ListedTicket) -> bool:
        if self.assignee is None:
            return True
        return (line.assignee or UNASSIGNED) == self.assignee


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
