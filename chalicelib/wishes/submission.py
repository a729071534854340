"""A wish until it is on the wall: submit, approve, reject, edit, keep, unpublish. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from ..kernel.access import Relation
from ..kernel.changes import Changes, TimelineEvent, Write
from ..kernel.clock import local_day
from ..kernel.errors import Conflict, Invalid
from ..kernel.redaction import MASK, needs_review
from ..kernel.text import overlap
from . import policy
from .model import (
    Safeguarding,
    VisitWindow,
    Wish,
    WishKind,
    WishMover,
    WishState,
    WishText,
)
from .transitions import (
    all_ended,
    for_another_day,
    go,
    row_of,
    settle,
    tell,
    tell_once_sure,
)

__all__ = [
    "approve",
    "check_care",
    "check_day",
    "check_terms",
    "edit",
    "hide",
    "keep",
    "keep_for_a_week",
    "likely_duplicates",
    "reject",
    "submit",
    "unpublish",
    "with_new_day",
    "with_public_text",
    "without_public_text",
]

S = WishState


def with_public_text(
    wish: Wish, written: WishText, mask: Callable[[str], str]
) -> Wish:
    """Return the wish with the words that the public may read: personal data is blanked out."""
    alias = mask(written.alias) if written.alias else None
    public = WishText(
        title=mask(written.title), story=mask(written.story), alias=alias
    )
    kept = written if written != public else None
    words = (written.title, written.story, *wish.skills, *wish.dialects)
    skills = tuple(map(mask, wish.skills))
    dialects = tuple(map(mask, wish.dialects))
    return replace(
        wish,
        title=public.title,
        story=public.story,
        alias=public.alias,
        skills=skills,
        dialects=dialects,
        as_written=kept,
        hidden=False,
        held_for_review=needs_review("\n".join(words)),
    )


def without_public_text(wish: Wish) -> Wish:
    """Return the wish without words for the public. Those concerned still read them."""
    return replace(
        wish,
        title=MASK,
        story="",
        alias=None,
        as_written=wish.written,
        hidden=True,
    )


def hide(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """Take back title, story, alias and thanks from the public. Idempotent."""
    if wish.hidden:
        return Changes(entity=wish, previous=wish)
    return go(wish, "hide", mover, without_public_text(wish))


def check_terms(
    kind: WishKind,
    budget_fen: int | None,
    needed_by: date,
    window: Iterable[VisitWindow],
    now: datetime,
    zone: str,
) -> None:
    """Refuse impossible terms: a budget for a service, a day that has passed."""
    if budget_fen is not None and kind is not WishKind.GOODS:
        raise Invalid("wish.budget_goods_only", ["budget_fen"])
    if budget_fen is not None and budget_fen > policy.BUDGET_CAP_FEN:
        raise Invalid(
            "wish.budget_too_high", ["budget_fen"], cap=policy.BUDGET_CAP_FEN
        )
    today = local_day(now, zone)
    if not today <= needed_by <= today + policy.NEEDED_WITHIN:
        raise Invalid("wish.needed_by_out_of_range", ["needed_by"])
    for n, slot in enumerate(window):
        if slot.end <= slot.start:
            raise Invalid("wish.window_backwards", ["window", n])


def check_day(wish: Wish, now: datetime) -> None:
    """Ask for a new day, with Invalid, where that of a wish or all its windows are over."""
    if min(wish.late_at, wish.too_late_at) <= now:
        raise Invalid("wish.needed_by_passed", ["needed_by"])


def with_new_day(
    wish: Wish,
    needed_by: date | None,
    now: datetime,
    window: tuple[VisitWindow, ...] | None = None,
) -> Wish:
    """Return a wish for another day and other windows, where they are given.

    With another day alone, windows that are over are dropped.

    Raises:
        Invalid: the day or the windows that it has then lie in the past, or too far ahead.

    """
    if needed_by or window is not None:
        kept = () if wish.has_missed_its_windows(now) else wish.window
        if window is None and needed_by:
            window = kept
        day = needed_by or wish.needed_by
        wish = replace(for_another_day(wish, day), window=window or ())
        check_terms(
            wish.kind, wish.budget_fen, day, wish.window, now, wish.zone
        )
    check_day(wish, now)
    return wish


def check_care(
    marks: Iterable[Safeguarding], *, agreed: bool, before: Wish | None = None
) -> None:
    """Refuse new marks about care without the resident's consent to them with Invalid."""
    known = before.safeguarding if before else ()
    if not agreed and set(marks) - set(known):
        raise Invalid("consent.care_required", ["safeguarding"])


def likely_duplicates(
    wish: Wish, others: Iterable[Wish], now: datetime
) -> tuple[str, ...]:
    """Return the ids of other wishes of the person or household that may be the same."""
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


def submit(
    wish: Wish, mover: WishMover, ledger: tuple[Write, ...]
) -> Changes[Wish]:
    """File a new wish; it waits for staff."""
    event = TimelineEvent(
        tag="wish.submitted", actor=mover.id, party=mover.party
    )
    return Changes(entity=wish, previous=None, writes=ledger, events=(event,))


