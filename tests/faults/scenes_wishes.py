"""Scenes of wishes: what is next due of one, and a claim. The queue works at once, as locally."""

from collections import Counter as Tally
from collections.abc import Callable
from functools import partial

from chalicelib.message_log.model import DIGEST

from ..world import Answer, World
from .cloud import Cloud
from .crashes import Row, Scene
from .facts import check, timers, waiting_messages, wish_of
from .promises import check_promises, forget_what_was_told
from .wish_life import (
    claimed,
    delivered,
    earlier,
    only,
    traces,
    without_matching,
)

Make = Callable[..., str]


def tell_everybody(cloud: Cloud) -> None:
    """Let time pass until no message waits: at night phones do not ring."""
    for _ in range(20):
        waiting = waiting_messages()
        if not waiting:
            return
        first = min(due.at for due in waiting)
        cloud.world.clock.move_to(max(cloud.world.clock.now(), first))
        cloud.run(cloud.world.clock.now())
    raise AssertionError(f"still waiting: {waiting_messages()}")


def settle(cloud: Cloud) -> None:
    with without_matching():
        cloud.run_for(minutes=15)
        tell_everybody(cloud)


def check_told(cloud: Cloud, messages: dict[str, int]) -> None:
    """Assert that each kind was sent once, or is in doubt, alone or in a digest."""
    check()
    lines = check_promises(cloud)
    told = Tally(line.kind for line in lines if line.kind != DIGEST)
    assert told == messages, told
    assert not waiting_messages()


def begin(cloud: Cloud) -> bytes:
    forget_what_was_told()
    cloud.calls.clear()
    return cloud.checkpoint()


def its_timer_fires(
    cloud: Cloud, make: Make, trace: str, messages: dict[str, int]
) -> Scene:
    """Let the next timer of a wish be due. It leaves one trace, and the messages."""
    cloud.work_inline()
    with without_matching():
        wish = make(cloud.world)
        cloud.world.clock.move_to(only(timers(wish)).at)

    def check_it() -> None:
        assert traces(wish).count(trace) == 1
        check_told(cloud, messages)

    def sweep() -> None:
        with without_matching():
            cloud.world.services.outbox.sweep()

    return Scene(
        settle=partial(settle, cloud),
        act=sweep,
        check=check_it,
        start=begin(cloud),
    )


def a_volunteer_claims(cloud: Cloud) -> Scene:
    cloud.work_inline()
    with without_matching():
        helper, wish = cloud.world.volunteer(), cloud.world.open_wish()

    def check_it() -> None:
        assert len(wish_of(wish).claims) == 1
        check_told(cloud, {"wish.claimed": 1, "wish.yours": 1})

    def tap() -> Answer:
        with without_matching():
            return helper.post(
                f"/v1/wishes/{wish}/claim", idempotency_key="tap"
            )

    return Scene(
        settle=partial(settle, cloud),
        check=check_it,
        tap=tap,
        start=begin(cloud),
    )


# The next timer of a wish, its trace, and the recipients of its messages.
LIVES: dict[str, tuple[Make, str, dict[str, int]]] = {
    "nobody has taken it yet": (
        World.open_wish,
        "expiring",
        {"wish.expiring": 1, "wish.expiring_staff": 1},
    ),
    "nobody takes it": (
        earlier(1, World.open_wish),
        "wish.expired",
        {"wish.expired": 1, "wish.expired_staff": 1},
    ),
    "it is due in two days": (
        claimed,
        "due_in_2_days",
        {"wish.due_in_2_days": 1},
    ),
    "it is due tomorrow": (
        earlier(1, claimed),
        "due_tomorrow",
        {"wish.due_tomorrow": 1},
    ),
    "it is late": (
        earlier(2, claimed),
        "wish.late",
        {"wish.overdue": 1, "wish.late_staff": 1},
    ),
    "nobody has confirmed it yet": (
        delivered,
        "asked",
        {"wish.unconfirmed": 1},
    ),
    "nobody confirms it": (
        earlier(1, delivered),
        "wish.unconfirmed",
        {"wish.unconfirmed_staff": 1},
    ),
}


def _row(name: str) -> Row:
    make, trace, messages = LIVES[name]
    arrange = partial(
        its_timer_fires, make=make, trace=trace, messages=messages
    )
    return Row(name, arrange, 24, 5, repeated=False, refused=False)


WISHES = [
    *map(_row, LIVES),
    Row(
        "a volunteer claims",
        a_volunteer_claims,
        20,
        5,
        repeated=False,
        refused=False,
    ),
]
