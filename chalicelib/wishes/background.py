"""Background work on wishes: timers, SMS answers, messages, erasure, export. Takes no context."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from ..kernel.access import SYSTEM, Actor, Relation, relations
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock, from_text
from ..kernel.codes import Keyring
from ..kernel.entities import by_id
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.request import RequestContext
from ..people.model import ShownHome
from ..people.service import People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import erasure, notifications, policy, sms_answers
from .codes import delivery_code
from .model import Wish, WishMover
from .repository import WishEvent, WishRepository
from .timers import on_timer

__all__ = ["WishJobs"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)
_EVENTS_PER_COMMIT = 20


class WishJobs:
    """Background work on wishes."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        clock: Clock,
        keys: Keyring,
        people: People,
        places: Places,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._keys = clock, keys
        self._people, self._places = people, places
        self._entities = EntityStore(
            transaction, repository.find_wish, place=lambda wish: wish.place
        )

    def wake_wish(self, wish_id: str, timer_id: str) -> None:
        """Take the step that is due for a wish, if it still waits for this timer."""
        self._entities.on_timer(
            wish_id, timer_id, lambda wish: on_timer(wish, self._clock.now())
        )

    def rearm_lost(self) -> int:
        """Arm lost timers of wishes anew; return how many there were."""
        streets = self._places.streets()
        wishes = map(self._repository.with_timers, streets)
        return self._entities.rearm(chain.from_iterable(wishes))

    def place_of(self, wish_id: str) -> str:
        """Return the place of a wish, "" when there is no such wish."""
        return self._entities.place_of(wish_id)

    def answer_question(
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
            if occasion != notifications.occasion_of(wish, kind):
                return Changes(entity=wish, previous=wish)
            found = self._relations_of(person_id, wish)
            mover = WishMover(
                id=person_id, relations=found, now=self._clock.now()
            )
            return sms_answers.answer(
                wish, mover, kind, yes=yes, phone_of=phone_of
            )

        self._entities.update(wish_id, decide)

    def _relations_of(self, person_id: str, wish: Wish) -> frozenset[Relation]:
        person = self._people.find(person_id)
        if person is None or person.erased_at or person.blocked:
            return frozenset()
        return relations(Actor(id=person_id), wish.as_resource())

    # erasure and export

    def forget_person(self, person_id: str) -> None:
        """Redact the wishes of an erased person, and release their claims."""

        def forget_helper(wish: Wish, now: datetime) -> Changes[Wish]:
            return erasure.forget_helper(wish, person_id, now)

        for wish in list(self._repository.every_wish_of(person_id)):
            self._update(wish.id, erasure.forget_owner)
            self._forget_notes(wish)
        for _, wish in list(self._repository.every_claim_of(person_id)):
            self._update(wish.id, forget_helper)
            self._forget_notes(wish, of=person_id)

    def _update(
        self, wish_id: str, decide: Callable[[Wish, datetime], Changes[Wish]]
    ) -> None:
        self._entities.update(
            wish_id, lambda wish: decide(wish, self._clock.now())
        )

    def _forget_notes(self, wish: Wish, *, of: str | None = None) -> None:
        """Remove the notes of everybody or of one person, because free text may name people."""
        noted = []
        for event in self._repository.every_event_of(wish.id):
            if not event.note or of not in (None, event.by):
                continue
            if of is None or event.note != erasure.ACCOUNT_ERASED:
                noted.append(event)
        for n in range(0, len(noted), _EVENTS_PER_COMMIT):
            self._blank(wish, noted[n : n + _EVENTS_PER_COMMIT])

    def _blank(self, wish: Wish, events: Sequence[WishEvent]) -> None:
        writes = tuple(Put(row=replace(event, note=None)) for event in events)
        changes = Changes(entity=wish, previous=wish, writes=writes)
        self._transaction.run(lambda: changes, _AS_SYSTEM)

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return the person's wishes and claims."""
        claims = []
        for claim_id, wish in self._repository.every_claim_of(person_id):
            for claim in wish.claims:
                if claim.id == claim_id:
                    claims.append({"wish_id": wish.id, "claim": claim})
        wishes = list(self._repository.every_wish_of(person_id))
        return {"wishes": wishes, "claims": claims}

    def homes_shown(self, person_id: str) -> list[ShownHome]:
        """Return the homes that a person claimed wishes of, the newest first."""
        claims = self._repository.homes_claimed(person_id, policy.HOMES_SEALED)
        wishes = by_id(
            self._repository.find_wishes([claim.pk for claim in claims])
        )
        return [
            ShownHome(
                wish_id=claim.pk,
                place=wishes[claim.pk].place,
                at=from_text(claim.claimed_order.partition("#")[0]),
            )
            for claim in claims
            if claim.pk in wishes
        ]

    # messages

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each message; None where it is no longer relevant.

        All wishes are read together, a hundred in a request.
        """
        ids = list(dict.fromkeys(subject.subject for subject in subjects))
        wishes = by_id(self._repository.find_wishes(ids))
        return [
            self._message_context(wishes.get(one.subject), one)
            for one in subjects
        ]

    def _message_context(
        self, wish: Wish | None, subject: MessageSubject
    ) -> MessageContext | None:
        claim_id, now = subject.params.get("claim"), self._clock.now()
        if wish is None or not notifications.is_relevant(
            wish, subject.kind, claim_id, now
        ):
            return None
        facts = notifications.template_context(wish, claim_id)
        if claim_id and subject.kind == "wish.claimed":
            facts["code"] = delivery_code(self._keys, claim_id)
        barred = notifications.barred_people(wish, subject.kind)
        occasion = notifications.occasion_of(wish, subject.kind)
        return MessageContext(
            facts=facts, barred_people=barred, occasion=occasion
        )
