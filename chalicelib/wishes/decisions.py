"""What can happen to a wish. Pure: each function decides on a wish as it is and returns a Changes, or refuses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Count, Event, Message, Put, Write
from ..kernel.clock import local_day
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.state_table import Answer, Move
from ..kernel.text import mask_personal, overlap
from . import policy, telling
from .model import (
    ANSWERS,
    FORGET_OWNER,
    PUBLIC_STATES,
    SYSTEM_ONLY,
    TABLE,
    Claim,
    ClaimPointer,
    ClaimState,
    Kind,
    Mover,
    State,
    Window,
    Wish,
    Written,
)

__all__ = [
    "Ended",
    "all_ended",
    "answer",
    "approve",
    "check",
    "check_terms",
    "claim",
    "confirm",
    "deliver",
    "dispute",
    "edit",
    "forget_helper",
    "forget_owner",
    "go",
    "keep",
    "likely_duplicates",
    "on_the_wall",
    "pick_claim",
    "reject",
    "release",
    "reopen",
    "staff_of",
    "submit",
    "swap",
    "tell",
    "unpublish",
    "withdraw",
]

S = State


def on_the_wall(wish: Wish, written: Written, *, name: str, secrets: Iterable[str]) -> Wish:
    """Return the wish with its words as the public may read them: what would identify the resident is blanked out."""
    hidden = [secret for secret in secrets if secret]

    def mask(text: str) -> str:
        return mask_personal(text, name=name, secrets=hidden)

    alias = mask(written.alias) if written.alias else None
    public = Written(title=mask(written.title), story=mask(written.story), alias=alias)
    kept = written if written != public else None
    return replace(wish, title=public.title, story=public.story, alias=public.alias, as_written=kept)


def check_terms(kind: Kind, budget_fen: int | None, needed_by: date, window: Iterable[Window], now: datetime, zone: str) -> None:
    """Refuse what no wish can have: a budget for a service, a day that has passed."""
    if budget_fen is not None and kind is not Kind.GOODS:
        raise Invalid("wish.budget_goods_only", ["budget_fen"])
    if budget_fen is not None and budget_fen > policy.BUDGET_CAP_FEN:
        raise Invalid("wish.budget_too_high", ["budget_fen"], cap=policy.BUDGET_CAP_FEN)
    today = local_day(now, zone)
    if not today <= needed_by <= today + policy.NEEDED_WITHIN:
        raise Invalid("wish.needed_by_out_of_range", ["needed_by"])
    for n, slot in enumerate(window):
        if slot.end <= slot.start:
            raise Invalid("wish.window_backwards", ["window", n])


def likely_duplicates(wish: Wish, others: Iterable[Wish], now: datetime) -> tuple[str, ...]:
    """Return the ids of wishes of the same person or household that may be the same wish."""
    gone = {S.REJECTED, S.WITHDRAWN, S.EXPIRED}
    return tuple(
        other.id
        for other in others
        if other.id != wish.id
        and other.kind is wish.kind
        and other.state not in gone
        and other.created_at > now - policy.DUPLICATE_WITHIN
        and overlap(other.title, wish.title) >= policy.DUPLICATE_OVERLAP
    )


def submit(wish: Wish, by: Mover, ledger: tuple[Put, ...]) -> Changes[Wish]:
    """A new wish waits for staff to look at it."""
    event = Event(tag="wish.submitted", by=by.id, party=by.party)
    return Changes(entity=wish, previous=None, writes=ledger, events=(event,))


def _row(wish: Wish, move: str, by: Mover) -> Move[State]:
    if wish.forgotten:
        raise Conflict("wish.wrong_state", state=wish.state.value, moves=[])
    return TABLE.row(wish.state, move, by.relations, wish.moves(by.id, by.relations))


def go(
    wish: Wish,
    move: str,
    by: Mover,
    after: Wish | None = None,
    *,
    target: State | None = None,
    event: str | None = None,
    note: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
) -> Changes[Wish]:
    """Make a move: the new state and the event by the table, with whatever changes beside the state.

    `after` is the wish with those changes. Its state is set here and nowhere else. `target` and `event` are needed
    only where they are not the usual ones of the row.
    """
    _row(wish, move, by)
    moves = wish.moves(by.id, by.relations)
    step = TABLE.go(wish.state, move, by.relations, target=target, event=event, moves=moves)
    raised = Event(tag=step.event, by=by.id, party=by.party, note=note)
    entity = replace(after or wish, state=step.target)
    return Changes(entity=entity, previous=wish, writes=writes, events=(raised,), messages=messages)


def tell(wish: Wish, kind: str, *to: str, **params: str) -> tuple[Message, ...]:
    """Return a message of a kind to each of these people."""
    return tuple(Message(kind=f"wish.{kind}", to=person, about=wish.id, params=params) for person in to)


def tell_helpers(wish: Wish, kind: str, claims: Iterable[Claim]) -> tuple[Message, ...]:
    return tuple(message for claim in claims for message in tell(wish, kind, claim.helper, claim=claim.id))


def staff_of(wish: Wish) -> str:
    """Return the audience of those who are on duty for a wish."""
    return f"staff:{wish.place}"


def _freed(claims: Iterable[Claim]) -> tuple[Count, ...]:
    """Give back the places that claims take in their helpers' capacity."""
    return tuple(Count(subject=claim.helper, name="active_claims", add=-1) for claim in claims)


