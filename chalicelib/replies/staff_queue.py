"""The line of replies in the staff queue: what people wrote, and what it may be about."""

from collections.abc import Sequence

from ..kernel.staff_queue import FoundTask, QueueQuery, Task
from ..people.model import Person
from .model import StoredReply
from .texts import EFFECTS, REPLY, STRANGER

__all__ = ["reply_lines"]


def reply_lines(
    query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return replies as tasks, with their texts. `subject` is what one may be about."""
    return [_task(query, one) for one in found]


def _task(query: QueueQuery, found: FoundTask) -> Task:
    reply: StoredReply = found.entity
    person: Person | None = found.people.get(reply.person_id)
    who = STRANGER.format(query.locale, {"number": reply.number})
    if person:
        who = person.name
    facts = {
        "who": who,
        "what": " ".join(reply.text.split()),
        "why": EFFECTS[reply.effect].format(query.locale),
    }
    return Task(
        kind=found.line.kind,
        id=reply.id,
        title=REPLY.format(query.locale, facts),
        place=reply.place or query.place,
        due_at=found.line.due_at,
        moves=["handled"],
        subject=reply.about or None,
        version=reply.version,
    )
