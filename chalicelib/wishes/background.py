"""Background work on wishes: timers, messages, ended relations, export. Takes no context."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from ..kernel.access import Relation, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock, from_text
from ..kernel.codes import Keyring
from ..kernel.ended_relations import (
    SERVICE_ENDED,
    EndedRelations,
    RelationKind,
)
from ..kernel.entities import by_id
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Position
from ..people.model import Person
from ..people.records import ShownHome
from ..people.service import People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import notifications, policy
from .codes import delivery_code, spoken_word
from .ended_relations import release_claims_of, remove_contact, suspend
from .model import Wish
from .repository import WishRepository
from .timers import on_timer

__all__ = ["WishJobs"]

_SOMEBODY = "志愿者"  # a sign-in need not give a name

_PAGE = 50  # claims or wishes in one step


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

    # relations that have ended

    def release(self, ended: EndedRelations) -> Position | None:
        """Release the claims of a helper and remove former contacts, a page of each in a step."""
        cursor = ended.cursor or {"part": "claims", "start": None}
        if cursor["part"] == "claims":
            page = self._release_claims(ended, cursor["start"])
            if page is not None:
                return {"part": "claims", "start": page}
            cursor = {"part": "wishes", "start": None}
        if cursor["part"] == "wishes":
            page = self._remove_contacts(ended, cursor["start"])
            if page is not None:
                return {"part": "wishes", "start": page}
            cursor = {"part": "own", "start": None}
        if RelationKind.BLOCKED not in ended.kinds:
            return None
        page = self.suspend(ended.person_id, cursor["start"])
        return {"part": "own", "start": page} if page is not None else None

    def suspend(
        self, person_id: str, start: Position | None
    ) -> Position | None:
        """Take the wishes of a blocked resident from the wall, or put them back, in steps."""
        resident = self._people.find(person_id)
        is_blocked = resident is not None and resident.blocked
        page = self._repository.wishes_of(person_id, start, _PAGE)
        for wish in page.items:
            self._update(
                wish.id, lambda wish, now: suspend(wish, suspended=is_blocked)
            )
        return page.next

    def _release_claims(
        self, ended: EndedRelations, start: Position | None
    ) -> Position | None:
        if not ended.kinds & SERVICE_ENDED:
            return None
        # Where only a role was taken, claims in streets where they still serve stay.
        is_over = bool(ended.kinds & SERVICE_ENDED - {RelationKind.ROLE})
        helper = self._people.find(ended.person_id)
        page = self._repository.claims_of(ended.person_id, start, _PAGE)

        def decide(wish: Wish, now: datetime) -> Changes[Wish]:
            if not is_over and _may_help(helper, wish):
                return Changes(entity=wish, previous=wish)
            return release_claims_of(wish, ended.person_id, now)

        for _, wish in page.items:
            self._update(wish.id, decide)
        return page.next

    def _remove_contacts(
        self, ended: EndedRelations, start: Position | None
    ) -> Position | None:
        former = ended.lost(RelationKind.CONTACT)
        if not former:
            return None
        page = self._repository.wishes_of(ended.person_id, start, _PAGE)
        for wish in page.items:
            self._update(
                wish.id, lambda wish, now: remove_contact(wish, former)
            )
        return page.next

    # export

    def _update(
        self, wish_id: str, decide: Callable[[Wish, datetime], Changes[Wish]]
    ) -> None:
        self._entities.update(
            wish_id, lambda wish: decide(wish, self._clock.now())
        )

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return the person's wishes and claims."""
        claims = []
        for claim_id, wish in self._repository.every_claim_of(person_id):
            for claim in wish.claims:
                if claim.id == claim_id:
                    claims.append({"wish_id": wish.id, "claim": claim})
        wishes = [
            _exported(wish)
            for wish in self._repository.every_wish_of(person_id)
        ]
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
        is_sent = not all(subject.is_listed for subject in subjects)
        found = self._repository.find_wishes(ids, consistent=is_sent)
        wishes = by_id(found)
        names = self._helper_names(subjects, wishes)
        former = self._former_helpers(subjects, wishes)
        return [
            self._message_context(wishes.get(one.subject), one, names, former)
            for one in subjects
        ]

    def _helper_names(
        self, subjects: Sequence[MessageSubject], wishes: Mapping[str, Wish]
    ) -> Mapping[str, str]:
        """Return the names of the helpers that the messages name, by id."""
        named = {
            one.params.get("claim")
            for one in subjects
            if one.kind in notifications.NAMES_HELPER
        }
        helpers = [
            claim.helper
            for wish in wishes.values()
            for claim in wish.held
            if claim.id in named
        ]
        if not helpers:
            return {}
        people = self._people.find_many(dict.fromkeys(helpers))
        return {id: person.name for id, person in people.items()}

    def _former_helpers(
        self, subjects: Sequence[MessageSubject], wishes: Mapping[str, Wish]
    ) -> frozenset[tuple[str, str]]:
        """Return the (wish, helper) of messages to helpers who may not help there any more."""
        named: dict[str, list[Wish]] = {}
        for subject in subjects:
            wish = wishes.get(subject.subject)
            if wish and subject.kind in notifications.TO_HELPERS:
                helper = notifications.helper_of(
                    wish, subject.params.get("claim")
                )
                named.setdefault(helper, []).append(wish)
        if not named:
            return frozenset()
        people = self._people.find_many(named)
        former: set[tuple[str, str]] = set()
        for helper, theirs in named.items():
            for wish in theirs:
                if not _may_help(people.get(helper), wish):
                    former.add((wish.id, helper))
        return frozenset(former)

    def _message_context(
        self,
        wish: Wish | None,
        subject: MessageSubject,
        names: Mapping[str, str],
        former: frozenset[tuple[str, str]],
    ) -> MessageContext | None:
        claim_id, now = subject.params.get("claim"), self._clock.now()
        if wish is None or not notifications.is_relevant(
            wish, subject.kind, claim_id, now
        ):
            return None
        if (wish.id, notifications.helper_of(wish, claim_id)) in former:
            return None
        facts = notifications.template_context(wish, claim_id)
        claim = notifications.claim_of(wish, claim_id)
        if claim and subject.kind in notifications.NAMES_HELPER:
            facts["helper"] = names.get(claim.helper) or _SOMEBODY
        if claim and subject.kind == "wish.claimed":
            facts["code"] = delivery_code(self._keys, claim)
            facts["word"] = spoken_word(self._keys, claim)
        barred = notifications.barred_people(wish, subject.kind)
        occasion = notifications.occasion_of(wish, subject.kind, claim_id)
        return MessageContext(
            facts=facts, barred_people=barred, occasion=occasion
        )


def _exported(wish: Wish) -> Wish:
    """Return a wish for its resident: without the notes of helpers, and hints for staff."""
    claims = tuple(replace(claim, note=None) for claim in wish.claims)
    return replace(wish, claims=claims, kin_duplicates=())


def _may_help(person: Person | None, wish: Wish) -> bool:
    """Say whether a helper of a wish, also of a claim that is over, may still help there."""
    if person is None or not person.may_act:
        return False
    actor = person.as_actor()
    serves = Relation.VOLUNTEER in relations(actor, wish.as_resource())
    return serves and actor.vetted
