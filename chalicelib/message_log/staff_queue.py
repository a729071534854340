"""The message log's line in the staff queue: people to visit, because no channel reached them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..kernel.clock import from_text
from ..kernel.paging import Page, merge_pairs
from ..kernel.staff_queue import QueueQuery, Task
from ..people.model import Person
from .model import MessageAttempt, PendingVisit
from .texts import ERASED, OVER, VISIT

if TYPE_CHECKING:
    from .queries import MessageQueries

__all__ = ["visits_count", "visits_page"]

_HIDDEN = {"code": "****"}  # the resident alone tells it, when the goods have come
_MAX_COUNTED = 2000


def visits_page(messages: "MessageQueries", query: QueueQuery) -> Page[tuple[str, Task]]:
    """Return the visits of a place; for a street administrator also those of no known place."""
    pages = [messages.to_visit(place, query.after, query.limit) for place in _places(query)]
    return merge_pairs([_tasks(messages, page, query) for page in pages], query.limit)


def visits_count(messages: "MessageQueries", query: QueueQuery) -> Mapping[str, int]:
    """Return how many visits wait, up to a bound for each list."""
    waiting = [messages.to_visit(place, "", _MAX_COUNTED).items for place in _places(query)]
    return {"message.visit": sum(len(items) for items in waiting)}


def _places(query: QueueQuery) -> list[str]:
    return [query.place, ""] if query.is_street_admin else [query.place]


def _tasks(
    messages: "MessageQueries",
    page: Page[PendingVisit],
    query: QueueQuery,
) -> Page[tuple[str, Task]]:
    """Return visits as tasks; their attempts, texts and people are read together."""
    found = messages.find_many([visit.id for visit in page.items])
    attempts = {attempt.id: attempt for attempt in found}
    shown = messages.texts_of(found, query.locale, hidden=_HIDDEN)
    texts = dict(zip(attempts, shown, strict=True))
    people = messages.people_of(list(attempts.values()))
    tasks = []
    for visit in page.items:
        if visit.id in attempts:
            task = Task(
                kind="message.visit",
                id=visit.id,
                title=_title(people, attempts[visit.id], texts[visit.id], query.locale),
                place=visit.place or query.place,
                due_at=from_text(visit.order.partition("#")[0]),
                moves=["visited"],
            )
            tasks.append((visit.order, task))
    return Page(tasks, {"after": page.next["order"]} if page.next else None)


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
