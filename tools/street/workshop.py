"""The parts with which a street is made: dice, a clock, ids, a ledger, and the message log."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.container import Container, build
from chalicelib.kernel.changes import Changes, Entity
from chalicelib.kernel.ids import derived_id
from chalicelib.people.model import Person
from chalicelib.repositories import register_all
from chalicelib.runtime import log
from chalicelib.settings import Settings
from chalicelib.store.schema import create_missing
from chalicelib.store.tables import Counter
from chalicelib.wishes.filing import FiledWishes
from chalicelib.wishes.helpers import HelperRecord
from devserver.memory_dynamo import MemoryDynamo

from .ledger import RowLedger
from .messages import LogWriter
from .scale import StreetScale

__all__ = ["STREET", "YEAR", "ZONE", "Workshop", "open_workshop"]

E = TypeVar("E", bound=Entity)
# What one entity adds to and the next one reads.
_SHARED = (HelperRecord, FiledWishes, Counter)
STREET = "chunhui"
ZONE = "Asia/Shanghai"
YEAR = timedelta(days=365)


@dataclass
class SetClock:
    """A clock that is set to the instant of each decision, earlier ones too."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant to which it is set."""
        return self.instant


@dataclass
class SeededIds:
    """Identifiers that follow from a seed, so that the same street has the same ones."""

    seed: int
    count: int = 0

    def new(self, prefix: str) -> str:
        """Return the next identifier."""
        self.count += 1
        return derived_id(prefix, f"{self.seed} {self.count}")


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """The parts that every maker uses. `now` is the instant at which the street is complete.

    `services` make rows beside entities; their own store stays empty.
    """

    scale: StreetScale
    now: datetime
    dice: random.Random
    clock: SetClock
    ids: SeededIds
    services: Container
    ledger: RowLedger
    log: LogWriter
    people: dict[str, Person]
    duty: dict[str, Sequence[str]]  # ids of staff by place

    def commit(
        self,
        changes: Changes[E],
        at: datetime,
        members: Sequence[str] = (),
    ) -> E:
        """Commit a decision at an instant and send its messages.

        `members` are the people of a group that a message names.
        """
        self.clock.instant = at
        entity = self.ledger.commit(changes, at)
        self.log.write(changes.messages, at, members)
        return entity

    def wait(
        self,
        entity: E,
        until: datetime,
        on_timer: Callable[[E, datetime], Changes[E]],
        members: Sequence[str] = (),
    ) -> E:
        """Run each timer of an entity that is due until an instant."""
        while entity.timer and entity.timer.at <= until:
            at = entity.timer.at
            entity = self.commit(on_timer(entity, at), at, members)
        return entity

    def instant(self, first_days: float, last_days: float = 0) -> datetime:
        """Draw an instant between two numbers of days before the end."""
        days = self.dice.uniform(last_days, first_days)
        drawn = self.now - timedelta(days=days)
        return drawn.replace(microsecond=0)

    def later(self, at: datetime, hours: float) -> datetime:
        """Draw an instant behind another one, at most so many hours."""
        return at + timedelta(seconds=self.dice.randint(60, int(hours * 3600)))

    def keep(self, person: Person) -> Person:
        """Remember a person as they are now."""
        self.people[person.id] = person
        return person


def open_workshop(
    settings: Settings, scale: StreetScale, seed: int, now: datetime
) -> Workshop:
    """Return the parts for a street with the secrets of an installation."""
    now = now.replace(microsecond=0)
    clock, ids = SetClock(now), SeededIds(seed)
    unused = replace(settings, urgent_queue_url="", bulk_queue_url="")
    services = build(
        unused, log=log, clock=clock, ids=ids, dynamo=MemoryDynamo()
    )
    store = services.core.store
    register_all(store)
    create_missing(store)
    ledger = RowLedger(store, ids, settings.due_shards, _SHARED)
    people: dict[str, Person] = {}
    duty: dict[str, Sequence[str]] = {}
    writer = LogWriter(services, ledger, scale, people, duty)
    return Workshop(
        scale=scale,
        now=now,
        dice=random.Random(seed),  # noqa: S311 - invented people
        clock=clock,
        ids=ids,
        services=services,
        ledger=ledger,
        log=writer,
        people=people,
        duty=duty,
    )
