"""The message log's line in the staff queue: visits to residents that no channel reached."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..kernel.clock import from_text
from ..kernel.paging import Page, Position, merge_pairs
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..people.model import Person
from .model import PendingVisit
from .policy import VISIT_WITHIN
from .texts import ERASED, VISIT

if TYPE_CHECKING:
    from .queries import MessageQueries

__all__ = ["visits"]

_OrderedVisit = tuple[str, PendingVisit]


def visits(messages: "MessageQueries", query: QueueQuery) -> QueuePart:
    """Return the visits of a place; for a street administrator also those of no known place."""
    places = [query.place]
    if query.is_street_admin:
        places.append("")
    pages: list[Page[_OrderedVisit]] = []
    count = 0
    for place in places:
        page, everything = _read(messages, place, query)
        pages.append(page)
        count += len(everything)
    merged = merge_pairs(pages, query.limit)
    tasks = Page(_tasks(messages, merged.items, query), merged.next)
    return QueuePart(tasks=tasks, counts={"message.visit": count})


def _read(
    messages: "MessageQueries",
    place: str,
    query: QueueQuery,
) -> tuple[Page[_OrderedVisit], Sequence[PendingVisit]]:
    def read(after: str, limit: int) -> Page[_OrderedVisit]:
        page = messages.pending_visits(place, after, limit)
        pairs = [(visit.order, visit) for visit in page.items]
        position: Position | None = None
        if page.next:
            position = {"after": page.next["order"]}
        return Page(pairs, position)

    return page_and_all(read, query)


def _tasks(
    messages: "MessageQueries",
    pairs: Sequence[_OrderedVisit],
    query: QueueQuery,
) -> list[tuple[str, Task]]:
    """Return visits as tasks; their texts and people are read together.

    A visit that is not needed any more is left out.
    """
    waiting = [visit for _, visit in pairs]
    needed = messages.still_needed(waiting, query.locale)
    people = messages.people_of(waiting)
    tasks = []
    for order, visit in pairs:
        text = needed.get(visit.id)
        if text is None:
            continue
        due_at = from_text(order.partition("#")[0])
        task = Task(
            kind="message.visit",
            id=visit.id,
            title=_title(people, visit, text, query.locale),
            place=visit.place or query.place,
            subject=visit.person,
            due_at=due_at,
            moves=["visited"],
            since=due_at - VISIT_WITHIN,
        )
        tasks.append((order, task))
    return tasks


def _title(
    people: Mapping[str, Person],
    visit: PendingVisit,
    text: str,
    locale: str,
) -> str:
    """Return the names of all recipients, and the text."""
    names = [
        _name(people.get(id), locale) for id in (visit.person, *visit.others)
    ]
    return VISIT.format(locale, {"who": "、".join(names), "what": text})


def _name(person: Person | None, locale: str) -> str:
    if person is None or person.erased_at:
        return ERASED.format(locale)
    return person.name
