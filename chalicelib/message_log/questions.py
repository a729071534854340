"""Questions that are asked by SMS, and what a reply from a phone answers."""

from collections.abc import Mapping
from dataclasses import replace

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.job import Answer
from . import policy
from .attempts import address_fingerprint
from .decisions import answer_to, intended_question
from .model import AskedQuestion, DeliveryState, MessageAttempt, PhoneQuestion
from .repository import MessageRepository

__all__ = ["Questions"]

_Words = Mapping[str, Mapping[str, bool]]


class Questions:
    """Remembers the questions of each phone. `words` are the reply words by kind beside 1 and 2."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        keys: Keyring,
        words: _Words,
    ) -> None:
        self._repository, self._clock, self._keys, self._words = (
            repository,
            clock,
            keys,
            words,
        )
        self._answers = (
            policy.YES | policy.NO | {word for own in words.values() for word in own}
        )

    def ask(self, attempt: MessageAttempt, phone: str, occasion: str) -> None:
        """Remember a question before it is sent.

        The question before it is kept until this one is known to have been sent.
        """
        asked = AskedQuestion(
            delivery=attempt.id,
            kind=attempt.kind,
            about=attempt.about,
            person=attempt.person,
            at=self._clock.now(),
            occasion=occasion,
        )
        is_kept = False
        while not is_kept:
            known = self._repository.find_question(self._id_of(phone))
            if known and known.latest and _is_same(known.latest, asked):
                return
            is_kept = self._repository.keep_question(
                self._next(phone, known, asked), known
            )

    def _next(
        self, phone: str, known: PhoneQuestion | None, asked: AskedQuestion
    ) -> PhoneQuestion:
        fresh = self._empty(phone)
        if known is None:
            return replace(fresh, version=1, latest=asked)
        is_again = known.latest is not None and known.latest.delivery == asked.delivery
        before = known.before if is_again else known.latest
        return replace(fresh, version=known.version + 1, latest=asked, before=before)

    def is_answer(self, word: str) -> bool:
        """Say whether a word answers some question."""
        return word in self._answers

    def answer(self, phone: str, word: str, phone_of: str) -> Changes[PhoneQuestion]:
        """Return what a reply changes: it answers the question of its phone and closes it.

        `phone_of` is the person whose phone it is, "" if unknown. Where the question is in doubt
        nothing is answered. The reply is committed all the same: repeated later, it must not answer
        what is asked by then.
        """
        question = self._repository.find_question(self._id_of(phone)) or self._empty(
            phone
        )
        previous = question if question.version else None
        asked = self._intended(question, word)
        if asked is None:
            return Changes(entity=question, previous=previous)
        answers = self._answers_to(asked, word, phone_of)
        # A further "1" must not answer an older question, long forgotten. A question that the word
        # cannot answer stays open, and with it the answered one, which nothing answers twice.
        if all(self._answer_to(one, word) is not None for one in question.asked):
            question = replace(question, latest=None, before=None)
        return Changes(entity=question, previous=previous, jobs=answers)

    def _intended(self, question: PhoneQuestion, word: str) -> AskedQuestion | None:
        since = self._clock.now() - policy.QUESTION_LASTS
        open_questions = [one for one in question.asked if one.at > since]
        fitting = [
            one for one in open_questions if self._answer_to(one, word) is not None
        ]
        return intended_question([(one, self._state_of(one)) for one in fitting])

    def _state_of(self, asked: AskedQuestion) -> DeliveryState:
        attempt = self._repository.find_attempt(asked.delivery)
        return (
            attempt.state if attempt else DeliveryState.SENT
        )  # the log has forgotten it since

    def _answer_to(self, asked: AskedQuestion, word: str) -> bool | None:
        return answer_to(self._words.get(asked.kind, {}), word)

    def _answers_to(
        self, asked: AskedQuestion, word: str, phone_of: str
    ) -> tuple[Answer, ...]:
        """Return an answer of each person who shares the phone: one message asked them all."""
        attempt = self._repository.find_attempt(asked.delivery)
        others = attempt.others if attempt else ()
        answer = Answer(
            id="",
            question=asked.kind,
            subject=asked.about,
            person_id=asked.person,
            yes=bool(self._answer_to(asked, word)),
            phone_of=phone_of,
            occasion=asked.occasion,
        )
        return (answer, *(replace(answer, person_id=person) for person in others))

    def _empty(self, phone: str) -> PhoneQuestion:
        now = self._clock.now()
        expires_at = now + policy.QUESTION_LASTS
        return PhoneQuestion(
            id=self._id_of(phone), created_at=now, updated_at=now, ttl=expires_at
        )

    def _id_of(self, phone: str) -> str:
        return f"phone#{address_fingerprint(self._keys, phone)}"


def _is_same(known: AskedQuestion, asked: AskedQuestion) -> bool:
    """Say whether a question is asked once more, about the same occasion."""
    return (known.delivery, known.occasion) == (asked.delivery, asked.occasion)
