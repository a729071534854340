"""What can happen to a wish. Pure: each function decides on a wish as it is and returns a Changes, or refuses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ..kernel.access import STAFF, Party
from ..kernel.changes import Changes, Count, Event, Message, Put, Write
from ..kernel.clock import local_day
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.state_table import Answer, Move
from ..kernel.text import mask_personal, overlap
from . import policy, telling
from .model import (
    ANSWERS,
    MACHINE,
    PUBLIC_STATES,
    SYSTEM_ONLY,
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
    return MACHINE.apply(wish.state, move, by.parties, wish.moves(by.id, by.parties))


def go(
    wish: Wish,
    move: str,
    by: Mover,
    *,
    note: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
    **changes: Any,
) -> Changes[Wish]:
    """Make a move: the row of the table, its event, and whatever changes with it."""
    row = _row(wish, move, by)
    event = Event(tag=row.event, by=by.id, party=by.party, note=note)
    entity = replace(wish, **({"state": row.target} | changes))
    return Changes(entity=entity, previous=wish, writes=writes, events=(event,), messages=messages)


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


def all_ended(wish: Wish, kind: str) -> dict[str, Any]:
    """End every active claim, and tell the helpers."""
    ended = [replace(claim, state=ClaimState.RELEASED) for claim in wish.active]
    return {"claims": swap(wish, *ended), "writes": _freed(wish.active), "messages": tell_helpers(wish, kind, wish.active)}


def _for_another_day(wish: Wish, needed_by: date) -> dict[str, Any]:
    """What follows from a new day: helpers are reminded of it, and the resident is asked again before it expires."""
    if needed_by == wish.needed_by:
        return {}
    anew = [replace(claim, reminded=()) for claim in wish.active]
    return {"needed_by": needed_by, "claims": swap(wish, *anew), "told": ()}


def approve(wish: Wish, by: Mover) -> Changes[Wish]:
    """Put it on the wall."""
    messages = tell(wish, "approved", wish.person_id)
    listed: dict[str, Any] = {"opened_at": wish.opened_at or by.now, "listed_at": by.now, "told": (), "reason": None}
    return go(wish, "approve", by, messages=messages, **listed)


def reject(wish: Wish, by: Mover, reason: str) -> Changes[Wish]:
    """Say no, and why."""
    return go(wish, "reject", by, note=reason, reason=reason, messages=tell(wish, "rejected", wish.person_id))


def edit(wish: Wish, by: Mover, changed: Wish) -> Changes[Wish]:
    """Take changed terms. On the wall, an owner's change goes back to staff, and whoever had taken it is told."""
    row = _row(wish, "edit", by)
    if changed.helpers_needed < len(wish.held):
        raise Invalid("wish.helpers_already_claimed", ["helpers_needed"])
    terms: dict[str, Any] = {name: getattr(changed, name) for name in EDITABLE}
    if wish.state is S.OPEN and row.target is S.SUBMITTED:
        return go(wish, "edit", by, submitted_at=by.now, **(terms | all_ended(wish, "claim_ended")))
    if wish.state is S.OPEN and changed.places_left == 0:
        terms["state"] = S.CLAIMED
    return go(wish, "edit", by, **(terms | _for_another_day(wish, changed.needed_by)))


EDITABLE = (
    "kind",
    "title",
    "story",
    "alias",
    "as_written",
    "budget_fen",
    "helpers_needed",
    "needed_by",
    "window",
    "dialects",
    "skills",
    "safeguarding",
)


def keep(wish: Wish, by: Mover) -> Changes[Wish]:
    """It is still needed: it stands on the wall as if it had come there today, and for another week at least."""
    day = max(wish.needed_by, local_day(by.now, wish.zone) + policy.KEPT_FOR)
    listed: dict[str, Any] = {"listed_at": by.now, "told": ()}
    return go(wish, "keep", by, **(listed | _for_another_day(wish, day)))


def unpublish(wish: Wish, by: Mover, reason: str) -> Changes[Wish]:
    """Take it from the wall for another look."""
    ended = all_ended(wish, "claim_ended")
    ended["messages"] += tell(wish, "unpublished", wish.person_id)
    return go(wish, "unpublish", by, note=reason, reason=reason, submitted_at=by.now, **ended)


