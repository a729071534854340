"""Background work on corrections of phones: timers and answers by SMS."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..kernel.access import SYSTEM, Relation
from ..kernel.changes import Changes, Delete
from ..kernel.clock import Clock
from ..kernel.job import Answer
from ..kernel.question import (
    AnswerOutcome,
    QuestionRound,
    QuestionState,
    QuestionStatus,
)
from ..kernel.request import RequestContext
from ..kernel.state_table import Mover
from ..people.model import Person
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions
from .model import CorrectionState, PhoneCorrection
from .notices import PhoneNotices
from .numbers import Numbers, is_reachable
from .repository import PhoneCorrectionRepository

__all__ = ["PhoneJobs"]

S = CorrectionState
_AS_SYSTEM = RequestContext(actor=SYSTEM)
# The state of the question to the old number, by that of the correction.
_QUESTION_STATES = {
    S.WAITING: QuestionState.OPEN,
    S.STOPPED: QuestionState.ANSWERED,
}


class PhoneJobs:
    """Background work on corrections."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PhoneCorrectionRepository,
        clock: Clock,
        people: People,
        numbers: Numbers,
        notices: PhoneNotices,
        audit: AuditLog,
        streets: Callable[[], Iterable[str]],
    ) -> None:
        self._transaction = transaction
        self._repository, self._clock = repository, clock
        self._people, self._numbers = people, numbers
        self._notices, self._audit = notices, audit
        self._streets = streets
        self._entities = EntityStore(transaction, repository.find)

    def on_timer(self, person_id: str, timer_id: str) -> None:
        """Take the step that is due, if the correction still waits for this timer.

        An erasure may have deleted it meanwhile.
        """
        if self._repository.find(person_id) is None:
            return
        self._entities.on_timer(person_id, timer_id, self._step)

    def _step(self, correction: PhoneCorrection) -> Changes[PhoneCorrection]:
        spent, now = replace(correction, timer=None), self._clock.now()
        due = [name for name, at in spent.deadlines().items() if at <= now]
        if not due:  # a clock ahead of ours
            return Changes(
                entity=spent, previous=correction, bump_version=False
            )
        person = self._people.find(correction.id)
        if due == ["expire"] or self._numbers.is_void(correction, person):
            ended = decisions.expire(spent, now)
            rows = self._numbers.not_wanted(correction)
            return replace(ended, previous=correction, writes=rows)
        reachable = person is not None and is_reachable(person)
        ready = decisions.make_ready(spent, now, reachable=reachable)
        invited = self._notices.with_invitation(ready)
        return replace(invited, previous=correction)

    def answer(self, answer: Answer) -> AnswerOutcome:
        """Stop a correction by an SMS reply of the old number. A late one changes nothing."""
        if answer.phone_of != answer.person_id:
            return AnswerOutcome.NOT_ALLOWED
        if answer.yes:
            return AnswerOutcome.ACTED
        if self._repository.find(answer.subject) is None:
            return AnswerOutcome.LATE

        def decide() -> tuple[Changes[PhoneCorrection], AnswerOutcome]:
            correction = self._entities.get(answer.subject)
            unchanged = Changes(entity=correction, previous=correction)
            person = self._people.find(correction.id)
            same = answer.occasion == decisions.occasion_of(correction)
            if person is None or not same:
                return unchanged, AnswerOutcome.LATE
            if correction.state is S.STOPPED:
                return unchanged, AnswerOutcome.ACTED
            if correction.state is not S.WAITING:
                return unchanged, AnswerOutcome.LATE
            return self._stopped(correction, person), AnswerOutcome.ACTED

        return self._transaction.run_with(decide, _AS_SYSTEM)[1]

    def _stopped(
        self, correction: PhoneCorrection, person: Person
    ) -> Changes[PhoneCorrection]:
        """Return the stop of a correction by the holder of the old number."""
        mover = Mover(
            id=person.id,
            relations=frozenset({Relation.OWNER}),
            now=self._clock.now(),
        )
        line = self._audit.record(
            person.as_actor(),
            "person.phone_change_stopped",
            person,
            detail="by SMS",
        )
        return replace(decisions.stop(correction, mover), writes=(line,))

    def status_of(self, asked: QuestionRound) -> QuestionStatus:
        """Return whether the old number may still stop the correction it was asked about."""
        correction = self._repository.find(asked.subject)
        if correction is None:
            return QuestionStatus(state=QuestionState.OVER)
        state = QuestionState.OVER
        if asked.occasion == decisions.occasion_of(correction):
            state = _QUESTION_STATES.get(correction.state, state)
        if state is QuestionState.OPEN:
            return QuestionStatus(state=state)
        return QuestionStatus(state=state, since=correction.updated_at)

    def rearm_lost(self) -> int:
        """Arm lost timers anew; return how many there were."""
        return self._entities.rearm(self._live())

    def _live(self) -> Iterator[PhoneCorrection]:
        for street in self._streets():
            yield from self._repository.live_in(street)

    def traces_of(self, person: Person) -> list[Delete]:
        """Return the deletes of a person's correction, and of the number that it waits for."""
        correction = self._repository.find(person.id)
        if correction is None:
            return []
        rows = self._numbers.not_wanted(correction)
        return [*rows, Delete(row=correction)]
