"""Answers by SMS about wishes. Takes no context."""

from dataclasses import replace

from ..kernel.access import Actor, Relation, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..people.model import are_one_household
from ..people.service import People
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import notifications, sms_answers
from .model import Wish, WishMover, filers_of
from .repository import WishRepository

__all__ = ["WishSmsAnswers"]


class WishSmsAnswers:
    """Makes the moves of residents' answers."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        clock: Clock,
        people: People,
    ) -> None:
        self._clock, self._people = clock, people
        self._entities = EntityStore(
            transaction, repository.find_wish, place=lambda wish: wish.place
        )

    def answer(
        self,
        wish_id: str,
        person_id: str,
        kind: str,
        *,
        yes: bool,
        phone_of: str,
        occasion: str,
    ) -> None:
        """Make the move of a resident's SMS answer. An outdated answer changes nothing."""

        def decide(wish: Wish) -> Changes[Wish]:
            unchanged = Changes(entity=wish, previous=wish)
            if occasion != notifications.occasion_of(wish, kind):
                return unchanged
            is_other = phone_of not in ("", person_id)
            if is_other and self._is_barred(wish, kind, phone_of):
                return unchanged
            found = self._relations_of(person_id, wish)
            mover = WishMover(
                id=person_id, relations=found, now=self._clock.now()
            )
            changes = sms_answers.answer(wish, mover, kind, yes=yes)
            # No person wrote the note of a reply.
            events = tuple(
                replace(event, shown=event.note) for event in changes.events
            )
            return replace(changes, events=events)

        self._entities.update(wish_id, decide)

    def _is_barred(self, wish: Wish, kind: str, phone_of: str) -> bool:
        """Say whether the holder of a phone may not answer about a delivery for the resident.

        A helper and their household may not, nor staff who filed the wish.
        """
        helpers = notifications.barred_people(wish, kind)
        if phone_of in helpers:
            return True
        if not helpers:
            return False
        people = self._people.find_many({phone_of, *helpers})
        holder = people.pop(phone_of, None)
        if holder is None or (holder.appointed and phone_of in filers_of(wish)):
            return True
        return any(are_one_household(holder, one) for one in people.values())

    def _relations_of(self, person_id: str, wish: Wish) -> frozenset[Relation]:
        person = self._people.find(person_id)
        if person is None or not person.may_act:
            return frozenset()
        # Without their grants: they answer as the resident, not as staff.
        return relations(Actor(id=person_id), wish.as_resource())
