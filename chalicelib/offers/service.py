"""Use cases of volunteers about offers: read, accept, decline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ..kernel.access import Actor, Relation, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, NotFound
from ..kernel.ids import Ids
from ..kernel.paging import Page, Position, first_found
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.service import People
from ..store.transaction import Transaction
from ..wishes.claim_service import WishClaims
from ..wishes.model import PUBLIC_STATES, Wish
from ..wishes.queries import WishQueries
from . import decisions, permissions
from .decisions import OfferContext
from .match_scheduler import MatchScheduler
from .model import Offer, OfferState
from .repository import OfferRepository

__all__ = ["TOO_LATE", "OfferForViewer", "Offers"]

# Refusals of an acceptance that mean: another volunteer was quicker, or the wish is over.
TOO_LATE = frozenset(
    {
        "wish.already_claimed",
        "wish.wrong_state",
        "offer.expired",
        "offer.over",
        "offer.wrong_state",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferForViewer:
    """An offer, the viewer's relations to it, and its wish where that may still be shown."""

    offer: Offer
    wish: Wish | None
    relations: frozenset[Relation]
    now: datetime
    locale: str


class _Answered(NamedTuple):
    """The volunteer who has answered, and the wish of the offer."""

    actor: Actor
    wish: Wish | None


Decide = Callable[[OfferContext, Granted, datetime], Changes[Offer]]


class Offers:
    """Use cases of volunteers about offers."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        clock: Clock,
        ids: Ids,
        access: Access,
        people: People,
        claims: WishClaims,
        wish_queries: WishQueries,
        scheduler: MatchScheduler,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids = clock, ids
        self._access, self._people = access, people
        self._claims, self._wish_queries = claims, wish_queries
        self._scheduler = scheduler

    def read_offer(
        self, context: RequestContext, offer_id: str
    ) -> OfferForViewer:
        """Return an offer to its volunteer, or to staff of its place."""
        offer = self._get(offer_id)
        granted = self._access.require(
            context, permissions.SEE, offer.as_resource()
        )
        wish = self._wish_queries.find(offer.wish_id)
        return self._for_viewer(granted.actor, offer, wish, context.locale)

    def list_my_offers(
        self, context: RequestContext, limit: int
    ) -> Page[OfferForViewer]:
        """Return the caller's own offers, newest first."""
        actor = self._access.require_self(context).actor

        def read(start: Position | None, size: int) -> Page[OfferForViewer]:
            page = self._repository.offers_of(actor.id, start, size)
            offers = self._still_own(page.items, actor, context.locale)
            return Page(offers, page.next)

        return first_found(read, context.start, limit)

    def _still_own(
        self, offers: Sequence[Offer], actor: Actor, locale: str
    ) -> list[OfferForViewer]:
        """Return the offers of the places where an actor is still a volunteer."""
        wishes = self._wish_queries.find_many(
            [offer.wish_id for offer in offers]
        )
        found = []
        for offer in offers:
            wish = wishes.get(offer.wish_id)
            seen = self._for_viewer(actor, offer, wish, locale)
            if Relation.OWNER in seen.relations:
                found.append(seen)
        return found

    def accept_offer(
        self, context: RequestContext, offer_id: str
    ) -> OfferForViewer:
        """Claim the offered wish. A refusal that comes too late carries similar wishes."""
        claim_id = self._ids.new("clm")

        def decide(
            known: OfferContext, granted: Granted, now: datetime
        ) -> Changes[Offer]:
            offer, relations = known.offer, granted.relations
            decisions.check_waits(offer, "accept", relations, now)
            try:
                claim = self._claims.changes_to_claim(
                    context, offer.wish_id, claim_id
                )
            except NotFound:
                # The wish is no longer public. The volunteer knew of it, so they may learn that.
                state = offer.state.value
                raise Conflict("offer.over", state=state, moves=[]) from None
            return decisions.accept(known, relations, now, claim)

        try:
            return self._answer(context, offer_id, "accept", decide)
        except Conflict as late:
            is_accepted = late.facts.get("state") == OfferState.ACCEPTED
            if late.code not in TOO_LATE or is_accepted:
                raise
            missed = self._get(offer_id).wish_id
            similar = self._claims.near_misses.find(context.actor, missed)
            raise Conflict(late.code, **late.facts, similar=similar) from None

    def decline_offer(
        self,
        context: RequestContext,
        offer_id: str,
        reason: str | None,
        *,
        never_again: bool,
    ) -> OfferForViewer:
        """Decline an offer; with `never_again`, also every further wish of its kind."""

        def decide(
            known: OfferContext, granted: Granted, now: datetime
        ) -> Changes[Offer]:
            related: tuple[Changes[Person], ...] = ()
            if never_again:
                related = (
                    self._people.never_again(granted.person, known.offer.kind),
                )
            return decisions.decline(
                known, granted.relations, now, reason, related
            )

        declined = self._answer(context, offer_id, "decline", decide)
        self._scheduler.try_match_soon(declined.offer.place)
        return declined

    def _answer(
        self, context: RequestContext, offer_id: str, move: str, decide: Decide
    ) -> OfferForViewer:
        def attempt() -> tuple[Changes[Offer], _Answered]:
            known = self._repository.context_of(self._get(offer_id))
            resource = known.offer.as_resource()
            granted = self._access.require(
                context, permissions.MOVES[move], resource
            )
            known.offer.check_version(context.seen_version)
            changes = decide(known, granted, self._clock.now())
            wish = _wish_in(changes) or self._wish_queries.find(
                known.offer.wish_id
            )
            return changes, _Answered(granted.actor, wish)

        offer, answered = self._transaction.run_with(attempt, context)
        return self._for_viewer(
            answered.actor, offer, answered.wish, context.locale
        )

    def _get(self, offer_id: str) -> Offer:
        offer = self._repository.find_offer(offer_id)
        if offer is None:
            raise NotFound
        return offer

    def _for_viewer(
        self, actor: Actor, offer: Offer, wish: Wish | None, locale: str
    ) -> OfferForViewer:
        now = self._clock.now()
        return OfferForViewer(
            offer=offer,
            wish=wish if wish and _may_be_shown(wish, offer, now) else None,
            relations=relations(actor, offer.as_resource()),
            now=now,
            locale=locale,
        )


def _wish_in(changes: Changes[Offer]) -> Wish | None:
    """Return the wish that changes together with an offer."""
    related = (part.entity for part in changes.related)
    return next(
        (entity for entity in related if isinstance(entity, Wish)), None
    )


def _may_be_shown(wish: Wish, offer: Offer, now: datetime) -> bool:
    """Say whether an offer still shows its wish.

    After the offer, one that needs vetting for safeguarding is not on any public wall either.
    """
    if wish.state not in PUBLIC_STATES or wish.forgotten:
        return False
    is_live = offer.state_at(now) in (OfferState.OFFERED, OfferState.ACCEPTED)
    return is_live or not wish.vetting_required