def swap(wish: Wish, *changed: Claim) -> tuple[Claim, ...]:
    """Return the claims of a wish with some of them changed."""
    by_id = {claim.id: claim for claim in changed}
    return tuple(by_id.get(claim.id, claim) for claim in wish.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end of every active claim: the claims after it, the places given back, and what the helpers are told."""

    claims: tuple[Claim, ...]
    writes: tuple[Write, ...]
    messages: tuple[Message, ...]


def all_ended(wish: Wish, kind: str) -> Ended:
    """End every active claim, and tell the helpers."""
    released = [replace(claim, state=ClaimState.RELEASED) for claim in wish.active]
    messages = tell_helpers(wish, kind, wish.active)
    return Ended(claims=swap(wish, *released), writes=_freed(wish.active), messages=messages)


def _for_another_day(wish: Wish, needed_by: date) -> Wish:
    """Move a wish to another day: remind its helpers anew, and ask the resident again before it expires."""
    if needed_by == wish.needed_by:
        return wish
    anew = [replace(claim, reminded=()) for claim in wish.active]
    return replace(wish, needed_by=needed_by, claims=swap(wish, *anew), told=())


def approve(wish: Wish, by: Mover) -> Changes[Wish]:
    """Put it on the wall."""
    opened_at = wish.opened_at or by.now
    after = replace(wish, opened_at=opened_at, listed_at=by.now, told=(), reason=None)
    return go(wish, "approve", by, after, messages=tell(wish, "approved", wish.person_id))


def reject(wish: Wish, by: Mover, reason: str) -> Changes[Wish]:
    """Say no, and why."""
    messages = tell(wish, "rejected", wish.person_id)
    return go(wish, "reject", by, replace(wish, reason=reason), note=reason, messages=messages)


def edit(wish: Wish, by: Mover, changed: Wish) -> Changes[Wish]:
    """Take changed terms. On the wall, an owner's change goes back to staff, and whoever had taken it is told."""
    row = _row(wish, "edit", by)
    if changed.helpers_needed < len(wish.held):
        raise Invalid("wish.helpers_already_claimed", ["helpers_needed"])
    edited = _with_terms_of(wish, changed)
    if wish.state is S.OPEN and S.SUBMITTED in row.targets:
        ended = all_ended(wish, "claim_ended")
        edited = replace(edited, needed_by=changed.needed_by, submitted_at=by.now, claims=ended.claims)
        return go(wish, "edit", by, edited, writes=ended.writes, messages=ended.messages)
    full = wish.state is S.OPEN and changed.places_left == 0
    edited = _for_another_day(edited, changed.needed_by)
    return go(wish, "edit", by, edited, target=S.CLAIMED if full else None)


def _with_terms_of(wish: Wish, changed: Wish) -> Wish:
    """Return the wish with everything that an edit may change, except its day."""
    return replace(
        wish,
        kind=changed.kind,
        title=changed.title,
        story=changed.story,
        alias=changed.alias,
        as_written=changed.as_written,
        budget_fen=changed.budget_fen,
        helpers_needed=changed.helpers_needed,
        window=changed.window,
        dialects=changed.dialects,
        skills=changed.skills,
        safeguarding=changed.safeguarding,
    )


def keep(wish: Wish, by: Mover) -> Changes[Wish]:
    """It is still needed: it stands on the wall as if it had come there today, and for another week at least."""
    day = max(wish.needed_by, local_day(by.now, wish.zone) + policy.KEPT_FOR)
    return go(wish, "keep", by, replace(_for_another_day(wish, day), listed_at=by.now, told=()))


def unpublish(wish: Wish, by: Mover, reason: str) -> Changes[Wish]:
    """Take it from the wall for another look."""
    ended = all_ended(wish, "claim_ended")
    messages = ended.messages + tell(wish, "unpublished", wish.person_id)
    after = replace(wish, reason=reason, submitted_at=by.now, claims=ended.claims)
    return go(wish, "unpublish", by, after, note=reason, writes=ended.writes, messages=messages)


def claim(wish: Wish, by: Mover, *, claim_id: str, capacity: int, vetted: bool, paused: bool) -> Changes[Wish]:
    """Take one place on the wish.

    Raises:
        Conflict: no place is left, she has one already, has taken it too often, or carries as many as she can.
        Forbidden: it is her own, or needs a vetted volunteer, or she has paused.

    """
    if any(held.helper == by.id for held in wish.held):
        raise Conflict("wish.already_helping", moves=wish.moves(by.id, by.relations))
    if wish.state in PUBLIC_STATES and wish.places_left == 0:
        raise Conflict("wish.already_claimed", state=wish.state.value, moves=wish.moves(by.id, by.relations))
    if Relation.OWNER in by.relations:
        raise Forbidden("wish.own")
    if wish.vetting_required and not vetted:
        raise Forbidden("wish.vetting_required")
    if paused:
        raise Forbidden("volunteer.paused")
    if wish.taken_too_often(by.id):
        raise Conflict("wish.claimed_too_often", state=wish.state.value, moves=wish.moves(by.id, by.relations))
    mine = Claim(id=claim_id, helper=by.id, claimed_at=by.now)
    pointer = ClaimPointer(wish_id=wish.id, id=claim_id, helper=by.id, claimed_at=by.now)
    messages = tell(wish, "claimed", wish.person_id, claim=claim_id) + tell(wish, "yours", by.id, claim=claim_id)
    return go(
        wish,
        "claim",
        by,
        replace(wish, claims=(*_claims_kept(wish), mine), told=()),
        target=S.CLAIMED if wish.places_left == 1 else S.OPEN,
        writes=(Put(row=pointer), _carried(by.id, capacity)),
        messages=messages,
    )


def _claims_kept(wish: Wish) -> tuple[Claim, ...]:
    """Keep of the ended claims only the latest in the wish itself; the timeline knows all of them."""
    ended = [claim for claim in wish.claims if claim.state is ClaimState.RELEASED][-10:]
    return tuple(claim for claim in wish.claims if claim in wish.held or claim in ended)


def _carried(helper: str, capacity: int) -> Count:
    """Take one place in a helper's capacity."""
    full = Conflict("volunteer.too_many_claims", capacity=capacity)
    return Count(subject=helper, name="active_claims", add=1, limit=capacity, refusal=full)


def pick_claim(wish: Wish, by: Mover, claim_id: str | None) -> Claim:
    """Return the active claim that is meant: one's own, or for staff the named or only one."""
    staff = bool(by.relations & STAFF)
    if claim_id:
        found = [c for c in wish.active if c.id == claim_id and (staff or c.helper == by.id)]
    else:
        found = [c for c in wish.active if c.helper == by.id] or (list(wish.active) if staff else [])
    if not found and claim_id:
        raise Invalid("wish.claim_unknown", ["claim"])
    if not found:
        raise Conflict("wish.no_active_claim", state=wish.state.value, moves=wish.moves(by.id, by.relations))
    if len(found) > 1:
        raise Invalid("wish.claim_ambiguous", ["claim"])
    return found[0]


def release(wish: Wish, by: Mover, claim_id: str | None, reason: str) -> Changes[Wish]:
    """Give a claim back. The wish is on the wall again with its age kept; staff hear of it."""
    _row(wish, "release", by)
    mine = pick_claim(wish, by, claim_id)
    messages = tell(wish, "released", wish.person_id) + tell(wish, "released_staff", staff_of(wish), claim=mine.id)
    if mine.helper != by.id:
        messages += tell_helpers(wish, "claim_ended", [mine])
    after = replace(wish, claims=swap(wish, replace(mine, state=ClaimState.RELEASED)), listed_at=by.now, told=())
    return go(wish, "release", by, after, note=reason, writes=_freed([mine]), messages=messages)


def check(wish: Wish, by: Mover, move: str, claim_id: str | None) -> Changes[Wish]:
    """Note the beginning (``check-in``) or the end (``check-out``) of a visit."""
    _row(wish, move, by)
    mine = pick_claim(wish, by, claim_id)
    if move == "check-out" and mine.checked_in_at is None:
        raise Conflict("wish.not_checked_in", state=wish.state.value, moves=wish.moves(by.id, by.relations))
    if move == "check-in":
        marked = replace(mine, checked_in_at=by.now, checked_out_at=None)
    else:
        marked = replace(mine, checked_out_at=by.now)
    return go(wish, move, by, replace(wish, claims=swap(wish, marked)))


def code_guess(wish: Wish, by: Mover, claim: Claim) -> Count:
    """Return the counter of tries at a claim's code; once it is full, the delivery can still be noted without one.

    It goes by helper, so that giving back and taking again gives no new tries.
    """
    locked = Conflict("wish.code_locked", state=wish.state.value, moves=wish.moves(by.id, by.relations))
    return policy.CODE_TRIES.count(f"tries#{wish.id}#{claim.helper}", locked)


def deliver(wish: Wish, by: Mover, claim_id: str | None, note: str | None, code_right: bool | None) -> Changes[Wish]:
    """Note a delivery. `code_right` is None without a code; with the right one the resident has confirmed at the door."""
    _row(wish, "deliver", by)
    mine = pick_claim(wish, by, claim_id)
    if code_right is False:
        wrong = Invalid("wish.code_wrong", ["code"])
        return Changes(entity=wish, previous=wish, writes=(code_guess(wish, by, mine),), refusal=wrong)
    done = replace(mine, state=ClaimState.DELIVERED, delivered_at=by.now, note=note)
    if code_right:
        done = _confirmed(done)
    after = replace(wish, claims=swap(wish, done))
    target = _after_delivery(after)
    if target is not S.CLAIMED:
        after = replace(after, told=(), delivered_at=by.now)
    messages = tell_helpers(wish, "thanks", [mine]) if code_right else ()
    if target is S.DELIVERED:  # before, the resident could not confirm
        messages += tell(wish, "delivered", wish.person_id)
    guess = (code_guess(wish, by, mine),) if code_right else ()
    writes = (*guess, *_freed([mine]))
    delivered = go(wish, "deliver", by, after, target=target, note=note, writes=writes, messages=messages)
    if target is not S.FULFILLED:
        return delivered
    fulfilled = go(wish, "deliver", by, after, target=target, event="wish.fulfilled")
    return replace(delivered, events=(*delivered.events, *fulfilled.events))


def _after_delivery(wish: Wish) -> State:
    """Return the state of a wish once one of its claims was delivered."""
    if wish.active or wish.places_left:
        return S.CLAIMED
    confirmed = all(claim.state is ClaimState.CONFIRMED for claim in wish.held)
    return S.FULFILLED if confirmed else S.DELIVERED


def _confirmed(claim: Claim) -> Claim:
    """Book the time of a claim that the resident has confirmed."""
    minutes = policy.HOURS_DEFAULT
    if claim.checked_in_at and claim.checked_out_at:
        spent = (claim.checked_out_at - claim.checked_in_at).total_seconds() / 60
        minutes = max(1, -int(-spent // policy.HOURS_STEP)) * policy.HOURS_STEP
    return replace(claim, state=ClaimState.CONFIRMED, minutes=minutes)


def confirm(wish: Wish, by: Mover, rating: int | None, thanks: str | None) -> Changes[Wish]:
    """The resident, or staff for her, says that it came. Later she may still add a rating and thanks."""
    if Relation.OWNER not in by.relations and any(claim.helper == by.id for claim in wish.held):
        raise Forbidden("wish.own_delivery")
    waiting = [claim for claim in wish.claims if claim.state is ClaimState.DELIVERED]
    thanked = replace(wish, rating=rating or wish.rating, thanks=thanks or wish.thanks)
    if wish.state is S.FULFILLED:
        # Each is told once, however often it changes.
        added = (rating and not wish.rating) or (thanks and not wish.thanks)
        told = [claim for claim in wish.claims if added and claim.state is ClaimState.CONFIRMED]
        return go(wish, "confirm", by, thanked, messages=tell_helpers(wish, "thanked", told))
    messages = tell_helpers(wish, "thanks", waiting)
    claims = swap(wish, *(_confirmed(claim) for claim in waiting))
    return go(wish, "confirm", by, replace(thanked, claims=claims, told=()), messages=messages)


def dispute(wish: Wish, by: Mover, reason: str) -> Changes[Wish]:
    """It did not come, or not as it should; staff look into it."""
    messages = tell(wish, "disputed_staff", staff_of(wish))
    after = replace(wish, reason=reason, disputed_at=by.now, told=())
    return go(wish, "dispute", by, after, note=reason, messages=messages)


def withdraw(wish: Wish, by: Mover, reason: str | None) -> Changes[Wish]:
    """It is not needed any more; whoever had taken it is told at once."""
    ended = all_ended(wish, "withdrawn")
    after = replace(wish, claims=ended.claims)
    return go(wish, "withdraw", by, after, note=reason, writes=ended.writes, messages=ended.messages)


def reopen(wish: Wish, by: Mover, reason: str | None) -> Changes[Wish]:
    """Start again: after a dispute on the wall, otherwise with staff."""
    if wish.state is not S.DISPUTED:
        after = replace(wish, submitted_at=by.now, reason=None, told=())
        return go(wish, "reopen", by, after, note=reason)
    delivered = [claim for claim in wish.held if claim.state is ClaimState.DELIVERED]
    again = [replace(claim, state=ClaimState.RELEASED) for claim in delivered]
    claims = swap(wish, *again)  # what was confirmed at the door stays confirmed
    after = replace(wish, claims=claims, listed_at=by.now, delivered_at=None, told=())
    return go(wish, "reopen", by, after, note=reason, messages=tell(wish, "reopened", wish.person_id))


def answer(wish: Wish, by: Mover, kind: str, *, yes: bool, phone_of: str = "") -> Changes[Wish]:
    """What a reply to a question does; nothing once the question is no longer one, or from the phone of a helper herself."""
    own_delivery = phone_of != by.id and any(claim.helper == phone_of for claim in wish.held)
    if own_delivery or Relation.OWNER not in by.relations or not telling.is_true(wish, kind, None, by.now):
        return Changes(entity=wish, previous=wish)
    found = ANSWERS[kind, yes]
    return _ANSWERED[found.move](wish, by, found)


_ANSWERED: Mapping[str, Callable[[Wish, Mover, Answer], Changes[Wish]]] = {
    "confirm": lambda wish, by, found: confirm(wish, by, None, None),
    "dispute": lambda wish, by, found: dispute(wish, by, found.reason),
    "keep": lambda wish, by, found: keep(wish, by),
    "withdraw": lambda wish, by, found: withdraw(wish, by, found.reason),
}


def forget_owner(wish: Wish, now: datetime) -> Changes[Wish]:
    """The resident was erased: nothing of theirs stays, and nobody waits for them any more."""
    by = Mover(id="system", relations=SYSTEM_ONLY, now=now)
    step = TABLE.go(wish.state, FORGET_OWNER, by.relations)
    ended = Ended(claims=wish.claims, writes=(), messages=())
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
    event = Event(tag=step.event, by=by.id, party=by.party)
    return Changes(entity=entity, previous=wish, writes=ended.writes, events=(event,), messages=ended.messages)


def forget_helper(wish: Wish, helper: str, now: datetime) -> Changes[Wish]:
    """A helper was erased: what she had taken goes back to the wall."""
    mine = [claim for claim in wish.active if claim.helper == helper]
    if not mine:
        return Changes(entity=wish, previous=wish)
    by = Mover(id=helper, relations=frozenset({Relation.HELPER}), now=now)
    return release(wish, by, mine[0].id, "account erased")
