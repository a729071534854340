"""The message log's line in the staff queue: visits to residents that no channel reached."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..kernel.staff_queue import FoundTask, QueueQuery, Task
from ..people.model import Person
from .model import MessageAttempt
from .policy import VISIT_WITHIN
from .texts import ERASED, VISIT

if TYPE_CHECKING:
    from .queries import MessageQueries

__all__ = ["visit_lines"]


def visit_lines(
    messages: "MessageQueries", query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return visits as tasks; None for one that nobody has to make any more.

    Their texts are made together.
    """
    attempts: list[MessageAttempt] = [one.entity for one in found]
    people = found[0].people
    needed = messages.still_needed(attempts, people, query.locale)
    tasks: list[Task | None] = []
    for one in found:
        text = needed.get(one.line.id)
        tasks.append(_task(query, one, text) if text is not None else None)
    return tasks


def _task(query: QueueQuery, found: FoundTask, text: str) -> Task:
    attempt: MessageAttempt = found.entity
    due_at = found.line.due_at
    return Task(
        kind=found.line.kind,
        id=attempt.id,
        title=_title(found.people, attempt, text, query.locale),
        place=attempt.place or query.place,
        subject=attempt.person,
        due_at=due_at,
        moves=["visited"],
        since=due_at - VISIT_WITHIN,
    )


def _title(
    people: Mapping[str, Person],
    attempt: MessageAttempt,
    text: str,
    locale: str,
) -> str:
    """Return the names of all recipients, and the text."""
    ids = (attempt.person, *attempt.others)
    names = [_name(people.get(id), locale) for id in ids]
    return VISIT.format(locale, {"who": "、".join(names), "what": text})


def _name(person: Person | None, locale: str) -> str:
    if person is None or person.erased_at:
        return ERASED.format(locale)
    return person.name
