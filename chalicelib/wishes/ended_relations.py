"""What ends in a wish with a relation of its helper or of the contact who filed it. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Message, TimelineEvent
from .claiming import give_place_back
from .model import SYSTEM_ONLY, Wish, WishMover
from .states import ENDED
from .transitions import freed, tell_staff

__all__ = ["HELPER_LEFT", "release_claims_of", "remove_contact", "suspend"]

HELPER_LEFT = (
    "志愿者不再服务"  # why a claim ended; it does not say more of the helper
)


def release_claims_of(wish: Wish, helper: str, now: datetime) -> Changes[Wish]:
    """Release the active claim of a helper who may not help any more. Idempotent.

    The wish is on the wall again. The resident and staff get a message, the helper does not.
    """
    mine = [claim for claim in wish.active if claim.helper == helper]
    if not mine:
        return Changes(entity=wish, previous=wish)
    mover = WishMover(id="system", relations=SYSTEM_ONLY, now=now)
    return give_place_back(
        wish,
        mover,
        "end_claim",
        mine,
        note=HELPER_LEFT,
        writes=freed(mine),
    )


def suspend(wish: Wish, *, suspended: bool) -> Changes[Wish]:
    """Take a wish from the wall while its resident is blocked, or put it back. Idempotent.

    Claims are kept. Staff decide about them with the helper.
    """
    is_over = suspended and wish.state in ENDED
    if wish.suspended is suspended or is_over:
        return Changes(entity=wish, previous=wish)
    tag = "wish.suspended" if suspended else "wish.resumed"
    event = TimelineEvent(tag=tag, actor="system", party="system")
    messages: tuple[Message, ...] = ()
    if suspended and wish.active:
        messages = tell_staff(wish, "suspended_staff")
    return Changes(
        entity=replace(wish, suspended=suspended),
        previous=wish,
        events=(event,),
        messages=messages,
    )


def remove_contact(wish: Wish, former: Collection[str]) -> Changes[Wish]:
    """Remove a former contact who filed a wish for its resident. Idempotent."""
    if wish.proxy_id not in former:
        return Changes(entity=wish, previous=wish)
    event = TimelineEvent(
        tag="wish.contact_removed", actor="system", party="system"
    )
    return Changes(
        entity=replace(wish, proxy_id=None), previous=wish, events=(event,)
    )
