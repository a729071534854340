"""A ticket: its states, the table of its moves, its clocks, and what it waits for. Pure; `decisions` says what a move does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from ..kernel.access import Relation, Resource
from ..kernel.changes import Entity
from ..kernel.clock import to_text
from ..kernel.place import PlaceKind, community_of, kind_of
from . import permissions
from .policy import Level, SlaKind, Urgency
from .states import OPEN_STATES, Ending, State, TicketState

__all__ = [
    "Hold",
    "OutsideReport",
    "Report",
    "SlaTimer",
    "Ticket",
    "TicketLine",
    "TimerSegment",
    "Update",
    "building_of",
    "level_of",
    "place_at",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSegment:
    """A stretch of time in which a clock ran: since when, for how many minutes at most, until when."""

    start: datetime
    minutes: int
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaTimer:
    """One of the four clocks. `due_at` is when it fires next; `promised_at` when it first was, or will be, over its limit.

    `runs` tell how that came about: a hold ends one and begins another, and so does every level that it climbs to.
    """

    name: SlaKind
    limit: int  # minutes
    due_at: datetime
    promised_at: datetime
    runs: tuple[TimerSegment, ...]
    met_at: datetime | None = None
    fired: int = 0

    @property
    def started_at(self) -> datetime:
        """Return when it began."""
        return self.runs[0].start

    @property
    def paused(self) -> bool:
        """Say whether it stands still."""
        return self.met_at is None and self.runs[-1].end is not None

    @property
    def running(self) -> bool:
        """Say whether it runs."""
        return self.met_at is None and self.runs[-1].end is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why nothing can be done, and until when."""

    start: datetime
    until: datetime
    reason: str
    before: State  # to which it goes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """That somebody has reported it, or joined, and what she says of its end. One for each person and ticket."""

    ticket_id: str
    person_id: str
    by: str  # who wrote it down
    joined_at: datetime
    answered_at: datetime | None = None  # of the present solution
    satisfied: int | None = None  # 1 to 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What everybody may read of what happened to a ticket that is not private. Written once."""

    id: str
    ticket_id: str
    street: str
    at: datetime
    state: State
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideReport:
    """A problem that another application brings; `client` is whose. `phone` links it to the resident who has it."""

    category: str
    text: str
    place: str
    location_note: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    answers: Mapping[str, tuple[str, ...]]
    phone: str | None = None
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(TicketState, Entity):
    """A reported problem. `text` is as the public may read it; `as_written` stands only where that differs.

    `policy_version` is that of the street's policy at the moment of the report: limits, ladder and calendar stay.
    """

    entity_kind: ClassVar[str] = "ticket"

    person_id: str | None  # for whom it was reported; nobody in particular where another application brought it
    filed_by: str
    proxy_id: str | None = None  # a trusted contact who reported it for her
    source: str = ""  # the other application
    category: str
    urgency: Urgency
    private: bool = False
    text: str
    as_written: str | None = None
    location_note: str | None = None
    answers: Mapping[str, tuple[str, ...]] | None = None
    place: str
    community_name: str
    zone: str
    latitude: float | None = None
    longitude: float | None = None
    photos: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()  # photos of the solution
    possible_duplicates: tuple[str, ...] = ()
    private_duplicates: tuple[str, ...] = ()
    policy_version: int = 0
    rule: str = ""  # the rule by which it was routed; empty for the house's own
    state: State = State.OPEN
    level: Level
    assignee: str | None = None  # who has it; while open, who is asked to accept it
    accepted_by: str | None = None  # to whom it goes back
    clocks: tuple[SlaTimer, ...] = ()
    holds: tuple[Hold, ...] = ()
    bounces: int = 0
    reopened: int = 0
    merged: tuple[str, ...] = ()  # those that are worked on with this one
    merged_into: str | None = None
    wish: str | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    ending: Ending | None = None
    solution: str | None = None  # what was done, for those who reported
    told_publicly: str | None = None  # how it ended, as everybody may read it
    reason: str | None = None
    asked_again: bool = False
    answered: int = 0  # of the present solution
    ratings: tuple[int, ...] = ()

    @property
    def written(self) -> str:
        """Return its text as it was written."""
        return self.as_written if self.as_written is not None else self.text

    @property
    def community(self) -> str:
        """Return the community that it belongs to."""
        return community_of(self.place)

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something about it."""
        return self.state in OPEN_STATES

    @property
    def local(self) -> ZoneInfo:
        """Return the time zone of its street."""
        return ZoneInfo(self.zone)

    @property
    def hold(self) -> Hold | None:
        """Return the hold that it is on."""
        return self.holds[-1] if self.state is State.ON_HOLD else None

    def clock(self, name: SlaKind) -> SlaTimer | None:
        """Return a clock, the latest of its name."""
        return next((clock for clock in reversed(self.clocks) if clock.name is name), None)

    @property
    def next_due(self) -> tuple[str, datetime] | None:
        """Return what is due next about it, and when: what queues are ordered by. What is overdue stays what it is, and on top."""
        waits = {clock.name.value: clock.promised_at for clock in self.clocks if clock.running}
        if self.hold:
            waits["resume"] = self.hold.until
        return min(waits.items(), key=lambda due: (due[1], due[0])) if waits else None

    def as_resource(self, reporter: str = "") -> Resource:
        """Return what permission needs to know of it; `reporter` is somebody of whom it is known that she reported it too."""
        owners = frozenset(id for id in (self.person_id, self.proxy_id, reporter) if id)
        helpers = frozenset({self.assignee} if self.assignee else ())
        return Resource(
            see=permissions.SEE,
            places=(self.place,),
            relations={Relation.OWNER: owners, Relation.HELPER: helpers},
            public=not self.private,
        )

    def deadlines(self) -> Mapping[str, datetime]:
        """Return what waits for an instant; see `wake`."""
        waits: dict[str, datetime] = {clock.name.value: clock.due_at for clock in self.clocks if clock.running}
        if self.hold:
            waits["resume"] = self.hold.until
        if self.state is State.RESOLVED and not self.asked_again and self.resolved_at:
            call_back = self.clock(SlaKind.CALL_BACK)
            if call_back and call_back.running:
                waits["ask_again"] = self.resolved_at + (call_back.due_at - self.resolved_at) / 2
        return waits


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine(TicketState):
    """A ticket that is not over, as a queue shows it: what the index holds."""

    id: str
    version: int
    place: str
    category: str
    urgency: Urgency
    private: bool = False
    state: State
    level: Level
    assignee: str | None = None
    person_id: str | None = None
    bounces: int = 0
    merged_into: str | None = None
    ending: Ending | None = None
    text: str
    created_at: datetime
    updated_at: datetime
    waits_for: str = ""
    waits_until: datetime | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketLine":
        """Return the line of any ticket, which may be over."""
        waits = ticket.next_due
        own = {name: getattr(ticket, name) for name in cls.__dataclass_fields__ if name not in ("waits_for", "waits_until")}
        return cls(**own, waits_for=waits[0] if waits else "", waits_until=waits[1] if waits else None)

    @property
    def order(self) -> str:
        """Return where it stands in a queue, soonest due first."""
        return f"{to_text(self.waits_until)}#{self.id}" if self.waits_until else ""

    def as_resource(self) -> Resource:
        """Return what permission needs to know of it."""
        helpers = frozenset({self.assignee} if self.assignee else ())
        owners = frozenset({self.person_id} if self.person_id else ())
        return Resource(
            see=permissions.SEE,
            places=(self.place,),
            relations={Relation.OWNER: owners, Relation.HELPER: helpers},
            public=not self.private,
        )


def building_of(place: str) -> str:
    """Return the building of a place, or the place itself where it is wider: what counts as the same spot."""
    return ".".join(place.split(".")[:4])


def place_at(level: Level, place: str) -> str:
    """Return the place whose staff answer for a place at a level; a wider place than the level is its own."""
    depth = {Level.GRID: 3, Level.COMMUNITY: 2, Level.STREET: 1}[level]
    return ".".join(place.split(".")[:depth])


def level_of(place: str) -> Level:
    """Return the lowest level that answers for a place."""
    kind = kind_of(place)
    return Level.STREET if kind is PlaceKind.STREET else Level.COMMUNITY if kind is PlaceKind.COMMUNITY else Level.GRID
