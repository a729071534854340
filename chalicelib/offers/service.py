"""What people do with offers, and what becomes of them by themselves. Whom to ask is decided in `matching`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ..kernel.access import SYSTEM, Actor, Relation, Resource, authorize, relations
from ..kernel.changes import Changes, Check, Delete, Message
from ..kernel.clock import Clock
from ..kernel.errors import Busy, Conflict, NotFound, Refusal
from ..kernel.ids import Ids, derived_id
from ..kernel.jobs import Command, ScheduledJob
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, every
from ..kernel.place import community_of, street_of
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.model import Person, volunteering
from ..people.service import People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.outbox import Outbox
from ..store.transaction import Transaction
from ..wishes.model import PUBLIC_STATES, ClaimState, State, Wish
from ..wishes.service import Wishes
from . import decisions, permissions, policy, telling
from .asking import Asking, need_of, terms_of
from .decisions import OfferContext
from .model import Offer, OfferRound, OfferState, VolunteerHistory
from .repository import OfferRepository

__all__ = ["OfferSeen", "Offers"]

Decide = Callable[[OfferContext, frozenset[Relation], datetime], Changes[Offer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen:
    """An offer as somebody sees it, with its wish where that may still be shown."""

    offer: Offer
    wish: Wish | None
    relations: frozenset[Relation]
    now: datetime
    locale: str


class Offers:
    """Use cases about offers."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        clock: Clock,
        ids: Ids,
        people: People,
        places: Places,
        wishes: Wishes,
        outbox: Outbox,
        asking: Asking,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids = clock, ids
        self._entities = EntityStore(transaction, repository.find_offer, place=lambda offer: offer.place)
        self._people, self._places, self._wishes = people, places, wishes
        self._outbox, self._asking = outbox, asking

    # reading

    def read_offer(self, context: RequestContext, offer_id: str) -> OfferSeen:
        """Return an offer to whom it was made, or to staff of its place."""
        offer = _found(self._repository.find_offer(offer_id))
        actor, _ = self._people.current(context.actor)
        authorize(actor, permissions.SEE, offer.as_resource())
        return self._seen(actor, offer, self._wishes.find(offer.wish_id), context.locale)

    def my_offers(self, context: RequestContext, limit: int) -> Page[OfferSeen]:
        """Return one's own offers, newest first."""
        actor, _ = self._people.current(context.actor)
        authorize(
            actor, people_permissions.ME, Resource(see=people_permissions.SEE, relations={Relation.OWNER: frozenset({actor.id})})
        )
        page = self._repository.offers_of(actor.id, context.start, limit)
        wishes = self._wishes.find_many([offer.wish_id for offer in page.items])
        return Page([self._seen(actor, offer, wishes.get(offer.wish_id), context.locale) for offer in page.items], page.next)

    def _seen(self, actor: Actor, offer: Offer, wish: Wish | None, locale: str) -> OfferSeen:
        shown = wish if wish and wish.state in PUBLIC_STATES and not wish.forgotten else None
        found = relations(actor, offer.as_resource())
        return OfferSeen(offer=offer, wish=shown, relations=found, now=self._clock.now(), locale=locale)

    # answers

    def accept_offer(self, context: RequestContext, offer_id: str) -> OfferSeen:
        """Take the wish that was offered. Whoever comes too late is shown similar ones."""
        claim_id = self._ids.new("clm")

        def decide(known: OfferContext, by: frozenset[Relation], now: datetime) -> Changes[Offer]:
            decisions.check_waits(known.offer, "accept", by, now)
            try:
                claim = self._wishes.claiming(context, known.offer.wish_id, claim_id)
            except NotFound:  # it is public no more; she knew of it, so she may know that it is over
                raise Conflict("offer.over", state=known.offer.state.value, moves=[]) from None
            return decisions.accept(known, by, now, claim)

        try:
            return self._answer(context, offer_id, "accept", decide)
        except Conflict as late:
            if late.code not in _TOO_LATE or late.facts.get("state") == OfferState.ACCEPTED:
                raise
            missed = _found(self._repository.find_offer(offer_id)).wish_id
            raise Conflict(late.code, **late.facts, similar=self._wishes.near_misses(context.actor, missed)) from None

    def decline_offer(self, context: RequestContext, offer_id: str, reason: str | None, *, never_again: bool) -> OfferSeen:
        """Say no; with `never_again`, also to every further wish of this kind."""

        def decide(known: OfferContext, by: frozenset[Relation], now: datetime) -> Changes[Offer]:
            _, person = self._people.current(context.actor)
            related = (self._people.never_again(person, known.offer.kind),) if never_again else ()
            return decisions.decline(known, by, now, reason, related)

        declined = self._answer(context, offer_id, "decline", decide)
        self._outbox.try_put(_match(declined.offer.place, declined.now + policy.MATCH_SOON))
        return declined

    def _answer(self, context: RequestContext, offer_id: str, move: str, decide: Decide) -> OfferSeen:
        shown: list[Wish | None] = []  # read before the commit, so that no failing read can hide that it has happened

        def attempt() -> Changes[Offer]:
            known = self._known(offer_id)
            actor, _ = self._people.current(context.actor)
            by = authorize(actor, permissions.MOVES[move], known.offer.as_resource())
            known.offer.check_version(context.seen_version)
            outcome = decide(known, by, self._clock.now())
            taken = (part.entity for part in outcome.related if isinstance(part.entity, Wish))
            shown[:] = [next(taken, None) or self._wishes.find(known.offer.wish_id)]
            return outcome

        offer = self._transaction.run(attempt, context)
        return self._seen(context.actor, offer, shown[0], context.locale)

    def _known(self, offer_id: str) -> OfferContext:
        return self._known_of(self._entities.get(offer_id))

    def _known_of(self, offer: Offer) -> OfferContext:
        search = self._repository.find_search(offer.wish_id)
        if search is None:
            raise NotFound
        return OfferContext(
            offer=offer, search=search, standing=self._repository.find_standing(street_of(offer.place), offer.volunteer)
        )

    def answer(self, offer_id: str, person_id: str, *, yes: bool, phone_of: str) -> None:
        """Do what she has answered by SMS. Where that comes to nothing she is told; another's phone answers nothing."""
        person = self._people.find(person_id)
        if person is None or person.erased_at or person.blocked or phone_of != person_id:
            return
        context = RequestContext(actor=person.as_actor())
        try:
            if yes:
                self.accept_offer(context, offer_id)
            else:
                self.decline_offer(context, offer_id, None, never_again=False)
        except NotFound:
            return
        except Busy:  # nothing is decided yet; the queue brings her answer again
            raise
        except Refusal as refusal:
            if yes:
                self._tell_not_taken(offer_id, over=refusal.code in _TOO_LATE)

    def _tell_not_taken(self, offer_id: str, *, over: bool) -> None:
        def decide(offer: Offer) -> Changes[Offer]:
            told = Message(kind="offer.too_late", to=offer.volunteer, about=offer.id)
            if not over:
                told = Message(kind="offer.not_taken", to=offer.volunteer, about=offer.id)
            once = replace(told, part_of=f"{told.kind}_{offer.id}")  # one message, however often her answer is brought
            return Changes(entity=offer, previous=offer, messages=(once,))

        self._entities.update(offer_id, decide)

    # by themselves

    def wake_offer(self, offer_id: str, timer_id: str) -> None:
        """An offer has run out, if it was woken by the alarm that it waits for; the next is asked soon."""

        def decide(offer: Offer) -> Changes[Offer]:
            return decisions.expire(self._known_of(offer), self._clock.now())

        offer, _ = self._entities.on_timer(offer_id, timer_id, decide)
        if offer.state is OfferState.EXPIRED:
            self._match_soon(offer.place)

    def look_again(self, wish_id: str) -> None:
        """Something has happened to a wish: end offers that nobody needs any more, and look for somebody if it still does."""
        search = self._end_surplus(wish_id)
        wish = self._wishes.find(wish_id)
        if wish and need_of(wish, search) > 0:
            self._match_soon(wish.place)

    def _end_surplus(self, wish_id: str) -> OfferRound | None:
        def decide() -> Changes[OfferRound]:
            search = _found(self._repository.find_search(wish_id))
            wish = self._wishes.find(wish_id)
            wanted = wish.places_left if wish and wish.state is State.OPEN else 0
            helping = frozenset(claim.helper for claim in wish.claims) if wish else frozenset[str]()  # or has given it back
            terms = terms_of(wish) if wish else ""
            waiting = [one for one in search.live if one.volunteer not in helping and one.terms in ("", terms)]
            kept = {one.offer for one in waiting[:wanted]}  # whoever was asked first stays asked
            over = self._repository.find_offers([one.offer for one in search.live if one.offer not in kept])
            if any(offer.state is not OfferState.OFFERED for offer in over):
                raise Busy  # answered since the search was read: look again
            ended = [(offer, self._repository.find_standing(street_of(offer.place), offer.volunteer)) for offer in over]
            looked = decisions.supersede(search, ended, helping=helping, open=wanted > 0, now=self._clock.now())
            if wish is None or looked.entity == search:
                return looked
            # What happens to the wish meanwhile is heard by another job, which may find nothing to change as yet.
            return replace(looked, writes=(Check(entity=wish),))

        with suppress(NotFound):  # nobody was ever asked
            return self._transaction.run(decide, RequestContext(actor=SYSTEM))
        return None

    def end_unfit(self, person_id: str) -> None:
        """Something has changed about a volunteer: offers that she should not have (any more) end, and others are asked."""
        person, now = self._people.find(person_id), self._clock.now()
        for offer in self._repository.offers_of(person_id, None, 20).items:
            if offer.state is OfferState.OFFERED and not (person and _suits(offer, person, now)):
                self._end_waiting(offer, decisions.take_back)

    def _end_waiting(self, offer: Offer, end: Callable[[OfferContext, datetime], Changes[Offer]]) -> None:
        def decide(offer: Offer) -> Changes[Offer]:
            return end(self._known_of(offer), self._clock.now())

        with suppress(NotFound, Conflict):  # answered since
            self._entities.update(offer.id, decide)
        if offer.state is OfferState.OFFERED:
            self._match_soon(offer.place)

    def _match_soon(self, place: str) -> None:
        """Have somebody looked for in a while; wishes that come meanwhile are matched together."""
        self.match_at(place, self._clock.now() + policy.MATCH_SOON)

    def match_at(self, place: str, at: datetime) -> None:
        """Have somebody looked for at a place at an instant. Several who ask for the same two minutes are one."""
        self._outbox.put(_match(place, at))

    def note_met(self, wish_id: str) -> None:
        """A wish is fulfilled: its resident knows the faces of those who helped."""
        wish = self._wishes.find(wish_id)
        if wish is None or wish.forgotten:
            return
        for helper in {claim.helper for claim in wish.claims if claim.state is ClaimState.CONFIRMED}:

            def decide(helper: str = helper, wish: Wish = wish) -> Changes[VolunteerHistory]:
                standing = self._asking.standing(street_of(wish.place), helper)
                if wish.person_id in standing.met[-1:]:
                    return Changes(entity=standing, previous=standing)
                return decisions.note_met(standing, wish.person_id)

            self._transaction.run(decide, RequestContext(actor=SYSTEM))

    # for the table of reactions and the account

    def message_context(self, subject: MessageSubject) -> MessageContext | None:
        """Return what fills a message about an offer, read now; None when it is no longer true."""
        offer = self._repository.find_offer(subject.about)
        wish = self._wishes.find(offer.wish_id) if offer else None
        if offer is None or wish is None or not telling.is_true(offer, subject.kind, self._clock.now()):
            return None
        if wish.forgotten and subject.kind == "offer.made":
            return None
        return MessageContext(facts=telling.facts_of(offer, wish.title))

    def place_of(self, offer_id: str) -> str:
        """Return the place of an offer, empty when there is no such offer."""
        return self._entities.place_of(offer_id)

    def rearm_lost(self) -> int:
        """Arm anew the offers that wait for an answer, are long over and have no alarm; return how many there were."""
        return self._entities.rearm(self._waiting())

    def _waiting(self) -> Iterator[Offer]:
        for street in self._places.streets():
            for community in sorted({entry.community for entry in self._wishes.open_at(street)}):
                live = [one.offer for search in self._repository.open_searches(community) for one in search.live]
                for n in range(0, len(live), 100):
                    yield from self._repository.find_offers(live[n : n + 100])

    def forget_person(self, person_id: str) -> None:
        """Let go of somebody who was erased: what she was offered, and what is known of her answers."""
        streets = set()
        for offer in list(every(lambda start: self._repository.offers_of(person_id, start, 100))):
            streets.add(street_of(offer.place))
            self._end_waiting(offer, decisions.forget)
        for street in streets | set(self._places.streets()):
            self._forget_standing(street, person_id)

    def _forget_standing(self, street: str, person_id: str) -> None:
        standing = self._repository.find_standing(street, person_id)
        if standing:
            gone = Changes(entity=standing, previous=standing, writes=(Delete(row=standing),))
            self._transaction.run(lambda: gone, RequestContext(actor=SYSTEM))

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what offers hold about a person (see `people.service.DataExporter`), but for whom she has helped: who that is."""
        offers = list(every(lambda start: self._repository.offers_of(person_id, start, 100)))
        standings = [self._repository.find_standing(street, person_id) for street in self._places.streets()]
        return {"offers": offers, "standing": [replace(standing, met=()) for standing in standings if standing]}


_TOO_LATE = {"wish.already_claimed", "wish.wrong_state", "offer.expired", "offer.over", "offer.wrong_state"}


def _match(place: str, at: datetime) -> ScheduledJob:
    """Return the job that looks for somebody in the community of a place; of the same two minutes it is the same job."""
    step = policy.MATCH_SOON
    slot = -(-int(at.timestamp()) // int(step.total_seconds()))
    at, community = datetime.fromtimestamp(slot * step.total_seconds(), tz=UTC), community_of(place)
    id = derived_id("due", f"{policy.MATCH} {community} {slot}")
    return ScheduledJob(job=Command(id=id, name=policy.MATCH, subject=community), at=at)


def _suits(offer: Offer, person: Person, now: datetime) -> bool:
    """Say whether somebody may still be asked for what she was offered."""
    areas = {community_of(offer.place), street_of(offer.place)}
    return any(
        one.area in areas
        and offer.kind not in one.profile.never
        and (not one.profile.kinds or offer.kind in one.profile.kinds)
        and (one.profile.paused_until is None or one.profile.paused_until <= now)
        for one in volunteering(person)
    )


def _found(thing: Any) -> Any:
    if thing is None:
        raise NotFound
    return thing
