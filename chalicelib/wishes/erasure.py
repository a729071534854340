"""The erasure of a resident or helper from a wish. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.access import Relation
from ..kernel.changes import Changes, Event
from .claiming import release
from .model import FORGET_OWNER, SYSTEM_ONLY, TABLE, Wish, WishMover
from .transitions import EndedClaims, all_ended

__all__ = ["forget_helper", "forget_owner"]


def forget_owner(wish: Wish, now: datetime) -> Changes[Wish]:
    """Redact a wish whose resident was erased, and end it."""
    mover = WishMover(id="system", relations=SYSTEM_ONLY, now=now)
    step = TABLE.go(wish.state, FORGET_OWNER, mover.relations)
    ended = EndedClaims(claims=wish.claims, writes=(), messages=())
    if step.target is not wish.state:
        ended = all_ended(wish, "withdrawn")
    entity = replace(
        wish,
        title="",
        story="",
        alias=None,
        as_written=None,
        thanks=None,
        reason=None,
        place=wish.community,
        proxy_id=None,
        safeguarding=(),
        possible_duplicates=(),
        claims=tuple(replace(claim, note=None) for claim in ended.claims),
        state=step.target,
    )
    event = Event(tag=step.event, by=mover.id, party=mover.party)
    return Changes(entity=entity, previous=wish, writes=ended.writes, events=(event,), messages=ended.messages)


def forget_helper(wish: Wish, helper: str, now: datetime) -> Changes[Wish]:
    """Release the claim of a helper who was erased."""
    mine = [claim for claim in wish.active if claim.helper == helper]
    if not mine:
        return Changes(entity=wish, previous=wish)
    mover = WishMover(id=helper, relations=frozenset({Relation.HELPER}), now=now)
    return release(wish, mover, mine[0].id, "account erased")
