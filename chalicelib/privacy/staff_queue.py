"""The lines of erasures and call-backs in the staff queue."""

from collections.abc import Sequence

from ..kernel.staff_queue import FoundTask, QueueQuery, Task
from ..people.model import Person
from ..people.records import Consent
from .texts import CALL_BACK, PURPOSES

__all__ = ["call_back_lines", "erasure_lines"]


def erasure_lines(found: Sequence[FoundTask]) -> list[Task | None]:
    """Return the erasures that wait for a second person as tasks."""
    return [_erasure(one) for one in found]


def _erasure(found: FoundTask) -> Task | None:
    line = found.line
    person: Person | None = found.people.get(line.id)
    if person is None:
        return None
    return Task(
        kind=line.kind,
        id=person.id,
        title=person.name,
        place=line.code,
        due_at=line.due_at,
        moves=["erase"],
        since=found.entity.created_at,
        version=person.version,
    )


def call_back_lines(
    query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return the spoken consents that wait for a call-back as tasks."""
    return [_call_back(query, one) for one in found]


def _call_back(query: QueueQuery, found: FoundTask) -> Task | None:
    consent: Consent = found.entity
    person: Person | None = found.people.get(consent.person_id)
    if person is None:
        return None
    purpose = PURPOSES[consent.purpose].format(query.locale)
    facts = {"name": person.name, "purpose": purpose}
    moves = ["confirm"]
    if consent.recorded_by == query.actor.id:
        moves = []
    return Task(
        kind=found.line.kind,
        id=consent.id,
        title=CALL_BACK.format(query.locale, facts),
        place=found.line.code,
        due_at=found.line.due_at,
        moves=moves,
        subject=person.id,
        since=consent.at,
        version=person.version,
    )
