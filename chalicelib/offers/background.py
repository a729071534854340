"""Background work on offers: timers, events, and the context of messages."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ..kernel.access import SYSTEM, Relation, relations
from ..kernel.changes import Changes, Check
from ..kernel.clock import Clock
from ..kernel.ended_relations import (
    SERVICE_ENDED,
    EndedRelations,
    RelationKind,
)
from ..kernel.entities import by_id
from ..kernel.errors import Busy, Conflict, NotFound
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Position
from ..kernel.place import community_of, street_of
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from ..kernel.request import RequestContext
from ..people.model import Person
from ..people.service import People
from ..people.volunteering import Volunteering, volunteering
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..wishes.model import ClaimState, Wish, is_offered
from ..wishes.notifications import title_of
from ..wishes.queries import WishQueries
from . import decisions, notifications
from .maker import OfferMaker, need_of, terms_of
from .match_scheduler import MatchScheduler
from .model import Offer, OfferRound, OfferState, VolunteerHistory
from .repository import OfferRepository

__all__ = ["OfferJobs"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)
_MAX_OFFERS_CHECKED = (
    20  # the latest of a volunteer; older ones have long ended
)


class OfferJobs:
    """Background work on offers."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        clock: Clock,
        people: People,
        places: Places,
        wishes: WishQueries,
        maker: OfferMaker,
        scheduler: MatchScheduler,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._maker, self._scheduler = clock, maker, scheduler
        self._people, self._places, self._wishes = people, places, wishes
        self._entities = EntityStore(
            transaction, repository.find_offer, place=_place_of
        )

    # timers

    def wake_offer(self, offer_id: str, timer_id: str) -> None:
        """Expire an offer if it still waits for this timer, and match its community soon."""

        def decide(offer: Offer) -> Changes[Offer]:
            known = self._repository.context_of(offer)
            return decisions.expire(known, self._clock.now())

        offer, _ = self._entities.on_timer(offer_id, timer_id, decide)
        if offer.state is OfferState.EXPIRED:
            self._scheduler.match_soon(offer.place)

    def question_status(self, asked: QuestionRound) -> QuestionStatus:
        """Return whether a volunteer may still answer an offer."""
        offer = self._entities.find(asked.subject)
        if offer is None or offer.volunteer != asked.person_id:
            return QuestionStatus(state=QuestionState.OVER)
        state = QuestionState.OVER
        match offer.state_at(self._clock.now()):
            case OfferState.OFFERED:
                state = QuestionState.OPEN
            case OfferState.ACCEPTED | OfferState.DECLINED:
                state = QuestionState.ANSWERED
        return QuestionStatus(state=state, since=offer.updated_at)

    def rearm_lost(self) -> int:
        """Arm lost timers of offers anew; return their number."""
        return self._entities.rearm(self._waiting())

    def _waiting(self) -> Iterator[Offer]:
        for street in self._places.streets():
            entries = self._wishes.open_at(street)
            for community in sorted({entry.community for entry in entries}):
                yield from self._waiting_in(community)

    def _waiting_in(self, community: str) -> list[Offer]:
        live: list[str] = []
        for offer_round in self._repository.open_rounds(community):
            live += [one.offer for one in offer_round.live]
        return self._repository.find_offers(live)

    # events of wishes

    def look_again(self, wish_id: str) -> None:
        """End the surplus offers of a changed wish, and match it soon if it needs volunteers."""
        offer_round = self._end_surplus(wish_id)
        wish = self._wishes.find(wish_id)
        if wish and need_of(wish, offer_round) > 0:
            self._scheduler.match_soon(wish.place)

    def _end_surplus(self, wish_id: str) -> OfferRound | None:
        """End the surplus offers of a wish; return its round, None if nobody was ever asked."""

        def decide() -> Changes[OfferRound]:
            offer_round = self._repository.find_round(wish_id)
            if offer_round is None:
                raise NotFound
            return self._without_surplus(
                offer_round, self._wishes.find(wish_id)
            )

        with suppress(NotFound):
            return self._transaction.run(decide, _AS_SYSTEM)
        return None

    def _without_surplus(
        self, offer_round: OfferRound, wish: Wish | None
    ) -> Changes[OfferRound]:
        wanted, helping = _places_left(wish), _helpers_of(wish)
        kept = _offers_kept(offer_round, wish, helping, wanted)
        surplus = [
            one.offer for one in offer_round.live if one.offer not in kept
        ]
        ended = []
        for offer in self._repository.find_offers(surplus):
            if offer.state is not OfferState.OFFERED:
                raise Busy  # answered since the round was read: look again
            ended.append((offer, self._repository.history_of(offer)))
        changes = decisions.supersede(
            offer_round,
            ended,
            helping=helping,
            open=wanted > 0,
            now=self._clock.now(),
        )
        if wish:
            moved = replace(changes.entity, community=wish.community)
            changes = replace(changes, entity=moved)
        if wish is None or changes.entity == offer_round:
            return changes
        # Any change of the wish meanwhile starts another job. That job may run first and find
        # nothing to change, so this commit requires the wish as it was read.
        return replace(changes, writes=(Check(entity=wish),))

    def note_met(self, wish_id: str) -> None:
        """Note for the helpers of a fulfilled wish that they have met its resident."""
        wish = self._wishes.find(wish_id)
        if wish is None or wish.forgotten:
            return
        helpers: set[str] = set()
        for claim in wish.claims:
            if claim.state is ClaimState.CONFIRMED:
                helpers.add(claim.helper)
        for helper in helpers:
            self._note_met(helper, wish)

    def _note_met(self, helper: str, wish: Wish) -> None:
        def decide() -> Changes[VolunteerHistory]:
            history = self._maker.history(street_of(wish.place), helper)
            if wish.person_id in history.met[-1:]:
                return Changes(entity=history, previous=history)
            return decisions.note_met(history, wish.person_id)

        self._transaction.run(decide, _AS_SYSTEM)

    # events of volunteers

    def release(self, ended: EndedRelations) -> Position | None:
        """End the offers of a former volunteer, a page in a step, and match again soon."""
        # Where only a role was taken, offers in places where they still serve stay.
        is_over = bool(ended.kinds & SERVICE_ENDED - {RelationKind.ROLE})
        person, now = self._people.find(ended.person_id), self._clock.now()
        page = self._repository.offers_of(
            ended.person_id, ended.cursor, _MAX_OFFERS_CHECKED
        )
        for offer in page.items:
            fits = person is not None and _fits(offer, person, now)
            if offer.state is OfferState.OFFERED and (is_over or not fits):
                self._take_back(offer.id)
                self._scheduler.match_soon(offer.place)
        return page.next

    def end_unfit(self, person_id: str) -> None:
        """End the offers that a changed volunteer should not have, and match again soon."""
        person, now = self._people.find(person_id), self._clock.now()
        latest = self._repository.offers_of(
            person_id, None, _MAX_OFFERS_CHECKED
        )
        for offer in latest.items:
            fits = person is not None and _fits(offer, person, now)
            if offer.state is OfferState.OFFERED and not fits:
                self._take_back(offer.id)
                self._scheduler.match_soon(offer.place)

    def _take_back(self, offer_id: str) -> None:
        def decide(offer: Offer) -> Changes[Offer]:
            known = self._repository.context_of(offer)
            return decisions.take_back(known, self._clock.now())

        with suppress(NotFound, Conflict):  # it was answered meanwhile
            self._entities.update(offer_id, decide)

    # messages

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each message about an offer; None if it is no longer relevant.

        All offers are read together, and then their wishes.
        """
        ids = list(dict.fromkeys(subject.subject for subject in subjects))
        offers = by_id(self._repository.find_offers(ids))
        wishes = self._wishes.find_many(
            [offer.wish_id for offer in offers.values()]
        )
        people = self._people.find_many(
            {offer.volunteer for offer in offers.values()}
        )
        contexts: list[MessageContext | None] = []
        for subject in subjects:
            offer, context = offers.get(subject.subject), None
            if offer and _may_be_asked(offer, people.get(offer.volunteer)):
                context = self._message_context(offer, wishes, subject)
            contexts.append(context)
        return contexts

    def _message_context(
        self, offer: Offer, wishes: Mapping[str, Wish], subject: MessageSubject
    ) -> MessageContext | None:
        wish, now = wishes.get(offer.wish_id), self._clock.now()
        if wish is None or not notifications.is_relevant(
            offer, subject.kind, now
        ):
            return None
        if wish.forgotten and subject.kind == "offer.made":
            return None
        return MessageContext(
            facts=notifications.template_context(offer, title_of(wish))
        )

    def place_of(self, offer_id: str) -> str:
        """Return the place of an offer, "" when there is no such offer."""
        return self._entities.place_of(offer_id)


def _place_of(offer: Offer) -> str:
    return offer.place


def _places_left(wish: Wish | None) -> int:
    if wish is None or not is_offered(wish):
        return 0
    return wish.places_left


def _helpers_of(wish: Wish | None) -> frozenset[str]:
    """Return the helpers of all claims of a wish, also of those given back."""
    if wish is None:
        return frozenset()
    return frozenset(claim.helper for claim in wish.claims)


def _offers_kept(
    offer_round: OfferRound,
    wish: Wish | None,
    helping: frozenset[str],
    wanted: int,
) -> set[str]:
    """Return the offers that may wait on: of the fitting ones those made first."""
    terms = terms_of(wish) if wish else ""
    fitting = []
    for one in offer_round.live:
        has_same_terms = one.terms in ("", terms)
        if has_same_terms and one.volunteer not in helping:
            fitting.append(one.offer)
    return set(fitting[:wanted])


def _may_be_asked(offer: Offer, person: Person | None) -> bool:
    """Say whether a volunteer may still be sent something about an offer."""
    if person is None or not person.may_act:
        return False
    found = relations(person.as_actor(), offer.as_resource())
    return Relation.OWNER in found


def _fits(offer: Offer, person: Person, now: datetime) -> bool:
    """Say whether a volunteer may still be asked for the offered wish."""
    areas = (community_of(offer.place), street_of(offer.place))
    return any(
        one.area in areas and _takes(one, offer.kind, now)
        for one in volunteering(person)
    )


def _takes(area: Volunteering, kind: str, now: datetime) -> bool:
    """Say whether a volunteer takes wishes of a kind now, and may claim them."""
    profile = area.profile
    if not area.may_claim(now):
        return False
    if kind in profile.never or (profile.kinds and kind not in profile.kinds):
        return False
    return profile.paused_until is None or profile.paused_until <= now
