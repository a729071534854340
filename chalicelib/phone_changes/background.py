"""Background work on corrections of phones: timers and answers by SMS."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..kernel.access import Relation
from ..kernel.changes import Changes, Delete
from ..kernel.clock import Clock
from ..kernel.job import Answer
from ..kernel.state_table import Mover
from ..people.model import Person
from ..people.service import People
from ..staff_directory.audit import AuditLog
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions
from .model import CorrectionState, PhoneCorrection
from .notices import Notices
from .numbers import Numbers, is_reachable
from .repository import PhoneCorrectionRepository

__all__ = ["PhoneJobs"]

S = CorrectionState


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
        notices: Notices,
        audit: AuditLog,
        streets: Callable[[], Iterable[str]],
    ) -> None:
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

    def answer(self, answer: Answer) -> None:
        """Stop a correction by an SMS reply of the old number. A late one changes nothing."""
        if answer.yes or answer.phone_of != answer.person_id:
            return
        if self._repository.find(answer.subject) is None:
            return

        def decide(correction: PhoneCorrection) -> Changes[PhoneCorrection]:
            person = self._people.find(correction.id)
            is_open = correction.state is S.WAITING
            same = answer.occasion == decisions.occasion_of(correction)
            if person is None or not (is_open and same):
                return Changes(entity=correction, previous=correction)
            mover = Mover(
                id=person.id,
                relations=frozenset({Relation.OWNER}),
                now=self._clock.now(),
            )
            line = self._audit.record(
                person.as_actor(),
                "person.phone_change_stopped",
                person,
                "by SMS",
            )
            stopped = decisions.stop(correction, mover)
            return replace(stopped, writes=(line,))

        self._entities.update(answer.subject, decide)

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
