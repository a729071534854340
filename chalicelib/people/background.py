"""Background work on volunteers: the timer of a vetting, and the context of messages."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.clock import Clock
from ..kernel.message_context import MessageContext, MessageSubject
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import volunteers
from .model import Person
from .policy import VETTING_WARNING
from .repository import PersonRepository
from .volunteering import Volunteering

__all__ = ["PersonJobs"]

_ZONE = ZoneInfo(
    "Asia/Shanghai"
)  # a day in a message needs no street's own zone


class PersonJobs:
    """Background work on people who volunteer."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PersonRepository,
        clock: Clock,
        streets: Callable[[], Iterable[str]],
    ) -> None:
        self._repository, self._clock = repository, clock
        self._streets = streets
        self._entities = EntityStore(
            transaction, repository.find_person, place=_place_of
        )

    def wake_person(self, person_id: str, timer_id: str) -> None:
        """Warn that a vetting expires, if the person still waits for this timer."""
        self._entities.on_timer(
            person_id,
            timer_id,
            lambda person: volunteers.on_timer(person, self._clock.now()),
        )

    def rearm_lost(self) -> int:
        """Arm lost timers of volunteers anew; return how many there were."""
        return self._entities.rearm(self._due_volunteers())

    def _due_volunteers(self) -> Iterator[Person]:
        now = self._clock.now()
        for street in self._streets():
            lines = self._repository.volunteers_of(street, below=True)
            ids = [line.person_id for line in lines if _is_ending(line, now)]
            yield from self._repository.find_persons(ids).values()

    def place_of(self, person_id: str) -> str:
        """Return the home of a person, or another of their places; "" for nobody."""
        return self._entities.place_of(person_id)

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each message; None where it is no longer relevant."""
        ids = list(dict.fromkeys(subject.subject for subject in subjects))
        people, now = self._repository.find_persons(ids), self._clock.now()
        return [
            _context(people.get(one.subject), one.kind, now) for one in subjects
        ]


def _is_ending(line: Volunteering, now: datetime) -> bool:
    """Say whether a volunteer's vetting ends so soon that their timer may be due."""
    expires_at = line.vetted.expires_at if line.vetted else None
    return expires_at is not None and expires_at < now + VETTING_WARNING


def _context(
    person: Person | None, kind: str, now: datetime
) -> MessageContext | None:
    if person is None or not volunteers.is_relevant(person, kind, now):
        return None
    facts: dict[str, object] = {}
    if person.vetted and person.vetted.expires_at:
        facts["day"] = f"{person.vetted.expires_at.astimezone(_ZONE):%Y-%m-%d}"
    return MessageContext(facts=facts)


def _place_of(person: Person) -> str:
    return person.places[0] if person.places else ""
