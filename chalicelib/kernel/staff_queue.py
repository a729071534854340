"""The staff queue: kinds of tasks, queries, and the tasks that they find."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any, Protocol

from .access import Actor, Role
from .paging import Page
from .place import PlaceKind
from .text_catalogue import Text
from .waiting_task import WaitingTask

__all__ = [
    "ALL_TASKS",
    "MAX_COUNTED",
    "FoundTask",
    "QueueKind",
    "QueuePage",
    "QueueQuery",
    "QueueStep",
    "Task",
    "TaskCount",
    "TaskFilter",
    "TaskQueue",
    "masked_name",
]

# Tasks of a place that are counted one by one: 15 read units, in one request. With more of them
# the number is no help: the staff of a place see a hundred in a day.
MAX_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class QueueKind:
    """A kind of task: its first recipients, and its deadline. Each line declares all of its kinds.

    The staff of the `lowest` level get new tasks in one message of the next morning. They are
    reminded when the task is due, and one level more on each working day after. `within` are
    working days after which a task counts as due, though `Task.due_at` is later: then it ends.
    `announced_by` is the kind of the message with which a task comes up, instead of that of the
    morning. Tasks of a `timer` (an `Entity.entity_kind`) escalate by it. Only those with at least
    the role `seen_by` at the place see and count them.
    """

    name: str
    label: Text
    _: KW_ONLY
    lowest: PlaceKind = PlaceKind.GRID
    within: int | None = None
    announced_by: str = ""
    timer: str = ""
    seen_by: Role = Role.GRID_WORKER


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """What failed for good: the kind of a job, when, and the code of the error if it is known."""

    kind: str
    failed_at: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An item that waits for staff, since when, and its deadline.

    `subject` is the id of what the item belongs to, if its move names both. Without `since` it
    came up when it was due. `version` is the one that its moves name in If-Match. `reporter` is
    the masked name of the person who asked for help.
    """

    kind: str
    id: str
    title: str
    place: str
    due_at: datetime
    moves: Sequence[str]
    subject: str | None = None
    since: datetime | None = None
    version: int | None = None
    category: str | None = None
    urgency: str | None = None
    level: str | None = None
    assignee: str | None = None
    assignee_name: str | None = None
    reporter: str | None = None
    place_name: str | None = None
    job: FailedJob | None = None

    @property
    def etag(self) -> str | None:
        """Return the version as an ETag that If-Match takes. Its digest is of no view."""
        return None if self.version is None else f'"{self.version}.0"'


@dataclass(frozen=True, slots=True)
class TaskCount:
    """The number of tasks of a kind. If it is `capped` there may be more."""

    value: int
    capped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Some tasks of a place: of these kinds, of one assignee, late. What is empty fits every task.

    `assignee` is the id of a person, or `NOBODY`.
    """

    kinds: frozenset[str] = frozenset()
    assignee: str = ""
    late: bool = False

    def fits(self, line: WaitingTask, now: datetime) -> bool:
        """Say whether a task is among them."""
        if self.kinds and line.kind not in self.kinds:
            return False
        if self.assignee and line.assignee != self.assignee:
            return False
        return line.due_at <= now or not self.late


ALL_TASKS = TaskFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """A query for the tasks of a place and below, behind an order, soonest due first.

    With `is_street_admin` the actor looks at the whole street: then they also see tasks that
    have no place yet.
    """

    actor: Actor
    place: str
    locale: str
    is_street_admin: bool
    after: str = ""
    limit: int = 20
    only: TaskFilter = ALL_TASKS


@dataclass(frozen=True, slots=True)
class FoundTask:
    """A waiting task with its entity, and all people that the tasks of the page are about, by id.

    A person without a row is missing.
    """

    line: WaitingTask
    entity: Any
    people: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QueueStep:
    """A stretch of the queue: its tasks, and those that wait though nobody has to act any more."""

    tasks: Sequence[Task]
    obsolete: Sequence[WaitingTask]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of tasks, and the numbers of all tasks of the place: by kind, late, and nobody's.

    `place_name` is that of the place. `next_due_at` is its first deadline that has not passed.
    """

    place_name: str
    tasks: Page[Task]
    counts: Mapping[str, TaskCount]
    late: TaskCount
    unassigned: TaskCount
    next_due_at: datetime | None


class TaskQueue(Protocol):
    """The staff queue over the tasks of all features."""

    def page(self, query: QueueQuery) -> QueuePage:
        """Return a page of tasks, soonest due first, and the counts of all."""
        ...

    def counts(self, query: QueueQuery) -> Mapping[str, TaskCount]:
        """Return the number of all tasks of a place by kind, from the table of tasks alone."""
        ...

    def steps(self, query: QueueQuery) -> Iterator[QueueStep]:
        """Yield the whole queue behind the order of a query, in steps of a hundred tasks."""
        ...

    def close(self, tasks: Sequence[WaitingTask]) -> int:
        """Have the features close tasks on which nobody has to act; return their number."""
        ...


def masked_name(person: Any) -> str | None:
    """Return the first character of a person's name with ``**``; None without a person."""
    if person is None or not person.name:
        return None
    return f"{person.name[0]}**"
