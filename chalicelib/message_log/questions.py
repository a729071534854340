"""Questions asked by SMS, and the question that a reply answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..kernel.changes import Changes, Delete
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.job import Answer
from . import policy
from .attempts import address_fingerprints
from .decisions import answer_to, intended_question
from .model import AskedQuestion, DeliveryState, MessageAttempt, PhoneQuestion
from .repository import MessageRepository

__all__ = ["Questions"]


def _anybody(person_id: str) -> bool:
    return True


class Questions:
    """Remembers the questions of each phone.

    `words` are the reply words of each message kind, beside those that answer any question.
    """

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        keys: Keyring,
        words: Mapping[str, Mapping[str, bool]],
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._keys = keys
        self._words = words
        self._answers = policy.YES.union(policy.NO, *words.values())

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
            known = self._find(phone)
            if known and known.latest and _is_same(known.latest, asked):
                return
            following = self._following(phone, known, asked)
            is_kept = self._repository.keep_question(following, known)

    def _following(
        self, phone: str, known: PhoneQuestion | None, asked: AskedQuestion
    ) -> PhoneQuestion:
        fresh = self._empty(phone)
        if known is None:
            return replace(fresh, version=1, latest=asked)
        fresh = replace(fresh, id=known.id)
        before = known.latest
        if known.latest and known.latest.delivery == asked.delivery:
            before = known.before  # the same message is sent again
        return replace(
            fresh, version=known.version + 1, latest=asked, before=before
        )

    def withdraw(self, phone: str, person_id: str) -> None:
        """Forget what a person was asked at a phone that may not answer for them any more.

        A question that others share with them stays: it is theirs to answer. Idempotent.
        """
        is_kept = False
        while not is_kept:
            known = self._find(phone)
            if known is None:
                return
            kept: list[AskedQuestion | None] = []
            for asked in (known.latest, known.before):
                is_over = asked and self._people_of(asked) == (person_id,)
                kept.append(None if is_over else asked)
            latest, before = kept
            after = replace(
                known, latest=latest, before=before, version=known.version + 1
            )
            if (latest, before) == (known.latest, known.before):
                return
            is_kept = self._repository.keep_question(after, known)

    def traces_of(self, phone: str | None) -> list[Delete]:
        """Return the deletion of the questions at a phone that is given up."""
        if not phone:
            return []
        question = self._find(phone)
        return [Delete(row=question)] if question else []

    def is_answer(self, word: str) -> bool:
        """Say whether a word answers some question."""
        return word in self._answers

    def answer(
        self,
        phone: str,
        word: str,
        phone_of: str,
        may_answer: Callable[[str], bool] = _anybody,
    ) -> Changes[PhoneQuestion]:
        """Return the changes of a reply: it answers the question of its phone and closes it.

        `phone_of` is the holder of the phone, "" if unknown. A question that the holder may not
        answer any more does not compete with another one. Where the question is in doubt nothing
        is answered. The reply is committed all the same: repeated later, it must not answer a
        question that is open by then.
        """
        question = self._find(phone)
        if question is None:
            question = self._empty(phone)
        previous = question if question.version else None
        asked = self._intended(question, word, may_answer)
        if asked is None:
            return Changes(entity=question, previous=previous)
        answers = self._answers_to(asked, word, phone_of)
        # A further "1" must not answer an older question, long forgotten. A question that the word
        # cannot answer stays open. So does the answered one beside it: it is answered only once.
        if len(self._answerable(question.asked, word)) == len(question.asked):
            question = replace(question, latest=None, before=None)
        return Changes(entity=question, previous=previous, jobs=answers)

    def open_questions(self, question: PhoneQuestion) -> list[AskedQuestion]:
        """Return the questions of a phone that may still be answered, latest first."""
        since = self._clock.now() - policy.QUESTION_TTL
        return [asked for asked in question.asked if asked.at > since]

    def fitting_questions(
        self, question: PhoneQuestion, word: str
    ) -> list[AskedQuestion]:
        """Return the open questions that a word can answer, latest first."""
        return self._answerable(self.open_questions(question), word)

    def _answerable(
        self, asked: Sequence[AskedQuestion], word: str
    ) -> list[AskedQuestion]:
        return [one for one in asked if self._answer_to(one, word) is not None]

    def _intended(
        self,
        question: PhoneQuestion,
        word: str,
        may_answer: Callable[[str], bool],
    ) -> AskedQuestion | None:
        fitting = self.fitting_questions(question, word)
        if len(fitting) > 1:
            people = [self._people_of(asked) for asked in fitting]
            allowed = [
                asked
                for asked, ids in zip(fitting, people, strict=True)
                if any(map(may_answer, ids))
            ]
            fitting = allowed or fitting
        return intended_question(
            [(asked, self._state_of(asked)) for asked in fitting]
        )

    def _people_of(self, asked: AskedQuestion) -> tuple[str, ...]:
        """Return the ids of those that a question asks: all who share the phone."""
        attempt = self._repository.find_attempt(asked.delivery)
        others = attempt.others if attempt else ()
        return (asked.person, *others)

    def _state_of(self, asked: AskedQuestion) -> DeliveryState:
        attempt = self._repository.find_attempt(asked.delivery)
        if attempt is None:
            return DeliveryState.SENT  # the log has deleted it since
        return attempt.state

    def _answer_to(self, asked: AskedQuestion, word: str) -> bool | None:
        return answer_to(self._words.get(asked.kind, {}), word)

    def _answers_to(
        self, asked: AskedQuestion, word: str, phone_of: str
    ) -> tuple[Answer, ...]:
        """Return an answer of each person who shares the phone: one message asked them all."""
        answer = Answer(
            id="",
            question=asked.kind,
            subject=asked.about,
            person_id=asked.person,
            yes=bool(self._answer_to(asked, word)),
            phone_of=phone_of,
            occasion=asked.occasion,
        )
        people = self._people_of(asked)
        return tuple(replace(answer, person_id=id) for id in people)

    def _empty(self, phone: str) -> PhoneQuestion:
        now = self._clock.now()
        expires_at = now + policy.QUESTION_TTL
        return PhoneQuestion(
            id=self._ids_of(phone)[0],
            created_at=now,
            updated_at=now,
            ttl=expires_at,
        )

    def _find(self, phone: str) -> PhoneQuestion | None:
        """Read the questions of a phone; the row may have been written under another key."""
        for id in self._ids_of(phone):
            if question := self._repository.find_question(id):
                return question
        return None

    def _ids_of(self, phone: str) -> list[str]:
        return [
            f"phone#{fingerprint}"
            for fingerprint in address_fingerprints(self._keys, phone)
        ]


def _is_same(known: AskedQuestion, asked: AskedQuestion) -> bool:
    """Say whether a question is asked once more, about the same occasion."""
    return (known.delivery, known.occasion) == (asked.delivery, asked.occasion)
