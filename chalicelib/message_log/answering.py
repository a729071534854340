"""The question that a reply by SMS answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.digits import FAMILIES, Family, Pair, pair_of
from ..kernel.job import Answer
from . import policy
from .decisions import answer_to
from .model import AskedQuestion, PhoneQuestion
from .questions import QuestionReader, people_of, was_sent

__all__ = ["Answering", "Meaning", "Unanswered"]

MayAnswer = Callable[[str], bool]


class Unanswered(StrEnum):
    """Why a reply answers no question."""

    NOT_UNDERSTOOD = "not_understood"
    NO_QUESTION = "no_question"  # with this number
    IN_DOUBT = "in_doubt"  # which question, or which answer
    TOO_LATE = "too_late"
    REPEATED = "repeated"  # the question has this answer already


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The question that a reply is about, and its answer: `yes`, or `why` there is none.

    `row` holds the question, as it was read. `people` share the phone that was asked.
    """

    row: PhoneQuestion | None = None
    asked: AskedQuestion | None = None
    people: tuple[str, ...] = ()
    yes: bool | None = None
    why: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    row: PhoneQuestion
    asked: AskedQuestion
    people: tuple[str, ...]

    def means(self, yes: bool | None, why: Unanswered | None) -> Meaning:
        return Meaning(
            row=self.row,
            asked=self.asked,
            people=self.people,
            yes=yes,
            why=why,
        )


class Answering:
    """Finds the questions that replies answer.

    `words` are the reply words of each message kind, beside those that answer any question.
    """

    def __init__(
        self,
        *,
        reader: QuestionReader,
        clock: Clock,
        words: Mapping[str, Mapping[str, bool]],
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._words = words

    def meaning(
        self, phone: str, number: str, word: str, may_answer: MayAnswer
    ) -> Meaning:
        """Return what a reply means: by its number, or without one by its word.

        A word answers only where one open question fits it. `word` beside a number must not
        contradict it. A question that nobody at the phone may answer any more does not compete.
        """
        if number:
            return self._by_number(phone, number, word)
        fitting = self._fitting(phone, word)
        open_ones = [
            one
            for one in fitting
            if any(map(may_answer, one.people)) and self._is_open(one)
        ]
        if len(open_ones) > 1:
            return open_ones[0].means(None, Unanswered.IN_DOUBT)
        for one in [*open_ones, *fitting][:1]:
            yes = self._answer_to(one.asked, word)
            return self._answering(one, yes=bool(yes))
        return self._about_the_latest(phone)

    def _by_number(self, phone: str, number: str, word: str) -> Meaning:
        found = pair_of(number)
        if found is None:
            return self._about_the_latest(phone)
        family, pair = found
        one = self._asked_by(phone, family, pair)
        if one is None:
            latest = self._about_the_latest(phone)
            return replace(latest, why=Unanswered.NO_QUESTION)
        yes = number == pair.yes
        if self._answer_to(one.asked, word) is (not yes):
            return one.means(None, Unanswered.IN_DOUBT)
        return self._answering(one, yes=yes)

    def _asked_by(
        self, phone: str, family: Family, pair: Pair
    ) -> _Candidate | None:
        """Return the question that these numbers answer at a phone, if it was sent there."""
        row = self._reader.find(phone, family)
        asked = row.of(pair.yes) if row else None
        if row is None or asked is None:
            return None
        return self._candidate(row, asked)

    def _candidate(
        self, row: PhoneQuestion, asked: AskedQuestion
    ) -> _Candidate | None:
        attempts = self._reader.attempts_of(asked)
        if not was_sent(attempts):
            return None
        return _Candidate(row=row, asked=asked, people=people_of(attempts))

    def _answering(self, one: _Candidate, *, yes: bool) -> Meaning:
        asked = one.asked
        if asked.yes is yes:
            return one.means(None, Unanswered.REPEATED)
        if asked.at + policy.QUESTION_TTL <= self._clock.now():
            return one.means(None, Unanswered.TOO_LATE)
        return one.means(yes, None)

    def _fitting(self, phone: str, word: str) -> list[_Candidate]:
        """Return the questions of a phone that a word can answer, the latest first."""
        fitting: list[_Candidate] = []
        for one in self._all_at(phone):
            if self._answer_to(one.asked, word) is not None:
                fitting.append(one)
        return fitting

    def _all_at(self, phone: str) -> Sequence[_Candidate]:
        sent: list[_Candidate] = []
        for family in FAMILIES:
            row = self._reader.find(phone, family)
            for asked in row.asked if row else ():
                one = self._candidate(row, asked) if row else None
                if one:
                    sent.append(one)
        return sorted(sent, key=lambda one: one.asked.at, reverse=True)

    def _is_open(self, one: _Candidate) -> bool:
        asked = one.asked
        if asked.is_answered or asked.over_at:
            return False
        if asked.at + policy.QUESTION_TTL <= self._clock.now():
            return False
        return self._reader.is_open(asked, one.people)

    def _about_the_latest(self, phone: str) -> Meaning:
        """Return a reply that is not understood, with what it may be about."""
        for one in self._all_at(phone):
            return one.means(None, Unanswered.NOT_UNDERSTOOD)
        return Meaning(why=Unanswered.NOT_UNDERSTOOD)

    def _answer_to(self, asked: AskedQuestion, word: str) -> bool | None:
        return answer_to(self._words.get(asked.kind, {}), word)

    def answers(
        self, meaning: Meaning, phone_of: str, reply: str
    ) -> tuple[Answer, ...]:
        """Return an answer of each person who shares the phone: one message asked them all."""
        asked = meaning.asked
        if asked is None or meaning.yes is None:
            return ()
        answer = Answer(
            id="",
            question=asked.kind,
            subject=asked.about,
            person_id="",
            yes=meaning.yes,
            phone_of=phone_of,
            occasion=asked.occasion,
            reply=reply,
        )
        return tuple(
            replace(answer, person_id=person_id) for person_id in meaning.people
        )

    def noted(self, meaning: Meaning) -> Changes[PhoneQuestion] | None:
        """Return the change that a reply has come to its question; None where nothing changes.

        The numbers of a round that is over rest once more: its sender may write again.
        """
        row, asked, now = meaning.row, meaning.asked, self._clock.now()
        if row is None or asked is None:
            return None
        if meaning.why is Unanswered.TOO_LATE:
            noted = replace(asked, over_at=now)
        elif meaning.yes is None:
            return None
        elif self._reader.is_open(asked, meaning.people):
            noted = replace(asked, yes=meaning.yes)
        else:
            noted = replace(asked, yes=meaning.yes, over_at=now)
        return Changes(entity=row.with_question(noted), previous=row)
