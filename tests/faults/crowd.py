"""Very many recipients: how they are created, and how their cost is counted."""

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.fanouts.model import Fanout
from chalicelib.fanouts.repository import FanoutRepository
from chalicelib.feature import Bound, Group
from chalicelib.features import declaration
from chalicelib.kernel.job import JobRecord, ScheduledJob
from chalicelib.kernel.paging import Page, Position
from chalicelib.message_log.model import FurtherRecipient
from chalicelib.people.model import Person
from chalicelib.runtime import services

from ..job_rows import a_job
from ..store.scan import SK, Reads, save_all, scan
from ..world import OTHER_GRID, World
from . import seams
from .cloud import Cloud
from .facts import waiting_messages
from .promises import forget_what_was_told


@dataclass
class Crowd:
    """An audience as `fanouts` reads it: everybody's id in an order that does not change. It notes
    what was read of it.
    """

    ids: Sequence[str]
    read: Tally[int]

    def __call__(
        self, name: str, as_of: datetime, start: Position | None, limit: int
    ) -> Page[str]:
        first = start["n"] if start else 0
        self.read[first] += 1
        after = first + limit
        return Page(
            self.ids[first:after],
            {"n": after} if after < len(self.ids) else None,
        )


def crowd_of(
    world: World, number: int, per_second: float = 20
) -> tuple[Cloud, Crowd, ScheduledJob]:
    """Fill a building with people and let a message to all of them be due; of a hundred, one shares
    a phone, one has none.

    And one wants no messages. They are written in batches: this is about telling people, not
    about registering them.
    """
    one = world.person(home=f"{OTHER_GRID}.b01")
    save_all(neighbours_of(one, number))
    crowd = Crowd([person.id for person in neighbours_of(one, number)], Tally())
    settings = replace(world.settings, sms_per_second=per_second)
    people = declaration("people")
    people.groups["test"] = Group(
        Bound(people, lambda _, *asked: crowd(*asked)), None, 0
    )
    seams.rewire(world, settings=settings)
    cloud = Cloud(world, batch=1, sweeps_every=timedelta(minutes=1))
    cloud.provide("east", "west")
    wish = world.open_wish()
    cloud.run(world.clock.now() + timedelta(hours=1))
    forget_what_was_told()
    cloud.calls.clear()
    message = a_job(
        id="due_all",
        at=world.clock.now(),
        shard="",
        kind="wish.approved",
        subject=wish,
        to=f"all:test:{OTHER_GRID}.b01",
    )
    return cloud, crowd, message


def neighbours_of(one: Person, number: int) -> Iterator[Person]:
    """Yield copies of a person; of a hundred, one shares a phone, one has none, one no SMS."""
    for n in range(number):
        shares: dict[str, Any] = {
            "phone": None,
            "contact_via": f"per_{n - 1:024}",
            "consents": {"contact_via": "1"},
        }
        special: dict[int, dict[str, Any]] = {
            1: shares,
            2: {"phone": None},
            3: {"sms": False},
        }
        yield replace(
            one,
            id=f"per_{n:024}",
            **({"phone": f"+86139{n:08}"} | special.get(n % 100, {})),
        )


def shares() -> list[JobRecord]:
    shares = [due for due in waiting_messages() if due.to.startswith("people:")]
    return sorted(shares, key=lambda due: due.at)


def members(dues: Sequence[JobRecord]) -> list[str]:
    return [
        id for due in dues for id in due.to.removeprefix("people:").split(",")
    ]


def start(message: ScheduledJob) -> None:
    """Start to tell everybody, as a job does."""
    services().get(declaration("fanouts")).start(message.job)


def fanout_of(message: ScheduledJob) -> Fanout:
    found = Reads(FanoutRepository).find_fanout(
        f"fan_{message.id.partition('_')[2]}"
    )
    assert found
    return found


def units_by_table(
    calls: Tally[str],
) -> Callable[[Callable[[], Any], str, dict[str, Any]], Any]:
    """Return what adds up the capacity units that the store reports, by reading or writing and
    table.
    """

    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        answer = call()
        reported = (
            answer.get("ConsumedCapacity", [])
            if isinstance(answer, dict)
            else []
        )
        kind = (
            "write"
            if "Write" in name
            or name in ("PutItem", "UpdateItem", "DeleteItem")
            else "read"
        )
        for used in reported if isinstance(reported, list) else [reported]:
            calls[f"{kind} {used['TableName'].partition('-')[2]}"] += used[
                "CapacityUnits"
            ]
        return answer

    return around


def receipts() -> list[FurtherRecipient]:
    return scan(FurtherRecipient, SK.startswith("for#"))
