"""Background work on wishes: timers, SMS answers, messages, erasure, export. Takes no context."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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
from ..kernel.paging import Position
from ..kernel.request import RequestContext
from ..people.model import ShownHome
from ..people.service import People
from ..places.service import Places
from ..store.batches import in_batches
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import erasure, notifications, policy, sms_answers
from .codes import delivery_code
from .model import Wish, WishMover
from .repository import WishEvent, WishRepository
from .states import ENDED
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

    def forget_person(
        self, person_id: str, position: Position | None = None
    ) -> Position | None:
        """Redact the wishes of an erased person, and release their claims, a step at a time.

        Return the position of the next step, None at the end.
        """
        start, limit = position or {}, policy.FORGOTTEN_PER_STEP
        if "claims" not in start:
            wishes = self._repository.wishes_of(
                person_id, start.get("wishes"), limit
            )
            for wish in wishes.items:
                self._update(wish.id, erasure.forget_owner)
                self._forget_notes(wish)
            if wishes.next:
                return {"wishes": wishes.next}
        claims = self._repository.claims_of(
            person_id, start.get("claims"), limit
        )
        for _, wish in claims.items:
            self._forget_claim(wish, person_id)
        return {"claims": claims.next} if claims.next else None

    def _forget_claim(self, wish: Wish, person_id: str) -> None:
        def forget_helper(wish: Wish, now: datetime) -> Changes[Wish]:
            return erasure.forget_helper(wish, person_id, now)

        self._update(wish.id, forget_helper)
        self._forget_notes(wish, of=person_id)

    def anonymise(
        self, now: datetime, position: Position | None
    ) -> Position | None:
        """Remove names from wishes that ended long ago, a step at a time; return the next."""
        parts = [
            f"{street}#{state}"
            for street in sorted(self._places.streets())
            for state in ENDED
        ]
        start = position or {"part": 0, "key": None}
        if start["part"] >= len(parts):
            return None
        last = now - policy.NAMED_FOR
        page = self._repository.opened_between(
            parts[start["part"]],
            last - policy.NAMED_LOOK_BACK,
            last,
            start["key"],
            policy.FORGOTTEN_PER_STEP,
        )
        for wish in page.items:
            if wish.person_id != erasure.NOBODY:
                self._forget_timeline(wish, now)
                self._update(wish.id, erasure.anonymise)
        if page.next:
            return {"part": start["part"], "key": page.next}
        following = start["part"] + 1
        return (
            {"part": following, "key": None} if following < len(parts) else None
        )

    def _forget_timeline(self, wish: Wish, now: datetime) -> None:
        """Remove notes and the resident from the timeline of a wish that ended long ago."""
        if not erasure.may_be_anonymous(wish, now):
            return
        own = {wish.person_id, wish.filed_by, wish.proxy_id}
        events = list(self._repository.every_event_of(wish.id))
        for batch in in_batches(events, _EVENTS_PER_COMMIT):
            nameless = [
                _nameless(event, own)
                for event in batch
                if event.note or event.by in own
            ]
            self._put(wish, nameless)

    def _put(self, wish: Wish, events: Sequence[WishEvent]) -> None:
        writes = tuple(Put(row=event) for event in events)
        changes = Changes(entity=wish, previous=wish, writes=writes)
        self._transaction.run(lambda: changes, _AS_SYSTEM)

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
        self._put(wish, [replace(event, note=None) for event in events])

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


def _nameless(event: WishEvent, people: AbstractSet[str | None]) -> WishEvent:
    """Return a line of a timeline without its note, and without these people."""
    by = erasure.NOBODY if event.by in people else event.by
    return replace(event, note=None, by=by)
