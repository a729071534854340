"""The people of the histories, where they live, and the world that they are in."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.ids import derived_id
from chalicelib.people.model import Person, Vetting
from devserver.memory_dynamo import MemoryDynamo

from ..replies.builders import PROVIDERS
from ..world import BAIHUA, BUILDING, GRID, UNIT, Services, World

__all__ = [
    "HOMES",
    "NUMBERS",
    "RESIDENTS",
    "ROLES",
    "STAFF",
    "VOLUNTEERS",
    "HistoryWorld",
    "base",
    "settle",
]

UNIT_2, UNIT_3 = f"{BUILDING}.u2", f"{GRID}.b06.u1"
# Each door is in one place only: an address tells its home.
HOMES = {UNIT: "3楼302室", UNIT_2: "7楼701室", UNIT_3: "9楼903室"}
NUMBERS = {
    "wang": "+8613710000001",
    "liu": "+8613710000002",
    "he": "+8613710000003",
    "zhao": "+8613710000004",
    "qian": "+8613710000005",
    "sun": "+8613710000006",
    "worker": "+8613710000011",
    "clerk": "+8613710000012",
    "company": "+8613710000013",
    "deputy": "+8613710000014",
}
RESIDENTS = ("wang", "liu", "he", "granny", "gao")
VOLUNTEERS = ("zhao", "qian", "sun")
STAFF = ("worker", "clerk", "company", "deputy", "admin")
ROLES = {
    "worker": (Role.GRID_WORKER, GRID),
    "clerk": (Role.COMMUNITY_STAFF, BAIHUA),
    "company": (Role.PROPERTY, BAIHUA),
    "deputy": (Role.COMMUNITY_STAFF, BAIHUA),
}
# After these nothing is expected of a job: the queue brings it again.
_ALLOWED_ERRORS = {"AttemptInProgress", "Busy"}


class CountedIds:
    """Identifiers in a fixed order, so that a history is the same each time."""

    def __init__(self, first: int = 0) -> None:
        self._numbers = count(first)

    def new(self, prefix: str) -> str:
        """Return the next identifier."""
        return derived_id(prefix, f"history {next(self._numbers)}")


class Journal:
    """A log that keeps the errors."""

    def __init__(self) -> None:
        self.errors = list[str]()

    def info(self, msg: object, **fields: Any) -> None:
        """Ignore a line."""

    def error(self, msg: object, **fields: Any) -> None:
        """Keep a line."""
        if fields.get("error") not in _ALLOWED_ERRORS:
            self.errors.append(f"{msg} {fields}")


class HistoryWorld(World):
    """A world whose ids are counted and whose errors are kept. In memory it copies the street."""

    def __init__(self, first_id: int, **settings: Any) -> None:
        self._own = {"ids": CountedIds(first_id), "log": Journal()}
        # One shard of the job table: each look at it is one read.
        settings |= {"due_shards": 1, "sms_providers": PROVIDERS}
        super().__init__(**settings)

    @property
    def errors(self) -> list[str]:
        """Return what was logged as an error."""
        journal: Journal = self._own["log"]  # type: ignore[assignment]
        return journal.errors

    def rewired(self, settings: Any = None, **parts: Any) -> Services:
        """See `World`."""
        return super().rewired(settings, **(self._own | parts))

    def _founded(self) -> Person:
        if _BASE and isinstance(self.dynamo.client, MemoryDynamo):
            base = _BASE[0]
            self.tables.update(
                {name: table.copy() for name, table in base.tables.items()}
            )
            self.clock.move_to(base.world.clock.now())
            return base.world.admin
        return super()._founded()


@dataclass
class _Base:
    """The street as each history finds it."""

    world: World
    tables: dict[str, Any]
    ids: dict[str, str]


_BASE: list[_Base] = []


def base() -> _Base:
    """Return the street in memory, built once for this process."""
    if not _BASE:
        world = HistoryWorld(0, table_prefix="h-")
        ids = settle(world)
        tables = {name: table.copy() for name, table in world.tables.items()}
        _BASE.append(_Base(world, tables, ids))
    return _BASE[0]


def settle(world: World) -> dict[str, str]:
    """Move everybody into a street; return their ids by name."""
    places = world.services.places
    for code, name in (
        (UNIT_2, "2单元"),
        (f"{GRID}.b06", "6号楼"),
        (UNIT_3, "1单元"),
    ):
        places.put_place(world.boss, code, name, [], None)
    ids = {"admin": world.admin.id}
    for name, (role, place) in ROLES.items():
        person = world.person(
            f"{name}工", (role, place), home=place, phone=NUMBERS[name]
        )
        ids[name] = person.id
    places.assign_duty(world.boss, GRID, {"grid_worker": [ids["worker"]]})
    places.assign_duty(
        world.boss,
        BAIHUA,
        {"community_staff": [ids["clerk"]], "property": [ids["company"]]},
    )
    ids |= _residents(world)
    ids |= {name: _volunteer(world, name) for name in VOLUNTEERS}
    world.services.queue_watch.begin()
    world.pass_time(seconds=1)
    return ids


def _residents(world: World) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name, home in (("wang", UNIT), ("liu", UNIT_2), ("he", UNIT_3)):
        person = world.person(
            f"{name}家", home=home, phone=NUMBERS[name], address=HOMES[home]
        )
        ids[name] = person.id
    ids["granny"] = world.person(
        "奶奶",
        home=UNIT,
        phone=None,
        address=HOMES[UNIT],
        contact_via=ids["liu"],
    ).id
    ids["gao"] = world.person(
        "高爷爷", home=UNIT_2, phone=None, address=HOMES[UNIT_2]
    ).id
    return ids


def _volunteer(world: World, name: str) -> str:
    person = world.person(f"{name}志愿", home=UNIT_3, phone=NUMBERS[name])
    world.vet(person.id, Vetting.BASIC)
    admin = world.services.person_admin
    admin.set_limits(world.boss, person.id, 50, "测试")
    body = {"places": [BAIHUA], "capacity": 5, "skills": ["水电"]}
    answer = world.phone_of(person).put("/v1/me/volunteer", body)
    assert answer.status == 200, answer.text
    world.vet(person.id, Vetting.BASIC)
    return person.id
