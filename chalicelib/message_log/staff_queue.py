"""The message log's line in the staff queue: people whom somebody has to go and tell, because no channel reached them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..kernel.clock import from_text
from ..kernel.paging import Page, merge_pairs
from ..kernel.staff_queue import QueueQuery, Task
from ..people.model import Person
from .model import MessageAttempt, Waiting
from .texts import ERASED, OVER, VISIT

if TYPE_CHECKING:
    from .service import MessageLog

__all__ = ["visits_count", "visits_page"]

_HIDDEN = {"code": "****"}  # the resident alone tells it, when the goods have come
_MAX_COUNTED = 2000


def visits_page(message_log: "MessageLog", query: QueueQuery) -> Page[tuple[str, Task]]:
    """Return the visits of a place, and for a street administrator those of people who live nowhere yet."""
    pages = [message_log.to_visit(place, query.after, query.limit) for place in _places(query)]
    return merge_pairs([_tasks(message_log, page, query) for page in pages], query.limit)


def visits_count(message_log: "MessageLog", query: QueueQuery) -> Mapping[str, int]:
    """Return how many visits wait, up to a bound for each list."""
    waiting = [message_log.to_visit(place, "", _MAX_COUNTED).items for place in _places(query)]
    return {"message.visit": sum(len(items) for items in waiting)}


def _places(query: QueueQuery) -> list[str]:
    return [query.place, ""] if query.is_street_admin else [query.place]


def _tasks(message_log: "MessageLog", page: Page[Waiting], query: QueueQuery) -> Page[tuple[str, Task]]:
    """Return visits as tasks; their attempts, texts and people are read together."""
    attempts = {one.id: one for one in message_log.find_many([waiting.id for waiting in page.items])}
    texts = dict(zip(attempts, message_log.texts_of([*attempts.values()], query.locale, hidden=_HIDDEN), strict=True))
    people = message_log.people_of(list(attempts.values()))
    tasks = []
    for waiting in page.items:
        if waiting.id in attempts:
            task = Task(
                kind="message.visit",
                id=waiting.id,
                title=_title(people, attempts[waiting.id], texts[waiting.id], query.locale),
                place=waiting.place or query.place,
                due_at=from_text(waiting.order.partition("#")[0]),
                moves=["visited"],
            )
            tasks.append((waiting.order, task))
    return Page(tasks, {"after": page.next["order"]} if page.next else None)


def _title(people: Mapping[str, Person], attempt: MessageAttempt, text: str | None, locale: str) -> str:
    """Return who has to be told, all of those who share the phone, and what."""
    names = [_name(people.get(id), locale) for id in (attempt.person, *attempt.others)]
    what = OVER.format(locale) if text is None else text
    return VISIT.format(locale, {"who": "、".join(names), "what": what})


def _name(person: Person | None, locale: str) -> str:
    return person.name if person and not person.erased_at else ERASED.format(locale)
