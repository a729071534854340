"""The entity store: reads and system changes for one kind of entity with a timer."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from ..kernel.access import SYSTEM
from ..kernel.changes import Changes, Entity
from ..kernel.errors import NotFound
from ..kernel.request import RequestContext
from .transaction import Transaction

__all__ = ["EntityStore"]

E = TypeVar("E", bound=Entity)
_AS_SYSTEM = RequestContext(actor=SYSTEM)


def _nowhere(entity: Entity) -> str:
    return ""


class EntityStore(Generic[E]):
    """Reads and changes entities of one kind, on behalf of jobs."""

    def __init__(
        self,
        transaction: Transaction,
        find: Callable[[str], E | None],
        *,
        place: Callable[[E], str] = _nowhere,
    ) -> None:
        self._transaction, self.find, self._place = transaction, find, place

    def get(self, entity_id: str) -> E:
        """Read an entity; NotFound if it does not exist."""
        entity = self.find(entity_id)
        if entity is None:
            raise NotFound
        return entity

    def update(self, entity_id: str, decide: Callable[[E], Changes[E]]) -> E:
        """Commit a decision about an entity as the system; return the written entity."""
        return self._transaction.run(
            lambda: decide(self.get(entity_id)), _AS_SYSTEM
        )

    def on_timer(
        self, entity_id: str, timer_id: str, decide: Callable[[E], Changes[E]]
    ) -> tuple[E, bool]:
        """Commit a decision if the entity still waits for exactly this timer.

        Return the entity afterwards, and whether it waited for the timer. A stale or doubled timer
        changes nothing.
        """

        def attempt() -> tuple[Changes[E], bool]:
            entity = self.get(entity_id)
            if entity.timer is None or entity.timer.id != timer_id:
                return Changes(entity=entity, previous=entity), False
            return decide(entity), True

        return self._transaction.run_with(attempt, _AS_SYSTEM)

    def rearm(self, entities: Iterable[E]) -> int:
        """Arm the entities whose timer was lost; return their number."""
        return self._transaction.rearm_lost(entities, self.find)

    def place_of(self, entity_id: str) -> str:
        """Return the place of an entity, "" if the entity is unknown."""
        entity = self.find(entity_id)
        if entity is None:
            return ""
        return self._place(entity)
