"""Reads of waiting tasks, and of the entities that they follow from."""

from collections.abc import Sequence
from typing import Any

from ..kernel.paging import Page
from ..kernel.place import PlaceKind, covers, kind_of
from ..kernel.waiting_task import NOWHERE, WaitingTask, grid_of
from .across import get_each
from .projections import projections_of
from .repository import Repository
from .table import SK, Key, RowType, behind
from .tables import TASK

__all__ = ["TaskReader"]

_INDEXES = {
    PlaceKind.STREET: "by_street",
    PlaceKind.COMMUNITY: "by_community",
}
_Ordered = tuple[str, WaitingTask]


class TaskReader(Repository):
    """Reads the tasks of a place. Eventually consistent, as indexes are."""

    rows = (TASK,)

    def tasks_at(self, place: str, after: str, limit: int) -> Page[_Ordered]:
        """Read tasks of a place and below from behind an order, soonest due first.

        One request. Below a grid the page is that of the grid, without the tasks of other places.
        """
        level = kind_of(place)
        index = _INDEXES.get(level)
        part = place if index else grid_of(place)
        page = self._read(part, index, after, limit)
        if level in (PlaceKind.BUILDING, PlaceKind.UNIT):
            here = [pair for pair in page.items if covers(place, pair[1].code)]
            return Page(here, page.next)
        return page

    def tasks_of_no_place(self, after: str, limit: int) -> Page[_Ordered]:
        """Read tasks of no known place, as `tasks_at` does."""
        return self._read(NOWHERE, None, after, limit)

    def _read(
        self, part: str, index: str | None, after: str, limit: int
    ) -> Page[_Ordered]:
        page = self._store.page(
            TASK,
            part,
            index=index,
            keys=behind(SK, after),
            limit=limit,
            consistent=False,
        )
        pairs = [(task.sk, task) for task in page.items]
        return Page(pairs, page.next and {"after": page.next["sk"]})

    def entities_of(self, tasks: Sequence[WaitingTask]) -> list[Any]:
        """Read the entities of tasks, a hundred in a request, in the order of the tasks.

        None for a task that does not wait any more: its entity is gone, or has changed since.
        """
        rows = self._store.rows_with_tasks
        keys = [_key_of(task, rows[task.kind]) for task in tasks]
        found = get_each(self._store, keys, consistent=False)
        entities: list[Any] = []
        for entity, task in zip(found, tasks, strict=True):
            waits = entity is not None and self._waits(entity, task)
            entities.append(entity if waits else None)
        return entities

    def _waits(self, entity: object, task: WaitingTask) -> bool:
        """Say whether a task follows from its entity as that is now."""
        key = (TASK.table.name, TASK.key_of(task))
        return key in projections_of(self._store, entity)


def _key_of(task: WaitingTask, row: RowType[Any]) -> tuple[RowType[Any], Key]:
    """Return the row type of the entity of a task, and its key."""
    return row, Key(task.part or task.id, task.row or row.task_sk)
