"""Moves of wishes: each use case reads, requires access, lets the model decide, commits once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ..kernel.access import Actor
from ..kernel.changes import Changes, Entity, Write
from ..kernel.clock import Clock, local_day
from ..kernel.codes import Keyring
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.moves import CARE
from ..store.transaction import Transaction
from . import answer_checks, hours, resolution, submission
from .authorized_moves import KnownWish, WishMoves
from .claim_service import WishClaims
from .edits import WishEdit
from .model import AnswerProof, VisitWindow, Wish
from .queries import WishForViewer, WishQueries
from .review import ReviewDays
from .submitter import WishSubmitter, check_alias

__all__ = ["AnswerProven", "BindProof", "Wishes"]

# (recorder, upload, wish, place) -> the change that binds the photo to the wish
BindProof = Callable[[str, str, str, str], Changes[Entity]]
# (actor, helper, reason, detail, address) -> the line of settled hours in the security trail
HoursLine = Callable[[Actor, Person, str, str, str], Write]


class AnswerProven(NamedTuple):
    """The proof of an answer that staff record for the resident: a photo, or a signed slip."""

    how: AnswerProof
    upload: str


class Wishes(WishMoves):
    """Moves by staff and owners. `queries`, `submitter` and `claims` are for the routes."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        queries: WishQueries,
        submitter: WishSubmitter,
        claims: WishClaims,
        review: ReviewDays,
        keys: Keyring,
        bind_proof: BindProof,
        hours_line: HoursLine,
    ) -> None:
        super().__init__(
            transaction=transaction,
            clock=clock,
            access=access,
            queries=queries,
        )
        self._review = review
        self.submitter, self.claims = submitter, claims
        self._keys, self._bind_proof = keys, bind_proof
        self._trail_line = hours_line

    # by staff

    def approve_wish(
        self,
        context: RequestContext,
        wish_id: str,
        needed_by: date | None = None,
        window: tuple[VisitWindow, ...] | None = None,
    ) -> WishForViewer:
        """Put a wish on the wall, for another day where its own has passed."""

        def decide(known: KnownWish) -> Changes[Wish]:
            wish = known.wish
            # The owner's name or address may have become known since the wish was written.
            owner = known.people[wish.person_id]
            mask = self.queries.mask_of(wish, owner)
            public = submission.with_public_text(wish, wish.written, mask)
            public = replace(public, suspended=owner.blocked)
            approved = submission.approve(
                public, known.mover, needed_by, window
            )
            return replace(approved, previous=wish)

        return self._move(context, wish_id, "approve", decide)

    def reject_wish(
        self, context: RequestContext, wish_id: str, reason: str
    ) -> WishForViewer:
        """Reject a wish with a reason."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return submission.reject(known.wish, known.mover, reason)

        return self._move(context, wish_id, "reject", decide)

    def unpublish_wish(
        self, context: RequestContext, wish_id: str, reason: str
    ) -> WishForViewer:
        """Take a wish from the wall for another review."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return self._review.set_in(
                submission.unpublish(known.wish, known.mover, reason)
            )

        return self._move(context, wish_id, "unpublish", decide)

    def hide_wish(self, context: RequestContext, wish_id: str) -> WishForViewer:
        """Take the words of a wish back from the public. Idempotent."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return submission.hide(known.wish, known.mover)

        return self._move(context, wish_id, "hide", decide)

    # by its owner

    def edit_wish(
        self, context: RequestContext, wish_id: str, edit: WishEdit
    ) -> WishForViewer:
        """Change the terms of a wish."""

        def decide(known: KnownWish) -> Changes[Wish]:
            wish, now = known.wish, known.mover.now
            changed, written = edit.applied_to(wish), edit.written(wish.written)
            if written.alias != wish.written.alias:
                check_alias(written.alias, known.granted.person)
            day = edit.needed_by or max(
                changed.needed_by, local_day(now, wish.zone)
            )
            submission.check_terms(
                changed.kind,
                changed.budget_fen,
                day,
                changed.window,
                now,
                wish.zone,
            )
            owner = known.people[wish.person_id]
            submission.check_care(
                changed.safeguarding,
                agreed=CARE in owner.consents,
                before=wish,
            )
            mask = self.queries.mask_of(wish, owner)
            public = submission.with_public_text(changed, written, mask)
            return self._review.set_in(
                submission.edit(wish, known.mover, public)
            )

        return self._move(context, wish_id, "edit", decide)

    def keep_wish(
        self,
        context: RequestContext,
        wish_id: str,
        needed_by: date | None = None,
        window: tuple[VisitWindow, ...] | None = None,
    ) -> WishForViewer:
        """Keep an unclaimed wish on the wall, for another day where its own has passed."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return submission.keep(known.wish, known.mover, needed_by, window)

        return self._move(context, wish_id, "keep", decide)

    def confirm_wish(
        self,
        context: RequestContext,
        wish_id: str,
        rating: int | None,
        thanks: str | None,
        proven: AnswerProven | None = None,
        *,
        claim_id: str | None = None,
    ) -> WishForViewer:
        """Confirm the delivery of a claim, with a rating and thanks.

        Staff give a proof where they record the answer of a resident without a phone.
        """

        def decide(known: KnownWish) -> Changes[Wish]:
            if proven:
                return self._recorded(known, proven, rating, thanks, claim_id)
            return resolution.confirm(
                known.wish, known.mover, rating, thanks, claim_id=claim_id
            )

        return self._move(context, wish_id, "confirm", decide)

    def _recorded(
        self,
        known: KnownWish,
        proven: AnswerProven,
        rating: int | None,
        thanks: str | None,
        claim_id: str | None,
    ) -> Changes[Wish]:
        """Return the confirmation that staff record, with its proof."""
        wish, mover = known.wish, known.mover
        answer = answer_checks.record(
            wish,
            mover,
            how=proven.how,
            upload=proven.upload,
            has_phone=bool(known.people[wish.person_id].phone),
            drawn=answer_checks.is_drawn(self._keys, wish.id),
            claim_id=claim_id,
        )
        confirmed = resolution.confirm(
            wish,
            answer_checks.as_recorder(mover),
            rating,
            thanks,
            answer,
            claim_id=claim_id or answer.claims[0],
        )
        bound = self._bind_proof(mover.id, proven.upload, wish.id, wish.place)
        return replace(confirmed, related=(bound,))

    def check_answer(
        self,
        context: RequestContext,
        wish_id: str,
        *,
        right: bool,
        note: str | None,
    ) -> WishForViewer:
        """Note what the resident said when asked about a recorded answer."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return answer_checks.check(
                known.wish, known.mover, right=right, note=note
            )

        return self._move(context, wish_id, "check", decide)

    def settle_hours(
        self,
        context: RequestContext,
        wish_id: str,
        claim_id: str | None,
        minutes: int,
        reason: str,
    ) -> WishForViewer:
        """Book the hours of a long stay, with a line in the security trail."""

        def decide(known: KnownWish) -> Changes[Wish]:
            settled = hours.settle_hours(
                known.wish, known.mover, claim_id, minutes, reason
            )
            line = self._hours_line(context, known, settled.entity, reason)
            return replace(settled, writes=(*settled.writes, line))

        return self._move(context, wish_id, "settle-hours", decide)

    def _hours_line(
        self,
        context: RequestContext,
        known: KnownWish,
        after: Wish,
        reason: str,
    ) -> Write:
        (claim,) = set(after.claims) - set(known.wish.claims)
        return self._trail_line(
            known.granted.actor,
            known.people[claim.helper],
            reason,
            f"{after.id} {claim.minutes}",
            context.address,
        )

    def dispute_wish(
        self,
        context: RequestContext,
        wish_id: str,
        reason: str,
        claim_id: str | None = None,
    ) -> WishForViewer:
        """Dispute the delivery of a claim."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return resolution.dispute(
                known.wish, known.mover, reason, claim_id=claim_id
            )

        return self._move(context, wish_id, "dispute", decide)

    def withdraw_wish(
        self, context: RequestContext, wish_id: str, reason: str | None
    ) -> WishForViewer:
        """Withdraw a wish."""

        def decide(known: KnownWish) -> Changes[Wish]:
            return resolution.withdraw(known.wish, known.mover, reason)

        return self._move(context, wish_id, "withdraw", decide)

    def reopen_wish(
        self,
        context: RequestContext,
        wish_id: str,
        reason: str | None,
        needed_by: date | None = None,
        *,
        window: tuple[VisitWindow, ...] | None = None,
        claim_id: str | None = None,
    ) -> WishForViewer:
        """Start a wish again, for another day where its own has passed."""

        def decide(known: KnownWish) -> Changes[Wish]:
            reopened = resolution.reopen(
                known.wish,
                known.mover,
                reason,
                needed_by,
                window=window,
                claim_id=claim_id,
            )
            return self._review.set_in(reopened)

        return self._move(context, wish_id, "reopen", decide)
