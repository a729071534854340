"""Moves of helpers: claim a wish, give it back, visit, deliver."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Check
from ..kernel.clock import Clock
from ..kernel.codes import Keyring, same
from ..kernel.errors import Conflict, Forbidden, NotFound
from ..kernel.ids import Ids
from ..kernel.metrics import Metrics
from ..kernel.request import RequestContext
from ..people import volunteers
from ..people.access import Access
from ..store.transaction import Transaction
from . import claiming, delivery, hours, policy, transitions
from .authorized_moves import KnownWish, WishMoves
from .claims import Claim
from .codes import delivery_code
from .helper_reader import HelperReader
from .model import Wish
from .near_misses import NearMisses
from .new_phones import is_newer
from .queries import WishForViewer, WishQueries

__all__ = ["WishClaims"]


class WishClaims(WishMoves):
    """Use cases of helpers. `near_misses` is for offers, too."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        access: Access,
        queries: WishQueries,
        helpers: HelperReader,
        near_misses: NearMisses,
        metrics: Metrics,
    ) -> None:
        super().__init__(
            transaction=transaction,
            clock=clock,
            access=access,
            queries=queries,
        )
        self._ids, self._keys, self._metrics = ids, keys, metrics
        self._helpers, self.near_misses = helpers, near_misses

    def claim_wish(
        self, context: RequestContext, wish_id: str
    ) -> WishForViewer:
        """Claim a wish. The refusal to a volunteer who comes too late carries similar wishes."""
        claim_id = self._ids.new("clm")

        def decide(known: KnownWish) -> Changes[Wish]:
            return self._claim(known, claim_id)

        try:
            return self._move(context, wish_id, "claim", decide)
        except Conflict as late:
            if late.code != "wish.already_claimed":
                raise
            similar = self.near_misses.find(context.actor, wish_id)
            raise Conflict(late.code, **late.facts, similar=similar) from None

    def changes_to_claim(
        self, context: RequestContext, wish_id: str, claim_id: str
    ) -> Changes[Wish]:
        """Return the changes that claim a wish, for the commit of another feature."""
        claim = self._claim(self._read(context, wish_id, "claim"), claim_id)
        if claim.refusal:
            raise claim.refusal
        return claim

    def _claim(self, known: KnownWish, claim_id: str) -> Changes[Wish]:
        """Return the claim of a volunteer.

        Claims given back count by phone, too. An account made anew after the pause of an earlier
        one is paused in its turn: the refusal is committed with that.
        """
        wish, volunteer = known.wish, known.granted.person
        if not known.people[wish.person_id].may_act:
            raise NotFound  # the wish is about to leave the wall
        records = self._helpers.records_of(volunteer)
        helper = self._helpers.helper(volunteer, records)
        if helper.refusal is None and helper.is_unreliable(known.mover.now):
            paused = volunteers.pause_claims(volunteer, known.mover.now)
            return Changes(
                entity=wish,
                previous=wish,
                related=(paused,),
                refusal=Forbidden("volunteer.paused_by_staff"),
            )
        home = self._helpers.home_of(known.people[wish.person_id])
        claim = claiming.claim(
            wish,
            known.mover,
            claim_id=self._with_own_code(wish, claim_id, known.mover.now),
            helper=helper,
            home=home,
        )
        shown = len({*records.homes(known.mover.now), home})
        self._metrics.observe("HomesShown", shown, "Count")
        # A block at the same time comes before the claim, or finds it and releases it.
        writes = (*claim.writes, Check(entity=volunteer))
        return replace(claim, writes=writes)

    def _with_own_code(self, wish: Wish, claim_id: str, now: datetime) -> str:
        """Return the id of a new claim whose code is that of no other claim on the wish."""
        taken = {delivery_code(self._keys, claim) for claim in wish.claims}
        while True:
            claim = Claim(id=claim_id, helper="", claimed_at=now)
            if delivery_code(self._keys, claim) not in taken:
                return claim_id
            claim_id = self._ids.new("clm")

    def release_claim(
        self,
        context: RequestContext,
        wish_id: str,
        claim_id: str | None,
        reason: str,
    ) -> WishForViewer:
        """Give a claim back. A helper who does so often may claim nothing until staff lift it."""

        def decide(known: KnownWish) -> Changes[Wish]:
            wish, mover = known.wish, known.mover
            own = any(
                claim.helper == mover.id and claim_id in (None, claim.id)
                for claim in wish.active
            )
            if own:
                return self._give_back(known, claim_id, reason)
            return claiming.release(wish, mover, claim_id, reason)

        return self._move(context, wish_id, "release", decide)

    def _give_back(
        self, known: KnownWish, claim_id: str | None, reason: str
    ) -> Changes[Wish]:
        """Return the release of the caller's own claim, and the pause that may follow from it."""
        person, mover = known.granted.person, known.mover
        records = self._helpers.records_of(person)
        released = claiming.release(
            known.wish, mover, claim_id, reason, records
        )
        lifted_at = person.claims_lifted_at
        before = records.given_back_lately(mover.now, lifted_at)
        self._metrics.observe("ClaimsGivenBack", before + 1, "Count")
        if before + 1 < policy.GIVEN_BACK_MAX:
            return released
        paused = volunteers.pause_claims(person, mover.now)
        return replace(released, related=(paused,))

    def check_visit(
        self,
        context: RequestContext,
        wish_id: str,
        move: str,
        claim_id: str | None,
    ) -> WishForViewer:
        """Note the beginning (``check-in``) or end (``check-out``) of a visit."""

        def decide(known: KnownWish) -> Changes[Wish]:
            wish, mover = known.wish, known.mover
            transitions.row_of(wish, move, mover)
            claim = claiming.pick_claim(wish, mover, claim_id)
            return hours.note_visit(wish, mover, move, claim)

        return self._move(context, wish_id, move, decide)

    def deliver_wish(
        self,
        context: RequestContext,
        wish_id: str,
        claim_id: str | None,
        note: str | None,
        code: str | None,
    ) -> WishForViewer:
        """Note a delivery. With the resident's code it is confirmed at once.

        The code of a resident whose phone was set after the claim confirms nothing.
        """

        def decide(known: KnownWish) -> Changes[Wish]:
            wish, mover, right = known.wish, known.mover, None
            tried = 0
            if code is not None and wish.active:
                claim = claiming.pick_claim(wish, mover, claim_id)
                right = same(delivery_code(self._keys, claim), code)
                resident = known.people[wish.person_id]
                if right and is_newer(resident.phone_since, claim):
                    right = None  # a new phone has read the code in the app
                if right is False:
                    tried = self._helpers.tries_at_code(wish, claim)
            return delivery.deliver(wish, mover, claim_id, note, right, tried)

        return self._move(context, wish_id, "deliver", decide)
