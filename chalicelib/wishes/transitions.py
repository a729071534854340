"""A move of a wish by the state table, its messages, and the claims that it ends. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..kernel.audiences import OnePerson, StaffOnDuty
from ..kernel.changes import Adjust, Changes, Message, TimelineEvent, Write
from ..kernel.errors import Conflict
from ..kernel.place import street_of
from ..kernel.state_table import Move
from .helpers import counted
from .model import TABLE, Claim, ClaimState, Wish, WishMover, WishState
from .states import ENDED

__all__ = [
    "EndedClaims",
    "all_ended",
    "ended_at",
    "for_another_day",
    "freed",
    "go",
    "row_of",
    "swap",
    "tell",
    "tell_administrators",
    "tell_helpers",
    "tell_staff",
]


def row_of(wish: Wish, move: str, mover: WishMover) -> Move[WishState]:
    """Return the row of a move, or refuse it: Conflict or Forbidden."""
    if wish.forgotten:
        raise Conflict("wish.wrong_state", state=wish.state.value, moves=[])
    return TABLE.row(
        wish.state, move, mover.relations, wish.moves(mover.id, mover.relations)
    )


def go(
    wish: Wish,
    move: str,
    mover: WishMover,
    after: Wish | None = None,
    *,
    target: WishState | None = None,
    event: str | None = None,
    note: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
) -> Changes[Wish]:
    """Make a move: set state and event by the table, together with the other changes.

    `after` is the wish with those changes. Its state is set here and nowhere else. `target` and
    `event` are needed only where they are not the usual ones of the row.
    """
    row_of(wish, move, mover)
    step = TABLE.go(
        wish.state,
        move,
        mover.relations,
        target=target,
        event=event,
        moves=wish.moves(mover.id, mover.relations),
    )
    made = TimelineEvent(
        tag=step.event, actor=mover.id, party=mover.party, note=note
    )
    ended = ended_at(wish, step.target, mover.now)
    entity = replace(after or wish, state=step.target, ended_at=ended)
    return Changes(
        entity=entity,
        previous=wish,
        writes=writes,
        events=(made,),
        messages=messages,
    )


def ended_at(wish: Wish, target: WishState, now: datetime) -> datetime | None:
    """Return when a wish has ended, once it is in its next state."""
    if target not in ENDED:
        return None
    return wish.ended_at or now


def tell(wish: Wish, kind: str, *to: str, **params: str) -> tuple[Message, ...]:
    """Return a message of a kind to each of these recipients."""
    return tuple(
        Message(
            kind=f"wish.{kind}",
            audience=OnePerson(person),
            subject=wish.id,
            params=params,
        )
        for person in to
    )


def tell_helpers(
    wish: Wish, kind: str, claims: Iterable[Claim]
) -> tuple[Message, ...]:
    """Return a message of a kind to the helper of each of these claims."""
    return tuple(
        message
        for claim in claims
        for message in tell(wish, kind, claim.helper, claim=claim.id)
    )


def tell_staff(wish: Wish, kind: str, **params: str) -> tuple[Message, ...]:
    """Return a message of a kind to the staff on duty for a wish."""
    return (
        Message(
            kind=f"wish.{kind}",
            audience=StaffOnDuty(wish.place),
            subject=wish.id,
            params=params,
        ),
    )


def tell_administrators(wish: Wish, kind: str) -> tuple[Message, ...]:
    """Return a message of a kind to the administrators on duty for a wish's street."""
    return (
        Message(
            kind=f"wish.{kind}",
            audience=StaffOnDuty(street_of(wish.place)),
            subject=wish.id,
        ),
    )


def freed(claims: Iterable[Claim]) -> tuple[Adjust, ...]:
    """Return the writes that give claims back to their helpers' capacity."""
    return tuple(counted(claim.helper, active=-1) for claim in claims)


def swap(wish: Wish, *changed: Claim) -> tuple[Claim, ...]:
    """Return the claims of a wish with these changed ones in their places."""
    by_id = {claim.id: claim for claim in changed}
    return tuple(by_id.get(claim.id, claim) for claim in wish.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedClaims:
    """The end of every active claim: the claims after it, the capacity given back, the messages."""

    claims: tuple[Claim, ...]
    writes: tuple[Write, ...]
    messages: tuple[Message, ...]


def all_ended(wish: Wish, kind: str) -> EndedClaims:
    """End every active claim and tell the helpers."""
    released = [
        replace(claim, state=ClaimState.RELEASED) for claim in wish.active
    ]
    messages = tell_helpers(wish, kind, wish.active)
    return EndedClaims(
        claims=swap(wish, *released),
        writes=freed(wish.active),
        messages=messages,
    )


def for_another_day(wish: Wish, needed_by: date) -> Wish:
    """Move a wish to another day. Its helpers and its resident are reminded anew."""
    if needed_by == wish.needed_by:
        return wish
    anew = [replace(claim, reminded=()) for claim in wish.active]
    return replace(wish, needed_by=needed_by, claims=swap(wish, *anew), told=())