def claim(wish: Wish, by: Mover, *, claim_id: str, capacity: int, vetted: bool, paused: bool) -> Changes[Wish]:
    """Take one place on the wish.

    Raises:
        Conflict: no place is left, she has one already, has taken it too often, or carries as many as she can.
        Forbidden: it is her own, or needs a vetted volunteer, or she has paused.

    """
    if any(held.helper == by.id for held in wish.held):
        raise Conflict("wish.already_helping", moves=wish.moves(by.id, by.parties))
    if wish.state in PUBLIC_STATES and wish.places_left == 0:
        raise Conflict("wish.already_claimed", state=wish.state.value, moves=wish.moves(by.id, by.parties))
    if Party.OWNER in by.parties:
        raise Forbidden("wish.own")
    if wish.vetting_required and not vetted:
        raise Forbidden("wish.vetting_required")
    if paused:
        raise Forbidden("volunteer.paused")
    if wish.taken_too_often(by.id):
        raise Conflict("wish.claimed_too_often", state=wish.state.value, moves=wish.moves(by.id, by.parties))
    mine = Claim(id=claim_id, helper=by.id, claimed_at=by.now)
    pointer = ClaimPointer(wish_id=wish.id, id=claim_id, helper=by.id, claimed_at=by.now)
    full = wish.places_left == 1
    # Of what has ended only the latest stays in the wish itself; the timeline knows all of it.
    ended = [c for c in wish.claims if c.state is ClaimState.RELEASED][-10:]
    kept = tuple(c for c in wish.claims if c in wish.held or c in ended)
    return go(
        wish,
        "claim",
        by,
        state=S.CLAIMED if full else S.OPEN,
        claims=(*kept, mine),
        told=(),
        writes=(
            Put(row=pointer),
            Count(
                subject=by.id,
                name="active_claims",
                add=1,
                limit=capacity,
                refusal=Conflict("volunteer.too_many_claims", capacity=capacity),
            ),
        ),
        messages=tell(wish, "claimed", wish.person_id, claim=claim_id) + tell(wish, "yours", by.id, claim=claim_id),
    )


def pick_claim(wish: Wish, by: Mover, claim_id: str | None) -> Claim:
    """Return the active claim that is meant: one's own, or for staff the named or only one."""
    staff = bool(by.parties & STAFF)
    if claim_id:
        found = [c for c in wish.active if c.id == claim_id and (staff or c.helper == by.id)]
    else:
        found = [c for c in wish.active if c.helper == by.id] or (list(wish.active) if staff else [])
    if not found and claim_id:
        raise Invalid("wish.claim_unknown", ["claim"])
    if not found:
        raise Conflict("wish.no_active_claim", state=wish.state.value, moves=wish.moves(by.id, by.parties))
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
    claims = swap(wish, replace(mine, state=ClaimState.RELEASED))
    return go(
        wish, "release", by, note=reason, claims=claims, listed_at=by.now, told=(), writes=_freed([mine]), messages=messages
    )


def check(wish: Wish, by: Mover, move: str, claim_id: str | None) -> Changes[Wish]:
    """Note the beginning (``check-in``) or the end (``check-out``) of a visit."""
    _row(wish, move, by)
    mine = pick_claim(wish, by, claim_id)
    if move == "check-out" and mine.checked_in_at is None:
        raise Conflict("wish.not_checked_in", state=wish.state.value, moves=wish.moves(by.id, by.parties))
    mark = {"checked_in_at": by.now, "checked_out_at": None} if move == "check-in" else {"checked_out_at": by.now}
    return go(wish, move, by, claims=swap(wish, replace(mine, **mark)))


def code_guess(wish: Wish, by: Mover, claim: Claim) -> Count:
    """Return the counter of tries at a claim's code; once it is full, the delivery can still be noted without one.

    It goes by helper, so that giving back and taking again gives no new tries.
    """
    locked = Conflict("wish.code_locked", state=wish.state.value, moves=wish.moves(by.id, by.parties))
    return Count(subject=f"tries#{wish.id}#{claim.helper}", name="code", add=1, limit=policy.CODE_TRIES, refusal=locked)


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
    claims = swap(wish, done)
    held = replace(wish, claims=claims)
    state, event = S.CLAIMED, None
    if not held.active and held.places_left == 0:
        confirmed = all(claim.state is ClaimState.CONFIRMED for claim in held.held)
        state, event = (S.FULFILLED, "wish.fulfilled") if confirmed else (S.DELIVERED, None)
    told = tell_helpers(wish, "thanks", [mine]) if code_right else ()
    told += tell(wish, "delivered", wish.person_id) if state is S.DELIVERED else ()  # before, she could not confirm
    guess = (code_guess(wish, by, mine),) if code_right else ()
    outcome = go(
        wish,
        "deliver",
        by,
        note=note,
        state=state,
        claims=claims,
        told=() if state is not S.CLAIMED else wish.told,
        delivered_at=by.now if state is not S.CLAIMED else None,
        writes=(*guess, *_freed([mine])),
        messages=told,
    )
    extra = (Event(tag=event, by=by.id, party=by.party),) if event else ()
    return replace(outcome, events=(*outcome.events, *extra))


