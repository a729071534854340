"""A street for the chaos of sending: people, wishes, what is raised, and how weather disturbs."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle
from typing import Any

from botocore.exceptions import ReadTimeoutError

from chalicelib.kernel.access import Role
from chalicelib.wishes.repository import WishRepository

from ..store.scan import Reads, save
from ..world import GRID, World
from . import seams
from .chaos import perhaps
from .clocks import CountedIds, SkewedClock
from .cloud import Cloud
from .promises import forget_what_was_told
from .story import failure

KINDS = [
    "wish.approved",
    "wish.expiring",
    "wish.reopened",
    "wish.expiring_staff",
    "wish.expiring_staff",
]
WHOM = ["wife", "husband", "helper", "alone", "couple", "staff"]
MINUTES = [0.5, 1, 2, 2, 5, 30, 120, 360, 600]
ANSWERS = ["take", "take", "take and time out", "refuse", "refuse for good"]


@dataclass(frozen=True)
class Raised:
    """A message as it was raised, with its recipients."""

    tag: str
    kind: str
    people: tuple[str, ...]


class Street:
    """A street that is made once and gone back to: a couple with one phone, a helper, staff on
    duty, and three wishes.
    """

    def __init__(self) -> None:
        self.world = world = World(due_shards=2)
        self.clock = SkewedClock(world.clock)
        self.ids = CountedIds()
        seams.rewire(world, clock=self.clock, ids=self.ids)
        self.cloud = Cloud(world)
        self.cloud.provide("east", "west")
        self.wife = world.person("王秀英")
        self.husband = world.person(
            "老伴", phone=None, contact_via=self.wife.id
        )
        self.helper = world.person("赵志强")
        self.alone = world.person("李奶奶", phone=None)
        workers = [
            world.person(name, (Role.GRID_WORKER, GRID), home=GRID)
            for name in ("陈敏", "周斌")
        ]
        self.staff = tuple(person.id for person in workers)
        world.services.places.assign_duty(
            world.boss, GRID, {"grid_worker": list(self.staff)}
        )
        self.owner = world.phone_of(self.wife)
        far = (world.clock.now() + timedelta(days=300)).date().isoformat()
        titles = ("第0个心愿", "第1个心愿", "第2个心愿")
        self.wishes = [
            world.open_wish(self.owner, title=t, needed_by=far) for t in titles
        ]
        for id in self.wishes:
            wish = Reads(WishRepository).find_wish(id)
            assert wish
            save(replace(wish, told=("expiring",)))
        self.cloud.run_for(hours=1)
        forget_what_was_told()
        self.cloud.calls.clear()
        self.start = self.cloud.checkpoint()
        self.holders = {
            person.phone: person.id
            for person in (self.wife, self.helper, *workers)
        }


def hours(dice: random.Random) -> timedelta | None:
    return perhaps(dice, 0.4, timedelta(hours=dice.randint(1, 60)))


def skew(dice: random.Random) -> timedelta:
    return timedelta(minutes=dice.randint(-10, 10))


def disturbance(
    gaps: list[int], *, lost: bool
) -> Callable[[str, Callable[[], Any]], Any]:
    """Return what lets every nth request be refused, or done without an answer."""
    left, turns = [gaps[0]], cycle(gaps)

    def disturb(name: str, context: Callable[[], Any]) -> Any:
        left[0] -= 1
        if left[0] > 0:
            return context()
        left[0] = next(turns)
        if lost:
            context()
            raise ReadTimeoutError(endpoint_url="dynamodb")
        if name == "TransactWriteItems":
            raise failure("ThrottlingException", name)
        raise failure("ProvisionedThroughputExceededException", name)

    return disturb
