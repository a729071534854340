"""Answers by SMS about wishes. Takes no context."""

from dataclasses import replace

from ..kernel.access import SYSTEM, Actor, Relation, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.job import Answer
from ..kernel.question import AnswerComment, AnswerOutcome, acted
from ..kernel.request import RequestContext
from ..people.moves import are_one_household
from ..people.service import People, phone_since
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import notifications, sms_answers
from .model import Wish, WishMover, filers_of
from .repository import WishRepository

__all__ = ["WishSmsAnswers"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)


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
        self._transaction = transaction
        self._clock, self._people = clock, people
        self._entities = EntityStore(transaction, repository.find_wish)

    def answer(self, answer: Answer) -> AnswerOutcome:
        """Make the move of a resident's SMS answer. An outdated answer changes nothing."""

        def decide() -> tuple[Changes[Wish], AnswerOutcome]:
            wish = self._entities.get(answer.subject)
            kind = answer.question
            unchanged = Changes(entity=wish, previous=wish)
            about = notifications.claim_asked_about(kind, answer.occasion)
            now_asked = notifications.occasion_of(wish, kind, about)
            if answer.occasion != now_asked:
                return unchanged, AnswerOutcome.LATE
            if self._is_barred(wish, answer):
                return unchanged, AnswerOutcome.NOT_ALLOWED
            mover = self._mover(wish, answer)
            said = self._comment(wish, answer.comment)
            changes = sms_answers.answer(
                wish, mover, kind, about, yes=answer.yes, comment=said
            )
            if changes.entity is wish:
                outcome = sms_answers.outcome(wish, kind, about, yes=answer.yes)
                return changes, outcome
            writes = (*changes.writes, acted(answer.id, mover.now))
            return replace(changes, writes=writes), AnswerOutcome.ACTED

        return self._transaction.run_with(decide, _AS_SYSTEM)[1]

    def _mover(self, wish: Wish, answer: Answer) -> WishMover:
        """Return the resident who answers, without relations if they may not act any more."""
        person = self._people.find(answer.person_id)
        found: frozenset[Relation] = frozenset()
        if person and person.may_act:
            # Without their grants: they answer as the resident, not as staff.
            found = relations(Actor(id=person.id), wish.as_resource())
        return WishMover(
            id=answer.person_id,
            relations=found,
            now=self._clock.now(),
            phone_since=phone_since(self._people, answer.phone_of),
        )

    def _comment(self, wish: Wish, comment: str) -> AnswerComment:
        """Return what a resident wrote in an SMS, whole and without personal data."""
        owner = self._people.find(wish.person_id) if comment else None
        if owner is None:
            return AnswerComment(comment)
        mask = self._people.mask_for([owner], wish.place)
        return AnswerComment(comment, mask(comment))

    def _is_barred(self, wish: Wish, answer: Answer) -> bool:
        """Say whether the holder of a phone may not answer about a delivery for the resident.

        A helper and their household may not, nor staff who filed the wish.
        """
        phone_of = answer.phone_of
        if phone_of in ("", answer.person_id):
            return False
        helpers = notifications.barred_people(wish, answer.question)
        if phone_of in helpers:
            return True
        if not helpers:
            return False
        people = self._people.find_many({phone_of, *helpers})
        holder = people.pop(phone_of, None)
        if holder is None or (holder.appointed and phone_of in filers_of(wish)):
            return True
        return any(are_one_household(holder, one) for one in people.values())
