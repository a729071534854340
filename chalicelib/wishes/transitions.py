"""A move of a wish by the state table, its messages, and the claims that it ends. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..kernel.audiences import OnePerson, StaffOnDuty
from ..kernel.changes import Adjust, Changes, Message, TimelineEvent, Write
from ..kernel.errors import Conflict, Invalid
from ..kernel.place import street_of
from ..kernel.state_table import Move
from . import policy
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
    "pick",
    "released",
    "row_of",
    "settle",
    "settled",
    "swap",
    "tell",
    "tell_administrators",
    "tell_helpers",
    "tell_once_sure",
    "tell_staff",
]

S = WishState
FULFILLED = "wish.fulfilled"


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
    `event` are needed only where they are not the usual ones of the row. A second event tells that
    the wish is fulfilled by a move of another name.
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
        events=_with_fulfilment(wish, made, step.target),
        messages=messages + _tell_filer(wish, mover, step.target),
    )


def _tell_filer(
    wish: Wish, mover: WishMover, target: WishState
) -> tuple[Message, ...]:
    """Return the message to a person who filed a wish for another, once it has ended."""
    is_end = target in ENDED and wish.state not in ENDED
    own = {wish.person_id, wish.proxy_id, mover.id}
    if not is_end or wish.filed_by in own:
        return ()
    return tell(wish, "filed_ended", wish.filed_by)


def _with_fulfilment(
    wish: Wish, event: TimelineEvent, target: WishState
) -> tuple[TimelineEvent, ...]:
    """Return the event of a move, and that it has fulfilled the wish."""
    is_fulfilled = target is S.FULFILLED and wish.state is not S.FULFILLED
    if not is_fulfilled or event.tag == FULFILLED:
        return (event,)
    return (event, replace(event, tag=FULFILLED, note=None))


def settled(wish: Wish, *, is_enough: bool) -> WishState:
    """Return the state of a listed wish that follows from its claims.

    It is fulfilled when one is confirmed, and none is active or waits for an answer. With
    `is_enough` the places that are left do not keep it open.
    """
    free = wish.places_left > 0
    if wish.active:
        return S.OPEN if free else S.CLAIMED
    if wish.unanswered:
        return S.OPEN if free else S.DELIVERED
    if wish.disputed:
        return S.DISPUTED
    if wish.confirmed and (is_enough or not free):
        return S.FULFILLED
    return S.OPEN


def settle(
    wish: Wish,
    move: str,
    mover: WishMover,
    after: Wish,
    *,
    is_enough: bool = False,
    event: str | None = None,
    note: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
) -> Changes[Wish]:
    """Make a move after which the state of a listed wish follows from its claims.

    Places that nobody has filled are closed with a fulfilled wish, and the resident gets a
    message. If nobody holds a place any more, all are open again.
    """
    if not after.held:
        after = replace(after, places_closed=False)
    target = settled(after, is_enough=is_enough)
    if target is S.FULFILLED and after.places_left:
        after = replace(after, places_closed=True)
        messages += tell(wish, "partly", wish.person_id)
    return go(
        wish,
        move,
        mover,
        after,
        target=target,
        event=event,
        note=note,
        writes=writes,
        messages=messages,
    )


def pick(
    wish: Wish,
    mover: WishMover,
    claims: Sequence[Claim],
    claim_id: str | None,
    code: str,
) -> Claim:
    """Return the claim that is meant of some: the named one, or the only one.

    Raises:
        Conflict: there is none.
        Invalid: the named one is not among them, or there are several and none is named.

    """
    if claim_id:
        claims = [claim for claim in claims if claim.id == claim_id]
        if not claims:
            raise Invalid("wish.claim_unknown", ["claim"])
    if not claims:
        moves = wish.moves(mover.id, mover.relations)
        raise Conflict(code, state=wish.state.value, moves=moves)
    if len(claims) > 1:
        raise Invalid("wish.claim_ambiguous", ["claim"])
    return claims[0]


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


def tell_once_sure(
    wish: Wish, kind: str, now: datetime, recipient: str
) -> tuple[Message, ...]:
    """Return a message about a decision that staff may undo until it is sent."""
    return tuple(
        replace(message, not_before=now + policy.UNDO_WITHIN)
        for message in tell(wish, kind, recipient)
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


def released(claim: Claim) -> Claim:
    """Return a claim that gives its place back."""
    return replace(claim, state=ClaimState.RELEASED)


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
    ended = map(released, wish.active)
    messages = tell_helpers(wish, kind, wish.active)
    return EndedClaims(
        claims=swap(wish, *ended),
        writes=freed(wish.active),
        messages=messages,
    )


def for_another_day(wish: Wish, needed_by: date) -> Wish:
    """Move a wish to another day. Its helpers and its resident are reminded anew."""
    if needed_by == wish.needed_by:
        return wish
    anew = [replace(claim, reminded=(), told=()) for claim in wish.active]
    return replace(wish, needed_by=needed_by, claims=swap(wish, *anew), told=())
