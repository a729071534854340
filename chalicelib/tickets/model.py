"""A ticket with its SLA timers, reports and public updates. Pure; `decisions` makes the moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from ..kernel.access import Actor, Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.clock import to_text
from ..kernel.place import PlaceKind, community_of, kind_of
from . import permissions
from .policy import Level, SlaKind, TicketUrgency
from .states import (
    END_OF_HOLD,
    LOOK,
    NEW_PHONE,
    OPEN_STATES,
    Ending,
    TicketState,
    TicketStatus,
)

__all__ = [
    "ConvertedTicket",
    "Hold",
    "OutsideReport",
    "SlaTimer",
    "Ticket",
    "TicketLine",
    "TicketReport",
    "TimerSegment",
    "Update",
    "level_of",
    "place_at",
    "solvers_of",
]


# An assignee counts while they serve at the place.
_ROLES = {Relation.HELPER: Role.PROPERTY}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSegment:
    """A span in which a timer ran: its start, its minutes at most, its end.

    `days` are those from which its deadline was computed (`recorded_days`). It is empty where
    every minute counts.
    """

    start: datetime
    minutes: int
    end: datetime | None = None
    days: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaTimer:
    """One of the four SLA timers of a ticket.

    `due_at` is when it fires next, `promised_at` its first deadline. `runs` explain both: a hold
    ends one segment and begins another, and so does each escalation.
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
        """Return the start of the first segment."""
        return self.runs[0].start

    @property
    def paused(self) -> bool:
        """Say whether the timer is paused."""
        return self.met_at is None and self.runs[-1].end is not None

    @property
    def running(self) -> bool:
        """Say whether the timer runs."""
        return self.met_at is None and self.runs[-1].end is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold: nothing can be done until an instant."""

    start: datetime
    until: datetime
    reason: str
    before: TicketStatus  # the state in which it began, and to which the ticket returns


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReport:
    """A person's report of a ticket, with their answer about the solution. One for each person."""

    ticket_id: str
    person_id: str
    by: str  # the person who recorded it
    joined_at: datetime
    answered_at: datetime | None = None
    answered_on: str = ""  # the ticket whose solution they answered about
    satisfied: int | None = None  # 1 to 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedTicket:
    """The ticket whose place a wish took, found by the wish."""

    wish_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A public update: one step of a ticket that is not private. Only released texts are in it."""

    id: str
    ticket_id: str
    street: str
    at: datetime
    state: TicketStatus
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideReport:
    """A report of another application, named by `client`.

    `phone` is unconfirmed: its owner is asked whether the report is theirs.
    """

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
    """A reported problem.

    `text` is without personal data, for the people concerned; `as_written` is set only where it
    differs. The public reads `public_text` and `public_solution`, which staff have released.
    `possible_duplicates` are hints for the reporter, `staff_duplicates` for staff.
    `policy_version` is the street's policy when it was reported. Later versions do not change
    its limits, levels and calendar.
    """

    entity_kind: ClassVar[str] = "ticket"

    person_id: (
        str | None
    )  # None where another application reported it for nobody
    filed_by: str
    proxy_id: str | None = None  # a trusted contact who reported it for them
    source: str = ""  # the other application
    category: str
    urgency: TicketUrgency
    urgency_requested: bool = False  # by its reporter; nobody has agreed yet
    silent: bool = False  # urgent, but its reporter has rung enough
    private: bool = False
    text: str
    as_written: str | None = None
    public_text: str | None = None
    public_solution: str | None = None
    public_updates: int = 0  # public updates that have a text
    held_for_review: bool = (
        False  # the text tells of an empty home, or of health
    )
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
    staff_duplicates: tuple[str, ...] = ()
    policy_version: int = 0
    rule: str = ""  # the rule that routed it; "" for the default
    state: TicketStatus = TicketStatus.OPEN
    level: Level
    assignee: str | None = (
        None  # while open, the person who is asked to accept it
    )
    accepted_by: str | None = None  # the dispatcher, who gets it back
    clocks: tuple[SlaTimer, ...] = ()
    holds: tuple[Hold, ...] = ()
    bounces: int = 0
    reopened: int = 0
    merged: tuple[str, ...] = ()  # ids of the tickets merged into this one
    merged_into: str | None = None
    wish: str | None = None
    wish_ended_at: datetime | None = None  # the wish came to nothing
    # Its only reporter has left: no reminders, until somebody has looked at it or joined it.
    reporter_left_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    closed_at: datetime | None = None
    ending: Ending | None = None
    solution: str | None = None  # for the reporters
    told_publicly: str | None = (
        None  # the solution or reason without personal data
    )
    reason: str | None = (
        None  # of the last hold, reopening or end; without personal data
    )
    asked_again: bool = False
    held_answer_at: datetime | None = None  # by a phone set after the work
    answered: int = 0  # of the present solution
    ratings: tuple[int, ...] = ()

    @property
    def written(self) -> str:
        """Return the text as the reporter wrote it."""
        return self.as_written if self.as_written is not None else self.text

    @property
    def community(self) -> str:
        """Return the community of its place."""
        return community_of(self.place)

    @property
    def is_open(self) -> bool:
        """Say whether the ticket is still worked on."""
        return self.state in OPEN_STATES

    @property
    def local(self) -> ZoneInfo:
        """Return the time zone of its street."""
        return ZoneInfo(self.zone)

    @property
    def hold(self) -> Hold | None:
        """Return the current hold."""
        return self.holds[-1] if self.state is TicketStatus.ON_HOLD else None

    @property
    def rings(self) -> bool:
        """Say whether its messages to those who work on it ring at once, at night too."""
        return self.urgency is TicketUrgency.URGENT and not self.silent

    def is_represented_by(self, actor: Actor) -> bool:
        """Say whether an actor filed the ticket for its reporter, and represents them now."""
        is_proxy = bool(actor.id) and actor.id == self.proxy_id
        return is_proxy and self.person_id in actor.represents

    def sla_timer(self, name: SlaKind) -> SlaTimer | None:
        """Return the latest timer of a kind."""
        return next(
            (clock for clock in reversed(self.clocks) if clock.name is name),
            None,
        )

    @property
    def next_due(self) -> tuple[str, datetime] | None:
        """Return the next deadline and its instant, the sort key of queues."""
        if self.reporter_left_at and self.is_open:
            return LOOK, self.reporter_left_at
        if self.held_answer_at and self.state is TicketStatus.RESOLVED:
            return NEW_PHONE, self.held_answer_at
        waits = {
            clock.name.value: clock.promised_at
            for clock in self.clocks
            if clock.running
        }
        if self.hold:
            waits[END_OF_HOLD] = self.hold.until
        return (
            min(waits.items(), key=lambda due: (due[1], due[0]))
            if waits
            else None
        )

    def as_resource(self, reporter: str = "") -> Resource:
        """Return the ticket as a resource; `reporter` is an actor known to have reported it."""
        owners = frozenset(id for id in (self.person_id, reporter) if id)
        helpers = frozenset({self.assignee} if self.assignee else ())
        proxies: dict[str, str] = {}
        if self.proxy_id and self.person_id:
            proxies[self.proxy_id] = self.person_id
        return Resource(
            see=permissions.SEE,
            places=(self.place,),
            relations={
                Relation.OWNER: owners,
                Relation.HELPER: helpers,
                Relation.SERVES: frozenset(solvers_of(self)),
            },
            roles=_ROLES,
            proxies=proxies,
            public=not self.private,
        )

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the deadlines by name; see `timers.on_timer`."""
        if self.reporter_left_at and self.is_open:
            return {}
        waits: dict[str, datetime] = {
            clock.name.value: clock.due_at
            for clock in self.clocks
            if clock.running
        }
        if self.hold:
            waits[END_OF_HOLD] = self.hold.until
        if (
            self.state is TicketStatus.RESOLVED
            and not self.asked_again
            and self.resolved_at
        ):
            call_back = self.sla_timer(SlaKind.CALL_BACK)
            if call_back and call_back.running:
                # Somebody may have joined the round after the solution.
                begun = max(self.resolved_at, call_back.runs[-1].start)
                waits["ask_again"] = begun + (call_back.due_at - begun) / 2
        return waits


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine(TicketState):
    """A ticket in a queue: the fields that the index holds."""

    id: str
    version: int
    place: str
    category: str
    urgency: TicketUrgency
    urgency_requested: bool = False
    silent: bool = False
    source: str = ""
    private: bool = False
    state: TicketStatus
    level: Level
    assignee: str | None = None
    person_id: str | None = None
    bounces: int = 0
    merged_into: str | None = None
    ending: Ending | None = None
    wish_ended_at: datetime | None = None
    text: str
    created_at: datetime
    updated_at: datetime
    waits_for: str = ""
    waits_until: datetime | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketLine":
        """Return the line of a ticket."""
        waits = ticket.next_due
        names = cls.__dataclass_fields__.keys() - {"waits_for", "waits_until"}
        fields = {name: getattr(ticket, name) for name in names}
        if waits is None:
            return cls(**fields)
        return cls(**fields, waits_for=waits[0], waits_until=waits[1])

    @property
    def order(self) -> str:
        """Return the sort key in a queue, the soonest deadline first."""
        return (
            f"{to_text(self.waits_until)}#{self.id}" if self.waits_until else ""
        )

    def as_resource(self) -> Resource:
        """Return the line as a resource."""
        helpers = frozenset({self.assignee} if self.assignee else ())
        owners = frozenset({self.person_id} if self.person_id else ())
        return Resource(
            see=permissions.SEE,
            places=(self.place,),
            relations={
                Relation.OWNER: owners,
                Relation.HELPER: helpers,
                Relation.SERVES: helpers,
            },
            roles=_ROLES,
            public=not self.private,
        )


def solvers_of(ticket: Ticket) -> list[str]:
    """Return the ids of the assignee and of the person who resolved a ticket."""
    solvers = (ticket.assignee, ticket.resolved_by)
    return [one for one in dict.fromkeys(solvers) if one]


def place_at(level: Level, place: str) -> str:
    """Return the place whose staff answer for a place at a level; a wider place is its own."""
    depth = {Level.GRID: 3, Level.COMMUNITY: 2, Level.STREET: 1}[level]
    return ".".join(place.split(".")[:depth])


def level_of(place: str) -> Level:
    """Return the lowest level that answers for a place."""
    wide = {
        PlaceKind.STREET: Level.STREET,
        PlaceKind.COMMUNITY: Level.COMMUNITY,
    }
    return wide.get(kind_of(place), Level.GRID)
