"""Tickets as clients send and see them: one view for everybody, one for those whom it concerns."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from ..kernel.access import STAFF, Party
from ..kernel.ids import ID_PATTERN
from ..kernel.text import mask_personal
from ..people.schemas import ConsentIn
from ..uploads.service import Photo
from ..web.fields import WHOLE, Flag, Instant, Line, Moment, PageQuery, PersonId, PlaceCode, Prose, Request, View
from .clocks import Stretch
from .decisions import NOTED
from .model import Clock, State
from .model import Line as QueueLine
from .policy import ClockName, Level, Urgency
from .service import Explained, ReportTerms, Seen
from .texts import SAYS, WHY

__all__ = [
    "AnyTicket",
    "AssignIn",
    "BehalfIn",
    "ClockList",
    "CommentIn",
    "HoldIn",
    "LineView",
    "MergeIn",
    "MyTicketList",
    "PhotosView",
    "ResolveIn",
    "SolvedIn",
    "TicketEventList",
    "TicketEventView",
    "TicketIn",
    "TicketList",
    "TicketQuery",
    "TicketReasonIn",
    "clock_view",
    "photos_view",
    "ticket_view",
]

TicketId = Annotated[str, Field(pattern=f"^tkt_{ID_PATTERN}$")]
UploadId = Annotated[str, Field(pattern=f"^upl_{ID_PATTERN}$")]
CategoryCode = Annotated[str, Field(pattern="^[a-z0-9_]{1,32}$", examples=["rubbish"])]
Reason = Annotated[Line, Field(min_length=2, max_length=200)]
Photos = Annotated[list[UploadId], Field(max_length=6, description="Uploads, see POST /v1/uploads.")]


class TicketIn(Request):
    """A problem as it is reported."""

    category: CategoryCode = Field(description="One of GET /v1/policies/tickets.")
    text: Annotated[Prose, Field(min_length=2, max_length=1000)]
    place: PlaceCode = Field(description="As narrow as it is known: the building, or the unit.")
    location_note: Annotated[Line, Field(max_length=200, examples=["7楼电梯口"])] | None = None
    photos: Photos | None = None
    urgency: Urgency | None = Field(None, description="That of the category, unless given.")
    private: Flag | None = Field(None, description="Only its reporters, whoever works on it and staff see it.")
    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None

    def terms(self) -> ReportTerms:
        """Return what is reported, as the service takes it."""
        fields = {name: getattr(self, name) for name in ReportTerms.__dataclass_fields__}
        return ReportTerms(**(fields | {"photos": tuple(self.photos or ())}))


class AssignIn(Request):
    """Who is to see to it."""

    to: Annotated[str, Field(pattern=f"^(grid_worker|community_staff|street_admin|property|per_{ID_PATTERN})$")] = Field(
        description="A role, that is whoever is on duty in it nearest by, or a person in office there."
    )


class TicketReasonIn(Request):
    """Why."""

    reason: Reason


class CommentIn(Request):
    """What is said, and whether those who reported it read it."""

    text: Annotated[Prose, Field(min_length=1, max_length=1000)]
    public: Flag = True


class HoldIn(Request):
    """Why nothing can be done, and until when."""

    reason: Reason
    until: Moment


class ResolveIn(Request):
    """What was done."""

    note: Annotated[Line, Field(max_length=200)] | None = None
    photos: Photos | None = None


class SolvedIn(Request):
    """How one likes the solution; staff say whose answer they note."""

    satisfied: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    on_behalf_of: PersonId | None = None


class BehalfIn(Request):
    """Who has seen it too, where it is not oneself."""

    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None


class MergeIn(Request):
    """With which other it is seen to."""

    into: TicketId


class Order(StrEnum):
    """How a list is ordered."""

    DUE = "due"  # what is due next comes first; what is over is not in it
    NEW = "new"


class TicketQuery(PageQuery):
    """Which tickets."""

    place: PlaceCode
    state: State | None = None
    category: CategoryCode | None = None
    level: Level | None = None
    assignee: PersonId | None = None
    order: Order = Order.DUE

    @property
    def newest(self) -> bool:
        """Say whether what was reported last comes first: a ticket that is closed waits for nothing."""
        return self.order is Order.NEW or self.state is State.CLOSED

    def wants(self, line: QueueLine) -> bool:
        """Say whether a line is asked for."""
        asked = {name: getattr(self, name) for name in ("state", "category", "level", "assignee")}
        return all(value is None or getattr(line, name) == value for name, value in asked.items())


class PublicTicket(View):
    """A ticket for everybody: no person, no building, its text with what is personal blanked."""

    id: TicketId
    version: int
    state: State
    category: str
    urgency: Urgency
    private: bool
    community: str
    community_name: str
    text: str
    reporters: int = Field(description="How many have reported it or joined.")
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
    """A ticket for those who reported it and those who work on it."""

    place: PlaceCode
    location_note: str | None
    level: Level
    assignee: str | None
    assignee_name: str | None
    rule: str = Field(description="The rule by which it was routed; empty for the house's own order.")
    policy_version: int
    waits_for: str | None
    due_at: Instant | None = Field(description="When the next of its clocks is over.")
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


def ticket_view(seen: Seen) -> AnyTicket:
    """Return the view of a ticket for what the caller is towards it."""
    if not seen.parties & (STAFF | {Party.OWNER, Party.HELPER}):
        return PublicTicket(**_public(seen))
    fields = _public(seen) | _inside(seen)
    if not seen.parties & STAFF:
        return InsideTicket(**fields)
    return StaffTicket(**fields, **_for_staff(seen))


def _public(seen: Seen) -> dict[str, Any]:
    ticket = seen.ticket
    same = ("id", "version", "state", "category", "urgency", "private", "community", "community_name", "text")
    fields = {name: getattr(ticket, name) for name in (*same, "created_at", "updated_at", "closed_at")}
    fields["solution"] = ticket.told_publicly
    return fields | {"reporters": seen.joined + bool(ticket.person_id), "moves": ticket.moves(seen.parties)}


def _inside(seen: Seen) -> dict[str, Any]:
    ticket, due = seen.ticket, seen.ticket.next_due
    same = ["place", "level", "assignee", "rule", "policy_version", "photos", "proof", "bounces", "reopened"]
    same += ["must_be_assigned", "merged", "merged_into", "wish", "resolved_at", "ending"]
    fields: dict[str, Any] = {name: getattr(ticket, name) for name in same}
    holder = seen.people.get(ticket.assignee or "")
    duplicates = ticket.possible_duplicates + (ticket.private_duplicates if seen.parties & STAFF else ())
    return fields | {
        **_words(seen),
        "assignee_name": holder.name if holder else None,
        "waits_for": due[0] if due else None,
        "due_at": due[1] if due else None,
        "possible_duplicates": duplicates,
        "holds": [HoldView(reason=hold.reason, start=hold.start, until=hold.until) for hold in ticket.holds],
    }


def _words(seen: Seen) -> dict[str, Any]:
    """Return what was written: as it was for whoever wrote it and for those who work on it, for who joined as everybody reads it."""
    ticket = seen.ticket
    if seen.parties & (STAFF | {Party.HELPER}) or seen.actor.id in (ticket.person_id, ticket.proxy_id):
        return {
            "text": ticket.written,
            "location_note": ticket.location_note,
            "solution": ticket.solution,
            "reason": ticket.reason,
        }
    reason = ticket.told_publicly if ticket.state is State.CLOSED else mask_personal(ticket.reason or "") or None
    return {"text": ticket.text, "location_note": None, "solution": ticket.told_publicly, "reason": reason}


def _for_staff(seen: Seen) -> dict[str, Any]:
    ticket = seen.ticket
    same = ("person_id", "filed_by", "source", "latitude", "longitude", "answered", "ratings")
    person = seen.people.get(ticket.person_id or "")
    answers = {code: list(values) for code, values in ticket.answers.items()} if ticket.answers else None
    fields: dict[str, Any] = {name: getattr(ticket, name) for name in same}
    return fields | {"person_name": person.name if person else None, "answers": answers}


class LineView(View):
    """A ticket in a list: what a queue needs, and nothing that names anybody."""

    id: TicketId
    version: int
    place: PlaceCode
    category: str
    urgency: Urgency
    private: bool
    state: State
    level: Level
    assignee: str | None
    text: str
    created_at: Instant
    updated_at: Instant
    waits_for: str | None
    due_at: Instant | None
    moves: list[str]

    @classmethod
    def of(cls, line: QueueLine, parties: frozenset[Party]) -> "LineView":
        """Return the view of a line for somebody who is this towards it."""
        same = ("id", "version", "place", "category", "urgency", "private", "state", "level", "assignee", "text")
        fields: dict[str, Any] = {name: getattr(line, name) for name in (*same, "created_at", "updated_at")}
        return cls(**fields, waits_for=line.waits_for or None, due_at=line.waits_until, moves=line.moves(parties))


class TicketList(View):
    """A page of tickets; pages may be short."""

    items: list[LineView]
    next: str | None


class MyTicketList(View):
    """A page of what one has reported or joined, newest first."""

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
    def of(cls, event: Any, parties: frozenset[Party], reader: str) -> "TicketEventView":
        """Return the view of an event; those who reported it read what was said to them, and none of the remarks in between.

        What another of them has said is without her phone and her door.
        """
        works, told = parties & (STAFF | {Party.HELPER}), event.tag in SAID_TO_REPORTERS
        by = event.by if parties & STAFF else None
        note = event.note if works or told else None
        if note and not works and event.party == "reporter" and event.by != reader:
            note = mask_personal(note)
        fields = {"at": event.at, "version": event.version, "event": event.tag, "party": event.party}
        return cls(**fields, public=event.tag != NOTED, by=by, note=note)


SAID_TO_REPORTERS = {"ticket.commented", "ticket.held", "ticket.resolved", "ticket.closed", "ticket.reopened"}


class TicketEventList(View):
    """A page of a timeline, oldest first."""

    items: list[TicketEventView]
    next: str | None


class LineOfTime(View):
    """A day as it was counted, or was not, and why."""

    day: str
    why: str | None
    text: str
    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")
    minutes: float
    total: float


class RunView(View):
    """A stretch in which the clock ran, day by day: from its start, after a hold, or on the next level."""

    start: Instant = Field(serialization_alias="from")
    end: Instant | None = Field(serialization_alias="to")
    minutes: int
    lines: list[LineOfTime]


class ClockView(View):
    """One clock."""

    clock: ClockName
    limit: int = Field(description="Minutes.")
    working_time: bool = Field(description="False where every minute counts.")
    started: Instant
    due: Instant = Field(description="When it fires next.")
    promised: Instant = Field(description="When its limit is, or was, over.")
    met: Instant | None
    state: str
    fired: int
    explanation: list[RunView]
    warning: str | None


class ClockList(View):
    """The clocks of a ticket."""

    items: list[ClockView]
    next: None = None


def clock_view(explained: Explained, locale: str) -> ClockView:
    """Return the view of a clock, explained in a language."""
    clock, years = explained.clock, sorted({year for stretch in explained.stretches for year in stretch.uncertain})
    return ClockView(
        clock=clock.name,
        limit=clock.limit,
        working_time=explained.terms.calendar is not None,
        started=clock.started_at,
        due=clock.due_at,
        promised=clock.promised_at,
        met=clock.met_at,
        state=_state_of(clock),
        fired=clock.fired,
        explanation=[_run_view(stretch, locale) for stretch in explained.stretches],
        warning=SAYS["uncertain"].say(locale, {"years": "、".join(map(str, years))}) if years else None,
    )


def _state_of(clock: Clock) -> str:
    if clock.met_at:
        return "met" if clock.met_at <= clock.promised_at else "met_late"
    return "paused" if clock.paused else "overdue" if clock.fired else "running"


def _run_view(stretch: Stretch, locale: str) -> RunView:
    lines = [
        LineOfTime(
            day=line.date.isoformat(),
            why=line.why,
            text=WHY[line.why or "always"].say(locale, {"name": line.name}).strip(),
            start=line.start,
            end=line.end,
            minutes=line.minutes,
            total=line.total,
        )
        for line in stretch.lines
    ]
    return RunView(start=stretch.run.start, end=stretch.run.end, minutes=stretch.run.minutes, lines=lines)


class PhotoView(View):
    """A photo, with addresses that are good until `expires_at`."""

    id: str
    state: str
    url: str | None
    thumb_url: str | None
    expires_at: Instant | None


class PhotosView(View):
    """The photos of a ticket, and those of its solution."""

    photos: list[PhotoView]
    proof: list[PhotoView]


def photos_view(photos: list[Photo], proof: list[Photo]) -> PhotosView:
    """Return the view of photos."""
    return PhotosView(photos=[_photo(photo) for photo in photos], proof=[_photo(photo) for photo in proof])


def _photo(photo: Photo) -> PhotoView:
    upload = photo.upload
    return PhotoView(id=upload.id, state=upload.state, url=photo.url, thumb_url=photo.thumb_url, expires_at=photo.expires_at)
