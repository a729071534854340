"""The cases that each feature brings to the tests that go through all operations.

They lie in `tests/<feature>/cases.py` as `CASES`. The permission matrix, the hostile tests and
the story of the policies read them, so a new feature changes none of these.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from chalicelib.features import FEATURES, declaration
from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.people.model import Person

from .trust.held import Held
from .world import Answer, Phone, World

ANYONE, MEMBER = frozenset({"anyone"}), frozenset({"member"})
OWNER = frozenset({"owner"})
WORKER, STAFF, ADMIN = (
    frozenset({"worker"}),
    frozenset({"staff"}),
    frozenset({"admin"}),
)
PLATFORM = (
    "web"  # its routes are no feature's; its cases lie in tests/web/cases.py
)


@dataclass
class Good:
    """A request that succeeds."""

    phone: Phone
    path: str
    body: Any = None
    path_values: tuple[str, ...] = ()

    def send(self, method: str, **more: Any) -> Answer:
        """Send it, or a spoilt version of it."""
        path, body = more.pop("path", self.path), more.pop("body", self.body)
        return self.phone.call(
            method, path, None if "raw" in more else body, **more
        )


MakeGood = Callable[[World], Good]
MakeHeld = Callable[[World, RelationKind], Held]
MakeTask = Callable[[World], object]
PathValue = Callable[[World, Person, Person], str]


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Example requests of one feature, by operation, and who may send them.

    `who` names the relations (see `ACTORS` in tests/test_permissions.py) that may call an
    operation. An operation with a matrix of its own, by state for example, is in `elsewhere`.
    `bodies` and `queries` are what the matrix sends; ``{target}`` in a query is the id of a
    person. `made_bodies` are made from (world, owner, target). `path_values` makes the value of
    a path parameter from (world, owner, target): a thing of the owner, or the target. One that
    is named ``operation.parameter`` is of that operation alone. `good`
    makes a request with each field filled in, and the state of things that it needs; each write
    has one. `story_queries` are the queries with which the story of the policies reads. They may
    hold ``{person}``, ``{first}`` and ``{last}``: the id of the resident, and the first and last
    day of the last nine. `held` builds each thing that the feature declares in `Feature.holds`, for
    a relation that will end (see tests/trust/held.py). `waiting` makes a task of each kind that the
    feature's queue lines declare, in the building `UNIT`; a kind with a timer of its own has none.
    `lists` draws each list route as somebody asks for it, by operation and what is asked for (see
    tests/street/lists.py).
    """

    who: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    elsewhere: AbstractSet[str] = frozenset()
    bodies: Mapping[str, Any] = field(default_factory=dict)
    made_bodies: Mapping[str, Callable[[World, Person, Person], Any]] = field(
        default_factory=dict
    )
    queries: Mapping[str, str] = field(default_factory=dict)
    path_values: Mapping[str, PathValue] = field(default_factory=dict)
    good: Mapping[str, MakeGood] = field(default_factory=dict)
    story_queries: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, MakeHeld] = field(default_factory=dict)
    waiting: Mapping[str, MakeTask] = field(default_factory=dict)
    lists: Mapping[tuple[str, str], Any] = field(default_factory=dict)


@cache
def cases_by_feature() -> Mapping[str, Cases]:
    """Return the cases of every feature that has routes, and of the platform."""
    names = [
        PLATFORM,
        *(name for name in FEATURES if declaration(name).load_routes),
    ]
    return {
        name: import_module(f".{name}.cases", __package__).CASES
        for name in names
    }


def merged(part: str) -> dict[str, Any]:
    """Return one part of the cases of all features; each name may be in one feature only."""
    found: dict[str, Any] = {}
    for feature, cases in cases_by_feature().items():
        own = getattr(cases, part)
        twice = found.keys() & own.keys()
        assert not twice, f"{feature}: {twice} stand elsewhere too"
        found |= own
    return found


def number(world: World) -> str:
    """Return a phone number that nobody has."""
    return f"+86139{next(world.numbers) + 20_000_000:08}"


def an_id(world: World, prefix: str) -> str:
    """Return an id that nothing has."""
    return f"{prefix}_" + "".join(
        "abcdefghij"[int(digit)] for digit in f"{next(world.numbers):024}"
    )
