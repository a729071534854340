"""The timer of a wish. Pure: `on_timer` decides one step, and the commit arms the next."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Message
from ..kernel.reminder_steps import due_steps
from .claims import ASKED, LATE, UNCONFIRMED, Claim
from .model import SYSTEM_ONLY, Wish, WishMover
from .transitions import go, settled, swap, tell, tell_staff

__all__ = ["on_timer"]


def on_timer(wish: Wish, now: datetime) -> Changes[Wish]:
    """Take one step that is due. The spent timer is dropped, so that the commit arms the next."""
    spent = replace(wish, timer=None)
    mover = WishMover(id="system", relations=SYSTEM_ONLY, now=now)
    due = {name for name, at in wish.deadlines().items() if at <= now}
    step = next((do for name, do in _DUE.items() if name in due), _sleep_on)
    return replace(step(spent, mover), previous=wish)


def _expire(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """End a wish that nobody has taken. Where somebody has, only the places left end."""
    if wish.held:
        return _close_places(wish, mover)
    messages = tell(wish, "expired", wish.person_id)
    messages += tell_staff(wish, "expired_staff")
    return go(wish, "expire", mover, messages=messages)


def _close_places(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """Look for no further helpers. Those who have come, or still will, are not touched."""
    after = replace(wish, places_closed=True)
    target = settled(after, is_enough=True)
    return go(
        wish,
        "expire",
        mover,
        after,
        target=target,
        event="wish.places_closed",
        messages=tell(wish, "partly", wish.person_id),
    )


def _tell_late(wish: Wish, mover: WishMover) -> Changes[Wish]:
    claims, messages = _reminded(wish, mover.now)
    messages += tell_staff(wish, "late_staff")
    reminded = replace(wish, claims=claims)
    late = [_marked(claim, LATE) for claim in reminded.active]
    after = replace(wish, claims=swap(reminded, *late))
    return go(
        wish, "tell_late", mover, after, target=wish.state, messages=messages
    )


def _ask_staff(wish: Wish, mover: WishMover) -> Changes[Wish]:
    due = _due_of(wish, "ask_staff", mover.now)
    after = replace(wish, claims=_all_marked(wish, due, UNCONFIRMED))
    messages: tuple[Message, ...] = ()
    for claim in due:
        messages += tell_staff(wish, "unconfirmed_staff", claim=claim.id)
    return go(
        wish, "ask_staff", mover, after, target=wish.state, messages=messages
    )


def _ask_again(wish: Wish, mover: WishMover) -> Changes[Wish]:
    due = _due_of(wish, "ask_again", mover.now)
    after = replace(wish, claims=_all_marked(wish, due, ASKED))
    messages: tuple[Message, ...] = ()
    for claim in due:
        messages += tell(wish, "unconfirmed", wish.person_id, claim=claim.id)
    return _noted(wish, after, messages)


def _due_of(wish: Wish, step: str, now: datetime) -> list[Claim]:
    """Return the claims for which a step is due."""
    due = []
    for claim in wish.claims:
        at = dict(claim.deadlines(wish.late_at)).get(step)
        if at and at <= now:
            due.append(claim)
    return due


def _all_marked(
    wish: Wish, claims: Iterable[Claim], mark: str
) -> tuple[Claim, ...]:
    return swap(wish, *(_marked(claim, mark) for claim in claims))


def _marked(claim: Claim, mark: str) -> Claim:
    return replace(claim, told=(*claim.told, mark))


def _ask_if_needed(wish: Wish, mover: WishMover) -> Changes[Wish]:
    messages = tell(wish, "expiring", wish.person_id) + tell_staff(
        wish, "expiring_staff"
    )
    return _noted(wish, replace(wish, told=(*wish.told, "expiring")), messages)


def _remind(wish: Wish, mover: WishMover) -> Changes[Wish]:
    claims, messages = _reminded(wish, mover.now)
    return _noted(wish, replace(wish, claims=claims), messages)


def _sleep_on(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """Wait on: the timer fired too early, by a clock ahead of ours."""
    return _noted(wish, wish, ())


# Steps that may be due. Of several the first is taken: it includes those below it or makes them
# pointless.
_DUE: Mapping[str, Callable[[Wish, WishMover], Changes[Wish]]] = {
    "expire": _expire,
    "tell_late": _tell_late,
    "ask_staff": _ask_staff,
    "ask_again": _ask_again,
    "ask_if_needed": _ask_if_needed,
    "remind": _remind,
}


def _noted(
    wish: Wish, after: Wish, messages: tuple[Message, ...]
) -> Changes[Wish]:
    """Note a step that no view shows: the version stays."""
    return Changes(
        entity=after, previous=wish, messages=messages, bump_version=False
    )


def _reminded(
    wish: Wish, now: datetime
) -> tuple[tuple[Claim, ...], tuple[Message, ...]]:
    """Mark the reminders that are due, and send the latest of each claim.

    After an outage nobody is sent a reminder that is long past.
    """
    claims: list[Claim] = []
    messages: tuple[Message, ...] = ()
    for claim in wish.active:
        due = due_steps(wish.steps_left(claim), now)
        if due:
            claims.append(
                replace(
                    claim,
                    reminded=(*claim.reminded, *(step.name for step in due)),
                )
            )
            (message,) = tell(wish, due[-1].name, claim.helper, claim=claim.id)
            messages += (replace(message, not_after=due[-1].until),)
    return swap(wish, *claims), messages
