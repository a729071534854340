"""Moves of wishes: each use case reads, requires access, lets the model decide, commits once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..kernel.changes import Changes
from ..kernel.clock import Clock, local_day
from ..kernel.codes import Keyring, same
from ..kernel.errors import Conflict
from ..kernel.ids import Ids
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import CARE, Person, Vetting
from ..store.transaction import Transaction
from . import claiming, delivery, permissions, resolution, submission
from .codes import delivery_code
from .edits import WishEdit
from .model import Wish, WishMover
from .queries import WishForViewer, WishQueries, people_named_in
from .submitter import WishSubmitter

__all__ = ["Wishes"]


class _Known(NamedTuple):
    """A wish, the caller who moves it, and the people that a view of it may name."""

    wish: Wish
    granted: Granted
    mover: WishMover
    people: Mapping[str, Person]


Decide = Callable[[_Known], Changes[Wish]]


class Wishes:
    """Moves of wishes. `queries` and `submitter` are for the routes."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        access: Access,
        queries: WishQueries,
        submitter: WishSubmitter,
    ) -> None:
        self._transaction, self._access = transaction, access
        self._clock, self._ids, self._keys = clock, ids, keys
        self.queries, self.submitter = queries, submitter

    # by staff

    def approve_wish(
        self, context: RequestContext, wish_id: str
    ) -> WishForViewer:
        """Put a wish on the wall."""

        def decide(known: _Known) -> Changes[Wish]:
            wish = known.wish
            # The owner's name or address may have become known since the wish was written.
            owner = known.people[wish.person_id]
            public = submission.with_public_text(
                wish, wish.written, name=owner.name, secrets=owner.secrets
            )
            return replace(
                submission.approve(public, known.mover), previous=wish
            )

        return self._move(context, wish_id, "approve", decide)

    def reject_wish(
        self, context: RequestContext, wish_id: str, reason: str
    ) -> WishForViewer:
        """Reject a wish with a reason."""

        def decide(known: _Known) -> Changes[Wish]:
            return submission.reject(known.wish, known.mover, reason)

        return self._move(context, wish_id, "reject", decide)

    def unpublish_wish(
        self, context: RequestContext, wish_id: str, reason: str
    ) -> WishForViewer:
        """Take a wish from the wall for another review."""

        def decide(known: _Known) -> Changes[Wish]:
            return submission.unpublish(known.wish, known.mover, reason)

        return self._move(context, wish_id, "unpublish", decide)

    # by its owner

    def edit_wish(
        self, context: RequestContext, wish_id: str, edit: WishEdit
    ) -> WishForViewer:
        """Change the terms of a wish."""

        def decide(known: _Known) -> Changes[Wish]:
            wish, now = known.wish, known.mover.now
            changed, written = edit.applied_to(wish), edit.written(wish.written)
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
            public = submission.with_public_text(
                changed, written, name=owner.name, secrets=owner.secrets
            )
            return submission.edit(wish, known.mover, public)

        return self._move(context, wish_id, "edit", decide)

    def keep_wish(self, context: RequestContext, wish_id: str) -> WishForViewer:
        """Keep an unclaimed wish on the wall."""

        def decide(known: _Known) -> Changes[Wish]:
            return submission.keep(known.wish, known.mover)

        return self._move(context, wish_id, "keep", decide)

    def confirm_wish(
        self,
        context: RequestContext,
        wish_id: str,
        rating: int | None,
        thanks: str | None,
    ) -> WishForViewer:
        """Confirm the delivery, with a rating and thanks."""

        def decide(known: _Known) -> Changes[Wish]:
            return resolution.confirm(known.wish, known.mover, rating, thanks)

        return self._move(context, wish_id, "confirm", decide)

    def dispute_wish(
        self, context: RequestContext, wish_id: str, reason: str
    ) -> WishForViewer:
        """Dispute the delivery."""

        def decide(known: _Known) -> Changes[Wish]:
            return resolution.dispute(known.wish, known.mover, reason)

        return self._move(context, wish_id, "dispute", decide)

    def withdraw_wish(
        self, context: RequestContext, wish_id: str, reason: str | None
    ) -> WishForViewer:
        """Withdraw a wish."""

        def decide(known: _Known) -> Changes[Wish]:
            return resolution.withdraw(known.wish, known.mover, reason)

        return self._move(context, wish_id, "withdraw", decide)

    def reopen_wish(
        self, context: RequestContext, wish_id: str, reason: str | None
    ) -> WishForViewer:
        """Start a wish again."""

        def decide(known: _Known) -> Changes[Wish]:
            return resolution.reopen(known.wish, known.mover, reason)

        return self._move(context, wish_id, "reopen", decide)

    # by its helpers

    def claim_wish(
        self, context: RequestContext, wish_id: str
    ) -> WishForViewer:
        """Claim a wish. The refusal to a volunteer who comes too late carries similar wishes."""
        claim_id = self._ids.new("clm")

        def decide(known: _Known) -> Changes[Wish]:
            return _claim(known, claim_id)

        try:
            return self._move(context, wish_id, "claim", decide)
        except Conflict as late:
            if late.code != "wish.already_claimed":
                raise
            similar = self.queries.near_misses(context.actor, wish_id)
            raise Conflict(late.code, **late.facts, similar=similar) from None

    def changes_to_claim(
        self, context: RequestContext, wish_id: str, claim_id: str
    ) -> Changes[Wish]:
        """Return the changes that claim a wish, for the commit of another feature."""
        return _claim(self._read(context, wish_id, "claim"), claim_id)

    def release_claim(
        self,
        context: RequestContext,
        wish_id: str,
        claim_id: str | None,
        reason: str,
    ) -> WishForViewer:
        """Give a claim back."""

        def decide(known: _Known) -> Changes[Wish]:
            return claiming.release(known.wish, known.mover, claim_id, reason)

        return self._move(context, wish_id, "release", decide)

    def check_visit(
        self,
        context: RequestContext,
        wish_id: str,
        move: str,
        claim_id: str | None,
    ) -> WishForViewer:
        """Note the beginning (``check-in``) or end (``check-out``) of a visit."""

        def decide(known: _Known) -> Changes[Wish]:
            return claiming.note_visit(known.wish, known.mover, move, claim_id)

        return self._move(context, wish_id, move, decide)

    def deliver_wish(
        self,
        context: RequestContext,
        wish_id: str,
        claim_id: str | None,
        note: str | None,
        code: str | None,
    ) -> WishForViewer:
        """Note a delivery. With the resident's code it is confirmed at once."""

        def decide(known: _Known) -> Changes[Wish]:
            wish, mover, right = known.wish, known.mover, None
            if code is not None and wish.active:
                claim = claiming.pick_claim(wish, mover, claim_id)
                right = same(delivery_code(self._keys, claim.id), code)
            return delivery.deliver(wish, mover, claim_id, note, right)

        return self._move(context, wish_id, "deliver", decide)

    def _move(
        self, context: RequestContext, wish_id: str, move: str, decide: Decide
    ) -> WishForViewer:
        def attempt() -> tuple[Changes[Wish], _Known]:
            known = self._read(context, wish_id, move)
            known.wish.check_version(context.seen_version)
            return decide(known), known

        wish, known = self._transaction.run_with(attempt, context)
        return self.queries.for_viewer(known.granted.actor, wish, known.people)

    def _read(self, context: RequestContext, wish_id: str, move: str) -> _Known:
        """Read a wish and the people in it, and require access to the move.

        The people are read before the commit, so that no failing read can hide that it happened.
        """
        wish = self.queries.get(wish_id)
        granted = self._access.require(
            context,
            permissions.MOVES[move],
            wish.as_resource(),
            reading=people_named_in(wish),
        )
        mover = WishMover(
            id=granted.actor.id,
            relations=granted.relations,
            now=self._clock.now(),
        )
        people = self.queries.with_contact(wish, granted.people)
        return _Known(wish, granted, mover, people)


def _claim(known: _Known, claim_id: str) -> Changes[Wish]:
    volunteer = known.granted.person
    until = volunteer.volunteer.paused_until if volunteer.volunteer else None
    return claiming.claim(
        known.wish,
        known.mover,
        claim_id=claim_id,
        capacity=volunteer.capacity,
        vetted=volunteer.vetting is Vetting.SAFEGUARDING,
        paused=until is not None and until > known.mover.now,
    )
