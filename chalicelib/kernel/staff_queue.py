"""The staff queue: tasks, the query to the lines of each feature, and their result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import TypeVar

from .access import Actor
from .paging import Page
from .place import PlaceKind
from .text_catalogue import Text

__all__ = [
    "MAX_COUNTED",
    "QueueKind",
    "QueuePart",
    "QueueQuery",
    "Task",
    "page_and_all",
]

T = TypeVar("T")
MAX_COUNTED = 2000  # tasks of one line; a longer queue needs no exact number


@dataclass(frozen=True, slots=True)
class QueueKind:
    """A kind of task: its first recipients, and its deadline. Each line declares all of its kinds.

    The staff of the `lowest` level get new tasks in one message of the next morning. They are
    reminded when the task is due, and one level more on each working day after. `within` are
    working days after which a task counts as due, though `Task.due_at` is later: then it ends.
    `announced_by` is the kind of the message with which a task comes up, instead of that of the
    morning. Tasks of a `timer` (an `Entity.entity_kind`) escalate by it.
    """

    name: str
    label: Text
    _: KW_ONLY
    lowest: PlaceKind = PlaceKind.GRID
    within: int | None = None
    announced_by: str = ""
    timer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An item that waits for staff, since when, and its deadline.

    `subject` is the id of what the item belongs to, if its move names both. Without `since` it
    came up when it was due.
    """

    kind: str
    id: str
    title: str
    place: str
    due_at: datetime
    moves: Sequence[str]
    subject: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """A query for the tasks of a place and below, behind an order, soonest due first.

    With `is_street_admin` the actor looks at the whole street: then a line also shows tasks that
    have no place yet.
    """

    actor: Actor
    place: str
    locale: str
    is_street_admin: bool
    after: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePart:
    """The result of one line: tasks with their orders, and the number of all tasks by kind.

    The orders lie behind `QueueQuery.after`. The `next` of `tasks` is ``{"after": order}`` where
    the page stopped before its end.
    """

    tasks: Page[tuple[str, Task]]
    counts: Mapping[str, int]


def page_and_all(
    read: Callable[[str, int], Page[tuple[str, T]]],
    query: QueueQuery,
) -> tuple[Page[tuple[str, T]], Sequence[T]]:
    """Return the page of a query, and all items of the line up to `MAX_COUNTED`.

    That is one read, except for a page behind the last counted item.
    `read(after, limit)` returns a page of (order, item) pairs, sorted by order, with
    ``{"after": order}`` as its `next`.
    """
    part = counted = read("", MAX_COUNTED)
    items = [item for _, item in counted.items]
    if counted.next is not None and query.after >= counted.next["after"]:
        part = read(query.after, MAX_COUNTED)
    behind = [pair for pair in part.items if pair[0] > query.after]
    page = behind[: query.limit]
    following = part.next
    if len(behind) > len(page):
        following = {"after": page[-1][0]}
    return Page(page, following), items
