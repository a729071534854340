"""Replies as they come: the answers to questions, and what staff have to read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from ..kernel.changes import Changes, Entity
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.hooks import Hooks
from ..kernel.job import Answer
from ..kernel.rate_limit import RateLimit
from ..kernel.request import RequestContext
from ..message_log.answering import Answering, Meaning, Unanswered
from ..message_log.attempts import address_fingerprint
from ..people.model import Person
from ..people.service import People
from ..store.transaction import Transaction
from .keeper import ReplyKeeper
from .model import ReplyEffect, StoredReply
from .policy import REPLY_KEPT, STRANGERS_PER_DAY
from .reading import Reading

__all__ = ["ReceivedReply", "ReplyIntake", "ReplyResult"]

# Staff read what a few strangers write, not what a machine sends. The code is never shown.
_STRANGERS = RateLimit.fixed_window(
    "stranger_replies",
    STRANGERS_PER_DAY,
    timedelta(days=1),
    "webhook.too_many_replies",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedReply:
    """A reply as it is read, and the owner of its phone."""

    id: str
    phone: str
    text: str
    reading: Reading
    owner: Person | None

    @property
    def holder(self) -> str:
        """Return the id of the owner of the phone, "" if nobody is registered with it."""
        return self.owner.id if self.owner else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyResult:
    """The effect of a reply, with its answers: one for each person who was asked."""

    effect: ReplyEffect
    answers: tuple[Answer, ...] = ()


class ReplyIntake:
    """Stores each reply, with its answers or for staff."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        keys: Keyring,
        hooks: Hooks,
        people: People,
        answering: Answering,
        keeper: ReplyKeeper,
    ) -> None:
        self._transaction = transaction
        self._clock = clock
        self._keys = keys
        self._hooks = hooks
        self._people = people
        self._answering = answering
        self._keeper = keeper

    def take(
        self, received: ReceivedReply, context: RequestContext
    ) -> ReplyResult:
        """Store a reply with its effect: its answers, or that it waits for staff.

        Raises:
            Replayed: the provider has brought the reply before.
            TooMany: nobody is registered with the phone, and staff read enough of it today.

        """

        def decide() -> tuple[Changes[Entity], ReplyResult]:
            reading, holder = received.reading, received.holder
            meaning = self._answering.meaning(
                received.phone,
                reading.number,
                reading.word,
                lambda id: self._people.may_answer(id, holder),
            )
            meaning = _in_doubt(meaning, reading)
            allowed = tuple(
                person_id
                for person_id in meaning.people
                if self._people.may_answer(person_id, holder)
            )
            effect = _effect_of(meaning, allowed, received)
            reply = self._stored(received, meaning, effect)
            if effect is not ReplyEffect.ANSWERED:
                result = ReplyResult(effect=effect)
                changes = self._unanswered(received, reply, meaning, effect)
                return changes, result
            meaning = replace(meaning, people=allowed)
            answers = self._answering.answers(meaning, holder, reply.id)
            reply = replace(reply, answering=allowed)
            changes = self._answered(received, reply, meaning, answers)
            return changes, ReplyResult(effect=effect, answers=answers)

        return self._transaction.run_with(decide, context)[1]

    def _stored(
        self, received: ReceivedReply, meaning: Meaning, effect: ReplyEffect
    ) -> StoredReply:
        now, owner = self._clock.now(), received.owner
        reply = StoredReply(
            id=received.id,
            created_at=now,
            updated_at=now,
            person_id=received.holder,
            number="" if owner else received.phone,
            text=received.text,
            effect=effect,
            ttl=now + REPLY_KEPT,
        )
        if received.reading.number:
            reply = replace(reply, comment=received.reading.comment)
        if asked := meaning.asked:
            reply = replace(
                reply,
                about=asked.about,
                question=asked.kind,
                occasion=asked.occasion,
            )
        return replace(reply, place=self._place_of(owner, reply.about))

    def _place_of(self, owner: Person | None, about: str) -> str:
        """Return the place whose staff see to a reply; "" for the street's administrators.

        The number of a stranger is for them only.
        """
        if owner is None:
            return ""
        if owner.places:
            return owner.places[0]
        return self._hooks.place_of(about) if about else ""

    def _unanswered(
        self,
        received: ReceivedReply,
        reply: StoredReply,
        meaning: Meaning,
        effect: ReplyEffect,
    ) -> Changes[Entity]:
        """Return the change of a reply that answers nothing: staff look at it.

        The same answer once more is no news.
        """
        is_news = effect is not ReplyEffect.ANSWERED_ALREADY
        if not is_news and not received.reading.is_remark:
            return Changes(entity=reply, previous=None)
        changes = self._keeper.waiting(reply, effect, received.owner)
        if effect is ReplyEffect.NOT_ALLOWED:
            # It is no answer, so the numbers rest and who may answer still can.
            meaning = replace(meaning, yes=None)
        if received.owner is not None:
            return replace(changes, related=self._noted(meaning))
        phone = address_fingerprint(self._keys, received.phone)
        limit = _STRANGERS.count(f"phone#{phone}", self._clock.now())
        return replace(changes, writes=(limit,))

    def _answered(
        self,
        received: ReceivedReply,
        reply: StoredReply,
        meaning: Meaning,
        answers: tuple[Answer, ...],
    ) -> Changes[Entity]:
        """Return the change of a reply that answers: the jobs, and that the question has it.

        A remark beside a yes is for staff. Beside a no it is the reason of the move.
        """
        kept: Changes[Entity] = Changes(entity=reply, previous=None)
        if meaning.yes and received.reading.is_remark:
            effect = ReplyEffect.ANSWERED
            kept = self._keeper.waiting(reply, effect, received.owner)
        return replace(kept, jobs=answers, related=self._noted(meaning))

    def _noted(self, meaning: Meaning) -> tuple[Changes[Entity], ...]:
        noted = self._answering.noted(meaning)
        return (noted,) if noted else ()

    def keep_refusal(
        self, received: ReceivedReply, context: RequestContext
    ) -> None:
        """Have staff read what a request for silence says besides.

        Raises:
            Replayed: it was kept before.

        """

        def decide() -> Changes[Entity]:
            effect = ReplyEffect.OPTED_OUT
            reply = self._stored(received, Meaning(), effect)
            return self._keeper.waiting(reply, effect, received.owner)

        self._transaction.run(decide, context)


