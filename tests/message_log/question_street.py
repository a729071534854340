"""Phones that are asked questions, and a model of what each SMS at them may still answer."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.question import (
    QuestionRound,
    QuestionState,
    QuestionStatus,
)
from chalicelib.message_log import policy
from chalicelib.message_log.answering import Answering, Meaning, Unanswered
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    PhoneQuestion,
)
from chalicelib.message_log.questions import QuestionReader, Questions

from ..world import START

S = DeliveryState
ASKED = {S.SENT, S.UNKNOWN}
NUMBERS = ("1", "2", "71", "72", "73", "74", "75", "76", "77", "78", "3")
KIND, WORDS = "wish.delivered", {"收到": True, "没收到": False}


class MemoryRepository:
    """The questions and attempts in memory."""

    def __init__(self) -> None:
        self.rows = dict[tuple[str, str], PhoneQuestion]()
        self.attempts = dict[str, MessageAttempt]()

    def find_question(self, phone: str, family: str) -> PhoneQuestion | None:
        return self.rows.get((phone, family))

    def keep_question(
        self, question: PhoneQuestion, before: PhoneQuestion | None
    ) -> bool:
        key = (question.id, question.family)
        if self.rows.get(key) != before:
            return False
        self.rows[key] = question
        return True

    def find_attempts(self, ids: tuple[str, ...]) -> list[MessageAttempt]:
        return [self.attempts[id] for id in ids if id in self.attempts]

    def save(self, attempt: MessageAttempt) -> None:
        self.attempts[attempt.id] = attempt


class Hashes:
    """Hashes of phones that are easy to read."""

    def fingerprints(self, purpose: str, value: str) -> tuple[str, ...]:
        return (f"{purpose} {value}",)


@dataclass
class Round:
    """One round of a question to the person of a phone, and how it ended."""

    phone: str
    about: str
    occasion: str
    person: str
    state: QuestionState = QuestionState.OPEN
    since: datetime | None = None
    answered: bool | None = None  # by SMS
    late_at: datetime | None = None  # the last answer by SMS after its end
    letters: "list[Letter]" = field(default_factory=list)

    @property
    def yes(self) -> str:
        """Return the number for yes in the last SMS about it."""
        sent = [one.yes for one in self.letters if one.state in ASKED]
        return sent[-1] if sent else ""

    @property
    def asked_at(self) -> datetime | None:
        times = [one.at for one in self.letters if one.state in ASKED]
        return max(times, default=None)

    def is_open(self, now: datetime) -> bool:
        """Say whether somebody with the SMS may still answer."""
        if self.state is not QuestionState.OPEN or self.answered is not None:
            return False
        at = self.asked_at
        return at is not None and now < at + policy.QUESTION_TTL

    def owns_its_numbers(self, now: datetime) -> bool:
        """Say whether the numbers in its SMS must mean this round and no other."""
        if self.is_open(now):
            return True
        if self.late_at and now < self.late_at + timedelta(hours=48):
            return True  # its sender may write again
        if self.answered is not None or self.asked_at is None:
            return False
        if self.state is QuestionState.ANSWERED:
            return False
        over = self.since or now
        expired = self.asked_at + policy.QUESTION_TTL
        return now < min(over, expired) + timedelta(hours=48)


@dataclass
class Letter:
    """An SMS that asks, or was to ask."""

    round: Round
    attempt: MessageAttempt
    at: datetime
    yes: str = ""
    state: DeliveryState = S.RETRY


class QuestionStreet:
    """Asks, ends, replies and waits, and checks every result against the model."""

    def __init__(
        self, repository: Any = None, clock: Any = None, keys: Any = None
    ) -> None:
        self.clock = clock or TestClock(START)
        self.repository = repository or MemoryRepository()
        self.rounds = list[Round]()
        self.waiting = list[Letter]()
        self.reader = QuestionReader(
            repository=self.repository,
            clock=self.clock,
            keys=keys or Hashes(),
            status=self._status,
        )
        self.questions = Questions(
            repository=self.repository, clock=self.clock, reader=self.reader
        )
        self.answering = Answering(
            reader=self.reader, clock=self.clock, words={KIND: WORDS}
        )

    def _status(self, asked: QuestionRound) -> QuestionStatus:
        for one in self.rounds:
            if (one.about, one.occasion) == (asked.subject, asked.occasion):
                return QuestionStatus(state=one.state, since=one.since)
        return QuestionStatus(state=QuestionState.OVER)

    # moves

    def ask(self, phone: str, subject: int, end: DeliveryState) -> None:
        """Ask about a subject: a reminder of its open round, or the next round."""
        about = f"wsh_{subject}"
        own = [one for one in self.rounds if one.about == about]
        if own and own[-1].state is QuestionState.OPEN:
            asked = own[-1]
        else:
            person = f"per_{phone}"
            asked = Round(phone, about, f"{len(own)}", person)
            self.rounds.append(asked)
        self._send(self._letter(asked, end))

    def _letter(self, asked: Round, end: DeliveryState) -> Letter:
        number = sum(len(one.letters) for one in self.rounds)
        now = self.clock.now()
        attempt = MessageAttempt(
            id=f"msg_{number:024}",
            message=f"due_{number}",
            kind=KIND,
            about=asked.about,
            person=asked.person,
            channel=Channel.SMS,
            state=S.CLAIMED,
            attempt=1,
            reason=end,  # what the provider will say
            at=now,
            ttl=now + policy.ATTEMPT_TTL,
        )
        self.repository.save(attempt)
        letter = Letter(asked, attempt, now)
        asked.letters.append(letter)
        return letter

    def _send(self, letter: Letter) -> None:
        asked, now = letter.round, self.clock.now()
        given = self.questions.ask(letter.attempt, asked.phone, asked.occasion)
        if given.free_at:
            assert given.free_at > now
            self._settle(letter, S.RETRY)
            self.waiting.append(letter)
        elif given.numbers is None:
            assert asked.state is not QuestionState.OPEN
            self._settle(letter, S.SUPPRESSED)
        else:
            letter.yes, letter.at = given.numbers.yes, now
            self._check_given(letter)
            self._settle(letter, S(letter.attempt.reason))
            if letter.state in ASKED:
                # Whatever was said, it is asked again.
                asked.answered = asked.late_at = None

    def _settle(self, letter: Letter, state: DeliveryState) -> None:
        letter.state = state
        self.repository.save(replace(letter.attempt, state=state))

    def _check_given(self, letter: Letter) -> None:
        """A pair is given only to one round that people may answer at a phone."""
        now = self.clock.now()
        for other in self.rounds:
            if other is letter.round or other.phone != letter.round.phone:
                continue
            if other.owns_its_numbers(now):
                assert letter.yes != other.yes, "a pair is on two questions"
        if letter.round.owns_its_numbers(now):
            assert letter.yes == letter.round.yes, "a round has two pairs"

    def retry(self) -> None:
        """Send what waited for numbers."""
        waiting, self.waiting = self.waiting, []
        for letter in waiting:
            self._settle(letter, S.CLAIMED)
            self._send(letter)

    def end(self, n: int, state: QuestionState) -> None:
        """End a round: the person answers in the app, or it is over for another reason."""
        still = [one for one in self.rounds if one.state is QuestionState.OPEN]
        if still:
            ended = still[n % len(still)]
            ended.state, ended.since = state, self.clock.now()

    def wait(self, span: timedelta) -> None:
        self.clock.advance(span)

    # replies

    def reply(self, phone: str, number: str, word: str) -> None:
        """Send a number or a word, and check what it does."""
        meaning = self.answering.meaning(phone, number, word, _anybody)
        answers = meaning.yes is not None
        assert answers != (meaning.why is not None), "a reply ends nowhere"
        if number:
            self._check_number(phone, number, meaning)
        else:
            self._check_word(phone, meaning)
        if answers or meaning.why is Unanswered.TOO_LATE:
            self._note(meaning)

    def _check_number(self, phone: str, number: str, meaning: Meaning) -> None:
        now = self.clock.now()
        yes = str(int(number) - 1) if int(number) % 2 == 0 else number
        shown = [
            letter
            for one in self.rounds
            for letter in one.letters
            if (one.phone, letter.yes) == (phone, yes) and letter.state in ASKED
        ]
        if meaning.yes is not None:
            assert shown, "what was not sent is answered"
            assert meaning.yes is (number == yes)
        for letter in shown:
            own = letter.round
            if not own.owns_its_numbers(now) or own.yes != yes:
                continue
            assert self._round_of(meaning) is own, "another round acts"
            if own.is_open(now):
                assert meaning.yes is not None, "an open question is not heard"

    def _check_word(self, phone: str, meaning: Meaning) -> None:
        now = self.clock.now()
        asked = [
            one
            for one in self.rounds
            if one.phone == phone and one.is_open(now)
        ]
        if len(asked) > 1:
            assert meaning.why is Unanswered.IN_DOUBT, "a word is a guess"
        elif asked:
            assert self._round_of(meaning) is asked[0], "another round acts"

    def _round_of(self, meaning: Meaning) -> Round | None:
        found = meaning.asked
        for one in self.rounds:
            if found and (one.about, one.occasion) == (
                found.about,
                found.occasion,
            ):
                return one
        return None

    def _note(self, meaning: Meaning) -> None:
        """Commit the answer as a reply does. The feature acts on the present round only."""
        changes = self.answering.noted(meaning)
        assert changes
        row, now = changes.entity, self.clock.now()
        kept = replace(row, version=row.version + 1, updated_at=now)
        assert self.repository.keep_question(kept, changes.previous)
        answered = self._round_of(meaning)
        assert answered
        is_late = answered.state is not QuestionState.OPEN
        if meaning.yes is not None:
            answered.answered = meaning.yes
        if is_late or meaning.yes is None:
            answered.late_at = now

    def settle(self) -> None:
        """Once all else is over, what waited for numbers is asked: it was never lost."""
        for one in self.rounds:
            waits = any(letter in self.waiting for letter in one.letters)
            if one.state is QuestionState.OPEN and not waits:
                one.state, one.since = QuestionState.OVER, self.clock.now()
        self.wait(policy.QUESTION_TTL + policy.NUMBER_REST)
        for _ in range(2 + len(self.waiting) // 5):
            self.retry()
            self.wait(policy.QUESTION_TTL + policy.NUMBER_REST)
        assert self.waiting == [], "a question is lost"


def _anybody(person_id: str) -> bool:
    return True


def real_repository(repository: Any, save: Callable[[Any], None]) -> Any:
    """Return a repository of an installation that tests can save attempts with."""
    repository.save = save
    return repository
