"""The staff queue as features see it: one task, the question to each feature's line, and its answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from .access import Actor
from .paging import Page

__all__ = ["MAX_COUNTED", "QueuePart", "QueueQuery", "Task", "page_and_all"]

T = TypeVar("T")
MAX_COUNTED = 2000  # tasks of one line; beyond that nobody counts any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits for staff, and until when."""

    kind: str
    id: str
    title: str
    place: str
    due_at: datetime
    moves: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """What a member of staff asks: the tasks of a place and below, behind an order, soonest due first.

    `is_street_admin` says that they administer the street and look at all of it: then a line also shows what belongs to
    no place yet.
    """

    actor: Actor
    place: str
    locale: str
    is_street_admin: bool
    after: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePart:
    """The answer of one line: tasks with their orders behind `QueueQuery.after`, and how many wait in all, by kind.

    The `next` of `tasks` is ``{"after": order}`` where the page stopped before its end.
    """

    tasks: Page[tuple[str, Task]]
    counts: Mapping[str, int]


def page_and_all(
    read: Callable[[str, int], Page[tuple[str, T]]],
    query: QueueQuery,
) -> tuple[Page[tuple[str, T]], Sequence[T]]:
    """Return the page that a query asks for and all that waits, up to `MAX_COUNTED`.

    That is one read, except for a page behind the last task that is counted.
    `read(after, limit)` returns a page of (order, item) pairs, in order, with ``{"after": order}`` as its `next`.
    """
    everything = read("", MAX_COUNTED)
    items = [item for _, item in everything.items]
    uncounted = everything.next is not None and query.after >= everything.next["after"]
    part = read(query.after, MAX_COUNTED) if uncounted else everything
    behind = [pair for pair in part.items if pair[0] > query.after]
    page = behind[: query.limit]
    return Page(
        page, {"after": page[-1][0]} if len(behind) > len(page) else part.next
    ), items
