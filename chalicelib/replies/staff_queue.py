"""The line of replies in the staff queue: what people wrote, and what it may be about."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..kernel.paging import Page, merge_pairs
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..people.model import Person
from .model import StoredReply
from .repository import WaitingReply
from .texts import EFFECTS, REPLY, STRANGER

if TYPE_CHECKING:
    from .keeper import ReplyKeeper

__all__ = ["waiting"]

_KIND = "message.reply"
_Ordered = tuple[str, WaitingReply]


def waiting(keeper: "ReplyKeeper", query: QueueQuery) -> QueuePart:
    """Return the replies of a place; for a street administrator also those of no known place."""
    places = [query.place]
    if query.is_street_admin:
        places.append("")
    pages: list[Page[_Ordered]] = []
    count = 0
    for place in places:
        page, everything = _read(keeper, place, query)
        pages.append(page)
        count += len(everything)
    merged = merge_pairs(pages, query.limit)
    replies = keeper.read([reply for _, reply in merged.items])
    people = keeper.people_of(replies.values())
    tasks = [
        (order, _task(replies[line.pk], people, query))
        for order, line in merged.items
        if line.pk in replies
    ]
    return QueuePart(tasks=Page(tasks, merged.next), counts={_KIND: count})


def _read(
    keeper: "ReplyKeeper", place: str, query: QueueQuery
) -> tuple[Page[_Ordered], Sequence[WaitingReply]]:
    def read(after: str, limit: int) -> Page[_Ordered]:
        return keeper.waiting_at(place, after, limit)

    return page_and_all(read, query)


def _task(
    reply: StoredReply, people: Mapping[str, Person], query: QueueQuery
) -> Task:
    """Return a reply as a task, with its text. `subject` is what it may be about."""
    person = people.get(reply.person_id)
    who = STRANGER.format(query.locale, {"number": reply.number})
    if person:
        who = person.name
    facts = {
        "who": who,
        "what": " ".join(reply.text.split()),
        "why": EFFECTS[reply.effect].format(query.locale),
    }
    return Task(
        kind=_KIND,
        id=reply.id,
        title=REPLY.format(query.locale, facts),
        place=reply.place or query.place,
        due_at=reply.due_at or reply.created_at,
        moves=["handled"],
        subject=reply.about or None,
    )
