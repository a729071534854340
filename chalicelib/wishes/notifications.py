"""Messages about a wish: whether they are still relevant, and the context of their templates.

A message may be sent a day after it was made (quiet hours, the daily digest). Pure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from ..kernel.clock import local_day, to_text
from ..kernel.text_catalogue import Text, text
from ..kernel.user_text import UserText
from . import policy
from .claims import LATE, NEW_PHONE, UNCONFIRMED, Claim
from .model import ClaimState, Wish, WishKind, WishState, is_seen
from .states import ENDED

__all__ = [
    "NAMES_HELPER",
    "RELEVANT_WHILE",
    "TO_HELPERS",
    "barred_people",
    "claim_asked_about",
    "claim_of",
    "helper_of",
    "is_relevant",
    "occasion_of",
    "template_context",
    "title_of",
]

Condition = Callable[[Wish, Claim | None, datetime], bool]


def _while(*states: WishState) -> Condition:
    return lambda wish, claim, now: wish.state in states


def _still(state: WishState) -> Condition:
    """Return a condition on a decision that was not undone.

    A wish whose decision is undone is submitted anew. If it is decided again within the minute, the
    message of the first decision is left out: that of the second one is due later.
    """
    return lambda wish, claim, now: (
        wish.state is state and now >= wish.submitted_at + policy.UNDO_WITHIN
    )


def _active(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return claim is not None and claim.state is ClaimState.ACTIVE


def _over(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    """Say whether the claim has ended, and its helper has not claimed the wish again."""
    return (
        claim is not None
        and claim.state is ClaimState.RELEASED
        and all(c.helper != claim.helper for c in wish.held)
    )


def _confirmed(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return claim is not None and claim.state is ClaimState.CONFIRMED


def _gave_back(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    """Say whether a helper has left a wish that goes on, or that others have fulfilled."""
    goes_on = wish.is_listed or wish.state is WishState.FULFILLED
    return _over(wish, claim, now) and goes_on


def _asked(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    """Say whether the delivery of a claim waits for the resident's answer."""
    return wish.is_listed and claim is not None and claim.is_unanswered


def _marked(mark: str) -> Condition:
    """Return a condition on a mark of an unanswered claim."""
    return lambda wish, claim, now: (
        _asked(wish, claim, now) and claim is not None and mark in claim.told
    )