def approve(
    wish: Wish,
    mover: WishMover,
    needed_by: date | None = None,
    window: tuple[VisitWindow, ...] | None = None,
) -> Changes[Wish]:
    """Put a wish on the wall, for another day where its own has passed.

    Raises:
        Invalid: its day has passed, and `needed_by` names no other.

    """
    row_of(wish, "approve", mover)
    anew = with_new_day(wish, needed_by, mover.now, window)
    after = replace(
        anew,
        opened_at=wish.opened_at or mover.now,
        listed_at=mover.now,
        approved_at=mover.now,
        places_closed=False,
        told=(),
        reason=None,
    )
    return go(
        wish,
        "approve",
        mover,
        after,
        messages=tell_once_sure(wish, "approved", mover.now, wish.person_id),
    )


def reject(wish: Wish, mover: WishMover, reason: str) -> Changes[Wish]:
    """Reject a wish with a reason."""
    messages = tell_once_sure(wish, "rejected", mover.now, wish.person_id)
    return go(
        wish,
        "reject",
        mover,
        replace(wish, reason=reason),
        note=reason,
        messages=messages,
    )


def edit(wish: Wish, mover: WishMover, changed: Wish) -> Changes[Wish]:
    """Take changed terms.

    On the wall, an owner's edit sends the wish back to staff, and its helpers get a message.
    """
    row = row_of(wish, "edit", mover)
    edited = _with_edited_fields(wish, changed)
    by_filer = Relation.FILER in mover.relations  # another approves it again
    if wish.state is S.OPEN and (by_filer or row.targets[0] is S.SUBMITTED):
        _check_answered(wish, mover)
        ended = all_ended(wish, "claim_ended")
        edited = replace(
            edited,
            needed_by=changed.needed_by,
            submitted_at=mover.now,
            claims=ended.claims,
        )
        _check_helpers(edited, least=1)
        return go(
            wish,
            "edit",
            mover,
            edited,
            target=S.SUBMITTED,
            writes=ended.writes,
            messages=ended.messages,
        )
    _check_helpers(edited, least=int(wish.state is S.SUBMITTED))
    edited = for_another_day(edited, changed.needed_by)
    if wish.state is S.SUBMITTED:
        return go(wish, "edit", mover, edited)
    return settle(wish, "edit", mover, edited)


def _check_helpers(edited: Wish, *, least: int) -> None:
    """Refuse fewer helpers than hold a place, or no place for another where one must be left."""
    if edited.helpers_needed < len(edited.held) + least:
        raise Invalid("wish.helpers_already_claimed", ["helpers_needed"])


def _check_answered(wish: Wish, mover: WishMover) -> None:
    """Refuse to take a wish from the wall while a delivery waits for an answer."""
    if wish.unanswered or wish.disputed:
        moves = wish.moves(mover.id, mover.relations)
        state = wish.state.value
        raise Conflict("wish.delivery_unanswered", state=state, moves=moves)


def _with_edited_fields(wish: Wish, changed: Wish) -> Wish:
    """Copy the fields that an edit may change, apart from `needed_by`, from `changed`.

    A hidden wish stays hidden until it is approved anew.
    `for_another_day` sets `needed_by`, because the deadlines follow from it.
    """
    edited = replace(
        wish,
        kind=changed.kind,
        title=changed.title,
        story=changed.story,
        alias=changed.alias,
        as_written=changed.as_written,
        held_for_review=changed.held_for_review,
        budget_fen=changed.budget_fen,
        helpers_needed=changed.helpers_needed,
        window=changed.window,
        dialects=changed.dialects,
        skills=changed.skills,
        safeguarding=changed.safeguarding,
    )
    return without_public_text(edited) if wish.hidden else edited


def keep(
    wish: Wish,
    mover: WishMover,
    needed_by: date | None = None,
    window: tuple[VisitWindow, ...] | None = None,
) -> Changes[Wish]:
    """Keep a wish on the wall for another week at least, as if it had come there today.

    Raises:
        Invalid: its day has passed, and `needed_by` names no other.

    """
    row_of(wish, "keep", mover)
    anew = with_new_day(wish, needed_by, mover.now, window)
    day = anew.needed_by
    if not needed_by:
        day = max(day, local_day(mover.now, wish.zone) + policy.KEPT_FOR)
    kept = replace(for_another_day(anew, day), listed_at=mover.now, told=())
    return go(wish, "keep", mover, kept)


def keep_for_a_week(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """Keep a wish as its resident asks by SMS, which has no room for a day."""
    day = local_day(mover.now, wish.zone) + policy.KEPT_FOR
    return keep(wish, mover, max(wish.needed_by, day))


def _is_just_approved(wish: Wish, now: datetime) -> bool:
    since = wish.approved_at
    return since is not None and now < since + policy.UNDO_WITHIN


def unpublish(wish: Wish, mover: WishMover, reason: str) -> Changes[Wish]:
    """Take a wish from the wall for another review.

    Where the message of the approval is not sent yet, the resident gets neither of the two.
    """
    row_of(wish, "unpublish", mover)
    _check_answered(wish, mover)
    ended = all_ended(wish, "claim_ended")
    messages = ended.messages
    if not _is_just_approved(wish, mover.now):
        messages += tell(wish, "unpublished", wish.person_id)
    after = replace(
        wish, reason=reason, submitted_at=mover.now, claims=ended.claims
    )
    return go(
        wish,
        "unpublish",
        mover,
        after,
        note=reason,
        writes=ended.writes,
        messages=messages,
    )
