"""An offer, the offer round of a wish, and the history of a volunteer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Relation, Resource
from ..kernel.changes import Entity
from ..kernel.clock import at_local, local_day
from ..kernel.state_table import Move, StateTable
from . import permissions as can
from . import policy
from .policy import OfferUrgency

__all__ = [
    "TABLE",
    "AskedVolunteer",
    "Offer",
    "OfferRound",
    "OfferState",
    "SentOffer",
    "VolunteerHistory",
    "grid_of",
    "urgency_of",
    "waking_after",
]


class OfferState(StrEnum):
    """Where an offer stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # nobody is needed any more: somebody took it from the wall, or it is over


S = OfferState
M = Move[OfferState]
TABLE: StateTable[OfferState] = StateTable(
    "offer",
    [
        M(S.OFFERED, can.ACCEPT, (S.ACCEPTED,)),
        M(S.OFFERED, can.DECLINE, (S.DECLINED,)),
        M(S.OFFERED, "expire", (S.EXPIRED,)),
        M(S.OFFERED, "supersede", (S.SUPERSEDED,)),
    ],
)


def urgency_of(last_day: date, now: datetime, zone: str) -> OfferUrgency:
    """Return how much a wish presses, by the day by which somebody has to come."""
    left = (last_day - local_day(now, zone)).days
    if left <= policy.URGENT_DAYS:
        return OfferUrgency.URGENT
    return OfferUrgency.SOON if left <= policy.SOON_DAYS else OfferUrgency.CALM


def grid_of(place: str) -> str:
    """Return the grid of a place; a place above grids is returned as it is."""
    return ".".join(place.split(".")[:3])


def waking_after(
    now: datetime, hours: int, start: time, end: time, zone: str
) -> datetime:
    """Return when so many waking hours have passed, where people are awake from `start` to `end`, local."""
    left, at = timedelta(hours=hours), now
    while True:
        day = local_day(at, zone)
        opens, closes = at_local(day, start, zone), at_local(day, end, zone)
        at = max(at, opens)
        if at + left <= closes:
            return at + left
        left -= max(timedelta(), closes - at)
        at = at_local(day + timedelta(days=1), start, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Entity):
    """One wish, offered to one volunteer. It reserves nothing until it is accepted.

    `why` are reasons by name (see `texts.WHY`), each with its fact after a colon.
    """

    entity_kind: ClassVar[str] = "offer"

    wish_id: str
    volunteer: str
    place: str  # the grid of the wish
    zone: str
    kind: str
    urgency: OfferUrgency
    state: OfferState = S.OFFERED
    expires_at: datetime
    why: tuple[str, ...] = ()
    run_id: str = ""
    answered_at: datetime | None = None
    reason: str | None = None

    def deadlines(self) -> Mapping[str, datetime]:
        """Return what waits for an instant: an unanswered offer expires."""
        return {"expire": self.expires_at} if self.state is S.OFFERED else {}

    def as_resource(self) -> Resource:
        """Return what permission needs to know of it."""
        return Resource(
            see=can.SEE,
            places=(self.place,),
            relations={Relation.OWNER: frozenset({self.volunteer})},
        )

    def state_at(self, now: datetime) -> OfferState:
        """Return its state as it is true now: an offer past its time is expired, also before its timer has fired."""
        return (
            S.EXPIRED
            if self.state is S.OFFERED and now >= self.expires_at
            else self.state
        )

    def moves(self, relations: frozenset[Relation], now: datetime) -> list[str]:
        """Return what these relations may do now."""
        return TABLE.moves(self.state_at(now), relations)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVolunteer:
    """One line of an offer round: the volunteer, the span to answer, and the outcome."""

    offer: str
    volunteer: str
    at: datetime
    until: datetime
    state: OfferState = S.OFFERED
    terms: str = ""  # a digest of what the wish said then of who may be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRound(Entity):
    """All offers of one wish; its id is the wish's. Its version keeps two runs from offering one place.

    `open` says whether the wish needed volunteers at the last look. Closed rounds are in no list.
    """

    entity_kind: ClassVar[str] = "search"

    community: str
    open: bool = True
    asked: tuple[AskedVolunteer, ...] = ()
    before: tuple[
        str, ...
    ] = ()  # who was asked longer ago than `asked` tells, and is not to be asked again

    @property
    def live(self) -> tuple[AskedVolunteer, ...]:
        """Return the offers that wait for an answer."""
        return tuple(asked for asked in self.asked if asked.state is S.OFFERED)

    @property
    def not_again(self) -> frozenset[str]:
        """Return who is not to be asked (again): who is being asked, has said no or nothing, or had accepted."""
        return frozenset(self.before).union(
            asked.volunteer for asked in self.asked if asked.state is not S.SUPERSEDED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOffer:
    """One offer in the history of its volunteer."""

    offer: str
    at: datetime
    until: datetime
    state: OfferState = S.OFFERED


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerHistory(Entity):
    """A volunteer's history in a street: offers of four weeks, answers, residents met.

    Its id is the volunteer's. The counts of answers fade: they are halved where they have become many.
    """

    entity_kind: ClassVar[str] = "standing"

    street: str
    sent: tuple[SentOffer, ...] = ()
    accepted: int = 0
    refused: int = 0  # declined, or not answered
    met: tuple[str, ...] = ()  # residents, the latest last

    def recent(self, now: datetime) -> int:
        """Return how many offers the volunteer got in the last four weeks."""
        return sum(sent.at > now - policy.FOUR_WEEKS for sent in self.sent)

    def live(self, now: datetime) -> int:
        """Return how many offers wait for an answer."""
        return sum(sent.state is S.OFFERED and sent.until > now for sent in self.sent)

    def silent(self, now: datetime) -> bool:
        """Say whether none of the latest offers of the last four weeks was answered."""
        over = [
            one
            for one in self.sent
            if one.at > now - policy.FOUR_WEEKS and one.state is not S.OFFERED
        ]
        latest = over[-policy.SILENT_AFTER :]
        return len(latest) == policy.SILENT_AFTER and all(
            one.state is S.EXPIRED for one in latest
        )

    @property
    def acceptance(self) -> int:
        """Return how likely the volunteer accepts, in permille; few answers are near the prior."""
        prior, answers = policy.PRIOR_ANSWERS, self.accepted + self.refused
        return (1000 * self.accepted + prior * policy.PRIOR_PERMILLE) // (
            answers + prior
        )

    def answered(self, offer: str, state: OfferState) -> "VolunteerHistory":
        """Return it with the end of an offer noted. A superseded one says nothing about the volunteer."""
        sent = tuple(
            replace(one, state=state) if one.offer == offer else one
            for one in self.sent
        )
        accepted, refused = (
            self.accepted + (state is S.ACCEPTED),
            self.refused + (state in (S.DECLINED, S.EXPIRED)),
        )
        if accepted + refused > policy.ANSWERS_FADE:
            accepted, refused = accepted // 2, refused // 2
        return replace(self, sent=sent, accepted=accepted, refused=refused)
