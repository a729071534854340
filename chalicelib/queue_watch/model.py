"""A street's watch over its staff queue, and the notices that a task gives rise to. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.ids import derived_id
from ..kernel.staff_queue import QueueKind, Task

__all__ = [
    "QueueWatch",
    "Span",
    "TaskNotice",
    "first_due",
    "notice_of",
    "watch_id",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueWatch(Entity):
    """The watch of a street: its last look, the last one that began a day, and the next one."""

    entity_kind: ClassVar[str] = "queue_watch"

    street: str
    checked_at: datetime
    announced_at: datetime | None = None  # None before the first look
    next_at: datetime

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the instant of the next look at the queue."""
        return {"check": self.next_at}


def watch_id(street: str) -> str:
    """Return the id of a street's watch."""
    return derived_id("wch", street)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time from one look until the next. What became due in it gives rise to notices.

    `is_first` is true for the first look of a day: it announces new tasks.
    """

    checked_at: datetime
    announced_at: datetime | None
    now: datetime
    is_first: bool
    days_between: Callable[[datetime, datetime], int]  # working days
    days_after: Callable[[datetime, int], datetime]


@dataclass(frozen=True, slots=True)
class TaskNotice:
    """A notice of one task, to the staff of a level, counted from its first one."""

    level: int
    is_overdue: bool


def first_due(kind: QueueKind, task: Task, span: Span) -> datetime:
    """Return when the first level is reminded of a task, never before it came up."""
    since, due_at = _since(task), task.due_at
    if kind.within is not None:
        due_at = min(due_at, span.days_after(since, kind.within))
    return max(since, due_at)


def notice_of(
    kind: QueueKind, task: Task, span: Span, days_of_a_level: int
) -> TaskNotice | None:
    """Return the notice of a task in a span, None where nothing became due.

    The first level is reminded when the task is due. After `days_of_a_level` it is the next one's
    turn, and so on; the last one is reminded again. After an outage only the latest step counts.
    """
    due_at = first_due(kind, task, span)
    if due_at > span.now:
        return TaskNotice(0, is_overdue=False) if _is_new(task, span) else None
    level = span.days_between(due_at, span.now) // days_of_a_level
    if span.announced_at and due_at <= span.checked_at:
        before = span.days_between(due_at, span.checked_at) // days_of_a_level
        if level == before:
            return None
    return TaskNotice(level, is_overdue=True)


def _is_new(task: Task, span: Span) -> bool:
    """Say whether the first look of a day announces a task."""
    if not span.is_first:
        return False
    return span.announced_at is None or _since(task) > span.announced_at


def _since(task: Task) -> datetime:
    return task.since or task.due_at
