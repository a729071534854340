"""The timer of a wish. Pure: `on_timer` decides one step, and the commit arms the next."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Message
from ..kernel.reminder_steps import due_steps
from .model import SYSTEM_ONLY, Claim, Wish, WishMover
from .transitions import all_ended, go, swap, tell, tell_staff

__all__ = ["on_timer"]


def on_timer(wish: Wish, now: datetime) -> Changes[Wish]:
    """Take one step that is due. The spent timer is dropped, so that the commit arms the next."""
    spent = replace(wish, timer=None)
    mover = WishMover(id="system", relations=SYSTEM_ONLY, now=now)
    due = {name for name, at in wish.deadlines().items() if at <= now}
    step = next((do for name, do in _DUE.items() if name in due), _sleep_on)
    return replace(step(spent, mover), previous=wish)


def _expire(wish: Wish, mover: WishMover) -> Changes[Wish]:
    ended = all_ended(wish, "claim_ended")
    messages = ended.messages + tell(wish, "expired", wish.person_id)
    messages += tell_staff(wish, "expired_staff")
    after = replace(wish, claims=ended.claims)
    return go(
        wish, "expire", mover, after, writes=ended.writes, messages=messages
    )


def _tell_late(wish: Wish, mover: WishMover) -> Changes[Wish]:
    claims, messages = _reminded(wish, mover.now)
    messages += tell_staff(wish, "late_staff")
    after = replace(wish, told=(*wish.told, "late"), claims=claims)
    return go(wish, "tell_late", mover, after, messages=messages)


def _ask_staff(wish: Wish, mover: WishMover) -> Changes[Wish]:
    messages = tell_staff(wish, "unconfirmed_staff")
    after = replace(wish, told=(*wish.told, "unconfirmed"))
    return go(wish, "ask_staff", mover, after, messages=messages)


def _ask_again(wish: Wish, mover: WishMover) -> Changes[Wish]:
    messages = tell(wish, "unconfirmed", wish.person_id)
    return _noted(wish, replace(wish, told=(*wish.told, "asked")), messages)


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
