"""Questions asked by SMS: the numbers that answer each, and when those are free again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.changes import Delete
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.digits import FAMILIES, REQUESTS, Family, Pair
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from . import policy
from .attempts import address_fingerprints
from .model import AskedQuestion, DeliveryState, MessageAttempt, PhoneQuestion
from .repository import MessageRepository

__all__ = [
    "GivenNumbers",
    "QuestionReader",
    "Questions",
    "people_of",
    "was_sent",
]

S = DeliveryState
# The SMS is at the phone, or may be.
_SENT = {S.CLAIMED, S.SENT, S.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNumbers:
    """The numbers of a question, or when the phone has some free.

    Without either nobody at the phone could act on an answer.
    """

    numbers: Pair | None = None
    free_at: datetime | None = None


class QuestionReader:
    """Reads the questions of phones, and how they were delivered."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        keys: Keyring,
        status: Callable[[QuestionRound], QuestionStatus],
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._keys = keys
        self._status = status

    def find(self, phone: str, family: Family) -> PhoneQuestion | None:
        """Read the questions of a phone; the row may have been written under another key."""
        for id in self._ids_of(phone):
            if row := self._repository.find_question(id, family.name):
                return row
        return None

    def empty(self, phone: str, family: Family) -> PhoneQuestion:
        """Return the row of a phone that was never asked anything."""
        now = self._clock.now()
        return PhoneQuestion(
            id=self._ids_of(phone)[0],
            family=family.name,
            created_at=now,
            updated_at=now,
            ttl=now + policy.QUESTION_KEPT,
        )

    def attempts_of(self, asked: AskedQuestion) -> list[MessageAttempt]:
        """Read the attempts that asked a question."""
        return self._repository.find_attempts(asked.deliveries)

    def statuses(
        self, asked: AskedQuestion, people: tuple[str, ...]
    ) -> list[QuestionStatus]:
        """Return whether each of some people may still answer a question."""
        rounds = [
            QuestionRound(
                kind=asked.kind,
                subject=asked.about,
                occasion=asked.occasion,
                person_id=person_id,
                asked_at=asked.first_at,
            )
            for person_id in people
        ]
        return [self._status(one) for one in rounds]

    def is_open(self, asked: AskedQuestion, people: tuple[str, ...]) -> bool:
        """Say whether one of some people may still answer a question."""
        statuses = self.statuses(asked, people)
        return any(one.state is QuestionState.OPEN for one in statuses)

    def _ids_of(self, phone: str) -> list[str]:
        return [
            f"phone#{fingerprint}"
            for fingerprint in address_fingerprints(self._keys, phone)
        ]


