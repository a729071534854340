"""What people hold by a relation, as the test of ended relations drives it.

Each feature builds what it declares in `Feature.holds` in its `cases.py` (`CASES.held`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.kernel.job import ScheduledJob
from chalicelib.people.model import Person

from ..world import Answer, Phone, World

__all__ = ["Held", "end", "jobs_wait", "shows", "succeeds"]

Door = Callable[[], bool]


@dataclass(kw_only=True)
class Held:
    """Something held by a person, by a relation of the `subject`.

    The subject is the holder, except for a contact: there it is the resident. A door returns
    whether it is open to the holder, whose `phone` has a token from before the end. Doors in `once`
    change what they open, so they are tried only after the end. `depend` are the messages (phone,
    kind) to those who depend on it.
    """

    subject: Person
    phone: Phone
    doors: Mapping[str, Door]
    once: frozenset[str] = frozenset()
    is_released: Callable[[], bool]
    depend: Sequence[tuple[str, str]] = ()
    secrets: Sequence[str] = field(default_factory=list)


def succeeds(send: Callable[[], Answer]) -> Door:
    """Return a door that is open while a request succeeds."""
    return lambda: send().status < 300


def shows(send: Callable[[], Answer], text: str) -> Door:
    """Return a door that is open while an answer shows a text."""

    def is_open() -> bool:
        answer = send()
        return answer.status < 300 and text in answer.text

    return is_open


def end(world: World, kind: RelationKind, held: Held) -> None:
    """End a relation of the subject, as staff or the subject themself do."""
    admin, subject = world.phone_of(world.admin), held.subject
    path = f"/v1/people/{subject.id}"
    bond = {"contact_via": None, "household": None}
    if kind is RelationKind.HOUSEHOLD:
        bond["contact_via"] = _now(world, subject).contact_via
    match kind:
        case RelationKind.BLOCKED:
            body = {"blocked": True, "reason": "骚扰"}
            answer = admin.put(f"{path}/blocked", body)
        case RelationKind.TERMS:
            answer = _own(world, subject).delete("/v1/me/consents/terms")
        case RelationKind.ERASED:
            answer = world.erase(_own(world, subject))
        case RelationKind.ROLE:
            answer = admin.put(f"{path}/roles", [])
        case RelationKind.VETTING:
            body = {"level": "none", "note": "不再服务"}
            answer = admin.put(f"{path}/vetting", body)
        case _:
            answer = admin.put(f"{path}/household", bond)
    assert answer.status < 300, answer.text


def _now(world: World, person: Person) -> Person:
    found = world.services.people.find(person.id)
    assert found
    return found


def _own(world: World, person: Person) -> Phone:
    return world.phone_of(_now(world, person))


class _NoQueue:
    """A queue that takes nothing: jobs stay due in their table."""

    def enqueue(self, jobs: Sequence[ScheduledJob]) -> set[str]:
        return set()


@contextmanager
def jobs_wait(world: World) -> Iterator[None]:
    """Run no job, so that only the commits themselves count."""
    outbox = world.services.outbox
    queue, outbox._queue = outbox._queue, _NoQueue()
    try:
        yield
    finally:
        outbox._queue = queue
