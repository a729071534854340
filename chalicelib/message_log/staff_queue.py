"""The message log's line in the staff queue: people to visit, because no channel reached them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..kernel.clock import from_text
from ..kernel.paging import Page, merge_pairs
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..people.model import Person
from .model import MessageAttempt, PendingVisit
from .texts import ERASED, OVER, VISIT

if TYPE_CHECKING:
    from .queries import MessageQueries

__all__ = ["visits"]

_HIDDEN = {"code": "****"}  # the resident alone tells it, when the goods have come


def visits(messages: "MessageQueries", query: QueueQuery) -> QueuePart:
    """Return the visits of a place; for a street administrator also those of no known place."""
    read = [_read(messages, place, query) for place in _places(query)]
    merged = merge_pairs([_tasks(messages, page, query) for page, _ in read], query.limit)
    return QueuePart(tasks=merged, counts={"message.visit": sum(len(everything) for _, everything in read)})


def _read(
    messages: "MessageQueries",
    place: str,
    query: QueueQuery,
) -> tuple[Page[tuple[str, PendingVisit]], Sequence[PendingVisit]]:
    def read(after: str, limit: int) -> Page[tuple[str, PendingVisit]]:
        page = messages.to_visit(place, after, limit)
        return Page([(visit.order, visit) for visit in page.items], {"after": page.next["order"]} if page.next else None)

    return page_and_all(read, query)


def _places(query: QueueQuery) -> list[str]:
    return [query.place, ""] if query.is_street_admin else [query.place]


def _tasks(
    messages: "MessageQueries",
    page: Page[tuple[str, PendingVisit]],
    query: QueueQuery,
) -> Page[tuple[str, Task]]:
    """Return visits as tasks; their attempts, texts and people are read together."""
    found = messages.find_many([visit.id for _, visit in page.items])
    attempts = {attempt.id: attempt for attempt in found}
    shown = messages.texts_of(found, query.locale, hidden=_HIDDEN)
    texts = dict(zip(attempts, shown, strict=True))
    people = messages.people_of(list(attempts.values()))
    tasks = []
    for order, visit in page.items:
        if visit.id in attempts:
            task = Task(
                kind="message.visit",
                id=visit.id,
                title=_title(people, attempts[visit.id], texts[visit.id], query.locale),
                place=visit.place or query.place,
                due_at=from_text(order.partition("#")[0]),
                moves=["visited"],
            )
            tasks.append((order, task))
    return Page(tasks, page.next)


def _title(
    people: Mapping[str, Person],
    attempt: MessageAttempt,
    text: str | None,
    locale: str,
) -> str:
    """Return the names of all recipients, and the text."""
    names = [_name(people.get(id), locale) for id in (attempt.person, *attempt.others)]
    what = OVER.format(locale) if text is None else text
    return VISIT.format(locale, {"who": "、".join(names), "what": what})


def _name(person: Person | None, locale: str) -> str:
    return person.name if person and not person.erased_at else ERASED.format(locale)
