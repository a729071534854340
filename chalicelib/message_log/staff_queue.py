"""The message log's line in the staff queue: people to visit, because no channel reached them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..kernel.clock import from_text
from ..kernel.paging import Page, merge_pairs
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..people.model import Person
from .model import PendingVisit
from .texts import ERASED, OVER, VISIT

if TYPE_CHECKING:
    from .queries import MessageQueries

__all__ = ["visits"]

_HIDDEN = {"code": "****"}  # the resident alone tells it, when the goods have come


def visits(messages: "MessageQueries", query: QueueQuery) -> QueuePart:
    """Return the visits of a place; for a street administrator also those of no known place."""
    read = [_read(messages, place, query) for place in _places(query)]
    page = merge_pairs([part for part, _ in read], query.limit)
    tasks = Page(_tasks(messages, page.items, query), page.next)
    return QueuePart(
        tasks=tasks,
        counts={"message.visit": sum(len(everything) for _, everything in read)},
    )


def _read(
    messages: "MessageQueries",
    place: str,
    query: QueueQuery,
) -> tuple[Page[tuple[str, PendingVisit]], Sequence[PendingVisit]]:
    def read(after: str, limit: int) -> Page[tuple[str, PendingVisit]]:
        page = messages.to_visit(place, after, limit)
        return Page(
            [(visit.order, visit) for visit in page.items],
            {"after": page.next["order"]} if page.next else None,
        )

    return page_and_all(read, query)


def _places(query: QueueQuery) -> list[str]:
    return [query.place, ""] if query.is_street_admin else [query.place]


def _tasks(
    messages: "MessageQueries",
    pairs: Sequence[tuple[str, PendingVisit]],
    query: QueueQuery,
) -> list[tuple[str, Task]]:
    """Return visits as tasks; their texts and people are read together."""
    waiting = [visit for _, visit in pairs]
    texts = messages.texts_of(waiting, query.locale, hidden=_HIDDEN)
    people = messages.people_of(waiting)
    tasks = []
    for (order, visit), text in zip(pairs, texts, strict=True):
        task = Task(
            kind="message.visit",
            id=visit.id,
            title=_title(people, visit, text, query.locale),
            place=visit.place or query.place,
            due_at=from_text(order.partition("#")[0]),
            moves=["visited"],
        )
        tasks.append((order, task))
    return tasks


def _title(
    people: Mapping[str, Person],
    visit: PendingVisit,
    text: str | None,
    locale: str,
) -> str:
    """Return the names of all recipients, and the text."""
    names = [_name(people.get(id), locale) for id in (visit.person, *visit.others)]
    what = OVER.format(locale) if text is None else text
    return VISIT.format(locale, {"who": "、".join(names), "what": what})


def _name(person: Person | None, locale: str) -> str:
    return person.name if person and not person.erased_at else ERASED.format(locale)