def _confirmed(claim: Claim) -> Claim:
    """Book the time of a claim that the resident has confirmed."""
    minutes = policy.HOURS_DEFAULT
    if claim.checked_in_at and claim.checked_out_at:
        spent = (claim.checked_out_at - claim.checked_in_at).total_seconds() / 60
        minutes = max(1, -int(-spent // policy.HOURS_STEP)) * policy.HOURS_STEP
    return replace(claim, state=ClaimState.CONFIRMED, minutes=minutes)


def confirm(wish: Wish, by: Mover, rating: int | None, thanks: str | None) -> Changes[Wish]:
    """The resident, or staff for her, says that it came. Later she may still add a rating and thanks."""
    if Party.OWNER not in by.parties and any(claim.helper == by.id for claim in wish.held):
        raise Forbidden("wish.own_delivery")
    waiting = [claim for claim in wish.claims if claim.state is ClaimState.DELIVERED]
    words: dict[str, Any] = {"rating": rating or wish.rating, "thanks": thanks or wish.thanks}
    if wish.state is S.FULFILLED:
        added = (rating and not wish.rating) or (thanks and not wish.thanks)  # each is told once, however often it changes
        thanked = [claim for claim in wish.claims if claim.state is ClaimState.CONFIRMED] if added else []
        return go(wish, "confirm", by, messages=tell_helpers(wish, "thanked", thanked), **words)
    messages = tell_helpers(wish, "thanks", waiting)
    claims = swap(wish, *(_confirmed(claim) for claim in waiting))
    return go(wish, "confirm", by, claims=claims, messages=messages, told=(), **words)


def dispute(wish: Wish, by: Mover, reason: str) -> Changes[Wish]:
    """It did not come, or not as it should; staff look into it."""
    messages = tell(wish, "disputed_staff", staff_of(wish))
    return go(wish, "dispute", by, note=reason, reason=reason, disputed_at=by.now, told=(), messages=messages)


def withdraw(wish: Wish, by: Mover, reason: str | None) -> Changes[Wish]:
    """It is not needed any more; whoever had taken it is told at once."""
    return go(wish, "withdraw", by, note=reason, **all_ended(wish, "withdrawn"))


def reopen(wish: Wish, by: Mover, reason: str | None) -> Changes[Wish]:
    """Start again: after a dispute on the wall, otherwise with staff."""
    if wish.state is S.DISPUTED:
        again = [replace(claim, state=ClaimState.RELEASED) for claim in wish.held if claim.state is ClaimState.DELIVERED]
        claims = swap(wish, *again)  # what was confirmed at the door stays confirmed
        changes: dict[str, Any] = {"claims": claims, "listed_at": by.now, "delivered_at": None, "told": ()}
        return go(wish, "reopen", by, note=reason, messages=tell(wish, "reopened", wish.person_id), **changes)
    return go(wish, "reopen", by, note=reason, submitted_at=by.now, reason=None, told=())


def answer(wish: Wish, by: Mover, kind: str, *, yes: bool, phone_of: str = "") -> Changes[Wish]:
    """What a reply to a question does; nothing once the question is no longer one, or from the phone of a helper herself."""
    own_delivery = phone_of != by.id and any(claim.helper == phone_of for claim in wish.held)
    if own_delivery or Party.OWNER not in by.parties or not telling.is_true(wish, kind, None, by.now):
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
    """The resident was erased: nothing of hers stays, and nobody waits for her any more."""
    by = Mover(id="system", parties=SYSTEM_ONLY, now=now)
    blank: dict[str, Any] = {"title": "", "story": "", "alias": None, "as_written": None}
    blank |= {"thanks": None, "reason": None, "place": wish.community, "proxy_id": None, "safeguarding": ()}
    live = {S.SUBMITTED, S.OPEN, S.CLAIMED, S.DELIVERED, S.DISPUTED}
    nothing: dict[str, Any] = {"claims": wish.claims, "writes": (), "messages": ()}
    ended = all_ended(wish, "withdrawn") if wish.state in live else nothing
    state = S.WITHDRAWN if wish.state in live else wish.state
    claims = tuple(replace(claim, note=None) for claim in ended["claims"])
    event = Event(tag="wish.owner_erased", by=by.id, party=by.party)
    entity = replace(wish, **blank, state=state, claims=claims, possible_duplicates=())
    return Changes(entity=entity, previous=wish, writes=ended["writes"], events=(event,), messages=ended["messages"])


def forget_helper(wish: Wish, helper: str, now: datetime) -> Changes[Wish]:
    """A helper was erased: what she had taken goes back to the wall."""
    mine = [claim for claim in wish.active if claim.helper == helper]
    if not mine:
        return Changes(entity=wish, previous=wish)
    by = Mover(id=helper, parties=frozenset({Party.HELPER}), now=now)
    return release(wish, by, mine[0].id, "account erased")
