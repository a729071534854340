"""Waiting tasks: small rows that follow from one entity which waits for staff. Pure.

The staff queue is read and counted from them. They are written in the commit of their entity
(`store.table.RowType.with_tasks`), so that none is missing and none is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .clock import from_text, to_text
from .place import ancestors

__all__ = ["NOBODY", "NOWHERE", "WaitingTask", "grid_of", "waiting_task"]

NOWHERE = "-"  # the partition of tasks of no known place
NOBODY = "none"  # the assignee of what somebody should be assigned to
_SEPARATOR = "#"
_GRID_LEVEL = 3  # codes of a grid have three parts


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTask:
    """A task of the staff of a place. `pk` is its grid, or the wider place that it belongs to.

    `sk` has its deadline, the id of its entity and its kind. `place` is the exact one, "" where
    that is the partition. `part` and `row` are the keys of the entity's row where they do not
    follow from the kind. The person of `hidden_from` does not see it. `assignee` is the id of the
    person who has it, or `NOBODY`; "" where its kind has no assignee. After `ttl` it is over.
    """

    pk: str
    sk: str
    place: str = ""
    part: str = ""
    row: str = ""
    hidden_from: str = ""
    assignee: str = ""
    ttl: datetime | None = None

    @property
    def code(self) -> str:
        """Return the code of its place, "" where none is known."""
        if self.pk == NOWHERE:
            return ""
        return self.place or self.pk

    @property
    def due_at(self) -> datetime:
        """Return its deadline."""
        return from_text(self.sk.partition(_SEPARATOR)[0])

    @property
    def id(self) -> str:
        """Return the id of its entity."""
        return self.sk.split(_SEPARATOR)[1]

    @property
    def kind(self) -> str:
        """Return its kind."""
        return self.sk.rpartition(_SEPARATOR)[2]

    def is_over(self, now: datetime) -> bool:
        """Say whether its time to live has ended. DynamoDB deletes the row some time later."""
        return self.ttl is not None and self.ttl <= now


def waiting_task(
    kind: str, id: str, place: str, due_at: datetime, **fields: Any
) -> WaitingTask:
    """Make a task of an entity, at a place or "" where none is known."""
    part = grid_of(place) if place else NOWHERE
    return WaitingTask(
        pk=part,
        sk=_SEPARATOR.join((to_text(due_at), id, kind)),
        place="" if place == part else place,
        **fields,
    )


def grid_of(place: str) -> str:
    """Return the grid of a place, or a wider place itself."""
    levels: Sequence[str] = ancestors(place)
    return levels[-_GRID_LEVEL] if len(levels) > _GRID_LEVEL else place
