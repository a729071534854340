"""Makes tasks of the lines of the staff queue, each by the feature that declares its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from .feature import Bound, Get, QueueLine
from .features import declaration, declarations
from .kernel.place import PlaceKind, building_of, kind_of
from .kernel.staff_queue import FoundTask, QueueQuery, QueueStep, Task
from .kernel.waiting_task import WaitingTask
from .store.task_reader import TaskReader

__all__ = ["TaskMaker"]


class TaskMaker:
    """Reads the entities and people of lines together, and has the features make tasks."""

    def __init__(self, get: Get, reader: TaskReader) -> None:
        self._get, self._reader = get, reader

    def make(
        self, query: QueueQuery, lines: Sequence[WaitingTask]
    ) -> list[Task | None]:
        """Return the tasks of lines, None for one on which nobody has to act any more."""
        return self._make(query, self._found(lines))

    def step(
        self, query: QueueQuery, lines: Sequence[WaitingTask]
    ) -> QueueStep:
        """Return the tasks of lines, and those lines that their features leave out."""
        found = self._found(lines)
        made = self._make(query, found)
        tasks: list[Task] = []
        obsolete: list[WaitingTask] = []
        for one, task in zip(found, made, strict=True):
            if task:
                tasks.append(task)
            elif one:
                obsolete.append(one.line)
        return QueueStep(tasks, obsolete)

    def _found(self, lines: Sequence[WaitingTask]) -> list[FoundTask | None]:
        """Return lines with their entities, None for one that does not wait any more."""
        for kind in {line.kind for line in lines}:
            # A feature registers its rows when it is first used.
            self._get(_line_of(kind).tasks.provider)
        entities = self._reader.entities_of(lines)
        people = self._people_of(lines, entities)
        found: list[FoundTask | None] = []
        for line, entity in zip(lines, entities, strict=True):
            waits = entity is not None
            found.append(FoundTask(line, entity, people) if waits else None)
        return found

    def _people_of(
        self, lines: Sequence[WaitingTask], entities: Sequence[Any]
    ) -> Mapping[str, Any]:
        ids: dict[str, None] = {}
        for line, entity in zip(lines, entities, strict=True):
            about = _line_of(line.kind).about
            if entity is not None and about:
                ids |= dict.fromkeys(filter(None, about(entity)))
        if not ids:
            return {}
        service = self._get(declaration("people"))
        people: Mapping[str, Any] = service.find_many(ids, consistent=False)
        return people

    def _make(
        self, query: QueueQuery, found: Sequence[FoundTask | None]
    ) -> list[Task | None]:
        groups: dict[Bound, list[int]] = {}
        for number, one in enumerate(found):
            if one:
                line = _line_of(one.line.kind)
                groups.setdefault(line.tasks, []).append(number)
        tasks: list[Task | None] = [None] * len(found)
        for bound, numbers in groups.items():
            batch = [found[number] for number in numbers]
            made = bound.function(self._get(bound.provider), query, batch)
            for number, task in zip(numbers, made, strict=True):
                tasks[number] = task
        return tasks

    def with_places(
        self, tasks: Sequence[Task], around: str
    ) -> tuple[list[Task], str]:
        """Return tasks with the names of their places, and the name of the place around them.

        They are read together.
        """
        codes = [around]
        for task in tasks:
            codes += _named_by(task.place)
        places = self._get(declaration("places")).find_many(
            dict.fromkeys(codes), consistent=False
        )
        named = []
        for task in tasks:
            found = [places.get(code) for code in _named_by(task.place)]
            name = " ".join(place.name for place in found if place)
            named.append(replace(task, place_name=name or None))
        whole = places.get(around)
        return named, whole.name if whole else around

    def close(self, tasks: Sequence[WaitingTask]) -> int:
        """Have the features close tasks that their lines leave out; return their number."""
        closed = 0
        for feature in declarations():
            for kind, (provider, close) in feature.task_closers.items():
                ids = [task.id for task in tasks if task.kind == kind]
                if ids:
                    closed += close(self._get(provider), ids)
        return closed


def _named_by(code: str) -> list[str]:
    """Return the places whose names make the name of a place: a unit is named with its building."""
    if kind_of(code) is PlaceKind.UNIT:
        return [building_of(code), code]
    return [code]


def _line_of(kind: str) -> QueueLine:
    return _lines_by_kind()[kind]


@cache
def _lines_by_kind() -> Mapping[str, QueueLine]:
    lines: dict[str, QueueLine] = {}
    for feature in declarations():
        for line in feature.queue_lines:
            lines |= dict.fromkeys(line.kinds, line)
    return lines
