"""The personal records of a volunteer's offers: their export and their erasure."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..kernel.access import SYSTEM
from ..kernel.changes import Changes, Delete
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, NotFound
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, policy
from .match_scheduler import MatchScheduler
from .model import Offer, OfferState
from .repository import OfferRepository

__all__ = ["OfferPersonalRecords"]


class OfferPersonalRecords:
    """Exports and erases a volunteer's offers and histories."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        clock: Clock,
        places: Places,
        scheduler: MatchScheduler,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._places, self._scheduler = clock, places, scheduler
        self._entities = EntityStore(transaction, repository.find_offer)

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return a volunteer's offers and histories, without the residents they have met."""
        histories = []
        for street in self._places.streets():
            history = self._repository.find_history(street, person_id)
            if history:
                histories.append(replace(history, met=()))
        return {"offers": self._offers_of(person_id), "standing": histories}

    def forget_person(
        self, person_id: str, position: Position | None = None
    ) -> Position | None:
        """Redact the offers to an erased volunteer, and delete their histories, step by step.

        Return the position of the next step, None at the end.
        """
        page = self._repository.offers_of(
            person_id, position, policy.FORGOTTEN_PER_STEP
        )
        streets = set(self._places.streets())
        for offer in page.items:
            streets.add(street_of(offer.place))
            self._forget_offer(offer)
        for street in streets:
            self._forget_history(street, person_id)
        return page.next

    def _offers_of(self, person_id: str) -> list[Offer]:
        def read(start: Position | None) -> Page[Offer]:
            return self._repository.offers_of(person_id, start, 100)

        return list(every(read))

    def _forget_offer(self, offer: Offer) -> None:
        def decide(offer: Offer) -> Changes[Offer]:
            known = self._repository.context_of(offer)
            return decisions.forget(known, self._clock.now())

        with suppress(NotFound, Conflict):  # it was answered meanwhile
            self._entities.update(offer.id, decide)
        if offer.state is OfferState.OFFERED:
            self._scheduler.match_soon(offer.place)

    def _forget_history(self, street: str, person_id: str) -> None:
        history = self._repository.find_history(street, person_id)
        if history:
            changes = Changes(
                entity=history, previous=history, writes=(Delete(row=history),)
            )
            self._transaction.run(lambda: changes, RequestContext(actor=SYSTEM))
