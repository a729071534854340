"""An offer, the offer round of a wish, and the history of a volunteer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.clock import local_day
from ..kernel.state_table import Move, StateTable
from . import permissions, policy
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
]


class OfferState(StrEnum):
    """The state of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    # Not needed any more: another volunteer claimed the wish, or the wish is over.
    SUPERSEDED = "superseded"


_Move = Move[OfferState]
TABLE: StateTable[OfferState] = StateTable(
    "offer",
    [
        _Move(OfferState.OFFERED, permissions.ACCEPT, (OfferState.ACCEPTED,)),
        _Move(OfferState.OFFERED, permissions.DECLINE, (OfferState.DECLINED,)),
        _Move(OfferState.OFFERED, "expire", (OfferState.EXPIRED,)),
        _Move(OfferState.OFFERED, "supersede", (OfferState.SUPERSEDED,)),
    ],
)


def urgency_of(last_day: date, now: datetime, zone: str) -> OfferUrgency:
    """Return the urgency of a wish, by the last day on which help is of use."""
    left = (last_day - local_day(now, zone)).days
    if left <= policy.URGENT_DAYS:
        return OfferUrgency.URGENT
    return OfferUrgency.SOON if left <= policy.SOON_DAYS else OfferUrgency.CALM


def grid_of(place: str) -> str:
    """Return the grid of a place; a place above grids is returned as it is."""
    return ".".join(place.split(".")[:3])


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
    state: OfferState = OfferState.OFFERED
    expires_at: datetime
    why: tuple[str, ...] = ()
    run_id: str = ""
    answered_at: datetime | None = None
    reason: str | None = None

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the deadlines by name: an unanswered offer expires."""
        if self.state is not OfferState.OFFERED:
            return {}
        return {"expire": self.expires_at}

    def as_resource(self) -> Resource:
        """Return the resource of the offer for access checks."""
        return Resource(
            see=permissions.SEE,
            places=(self.place,),
            relations={Relation.OWNER: frozenset({self.volunteer})},
            roles={Relation.OWNER: Role.VOLUNTEER},
        )

    def state_at(self, now: datetime) -> OfferState:
        """Return the state at an instant.

        An offer past its time is expired, also before its timer has fired.
        """
        if self.state is OfferState.OFFERED and now >= self.expires_at:
            return OfferState.EXPIRED
        return self.state

    def moves(self, relations: frozenset[Relation], now: datetime) -> list[str]:
        """Return the moves that these relations may make now."""
        return TABLE.moves(self.state_at(now), relations)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVolunteer:
    """One line of an offer round: the volunteer, the span to answer, and the outcome."""

    offer: str
    volunteer: str
    at: datetime
    until: datetime
    state: OfferState = OfferState.OFFERED
    terms: str = ""  # the digest of `maker.terms_of` when the offer was made


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRound(Entity):
    """All offers of one wish; its id is the wish's.

    Its version keeps two runs from offering one place. `open`: the wish needed volunteers at the
    last look. Closed rounds are in no list.
    """

    entity_kind: ClassVar[str] = "search"

    community: str
    open: bool = True
    asked: tuple[AskedVolunteer, ...] = ()
    # Volunteers asked before those in `asked`, who are not to be asked again.
    before: tuple[str, ...] = ()

    @property
    def live(self) -> tuple[AskedVolunteer, ...]:
        """Return the offers that wait for an answer."""
        return tuple(
            asked for asked in self.asked if asked.state is OfferState.OFFERED
        )

    @property
    def not_again(self) -> frozenset[str]:
        """Return the volunteers who are not to be asked (again).

        They are being asked, have declined, have not answered, or had accepted.
        """
        asked = [
            one.volunteer
            for one in self.asked
            if one.state is not OfferState.SUPERSEDED
        ]
        return frozenset(self.before).union(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOffer:
    """One offer in the history of its volunteer."""

    offer: str
    at: datetime
    until: datetime
    state: OfferState = OfferState.OFFERED


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerHistory(Entity):
    """A volunteer's history in a street: offers of four weeks, answers, residents met.

    Its id is the volunteer's. The counts of answers fade: they are halved when they have become
    many.
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
        return sum(
            sent.state is OfferState.OFFERED and sent.until > now
            for sent in self.sent
        )

    def silent(self, now: datetime) -> bool:
        """Say whether none of the latest offers of the last four weeks was answered."""
        ended = [
            sent.state
            for sent in self.sent
            if sent.at > now - policy.FOUR_WEEKS
            and sent.state is not OfferState.OFFERED
        ]
        latest = ended[-policy.SILENT_AFTER :]
        return latest == [OfferState.EXPIRED] * policy.SILENT_AFTER

    @property
    def acceptance(self) -> int:
        """Return how likely the volunteer accepts, in permille; few answers are near the prior."""
        prior = policy.PRIOR_ANSWERS
        answers = self.accepted + self.refused + prior
        return (1000 * self.accepted + prior * policy.PRIOR_PERMILLE) // answers

    def answered(self, offer: str, state: OfferState) -> "VolunteerHistory":
        """Return the history with the end of an offer.

        A superseded offer says nothing about the volunteer.
        """
        sent = list(self.sent)
        for n, one in enumerate(sent):
            if one.offer == offer:
                sent[n] = replace(one, state=state)
        accepted, refused = self.accepted, self.refused
        if state is OfferState.ACCEPTED:
            accepted += 1
        elif state in (OfferState.DECLINED, OfferState.EXPIRED):
            refused += 1
        if accepted + refused > policy.ANSWERS_FADE:
            accepted, refused = accepted // 2, refused // 2
        return replace(
            self, sent=tuple(sent), accepted=accepted, refused=refused
        )
