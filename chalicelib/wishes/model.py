"""A wish: who helps, and what it waits for. Pure; `states` has its moves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import STAFF, Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.clock import at_local, local_day, start_of_day
from ..kernel.place import community_of
from ..kernel.redaction import MASK
from ..kernel.reminder_steps import (
    ReminderStep,
    first_due,
    steps_before,
    steps_left,
)
from . import permissions as can
from . import policy
from .recorded import AnswerProof, RecordedAnswer
from .states import (
    ANSWERS,
    ENDED,
    FORGET_OWNER,
    PUBLIC_STATES,
    SYSTEM_ONLY,
    TABLE,
    WALL_STATES,
    ClaimState,
    WishMover,
    WishState,
)

__all__ = [
    "ANSWERS",
    "FORGET_OWNER",
    "NEW_PHONE",
    "PUBLIC_STATES",
    "SYSTEM_ONLY",
    "TABLE",
    "WALL_STATES",
    "AnswerProof",
    "Claim",
    "ClaimPointer",
    "ClaimState",
    "RecordedAnswer",
    "Safeguarding",
    "VisitWindow",
    "Wish",
    "WishKind",
    "WishMover",
    "WishState",
    "WishText",
    "filers_of",
    "is_alone",
    "is_offered",
    "is_withheld",
    "known_labels",
    "reminders_of",
]


class WishKind(StrEnum):
    """What is wished for."""

    GOODS = "goods"
    SERVICE = "service"
    COMPANY = "company"
    LEARNING = "learning"


class Safeguarding(StrEnum):
    """Why a visit needs care."""

    MINOR = "minor"
    BEDRIDDEN = "bedridden"
    ALONE = "alone"


S = WishState
NEW_PHONE = "new_phone"  # a mark of a delivery that a new phone has confirmed
_VETTED_ONLY = {Safeguarding.MINOR, Safeguarding.BEDRIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWindow:
    """When a visit would suit."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One helper's part in a wish."""

    id: str
    helper: str
    state: ClaimState = ClaimState.ACTIVE
    claimed_at: datetime
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    delivered_at: datetime | None = None
    note: str | None = None
    minutes: int = 0  # booked, once confirmed
    reminded: tuple[
        str, ...
    ] = ()  # reminders that were sent; see `reminders_of`


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPointer:
    """The row by which helpers find their claims; written once.

    It is also the line of the security trail about a home that was shown. `place` is the community.
    """

    wish_id: str
    id: str
    helper: str
    claimed_at: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WishText:
    """The words of a wish as they were written, with what may be personal in them."""

    title: str
    story: str = ""
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(Entity):
    """A micro-wish. Title, story and alias are as the public may read them.

    `as_written` is set only where the resident wrote something else.
    """

    entity_kind: ClassVar[str] = "wish"

    person_id: str
    filed_by: str
    proxy_id: str | None = (
        None  # a trusted contact who filed it for the resident
    )
    kind: WishKind
    title: str
    story: str = ""
    alias: str | None = None
    as_written: WishText | None = None
    budget_fen: int | None = None
    place: str
    community_name: str
    zone: str
    helpers_needed: int = 1
    needed_by: date
    window: tuple[VisitWindow, ...] = ()
    dialects: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    safeguarding: tuple[Safeguarding, ...] = ()
    possible_duplicates: tuple[str, ...] = ()  # of the resident
    kin_duplicates: tuple[str, ...] = ()  # of their household, for staff
    hidden: bool = False  # staff took the words back from the public
    # Its resident is blocked: only staff and those who help already see it.
    suspended: bool = False
    held_for_review: bool = (
        False  # the words tell of an empty home, or of health
    )
    state: WishState = WishState.SUBMITTED
    claims: tuple[Claim, ...] = ()
    submitted_at: datetime
    approve_by: datetime | None = None  # staff, since it was submitted
    opened_at: datetime | None = None  # first time on the wall: its age
    listed_at: datetime | None = None  # last time it came to the wall
    delivered_at: datetime | None = None
    disputed_at: datetime | None = None
    ended_at: datetime | None = (
        None  # while it is fulfilled, or ended otherwise
    )
    told: tuple[
        str, ...
    ] = ()  # messages and questions sent about its present listing, claim or delivery
    # Of the last rejection, unpublishing or dispute; without personal data.
    reason: str | None = None
    rating: int | None = None
    thanks: str | None = None
    answer: RecordedAnswer | None = None  # for a resident without a phone
    proofs: tuple[str, ...] = ()  # uploads of all recorded answers

    @property
    def written(self) -> WishText:
        """Return its words as they were written."""
        return self.as_written or WishText(
            title=self.title, story=self.story, alias=self.alias
        )

    @property
    def community(self) -> str:
        """Return the community that it belongs to."""
        return community_of(self.place)

    @property
    def vetting_required(self) -> bool:
        """Say whether only a volunteer vetted for safeguarding may take it."""
        return bool(_VETTED_ONLY & set(self.safeguarding))

    @property
    def held(self) -> tuple[Claim, ...]:
        """Return the claims that take a place."""
        return tuple(
            claim
            for claim in self.claims
            if claim.state is not ClaimState.RELEASED
        )

    @property
    def active(self) -> tuple[Claim, ...]:
        """Return the claims that are still to be delivered."""
        return tuple(
            claim for claim in self.claims if claim.state is ClaimState.ACTIVE
        )

    def taken_too_often(
        self, helper: str, given_back: Collection[str] = ()
    ) -> bool:
        """Return whether a helper has released as many of the last ten claims as allowed.

        `given_back` are the claims that were given back by the helper's phone, under any account.
        """
        taken = 0
        for claim in self.claims:
            is_own = claim.helper == helper or claim.id in given_back
            is_released = claim.state is ClaimState.RELEASED
            taken += is_own and is_released and not claim.delivered_at
        return taken >= policy.CLAIMS_PER_WISH

    @property
    def places_left(self) -> int:
        """Return how many helpers are still wanted."""
        return max(0, self.helpers_needed - len(self.held))

    @property
    def late_at(self) -> datetime:
        """Return the end of the day by which it was needed."""
        return start_of_day(self.needed_by + timedelta(days=1), self.zone)

    @property
    def too_late_at(self) -> datetime:
        """Return the end of the last window, or else of the day by which it was needed."""
        return max((slot.end for slot in self.window), default=self.late_at)

    @property
    def last_day(self) -> date:
        """Return the last day for a visit: the day of the last window may be the earlier one."""
        return min(self.needed_by, local_day(self.too_late_at, self.zone))

    def has_missed_its_windows(self, now: datetime) -> bool:
        """Return whether every window of the wish is over."""
        return bool(self.window) and self.too_late_at <= now

    def steps_left(self, claim: Claim) -> tuple[ReminderStep, ...]:
        """Return the reminders that an active claim has before it, in order.

        A step that was over when the claim was made is none of them.
        """
        return steps_left(reminders_of(self), claim.reminded, claim.claimed_at)

    @property
    def expires_at(self) -> datetime:
        """Return when it leaves the wall if nobody takes it."""
        last = start_of_day(
            self.needed_by + timedelta(days=policy.UNCLAIMED_LASTS_DAYS),
            self.zone,
        )
        return max(
            last, (self.listed_at or self.created_at) + policy.LISTED_AT_LEAST
        )

    def as_resource(self, *, to_safeguarding: bool = False) -> Resource:
        """Return what permission needs to know of it.

        A wish that needs vetting for safeguarding is public only to volunteers who have it.
        """
        is_hidden = is_withheld(self) or (
            self.vetting_required and not to_safeguarding
        )
        helpers = frozenset(claim.helper for claim in self.held)
        return Resource(
            see=can.SEE,
            places=(self.place,),
            relations={
                Relation.OWNER: frozenset({self.person_id}),
                Relation.HELPER: helpers,
                Relation.FILER: filers_of(self) - {self.person_id},
                Relation.SERVES: helpers,
            },
            roles={Relation.HELPER: Role.VOLUNTEER},
            proxies={self.proxy_id: self.person_id} if self.proxy_id else {},
            public=self.state in PUBLIC_STATES and not is_hidden,
        )

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the instants at which something is due, by name; see `timers`."""
        if self.state is S.SUBMITTED:
            return {"expire": self.submitted_at + policy.SUBMITTED_LASTS}
        if self.state is S.OPEN:
            return (
                {"expire": self.expires_at}
                | self._if_needed()
                | self._reminders()
            )
        if self.state is S.CLAIMED:
            late = {} if "late" in self.told else {"tell_late": self.late_at}
            return late | self._reminders()
        if (
            self.state is S.DELIVERED
            and self.delivered_at
            and not {"unconfirmed", NEW_PHONE} & {*self.told}
        ):
            again = (
                {}
                if "asked" in self.told
                else {"ask_again": self.delivered_at + policy.ASK_AGAIN_AFTER}
            )
            return again | {
                "ask_staff": self.delivered_at + policy.ASK_STAFF_AFTER
            }
        return {}

    def _reminders(self) -> dict[str, datetime]:
        first = first_due(
            [step for claim in self.active for step in self.steps_left(claim)]
        )
        return {"remind": first} if first else {}

    def _if_needed(self) -> dict[str, datetime]:
        """Return when the resident of an unclaimed wish is asked whether they still need it."""
        day = local_day(self.expires_at, self.zone) - timedelta(
            days=policy.ASK_IF_NEEDED_DAYS
        )
        at = at_local(day, policy.REMIND_AT, self.zone)
        stood = (
            at
            >= (self.listed_at or self.created_at) + policy.LISTED_BEFORE_ASKING
        )
        return (
            {"ask_if_needed": at}
            if stood and not self.active and "expiring" not in self.told
            else {}
        )

    def waits_for_staff(self) -> tuple[str, datetime] | None:
        """Return what staff have to do about it and until when, or None."""
        if self.state is S.SUBMITTED:
            return "wish.approve", self.approve_by or self.submitted_at
        if self.state is S.DISPUTED and self.disputed_at:
            return (
                "wish.dispute",
                self.disputed_at + policy.SETTLE_DISPUTE_WITHIN,
            )
        if self.state is S.CLAIMED and "late" in self.told:
            return "wish.late", self.late_at
        if self.state is S.DELIVERED and self.delivered_at:
            return _unconfirmed(self, self.delivered_at)
        if self.state is S.FULFILLED and self.answer and self.answer.check_by:
            return "wish.check", self.answer.check_by
        return None

    @property
    def forgotten(self) -> bool:
        """Say whether its resident was erased: nothing can come of it any more."""
        return not self.title

    def moves(self, actor_id: str, relations: frozenset[Relation]) -> list[str]:
        """Return what this caller may do now."""
        if self.forgotten:
            return []
        mine = [
            claim
            for claim in self.active
            if claim.helper == actor_id or relations & STAFF
        ]
        hidden = (
            set() if mine else {"release", "deliver", "check-in", "check-out"}
        )
        helping = any(claim.helper == actor_id for claim in self.held)
        if (
            Relation.OWNER in relations
            or helping
            or self.taken_too_often(actor_id)
        ):
            hidden.add("claim")
        if not (self.answer and self.answer.check_by):
            hidden.add("check")
        return [
            move
            for move in TABLE.moves(self.state, relations)
            if move not in hidden
        ]


def is_withheld(wish: Wish) -> bool:
    """Say whether a wish is kept from the public, for its resident is blocked."""
    return wish.suspended and wish.state not in ENDED


def is_offered(wish: Wish) -> bool:
    """Say whether a wish is on the wall and waits for helpers."""
    return wish.state is WishState.OPEN and not wish.suspended


def known_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Return skills or dialects without those from which personal data was taken."""
    return tuple(label for label in labels if MASK not in label)


def filers_of(wish: Wish) -> frozenset[str]:
    """Return the ids of those who filed a wish, or recorded the resident's answer."""
    recorder = {wish.answer.by} if wish.answer else set[str]()
    return frozenset({wish.filed_by} | recorder)


def is_alone(wish: Wish) -> bool:
    """Say whether the resident is alone: then staff must know the volunteer well."""
    return Safeguarding.ALONE in wish.safeguarding


def reminders_of(wish: Wish) -> tuple[ReminderStep, ...]:
    """Return the reminders of a wish's helpers, in order."""
    before = steps_before(wish.needed_by, policy.REMINDERS, wish.zone)
    return (*before, ReminderStep(name="overdue", at=wish.late_at))


def _unconfirmed(
    wish: Wish, delivered_at: datetime
) -> tuple[str, datetime] | None:
    """Return the task about a delivery that nobody has confirmed, or None."""
    due_at = delivered_at + policy.ASK_STAFF_AFTER
    if NEW_PHONE in wish.told:
        return "wish.new_phone", due_at
    if "unconfirmed" in wish.told:
        return "wish.unconfirmed", due_at
    return None
