"""A wish: who helps, and what it waits for. Pure; `states` has its moves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from ..kernel.access import STAFF, Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.clock import at_local, local_day, start_of_day
from ..kernel.place import community_of
from ..kernel.reminder_steps import (
    ReminderStep,
    first_due,
    steps_before,
    steps_left,
)
from . import permissions as can
from . import policy
from .claims import NEW_PHONE, Claim, ClaimPointer, ClaimsOfWish
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
from .terms import (
    Safeguarding,
    VisitWindow,
    WishKind,
    WishText,
    known_labels,
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
    "filer_for_another",
    "filers_of",
    "is_alone",
    "is_offered",
    "is_seen",
    "is_withheld",
    "known_labels",
    "reminders_of",
]


S = WishState
_VETTED_ONLY = {Safeguarding.MINOR, Safeguarding.BEDRIDDEN}
_LISTED = {S.OPEN, S.CLAIMED, S.DELIVERED, S.DISPUTED}
_OF_CLAIMS = {"release", "deliver", "check-in", "check-out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(ClaimsOfWish, Entity):
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
    approved_at: datetime | None = None  # last time that staff let it there
    places_closed: bool = False  # nobody further is looked for
    # A keyed hash of the resident's home, "" for a wish at another place: see `moving`.
    home: str = ""
    ended_at: datetime | None = (
        None  # while it is fulfilled, or ended otherwise
    )
    told: tuple[
        str, ...
    ] = ()  # questions and messages about its present listing
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
        if self.state not in _LISTED:
            return {}
        due = self._reminders()
        if self.state is S.OPEN:
            due |= {"expire": self.expires_at} | self._if_needed()
        for claim in self.claims:
            for name, at in claim.deadlines(self.late_at):
                due[name] = min(at, due.get(name, at))
        return due

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
            if stood and not self.held and "expiring" not in self.told
            else {}
        )

    def waits_for_staff(self) -> tuple[str, datetime] | None:
        """Return what staff have to do about it and until when, the soonest first, or None."""
        tasks = [] if self.forgotten else list(self._tasks())
        return min(tasks, key=_deadline, default=None)

    def _tasks(self) -> Iterator[tuple[str, datetime]]:
        if self.state is S.SUBMITTED:
            yield "wish.approve", self.approve_by or self.submitted_at
        for claim in self.claims:
            if self.state in _LISTED:
                yield from claim.tasks(self.late_at)
            if claim.hours_by:
                yield "wish.hours", claim.hours_by
        is_published = self.is_listed or self.state is S.FULFILLED
        if self.answer and self.answer.check_by and is_published:
            yield "wish.check", self.answer.check_by

    @property
    def forgotten(self) -> bool:
        """Say whether its resident was erased: nothing can come of it any more."""
        return not self.title

    def moves(self, actor_id: str, relations: frozenset[Relation]) -> list[str]:
        """Return what this caller may do now."""
        if self.forgotten:
            return []
        hidden = {*_not_of_claims(self, actor_id, relations)}
        hidden |= {*_not_of_answers(self, relations)}
        helping = any(claim.helper == actor_id for claim in self.held)
        is_owner = Relation.OWNER in relations
        if is_owner or helping or self.taken_too_often(actor_id):
            hidden.add("claim")
        return [
            move
            for move in TABLE.moves(self.state, relations)
            if move not in hidden
        ]

    @property
    def is_listed(self) -> bool:
        """Say whether it is between its approval and its end."""
        return self.state in _LISTED

    @property
    def is_enough(self) -> bool:
        """Say whether its owner may do without the helpers that are missing."""
        others = self.active or self.unanswered or self.disputed
        return self.state is S.OPEN and bool(self.confirmed) and not others


def _not_of_claims(
    wish: Wish, actor_id: str, relations: frozenset[Relation]
) -> Iterator[str]:
    """Yield the moves for which the caller has no claim."""
    mine = [
        claim
        for claim in wish.active
        if claim.helper == actor_id or relations & STAFF
    ]
    if not mine:
        yield from _OF_CLAIMS
    if all(claim.checked_in_at for claim in mine):
        yield "check-in"
    if not any(claim.is_visiting for claim in mine):
        yield "check-out"


def _not_of_answers(
    wish: Wish, relations: frozenset[Relation]
) -> Iterator[str]:
    """Yield the moves for which there is no delivery to judge."""
    is_staff = bool(relations & STAFF)
    if wish.state in _LISTED:
        to_settle = is_staff and bool(wish.disputed)
        if not (wish.unanswered or to_settle or wish.is_enough):
            yield "confirm"
        if not wish.unanswered:
            yield "dispute"
        if not wish.disputed:
            yield "reopen"
    if not (wish.answer and wish.answer.check_by):
        yield "check"
    if not any(claim.hours_by for claim in wish.claims):
        yield "settle-hours"


def _deadline(task: tuple[str, datetime]) -> datetime:
    return task[1]


def is_withheld(wish: Wish) -> bool:
    """Say whether a wish is kept from the public, for its resident is blocked."""
    return wish.suspended and wish.state not in ENDED


def is_seen(wish: Wish) -> bool:
    """Say whether others than the resident may read the words of a wish: staff released them."""
    return wish.opened_at is not None and not (wish.hidden or wish.forgotten)


def is_offered(wish: Wish) -> bool:
    """Say whether a wish is on the wall and waits for helpers."""
    return wish.state is WishState.OPEN and not wish.suspended


def filer_for_another(wish: Wish) -> str | None:
    """Return the id of a person who filed a wish for another; None if it is their own."""
    return None if wish.filed_by == wish.person_id else wish.filed_by


def filers_of(wish: Wish) -> frozenset[str]:
    """Return the ids of those who filed a wish, or recorded the resident's answer."""
    recorders = wish.answer.recorders if wish.answer else ()
    return frozenset({wish.filed_by, *recorders})


def is_alone(wish: Wish) -> bool:
    """Say whether the resident is alone: then staff must know the volunteer well."""
    return Safeguarding.ALONE in wish.safeguarding


def reminders_of(wish: Wish) -> tuple[ReminderStep, ...]:
    """Return the reminders of a wish's helpers, in order."""
    before = steps_before(wish.needed_by, policy.REMINDERS, wish.zone)
    return (*before, ReminderStep(name="overdue", at=wish.late_at))
