"""A helper's claim on a wish: what is known of it, its deadlines, and the tasks of staff. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from . import policy
from .states import ClaimState

__all__ = [
    "ASKED",
    "LATE",
    "NEW_PHONE",
    "UNCONFIRMED",
    "Claim",
    "ClaimPointer",
    "ClaimsOfWish",
]

# Marks of a claim: what was asked and said about it.
ASKED = "asked"  # the resident, once more
UNCONFIRMED = "unconfirmed"  # staff, that nobody has answered
LATE = "late"  # staff, that the day has passed
NEW_PHONE = "new_phone"  # staff, that a new phone has confirmed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One helper's part in a wish. It is delivered, answered and booked by itself.

    The answer of the resident, or of staff, confirms or disputes it. `answered_by` is their
    relation: ``helper`` for the resident's code at the door.
    """

    id: str
    helper: str
    state: ClaimState = ClaimState.ACTIVE
    claimed_at: datetime
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    note: str | None = None
    minutes: int = 0  # booked, once confirmed
    hours_by: datetime | None = None  # staff settle a longer stay until then
    rating: int | None = None
    thanks: str | None = None
    reminded: tuple[
        str, ...
    ] = ()  # reminders that were sent; see `reminders_of`
    told: tuple[str, ...] = ()  # see the marks above

    @property
    def is_active(self) -> bool:
        """Say whether it is still to be delivered."""
        return self.state is ClaimState.ACTIVE

    @property
    def is_held(self) -> bool:
        """Say whether it takes a place."""
        return self.state is not ClaimState.RELEASED

    @property
    def is_unanswered(self) -> bool:
        """Say whether it was delivered, and the resident has not answered."""
        return self.state is ClaimState.DELIVERED and self.answered_at is None

    @property
    def is_disputed(self) -> bool:
        """Say whether its delivery is disputed."""
        return (
            self.state is ClaimState.DELIVERED and self.answered_at is not None
        )

    @property
    def is_confirmed(self) -> bool:
        """Say whether its delivery was confirmed."""
        return self.state is ClaimState.CONFIRMED

    @property
    def is_visiting(self) -> bool:
        """Say whether its helper has checked in, and not out."""
        return self.checked_in_at is not None and self.checked_out_at is None

    @property
    def disputed_at(self) -> datetime | None:
        """Return when its delivery was disputed."""
        return self.answered_at if self.is_disputed else None

    def deadlines(self, late_at: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield what is due about it, by name; see `timers`."""
        if self.is_active and LATE not in self.told:
            yield "tell_late", late_at
        is_with_staff = bool({UNCONFIRMED, NEW_PHONE} & {*self.told})
        if not self.is_unanswered or self.delivered_at is None or is_with_staff:
            return
        if ASKED not in self.told:
            yield "ask_again", self.delivered_at + policy.ASK_AGAIN_AFTER
        yield "ask_staff", self.delivered_at + policy.ASK_STAFF_AFTER

    def tasks(self, late_at: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield what staff have to do about it while its wish goes on, each with its deadline."""
        if self.is_active and LATE in self.told:
            yield "wish.late", late_at
        if self.disputed_at:
            yield (
                "wish.dispute",
                self.disputed_at + policy.SETTLE_DISPUTE_WITHIN,
            )
        if not self.is_unanswered or self.delivered_at is None:
            return
        due_at = self.delivered_at + policy.ASK_STAFF_AFTER
        if NEW_PHONE in self.told:
            yield "wish.new_phone", due_at
        elif UNCONFIRMED in self.told:
            yield "wish.unconfirmed", due_at


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


class ClaimsOfWish:
    """The claims of a wish by what they wait for, as properties of the wish."""

    __slots__ = ()

    claims: tuple[Claim, ...]
    helpers_needed: int
    places_closed: bool

    @property
    def held(self) -> tuple[Claim, ...]:
        """Return the claims that take a place."""
        return tuple(claim for claim in self.claims if claim.is_held)

    @property
    def active(self) -> tuple[Claim, ...]:
        """Return the claims that are still to be delivered."""
        return tuple(claim for claim in self.claims if claim.is_active)

    @property
    def unanswered(self) -> tuple[Claim, ...]:
        """Return the delivered claims that the resident has not answered."""
        return tuple(claim for claim in self.claims if claim.is_unanswered)

    @property
    def disputed(self) -> tuple[Claim, ...]:
        """Return the claims whose delivery is disputed."""
        return tuple(claim for claim in self.claims if claim.is_disputed)

    @property
    def confirmed(self) -> tuple[Claim, ...]:
        """Return the claims whose delivery was confirmed."""
        return tuple(claim for claim in self.claims if claim.is_confirmed)

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
        if self.places_closed:
            return 0
        return max(0, self.helpers_needed - len(self.held))
