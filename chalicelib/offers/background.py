"""Background work on offers: timers, events, SMS answers, messages, erasure, export."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..kernel.access import SYSTEM
from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Check, Delete, Message
from ..kernel.clock import Clock
from ..kernel.errors import Busy, Conflict, NotFound, Refusal
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import every
from ..kernel.place import community_of, street_of
from ..kernel.request import RequestContext
from ..people.model import Person
from ..people.service import People
from ..people.volunteering import volunteering
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..wishes.model import ClaimState, State, Wish
from ..wishes.queries import WishQueries
from . import decisions, notifications
from .decisions import OfferContext
from .maker import OfferMaker, need_of, terms_of
from .match_scheduler import MatchScheduler
from .model import Offer, OfferRound, OfferState, VolunteerHistory
from .repository import OfferRepository
from .service import TOO_LATE, Offers

__all__ = ["OfferJobs"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)
_MAX_OFFERS_CHECKED = 20  # the latest of a volunteer; older ones have long ended


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
        offers: Offers,
        maker: OfferMaker,
        scheduler: MatchScheduler,
    ) -> None:
        self._transaction, self._repository, self._clock = (
            transaction,
            repository,
            clock,
        )
        self._entities = EntityStore(
            transaction, repository.find_offer, place=lambda offer: offer.place
        )
        self._people, self._places, self._wishes = people, places, wishes
        self._offers, self._maker, self._scheduler = offers, maker, scheduler

    # SMS answers

    def answer(
        self, offer_id: str, person_id: str, *, yes: bool, phone_of: str
    ) -> None:
        """Accept or decline by SMS. An answer from another person's phone changes nothing.

        A volunteer whose acceptance is refused gets a message.
        """
        volunteer = self._people.find(person_id)
        if volunteer is None or volunteer.erased_at or volunteer.blocked:
            return
        if phone_of != person_id:
            return
        try:
            self._answer_as(volunteer, offer_id, yes=yes)
        except NotFound:
            return
        except Busy:  # nothing is decided yet; the queue brings the answer again
            raise
        except Refusal as refusal:
            if yes:
                self._tell_not_taken(offer_id, over=refusal.code in TOO_LATE)

    def _answer_as(self, volunteer: Person, offer_id: str, *, yes: bool) -> None:
        """Answer on behalf of the volunteer: their SMS is a request of their own.

        The use case checks the volunteer's access as for any request.
        """
        context = RequestContext(actor=volunteer.as_actor())
        if yes:
            self._offers.accept_offer(context, offer_id)
        else:
            self._offers.decline_offer(context, offer_id, None, never_again=False)

    def _tell_not_taken(self, offer_id: str, *, over: bool) -> None:
        def decide(offer: Offer) -> Changes[Offer]:
            kind = "offer.too_late" if over else "offer.not_taken"
            message = Message(
                kind=kind,
                audience=OnePerson(offer.volunteer),
                subject=offer.id,
                part_of=f"{kind}_{offer.id}",  # one message, however often the answer comes
            )
            return Changes(entity=offer, previous=offer, messages=(message,))

        self._entities.update(offer_id, decide)

    # timers and events

    def wake_offer(self, offer_id: str, timer_id: str) -> None:
        """Expire an offer, if it still waits for this timer, and ask the next volunteer soon."""

        def decide(offer: Offer) -> Changes[Offer]:
            return decisions.expire(
                self._repository.context_of(offer), self._clock.now()
            )

        offer, _ = self._entities.on_timer(offer_id, timer_id, decide)
        if offer.state is OfferState.EXPIRED:
            self._scheduler.match_soon(offer.place)

    def look_again(self, wish_id: str) -> None:
        """End the surplus offers of a changed wish, and match it soon if it needs volunteers."""
        offer_round = self._end_surplus(wish_id)
        wish = self._wishes.find(wish_id)
        if wish and need_of(wish, offer_round) > 0:
            self._scheduler.match_soon(wish.place)

    def _end_surplus(self, wish_id: str) -> OfferRound | None:
        def decide() -> Changes[OfferRound]:
            offer_round = self._repository.find_round(wish_id)
            if offer_round is None:
                raise NotFound
            return self._without_surplus(offer_round, self._wishes.find(wish_id))

        with suppress(NotFound):  # nobody was ever asked
            return self._transaction.run(decide, _AS_SYSTEM)
        return None

    def _without_surplus(
        self, offer_round: OfferRound, wish: Wish | None
    ) -> Changes[OfferRound]:
        wanted = wish.places_left if wish and wish.state is State.OPEN else 0
        helping = _helpers_of(wish)
        kept = _offers_kept(offer_round, wish, helping, wanted)
        surplus = [one.offer for one in offer_round.live if one.offer not in kept]
        over = self._repository.find_offers(surplus)
        if any(offer.state is not OfferState.OFFERED for offer in over):
            raise Busy  # answered since the round was read: look again
        ended = [(offer, self._repository.history_of(offer)) for offer in over]
        changes = decisions.supersede(
            offer_round, ended, helping=helping, open=wanted > 0, now=self._clock.now()
        )
        if wish is None or changes.entity == offer_round:
            return changes
        # Any change of the wish meanwhile starts another job. That job may run first and find nothing
        # to change, so this commit requires the wish as it was read.
        return replace(changes, writes=(Check(entity=wish),))

    def end_unfit(self, person_id: str) -> None:
        """End the offers that a changed volunteer should not have, and match again soon."""
        person, now = self._people.find(person_id), self._clock.now()
        for offer in self._repository.offers_of(
            person_id, None, _MAX_OFFERS_CHECKED
        ).items:
            suits = person is not None and _suits(offer, person, now)
            if offer.state is OfferState.OFFERED and not suits:
                self._end_waiting(offer, decisions.take_back)

    def _end_waiting(
        self, offer: Offer, end: Callable[[OfferContext, datetime], Changes[Offer]]
    ) -> None:
        def decide(offer: Offer) -> Changes[Offer]:
            return end(self._repository.context_of(offer), self._clock.now())

        with suppress(NotFound, Conflict):  # answered since
            self._entities.update(offer.id, decide)
        if offer.state is OfferState.OFFERED:
            self._scheduler.match_soon(offer.place)

    def note_met(self, wish_id: str) -> None:
        """Note for the helpers of a fulfilled wish that they have met its resident."""
        wish = self._wishes.find(wish_id)
        if wish is None or wish.forgotten:
            return
        confirmed = {c.helper for c in wish.claims if c.state is ClaimState.CONFIRMED}
        for helper in confirmed:
            self._note_met(helper, wish)

    def _note_met(self, helper: str, wish: Wish) -> None:
        def decide() -> Changes[VolunteerHistory]:
            history = self._maker.history(street_of(wish.place), helper)
            if wish.person_id in history.met[-1:]:
                return Changes(entity=history, previous=history)
            return decisions.note_met(history, wish.person_id)

        self._transaction.run(decide, _AS_SYSTEM)

    # hooks

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each message about an offer; None where it is no longer relevant.

        All offers are read together, and then their wishes.
        """
        ids = list(dict.fromkeys(subject.subject for subject in subjects))
        offers = {offer.id: offer for offer in self._repository.find_offers(ids)}
        wishes = self._wishes.find_many([offer.wish_id for offer in offers.values()])
        contexts = []
        for subject in subjects:
            offer = offers.get(subject.subject)
            contexts.append(
                self._message_context(offer, wishes, subject) if offer else None
            )
        return contexts

    def _message_context(
        self, offer: Offer, wishes: Mapping[str, Wish], subject: MessageSubject
    ) -> MessageContext | None:
        wish = wishes.get(offer.wish_id)
        if wish is None or not notifications.is_relevant(
            offer, subject.kind, self._clock.now()
        ):
            return None
        if wish.forgotten and subject.kind == "offer.made":
            return None
        return MessageContext(facts=notifications.template_context(offer, wish.title))

    def place_of(self, offer_id: str) -> str:
        """Return the place of an offer, "" when there is no such offer."""
        return self._entities.place_of(offer_id)

    def rearm_lost(self) -> int:
        """Arm lost timers of offers anew; return how many there were."""
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

    def forget_person(self, person_id: str) -> None:
        """Redact the offers to an erased volunteer, and delete the history of their answers."""
        streets = set(self._places.streets())
        for offer in list(
            every(lambda start: self._repository.offers_of(person_id, start, 100))
        ):
            streets.add(street_of(offer.place))
            self._end_waiting(offer, decisions.forget)
        for street in streets:
            self._forget_history(street, person_id)

    def _forget_history(self, street: str, person_id: str) -> None:
        history = self._repository.find_history(street, person_id)
        if history:
            gone = Changes(
                entity=history, previous=history, writes=(Delete(row=history),)
            )
            self._transaction.run(lambda: gone, _AS_SYSTEM)

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return the person's offers and history, without the residents that they have met."""
        offers = list(
            every(lambda start: self._repository.offers_of(person_id, start, 100))
        )
        streets = self._places.streets()
        found = [self._repository.find_history(street, person_id) for street in streets]
        own = [replace(history, met=()) for history in found if history]
        return {"offers": offers, "standing": own}


def _helpers_of(wish: Wish | None) -> frozenset[str]:
    """Return everybody who has claimed a wish, also those who have given it back."""
    return frozenset(claim.helper for claim in wish.claims) if wish else frozenset()


def _offers_kept(
    offer_round: OfferRound, wish: Wish | None, helping: frozenset[str], wanted: int
) -> set[str]:
    """Return the offers that may go on waiting: of the fitting ones those made first."""
    terms = terms_of(wish) if wish else ""
    fitting = [
        one
        for one in offer_round.live
        if one.volunteer not in helping and one.terms in ("", terms)
    ]
    return {one.offer for one in fitting[:wanted]}


def _suits(offer: Offer, person: Person, now: datetime) -> bool:
    """Say whether a volunteer may still be asked for what they were offered."""
    areas = {community_of(offer.place), street_of(offer.place)}
    return any(
        one.area in areas
        and offer.kind not in one.profile.never
        and (not one.profile.kinds or offer.kind in one.profile.kinds)
        and (one.profile.paused_until is None or one.profile.paused_until <= now)
        for one in volunteering(person)
    )