class Questions:
    """Gives each round of a question numbers of its own at each phone."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        reader: QuestionReader,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._reader = reader

    def ask(
        self, attempt: MessageAttempt, phone: str, occasion: str
    ) -> GivenNumbers:
        """Give a question its numbers before it is sent, and remember it.

        The same round keeps its numbers when it is asked again.
        """
        asking = self._asking(attempt, occasion)
        if not self._reader.is_open(asking, people_of([attempt])):
            return GivenNumbers()
        while True:
            known = self._reader.find(phone, REQUESTS)
            row = known or self._reader.empty(phone, REQUESTS)
            after, placement = self._placed(row, asking)
            if self._keep(after, known):
                return placement

    def _keep(self, row: PhoneQuestion, known: PhoneQuestion | None) -> bool:
        """Write a row; return whether it was still as it was read."""
        if row == known:
            return True
        now = self._clock.now()
        kept = replace(
            row,
            version=row.version + 1,
            updated_at=now,
            ttl=now + policy.QUESTION_KEPT,
        )
        return self._repository.keep_question(kept, known)

    def _asking(self, attempt: MessageAttempt, occasion: str) -> AskedQuestion:
        now = self._clock.now()
        return AskedQuestion(
            number="",
            kind=attempt.kind,
            about=attempt.about,
            occasion=occasion,
            person=attempt.person,
            deliveries=(attempt.id,),
            at=now,
            first_at=now,
        )

    def _placed(
        self, row: PhoneQuestion, asking: AskedQuestion
    ) -> tuple[PhoneQuestion, GivenNumbers]:
        """Return a row in which a question has numbers, if the phone has some free."""
        for pair in REQUESTS.pairs:
            known = row.of(pair.yes)
            if known and known.is_same_round(asking):
                again = _asked_again(known, asking)
                return row.with_question(again), GivenNumbers(numbers=pair)
        now, free_at = self._clock.now(), list[datetime]()
        for pair in REQUESTS.pairs:
            known = row.of(pair.yes)
            if known is None:
                free_at.append(now)
            else:
                known = self._looked_at(known)
                row = row.with_question(known)
                free_at.append(self._free_at(known))
            if free_at[-1] <= now:
                asked = replace(asking, number=pair.yes)
                return row.with_question(asked), GivenNumbers(numbers=pair)
        soonest = min(*free_at, now + policy.NUMBER_WAIT)
        return row, GivenNumbers(free_at=soonest)

    def _looked_at(self, asked: AskedQuestion) -> AskedQuestion:
        """Return a question with the instant since when it is over, if it is over unanswered."""
        now = self._clock.now()
        if asked.is_answered or asked.over_at:
            return asked
        attempts = self._reader.attempts_of(asked)
        if not any(one.state in {*_SENT, S.RETRY} for one in attempts):
            return replace(asked, over_at=now - policy.NUMBER_REST)
        if asked.at + policy.QUESTION_TTL <= now:
            return replace(asked, over_at=asked.at + policy.QUESTION_TTL)
        statuses = self._reader.statuses(asked, people_of(attempts))
        states = {status.state for status in statuses}
        if QuestionState.OPEN in states:
            return asked
        if QuestionState.OVER not in states:  # answered in the app
            return replace(asked, over_at=now - policy.NUMBER_REST)
        since = max(status.since or now for status in statuses)
        return replace(asked, over_at=min(since, now))

    def _free_at(self, asked: AskedQuestion) -> datetime:
        """Return when the numbers of a question are free for another.

        An answer in time frees them at once. After a late one they rest.
        """
        if asked.is_answered and not asked.over_at:
            return self._clock.now()
        over_at = asked.over_at or asked.at + policy.QUESTION_TTL
        return over_at + policy.NUMBER_REST

    def withdraw(self, phone: str, person_id: str) -> None:
        """End what a person was asked at a phone that may not answer for them any more.

        A question that others share with them stays open: it is theirs to answer. The numbers
        rest, for the SMS is still at the phone. Idempotent.
        """
        for family in FAMILIES:
            is_kept = False
            while not is_kept:
                known = self._reader.find(phone, family)
                if known is None:
                    break
                is_kept = self._keep(self._without(known, person_id), known)

    def _without(self, row: PhoneQuestion, person_id: str) -> PhoneQuestion:
        for asked in row.asked:
            if asked.over_at or asked.is_answered:
                continue
            if people_of(self._reader.attempts_of(asked)) == (person_id,):
                over = replace(asked, over_at=self._clock.now())
                row = row.with_question(over)
        return row

    def traces_of(self, phone: str | None) -> Iterator[Delete]:
        """Yield the deletion of the questions at a phone that is given up."""
        for family in FAMILIES:
            row = self._reader.find(phone, family) if phone else None
            if row:
                yield Delete(row=row)


def people_of(attempts: list[MessageAttempt]) -> tuple[str, ...]:
    """Return the ids of the people that messages asked: all who share the phone."""
    people: dict[str, None] = {}
    for attempt in attempts:
        people |= dict.fromkeys((attempt.person, *attempt.others))
    return tuple(people)


def was_sent(attempts: list[MessageAttempt]) -> bool:
    """Say whether one of some messages is at its phone, or may be."""
    return any(attempt.state in _SENT for attempt in attempts)


def _asked_again(known: AskedQuestion, asking: AskedQuestion) -> AskedQuestion:
    """Return a question that is asked once more: a reminder, or another attempt."""
    deliveries = dict.fromkeys((*known.deliveries, *asking.deliveries))
    return replace(
        known,
        kind=asking.kind,
        deliveries=tuple(deliveries),
        at=asking.at,
        over_at=None,
        yes=None,
    )
