"""The erasure of a resident's or helper's data from a wish. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, TimelineEvent
from . import policy
from .model import FORGET_OWNER, SYSTEM_ONLY, TABLE, Claim, Wish, WishMover
from .states import ENDED
from .transitions import EndedClaims, all_ended, ended_at

__all__ = [
    "NOBODY",
    "anonymise",
    "forget_helper",
    "forget_owner",
    "may_be_anonymous",
]

NOBODY = "per_" + "a" * 24  # an id that no person has


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
        answer=None,
        proofs=(),
        claims=tuple(map(_without_words, ended.claims)),
        state=step.target,
        ended_at=ended_at(wish, step.target, now),
    )
    event = TimelineEvent(tag=step.event, actor=mover.id, party=mover.party)
    return Changes(
        entity=entity,
        previous=wish,
        writes=ended.writes,
        events=(event,),
        messages=ended.messages,
    )


def may_be_anonymous(wish: Wish, now: datetime) -> bool:
    """Say whether a wish ended so long ago that it must not name its resident any more."""
    if wish.state not in ENDED or wish.person_id == NOBODY:
        return False
    return wish.updated_at + policy.NAMED_FOR <= now


def anonymise(wish: Wish, now: datetime) -> Changes[Wish]:
    """Remove what names the resident from a wish that ended long ago. Idempotent.

    The helpers stay, for their certificates of hours.
    """
    if not may_be_anonymous(wish, now):
        return Changes(entity=wish, previous=wish)
    changes = forget_owner(wish, now)
    entity = replace(changes.entity, person_id=NOBODY, filed_by=NOBODY)
    event = TimelineEvent(tag="wish.anonymised", actor="system", party="system")
    return replace(changes, entity=entity, events=(event,))


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
    return _without_words(claim) if claim.helper == helper else claim


def _without_words(claim: Claim) -> Claim:
    """Return a claim without what was written about it: words may name people."""
    return replace(claim, note=None, thanks=None)
