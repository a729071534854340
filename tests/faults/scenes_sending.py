"""Scenes of sending: a reminder, a message to many, and a code that a person waits for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

from chalicelib.fanouts import policy as fanout_policy
from chalicelib.message_log.model import DeliveryState
from chalicelib.message_log.repository import MessageRepository

from ..job_rows import a_job
from ..store.scan import Reads
from ..world import OTHER_GRID, Phone, World
from .cloud import Cloud
from .crashes import Row, Scene
from .facts import timers
from .promises import check_at_rest, forget_what_was_told

REMINDER = {"wish.due_in_2_days": 1}
SENT, UNKNOWN = DeliveryState.SENT, DeliveryState.UNKNOWN
HOME = f"{OTHER_GRID}.b01"


def forget(cloud: Cloud) -> None:
    """Forget the messages so far."""
    forget_what_was_told()
    cloud.calls.clear()


def settle(cloud: Cloud) -> None:
    cloud.run_for(hours=3)


def a_reminder_is_due(cloud: Cloud) -> Scene:
    """Bring a helper to 09:00 of the second day before the wish is needed."""
    world = cloud.world
    wish = world.open_wish()
    assert world.volunteer().post(f"/v1/wishes/{wish}/claim").status == 200
    cloud.run_for(hours=1)
    (timer,) = timers(wish)
    world.clock.move_to(timer.at)
    forget(cloud)
    check = partial(check_at_rest, cloud, REMINDER)
    return Scene(
        settle=partial(settle, cloud), check=check, start=cloud.checkpoint()
    )


# many


@contextmanager
def small_shares() -> Iterator[None]:
    """Tell three people in a share, read three in a page, two pages in a job."""
    with mock.patch.multiple(
        fanout_policy, SHARE_SIZE=3, PAGE_SIZE=3, MAX_PAGES=2
    ):
        yield


def building(world: World) -> list[str]:
    """Return nine people of a building; the first and the last share a phone."""
    people = [world.person(f"邻居{n}", home=HOME).id for n in range(8)]
    return [
        *people,
        world.person("老伴", home=HOME, phone=None, contact_via=people[0]).id,
    ]


def tell(cloud: Cloud, id: str, to: str) -> str:
    """Let a message about a wish be due; return the wish."""
    wish = cloud.world.open_wish()
    cloud.run_for(hours=1)
    forget(cloud)
    now = cloud.world.clock.now()
    due = a_job(
        id=id, at=now, shard="", kind="wish.approved", subject=wish, to=to
    )
    cloud.world.services.outbox.put(due)
    return wish


def everybody_is_to_be_told(cloud: Cloud) -> Scene:
    neighbours = building(cloud.world)
    tell(cloud, "due_all", f"all:place:{HOME}")

    def settled() -> None:
        with small_shares():
            settle(cloud)

    def check() -> int:
        doubts = check_at_rest(cloud, {"wish.approved": 8})[UNKNOWN]
        for person in neighbours:
            assert messages_to(person) == [("wish.approved", "due_all")]
        return doubts

    return Scene(settle=settled, check=check, start=cloud.checkpoint())


def messages_to(person: str) -> list[tuple[str, str]]:
    """Return kind and message of each line of somebody's log."""
    return [
        (line.kind, line.message)
        for line in Reads(MessageRepository).messages_to(person, None, 10).items
    ]


def one_is_in_doubt_or_nobody(outcomes: list[Any]) -> bool:
    """Only the recipients at the moment of the crash are in doubt."""
    return {doubts for _, doubts in outcomes} == {0, 1}


# urgent


def a_code_is_asked_for(cloud: Cloud) -> Scene:
    cloud.takes = lambda due: False
    assert (
        Phone().post("/v1/auth/codes", {"phone": "+8613800009999"}).status
        == 202
    )
    cloud.takes = lambda due: True
    cloud.world.clock.advance(timedelta(seconds=30))

    def check() -> int:
        states = check_at_rest(cloud, {"code.sign_in": 1}, resends=1)
        one_provider_each(cloud)
        assert states == {SENT: 1}
        return len(cloud.calls)

    return Scene(
        settle=partial(settle, cloud), check=check, start=cloud.checkpoint()
    )


def one_provider_each(cloud: Cloud) -> None:
    chosen = {(call.delivery, call.provider) for call in cloud.calls}
    deliveries = {delivery for delivery, _ in chosen}
    assert len(chosen) == len(deliveries), (
        "the doubtful went to another provider as well"
    )


def some_are_sent_twice(outcomes: list[Any]) -> bool:
    return 2 in {calls for _, calls in outcomes}


def _row(
    name: str, arrange: Any, points: int, different: int, **more: Any
) -> Row:
    return Row(
        name, arrange, points, different, repeated=False, refused=False, **more
    )


SENDING = [
    _row("a reminder is due", a_reminder_is_due, 32, 10, twice=700),
    _row(
        "to many",
        everybody_is_to_be_told,
        130,
        45,
        outcomes=one_is_in_doubt_or_nobody,
    ),
    _row(
        "a code is asked for",
        a_code_is_asked_for,
        18,
        7,
        outcomes=some_are_sent_twice,
    ),
]