_EFFECTS: Mapping[Unanswered, ReplyEffect] = {
    Unanswered.NOT_UNDERSTOOD: ReplyEffect.NOT_UNDERSTOOD,
    Unanswered.NO_QUESTION: ReplyEffect.NO_QUESTION,
    Unanswered.IN_DOUBT: ReplyEffect.IN_DOUBT,
    Unanswered.TOO_LATE: ReplyEffect.TOO_LATE,
    Unanswered.REPEATED: ReplyEffect.ANSWERED_ALREADY,
}


def _in_doubt(meaning: Meaning, reading: Reading) -> Meaning:
    """Return a meaning, in doubt where the words beside a number say the opposite of it."""
    if meaning.yes is None or not reading.number:
        return meaning
    if not reading.contradicts(yes=meaning.yes):
        return meaning
    return replace(meaning, yes=None, why=Unanswered.IN_DOUBT)


def _effect_of(
    meaning: Meaning, allowed: tuple[str, ...], received: ReceivedReply
) -> ReplyEffect:
    """Return the effect of a reply, by what it means and who may answer by its phone."""
    if received.owner is None:
        return ReplyEffect.UNKNOWN_PHONE
    if meaning.why is Unanswered.NOT_UNDERSTOOD:
        return ReplyEffect.NOT_UNDERSTOOD
    if meaning.asked and not allowed:
        return ReplyEffect.NOT_ALLOWED
    if meaning.why:
        return _EFFECTS[meaning.why]
    return ReplyEffect.ANSWERED
