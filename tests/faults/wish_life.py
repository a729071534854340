"""Wishes at each stage of their life, and what has happened to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from chalicelib.kernel.job import ScheduledJob
from chalicelib.offers.match_scheduler import MatchScheduler
from chalicelib.wishes.repository import WishEvent

from ..world import World
from .facts import every, timers, wish_of


@contextmanager
def without_matching() -> Iterator[None]:
    """Look for nobody: what offers and matching make due has tests of its own."""
    with mock.patch.object(MatchScheduler, "match_soon"):
        yield


def submitted(world: World, **terms: Any) -> str:
    return str(
        world.resident().post("/v1/wishes", world.wish_body(**terms)).json["id"]
    )


def claimed(world: World, **terms: Any) -> str:
    wish = world.open_wish(**terms)
    assert world.volunteer().post(f"/v1/wishes/{wish}/claim").status == 200
    return wish


def delivered(world: World, **terms: Any) -> str:
    helper, wish = world.volunteer(), world.open_wish(**terms)
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    return wish


def earlier(fired: int, make: Callable[..., str]) -> Callable[..., str]:
    """Return what makes a wish some of whose timers have fired already."""

    def make_it(world: World, **terms: Any) -> str:
        wish = make(world, **terms)
        for _ in range(fired):
            world.pump.move_to(only(timers(wish)).at)
        return wish

    return make_it


def only(timers: list[ScheduledJob]) -> ScheduledJob:
    assert len(timers) == 1
    return timers[0]


def history(wish_id: str) -> list[tuple[str, datetime]]:
    """Return what has happened to a wish and when, oldest first."""
    events = [event for event in every(WishEvent) if event.subject == wish_id]
    events.sort(key=lambda event: (event.version, event.number))
    return [(event.tag, event.at) for event in events]


def tags(wish_id: str) -> list[str]:
    return [tag for tag, _ in history(wish_id)]


def traces(wish_id: str) -> list[str]:
    """Return everything that has happened to a wish, seen and unseen."""
    wish = wish_of(wish_id)
    marks = [*wish.told]
    for claim in wish.claims:
        marks += [*claim.reminded, *claim.told]
    return [*tags(wish_id), *marks]
