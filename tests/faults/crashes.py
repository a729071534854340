"""The one runner of crashes, repetitions and refusals. Scenes are tables: `scenes_*.py`.

A scene is arranged, then its act is run. The runner records each step of the act: every call of
the store, the queue, a provider or the files. The process dies before and after each of them. What
outlives it is restored, goes on as the scene says, and is checked.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest import mock

from chalicelib.adapters.queue import write_entry

from ..world import Answer
from .cloud import Cloud, Killed, QueuedMessage
from .facts import jobs

Do = Callable[[], Any]
OK = (200, 201)


@dataclass
class Scene:
    """Something that is about to happen, and what must have come of it in the end.

    A scene with a `tap` is one request, which the client repeats after a crash, at once or when
    everything has settled. Any other scene is what settles by itself. `act` and `goes_on` are for
    scenes that are neither.
    """

    settle: Do
    check: Do  # what it returns is collected for each crash
    tap: Callable[[], Answer] | None = None
    too_late: bool = (
        False  # a tap after everything has settled would be another story
    )
    act: Do | None = None
    goes_on: dict[str, Do] = field(default_factory=dict)
    steady: Do | None = None  # what stale messages must not change
    expected: Any = None  # what the feature's own check goes by
    start: bytes = b""

    @property
    def dies_in(self) -> Do:
        return self.act or self.tap or self.settle

    @property
    def recoveries(self) -> dict[str, Do]:
        """Return how it may go on after a crash, each until everything has settled."""
        if self.goes_on:
            return self.goes_on
        if not self.tap:
            return {"brought again": self.settle}
        later = {} if self.too_late else {"tapped later": self._later}
        return {"tapped at once": self._at_once, **later}

    def _at_once(self) -> None:
        self.tap_well()
        self.settle()

    def _later(self) -> None:
        self.settle()
        self._at_once()

    def tap_well(self) -> None:
        assert self.tap
        answer = self.tap()
        assert answer.status in OK, answer.text

    def run(self) -> None:
        """Let it happen without a crash."""
        if self.tap:
            self._at_once()
        else:
            self.settle()


@dataclass(frozen=True)
class Row:
    """One row of the table of scenes, and what is tried with it."""

    name: str
    arrange: Callable[[Cloud], Scene]
    points: int  # so many points at which it can die, at least
    different: int  # of which so many leave something different behind
    twice: int = 0  # all pairs of crashes: so many at least
    halves: int = 0  # control: so many crashes leave halves where a transaction is no whole
    repeated: bool = True
    refused: bool = True
    reads: bool = False
    outcomes: Callable[[list[Any]], bool] = lambda outcomes: (
        True
    )  # what all crashes led to


# crashes


@dataclass
class Crashed:
    """All the points at which a scene's act has died."""

    points: list[bytes]
    outcomes: list[Any] = field(default_factory=list)

    @property
    def different(self) -> list[bytes]:
        """Return the points that leave something different behind, in their order."""
        return list(dict.fromkeys(self.points))


def crash_points(cloud: Cloud, start: bytes, act: Do) -> list[bytes]:
    """Run an act; return how the world looks if power fails before and after each step.

    Many are the same: nothing outlives a read that is cut off. What follows from the same needs to
    be tried once.
    """
    taken: list[bytes] = []

    def take() -> None:
        taken.append(cloud.checkpoint())

    cloud.restore(start)
    with cloud.hooks(take, take):
        act()
    return taken


def survives(cloud: Cloud, n: int, when: str, do: Do) -> bool:
    """Do something and die before or after its nth step; return whether it had fewer steps."""

    def die() -> None:
        if len(cloud.steps) == n:
            raise Killed

    hook = {when: die}
    with suppress(Killed), cloud.hooks(**hook):
        do()
        return True
    return False


def crash_everywhere(cloud: Cloud, scene: Scene) -> Crashed:
    """Let a scene happen, then die at each step and go on in each way; check every end."""
    crashed = Crashed(crash_points(cloud, scene.start, scene.dies_in))
    for point in crashed.different:
        for name, go_on in scene.recoveries.items():
            cloud.restore(point)
            go_on()
            crashed.outcomes.append((name, scene.check()))
    return crashed


def crash_twice(cloud: Cloud, scene: Scene) -> tuple[int, int]:
    """Die at each step, and again at each step of the recovery; return pairs and different ones."""
    recoveries: dict[bytes, list[bytes]] = {}
    pairs = 0
    for first in crash_points(cloud, scene.start, scene.dies_in):
        if first not in recoveries:
            recoveries[first] = crash_points(cloud, first, scene.settle)
        pairs += len(recoveries[first])
    seconds = {point for points in recoveries.values() for point in points}
    for second in seconds:
        cloud.restore(second)
        scene.settle()
        scene.check()
    return pairs, len(seconds)


def crashes_that_fail(cloud: Cloud, scene: Scene) -> list[str]:
    """Return what the checks say of each crash that breaks a promise: for the controls."""
    failed: list[str] = []
    for point in Crashed(
        crash_points(cloud, scene.start, scene.dies_in)
    ).different:
        cloud.restore(point)
        scene.settle()
        try:
            scene.check()
        except AssertionError as error:
            failed.append(str(error))
    return failed


def before_each_step(
    cloud: Cloud, scene: Scene, do: Do, *, dies: bool = False
) -> Iterator[int]:
    """Run the act once for each of its steps, with something else happening before that step.

    With `dies`, the process is killed before its transaction, after any other events.
    """
    cloud.restore(scene.start)
    with cloud.hooks():
        scene.dies_in()
    for n in range(1, len(cloud.steps) + 1):
        cloud.restore(scene.start)
        with (
            suppress(Killed),
            cloud.hooks(partial(_meanwhile, cloud, n, do, dies)),
        ):
            scene.dies_in()
        yield n


def _meanwhile(cloud: Cloud, n: int, do: Do, dies: bool) -> None:
    if len(cloud.steps) == n:
        with cloud.unwatched():
            do()
    if dies and cloud.steps[-1] == "TransactWriteItems":
        raise Killed


# repetitions


def repeat_everything(cloud: Cloud, scene: Scene, dice: random.Random) -> int:
    """Bring everything twice, late, early and in any order; return how much was stale."""
    cloud.seen.clear()
    early = [
        write_entry(due) for due in jobs()
    ]  # timers that are not due yet among them
    for body in early:
        cloud.put(body)

    def shuffled(letters: list[QueuedMessage]) -> list[QueuedMessage]:
        return dice.sample(letters, len(letters))

    with mock.patch.object(
        cloud, "deliver", partial(cloud.deliver, order=shuffled, copies=2)
    ):
        scene.run()
        scene.check()
        before = scene.steady and scene.steady()
        stale = [*early, *cloud.seen]
        for body in dice.sample(stale, len(stale)):
            cloud.put(body)
        scene.settle()
    scene.check()
    assert (scene.steady and scene.steady()) == before, (
        "what is stale changed something"
    )
    return len(stale)
