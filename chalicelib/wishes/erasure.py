"""The erasure of a resident's or helper's data from a wish. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, TimelineEvent
from .model import FORGET_OWNER, SYSTEM_ONLY, TABLE, Claim, Wish, WishMover
from .transitions import EndedClaims, all_ended

__all__ = ["forget_helper", "forget_owner"]


def forget_owner(wish: Wish, now: datetime) -> Changes[Wish]:
    """Redact a wish whose resident was erased, and end it. Idempotent."""
    if wish.forgotten:
        return Changes(entity=wish, previous=wish)
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
        kin_duplicates=(),
        claims=tuple(replace(claim, note=None) for claim in ended.claims),
        state=step.target,
    )
    event = TimelineEvent(tag=step.event, actor=mover.id, party=mover.party)
    return Changes(
        entity=entity,
        previous=wish,
        writes=ended.writes,
        events=(event,),
        messages=ended.messages,
    )


def forget_helper(wish: Wish, helper: str) -> Changes[Wish]:
    """Remove the notes of an erased helper's claims. Idempotent."""
    after = replace(
        wish,
        claims=tuple(_without_note(claim, helper) for claim in wish.claims),
    )
    if after == wish:
        return Changes(entity=wish, previous=wish)
    event = TimelineEvent(
        tag="wish.helper_erased", actor="system", party="system"
    )
    return Changes(entity=after, previous=wish, events=(event,))


def _without_note(claim: Claim, helper: str) -> Claim:
    return replace(claim, note=None) if claim.helper == helper else claim
