"""What is told about a wish: whether a message is still true at the moment of sending, and the facts that it takes.

A message may be sent a day after it was made (quiet hours, the daily digest). Pure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from ..kernel.clock import local_day
from ..kernel.text import mask_personal
from . import policy
from .model import Claim, ClaimState, State, Wish

__all__ = ["RELEVANT_WHILE", "barred_people", "is_relevant", "template_context"]

Condition = Callable[[Wish, Claim | None, datetime], bool]


def _while(*states: State) -> Condition:
    return lambda wish, claim, now: wish.state in states


def _noted(state: State, mark: str) -> Condition:
    """What was noted of this listing, claim or delivery, and not of an earlier one."""
    return lambda wish, claim, now: wish.state is state and mark in wish.told


def _active(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return claim is not None and claim.state is ClaimState.ACTIVE


def _over(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    """Her claim has ended, and she has not taken it again since."""
    return claim is not None and claim.state is ClaimState.RELEASED and all(c.helper != claim.helper for c in wish.held)


def _confirmed(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return claim is not None and claim.state is ClaimState.CONFIRMED


def _thanked(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.state is State.FULFILLED and _confirmed(wish, claim, now)


def _due_in(days: int) -> Condition:
    """The words name the day, and must fit it."""
    return lambda wish, claim, now: _active(wish, claim, now) and (wish.needed_by - local_day(now, wish.zone)).days == days


def _overdue(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return _active(wish, claim, now) and now >= wish.late_at


def _looked_at_again(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.state is State.SUBMITTED and bool(wish.reason)  # who edits or reopens it herself takes the reason away


def _expiring(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.state is State.OPEN and not wish.active and "expiring" in wish.told


RELEVANT_WHILE: Mapping[str, Condition] = {
    "wish.approved": _while(State.OPEN),  # afterwards she has heard who took it
    "wish.rejected": _while(State.REJECTED),
    "wish.unpublished": _looked_at_again,
    "wish.claimed": _active,
    "wish.yours": _active,
    **{f"wish.{step.name}": _due_in(step.days) for step in policy.REMINDERS},
    "wish.overdue": _overdue,
    "wish.released": _while(State.OPEN),
    "wish.released_staff": _while(State.OPEN),
    "wish.claim_ended": _over,
    "wish.withdrawn": _over,
    "wish.delivered": _while(State.DELIVERED),
    "wish.unconfirmed": _while(State.DELIVERED),
    "wish.thanks": _confirmed,
    "wish.thanked": _thanked,
    "wish.disputed_staff": _while(State.DISPUTED),
    "wish.reopened": _while(State.OPEN),
    "wish.expiring": _expiring,
    "wish.expiring_staff": _expiring,
    "wish.expired": _while(State.EXPIRED),
    "wish.expired_staff": _while(State.EXPIRED),
    "wish.late_staff": _noted(State.CLAIMED, "late"),
    "wish.unconfirmed_staff": _noted(State.DELIVERED, "unconfirmed"),
}


# Between the resident and her helpers: a code, and whether it came. A neighbour's phone that rings for her may be a helper's.
_ABOUT_HELPERS = {"wish.claimed", "wish.delivered", "wish.unconfirmed"}


def barred_people(wish: Wish, kind: str) -> frozenset[str]:
    """Return the people whose phones must not receive a message about a wish."""
    if kind not in _ABOUT_HELPERS:
        return frozenset()
    return frozenset(claim.helper for claim in wish.held)


def is_relevant(wish: Wish, kind: str, claim_id: str | None, now: datetime) -> bool:
    """Say whether a message about a wish, and about one claim of it where it names one, is true now."""
    return RELEVANT_WHILE[kind](wish, _claim_of(wish, claim_id), now)


def template_context(wish: Wish, claim_id: str | None) -> dict[str, str]:
    """Return the facts that messages about a wish take, but for the delivery code. A reason is masked: phones are shared."""
    facts = {"title": wish.title, "needed_by": f"{wish.needed_by:%m-%d}", "reason": mask_personal(wish.reason or "")}
    claim = _claim_of(wish, claim_id)
    return facts | ({"hours": f"{claim.minutes / 60:g}"} if claim else {})


def _claim_of(wish: Wish, claim_id: str | None) -> Claim | None:
    return next((claim for claim in wish.claims if claim.id == claim_id), None)
