"""Reads the staff queue: tasks of all features from one table, and their counts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from .catalogue import queue_kinds
from .feature import Get
from .kernel import staff_queue
from .kernel.paging import Page, Position, merge_pairs
from .kernel.staff_queue import (
    QueuePage,
    QueueQuery,
    QueueStep,
    Task,
    TaskCount,
)
from .kernel.waiting_task import NOBODY, WaitingTask
from .queue_tasks import TaskMaker
from .store.store import Store
from .store.task_reader import TaskReader

__all__ = ["QueueReader"]

_Lines = Page[tuple[str, WaitingTask]]
_STEP = 100  # lines whose entities are read in one request


class QueueReader:
    """The staff queue of each place (see `kernel.staff_queue.TaskQueue`)."""

    def __init__(
        self, *, store: Store, get: Get, now: Callable[[], datetime]
    ) -> None:
        self._reader, self._now = TaskReader(store), now
        self._maker = TaskMaker(get, self._reader)

    def page(self, query: QueueQuery) -> QueuePage:
        """See `TaskQueue.page`."""
        counted = self._read(query, "", staff_queue.MAX_COUNTED)
        lines = self._lines_behind(query, counted)
        tasks, last = self._fill(query, lines)
        position: Position | None = None
        if last:
            position = {"after": last}
        named, place_name = self._maker.with_places(tasks, query.place)
        return QueuePage(
            place_name=place_name,
            tasks=Page(named, position),
            counts=self._counts(query, counted),
            late=_count(counted, self._is_late),
            unassigned=_count(counted, _is_nobodys),
            next_due_at=self._next_due_at(counted),
        )

    def _is_late(self, line: WaitingTask) -> bool:
        return line.due_at <= self._now()

    def _next_due_at(self, counted: _Lines) -> datetime | None:
        """Return the first deadline that has not passed, among the tasks that are counted."""
        for _, line in counted.items:
            if not self._is_late(line):
                return line.due_at
        return None

    def _fill(
        self, query: QueueQuery, lines: Iterator[WaitingTask]
    ) -> tuple[list[Task], str]:
        """Return the tasks of a page, and the order of its last line; "" at the end of the queue.

        Lines without a task are left out, so a page may be short. An empty page is the last one.
        """
        tasks: list[Task] = []
        last = query.after
        while not tasks:
            batch = list(islice(lines, query.limit))
            if not batch:
                return tasks, ""
            tasks = [task for task in self._maker.make(query, batch) if task]
            last = batch[-1].sk
        is_end = next(lines, None) is None
        return tasks, "" if is_end else last

    def counts(self, query: QueueQuery) -> Mapping[str, TaskCount]:
        """See `TaskQueue.counts`."""
        counted = self._read(query, "", staff_queue.MAX_COUNTED)
        return self._counts(query, counted)

    def steps(self, query: QueueQuery) -> Iterator[QueueStep]:
        """See `TaskQueue.steps`."""
        lines = self._lines_behind(query, Page([], {"after": query.after}))
        while batch := list(islice(lines, _STEP)):
            yield self._maker.step(query, batch)

    def close(self, tasks: Sequence[WaitingTask]) -> int:
        """See `TaskQueue.close`."""
        return self._maker.close(tasks)

    def _read(self, query: QueueQuery, after: str, limit: int) -> _Lines:
        """Read lines of the place, without those that the actor does not see."""
        pages = [self._reader.tasks_at(query.place, after, limit)]
        if query.is_street_admin:
            pages.append(self._reader.tasks_of_no_place(after, limit))
        merged = merge_pairs(pages, limit)
        now, kinds = self._now(), _kinds_seen(query)
        known = queue_kinds()
        seen = []
        for order, line in merged.items:
            if line.kind not in known:
                raise LookupError(f"{line.kind} is not declared")
            is_hidden = line.hidden_from == query.actor.id
            if line.kind in kinds and not line.is_over(now) and not is_hidden:
                seen.append((order, line))
        return Page(seen, merged.next)

    def _lines_behind(
        self, query: QueueQuery, counted: _Lines
    ) -> Iterator[WaitingTask]:
        """Yield the lines of a query behind its order. What was counted is not read again.

        Those of a filter may be few among many, so that it reads more of them at once.
        """
        page, now = counted, self._now()
        is_whole = query.only == staff_queue.ALL_TASKS
        size = _STEP if is_whole else staff_queue.MAX_COUNTED
        if page.next and query.after >= page.next["after"]:
            page = self._read(query, query.after, size)
        while True:
            for order, line in page.items:
                if order > query.after and query.only.fits(line, now):
                    yield line
            if page.next is None or _is_behind(query, page, now):
                return
            page = self._read(query, page.next["after"], size)
            size = min(2 * size, staff_queue.MAX_COUNTED)

    def _counts(
        self, query: QueueQuery, counted: _Lines
    ) -> Mapping[str, TaskCount]:
        """Return exact numbers, or those of the first tasks. Then any kind may have more."""
        is_capped = counted.next is not None
        numbers = Counter(line.kind for _, line in counted.items)
        if is_capped:
            numbers.update(dict.fromkeys(_kinds_seen(query), 0))
        return {
            kind: TaskCount(value=number, capped=is_capped)
            for kind, number in numbers.items()
        }


def _count(
    counted: _Lines, is_meant: Callable[[WaitingTask], bool]
) -> TaskCount:
    number = sum(is_meant(line) for _, line in counted.items)
    return TaskCount(value=number, capped=counted.next is not None)


def _is_nobodys(line: WaitingTask) -> bool:
    return line.assignee == NOBODY


def _is_behind(query: QueueQuery, page: _Lines, now: datetime) -> bool:
    """Say whether all that is late comes before the end of a page: the order is by deadline."""
    if not query.only.late or not page.items:
        return False
    _, last = page.items[-1]
    return last.due_at > now


def _kinds_seen(query: QueueQuery) -> Mapping[str, None]:
    rank = query.actor.role_at(query.place).rank
    kinds = queue_kinds().values()
    return dict.fromkeys(
        kind.name for kind in kinds if kind.seen_by.rank <= rank
    )
