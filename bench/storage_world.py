"""Provide worlds over an embedded store, and wishes with most of their fields filled."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.wishes import policy as wish_policy
from onemachine.store import embedded_store
from tests.world import Answer, Phone, World

from .environment import use_store
from .story import STORY

__all__ = [
    "a_helper",
    "embedded_world",
    "file_wish",
    "must",
    "open_wish",
    "wish_body",
]


# One resident files any number of wishes, as in the tests.
wish_policy.OPEN_WISHES = wish_policy.WISHES_PER_WEEK = 10_000


@contextmanager
def embedded_world() -> Iterator[World]:
    """Yield a World over an embedded store of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_store(Path(folder)) as address,
        use_store(address),
    ):
        yield World()


def wish_body(world: World, story: str) -> dict[str, Any]:
    """Return a wish with most of its fields filled: two windows, a dialect, an alias."""
    day = world.clock.now() + timedelta(days=7)
    windows = []
    for hour in (2, 6):
        start = day + timedelta(hours=hour)
        end = start + timedelta(hours=2)
        window = {"from": start.isoformat(), "to": end.isoformat()}
        windows.append(window)
    return world.wish_body(
        story=story,
        window=windows,
        dialects=["重庆话"],
        safeguarding=["alone"],
        alias="王奶奶",
    )


def a_helper(world: World) -> Phone:
    """Return a volunteer who may visit somebody alone: a delivery of theirs was confirmed."""
    helper, resident = world.volunteer(), world.resident()
    wish = f"/v1/wishes/{world.open_wish(resident)}"
    must(helper.post(f"{wish}/claim"), helper.post(f"{wish}/deliver", {}))
    must(resident.post(f"{wish}/confirm", {}))
    return helper


def file_wish(world: World, owner: Phone, story: str = STORY) -> str:
    """File a wish; return its id."""
    world.agree_to_care(owner)
    answer = owner.post("/v1/wishes", wish_body(world, story))
    must(answer)
    return str(answer.json["id"])


def open_wish(world: World, owner: Phone, story: str = STORY) -> str:
    """File a wish and put it on the wall; return its id."""
    wish = file_wish(world, owner, story)
    must(world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve"))
    return wish


def must(*answers: Answer) -> None:
    """Stop at an answer that is a refusal."""
    for answer in answers:
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status} {answer.text}")
