"""A small street in memory, made as the large one is."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chalicelib.kernel.changes import Entity
from chalicelib.kernel.staff_queue import QueueQuery
from chalicelib.kernel.text_catalogue import DEFAULT_LOCALE
from chalicelib.kernel.waiting_task import WaitingTask
from chalicelib.settings import KnownSecrets, Settings
from tools.street.drawing import draw_street
from tools.street.scale import StreetScale

from ..store.scan import save_all
from ..world import SECRETS, START, STREET, World

SMALL = StreetScale(people=120)


@cache
def drawn(seed: int = 1, scale: StreetScale = SMALL) -> tuple[object, ...]:
    """Return the things of a street; each street is drawn once."""
    settings = Settings(secrets=KnownSecrets(**SECRETS))
    return tuple(draw_street(settings, scale, seed, START))


def end_what_is_over(world: World) -> list[WaitingTask]:
    """Close the tasks on which nobody has to act, as every hour does; return them."""
    queue = world.services.core.tasks
    query = QueueQuery(
        actor=world.admin.as_actor(),
        place=STREET,
        locale=DEFAULT_LOCALE,
        is_street_admin=True,
    )
    closed: list[WaitingTask] = []
    for step in queue.steps(query):
        queue.close(step.obsolete)
        closed += step.obsolete
    return closed


@dataclass
class SmallStreet:
    """A world that holds a street and nothing else, and its things by type."""

    world: World = field(default_factory=World)
    things: tuple[Any, ...] = field(default_factory=drawn)

    def __post_init__(self) -> None:
        for table in self.world.tables.values():
            table.restore({})  # every world is founded with some
        save_all(self.things)

    def all(self, kind: type) -> list[Any]:
        return [thing for thing in self.things if type(thing) is kind]

    def entities(self) -> list[Entity]:
        return [thing for thing in self.things if isinstance(thing, Entity)]