def _disputed(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.is_listed and claim is not None and claim.is_disputed


def _any_disputed(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.is_listed and bool(wish.disputed)


def _late(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    late = [one for one in wish.active if LATE in one.told]
    return wish.is_listed and bool(late)


def _closed(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.places_closed and bool(wish.held)


def _due_in(days: int) -> Condition:
    """Return a condition for a message that names the day."""
    return lambda wish, claim, now: (
        _active(wish, claim, now)
        and (wish.needed_by - local_day(now, wish.zone)).days == days
    )


def _overdue(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return _active(wish, claim, now) and now >= wish.late_at


def _looked_at_again(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.state is WishState.SUBMITTED and bool(
        wish.reason
    )  # an owner's edit or reopening clears the reason


def _expiring(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return (
        wish.state is WishState.OPEN
        and not wish.held
        and "expiring" in wish.told
    )


def _suspended(wish: Wish, claim: Claim | None, now: datetime) -> bool:
    return wish.suspended and bool(wish.active)


RELEVANT_WHILE: Mapping[str, Condition] = {
    # Once it is claimed, the resident gets that message instead.
    "wish.approved": _still(WishState.OPEN),
    "wish.rejected": _still(WishState.REJECTED),
    "wish.unpublished": _looked_at_again,
    "wish.claimed": _active,
    "wish.yours": _active,
    **{f"wish.{step.name}": _due_in(step.days) for step in policy.REMINDERS},
    "wish.overdue": _overdue,
    "wish.released": _gave_back,
    "wish.released_staff": _gave_back,
    "wish.claim_ended": _over,
    "wish.withdrawn": _over,
    "wish.moved": _active,
    "wish.moved_staff": _while(*WishState),
    "wish.delivered": _asked,
    "wish.unconfirmed": _asked,
    "wish.thanks": _confirmed,
    "wish.thanked": _confirmed,
    "wish.hours_settled": _confirmed,
    "wish.disputed_staff": _disputed,
    "wish.suspended_staff": _suspended,
    "wish.check_failed_staff": _any_disputed,
    "wish.reopened": _while(WishState.OPEN),
    "wish.expiring": _expiring,
    "wish.expiring_staff": _expiring,
    "wish.filed_ended": _while(*ENDED),
    "wish.expired": _while(WishState.EXPIRED),
    "wish.expired_staff": _while(WishState.EXPIRED),
    "wish.partly": _closed,
    "wish.late_staff": _late,
    "wish.unconfirmed_staff": _marked(UNCONFIRMED),
    "wish.new_phone_staff": _marked(NEW_PHONE),
}
# Messages that name the helper of a claim.
NAMES_HELPER = frozenset({"wish.claimed", "wish.delivered", "wish.unconfirmed"})


# Messages to the helper of a claim.
TO_HELPERS = frozenset(
    {
        "wish.yours",
        *(f"wish.{step.name}" for step in policy.REMINDERS),
        "wish.overdue",
        "wish.claim_ended",
        "wish.withdrawn",
        "wish.thanks",
        "wish.thanked",
        "wish.moved",
        "wish.hours_settled",
    }
)

# Between a resident and their helpers: the code, and whether the delivery came. A resident may
# be reached at a neighbour's phone, and that neighbour may be a helper: see `NAMES_HELPER`.


def barred_people(wish: Wish, kind: str) -> frozenset[str]:
    """Return the people whose phones must not receive a message about a wish."""
    if kind not in NAMES_HELPER:
        return frozenset()
    return frozenset(claim.helper for claim in wish.held)


def is_relevant(
    wish: Wish, kind: str, claim_id: str | None, now: datetime
) -> bool:
    """Say whether a message about a wish, or about one claim of it, is relevant now."""
    return RELEVANT_WHILE[kind](wish, claim_of(wish, claim_id), now)


def occasion_of(wish: Wish, kind: str, claim_id: str | None = None) -> str:
    """Return the listing of a wish, or the delivery of a claim, that a question is about."""
    if kind == "wish.expiring":
        return f"{to_text(wish.listed_at or wish.created_at)} {wish.needed_by}"
    claim = claim_of(wish, claim_id)
    if claim is None or claim.delivered_at is None:
        return ""
    return f"{claim.id} {to_text(claim.delivered_at)}"


def claim_asked_about(kind: str, occasion: str) -> str | None:
    """Return the id of the claim that a question is about, None for the wish itself."""
    return None if kind == "wish.expiring" else occasion.partition(" ")[0]


_KINDS: Mapping[WishKind, Text] = {
    WishKind.GOODS: text(zh="一件物品", en="something to bring"),
    WishKind.SERVICE: text(zh="一次帮忙", en="a bit of help"),
    WishKind.COMPANY: text(zh="一次陪伴", en="some company"),
    WishKind.LEARNING: text(zh="一次学习", en="something to learn"),
}
_ENDINGS: Mapping[WishState, Text] = {
    WishState.FULFILLED: text(zh="已完成", en="is fulfilled"),
    WishState.REJECTED: text(zh="未通过", en="was refused"),
    WishState.WITHDRAWN: text(zh="已撤回", en="was withdrawn"),
    WishState.EXPIRED: text(zh="已过期", en="has expired"),
}
_REASON_ELSEWHERE = text(zh="理由见应用", en="the reason is in the app")


def title_of(wish: Wish) -> UserText:
    """Return the title for messages. Others than the resident get it once staff released it."""
    public: str | Text = wish.title
    if not is_seen(wish):
        public = _KINDS[wish.kind]
    owners = frozenset() if wish.hidden else _owners(wish)
    return UserText(words=wish.title, owners=owners, public=public)


def _owners(wish: Wish) -> frozenset[str]:
    return frozenset(one for one in (wish.person_id, wish.proxy_id) if one)


def helper_of(wish: Wish, claim_id: str | None) -> str:
    """Return the helper of the claim that a message is about, "" for none."""
    claim = claim_of(wish, claim_id)
    return claim.helper if claim else ""


def template_context(
    wish: Wish, claim_id: str | None
) -> dict[str, str | UserText]:
    """Return the context of the message templates, without the delivery code.

    Words are without personal data, as phones are shared.
    """
    facts: dict[str, str | UserText] = {
        "title": title_of(wish),
        "needed_by": f"{wish.needed_by:%m-%d}",
        "reason": UserText(
            words=wish.reason or "",
            owners=_owners(wish),
            public=_REASON_ELSEWHERE,
        ),
    }
    facts["helpers"] = str(len(wish.held))
    facts["ending"] = UserText(words="", public=_ENDINGS.get(wish.state, ""))
    claim = claim_of(wish, claim_id)
    return facts | ({"hours": f"{claim.minutes / 60:g}"} if claim else {})


def claim_of(wish: Wish, claim_id: str | None) -> Claim | None:
    """Return the claim of an id, None if the wish has no such claim."""
    return next((claim for claim in wish.claims if claim.id == claim_id), None)
