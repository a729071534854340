"""What the machines of chaos share: dice, workers that may die, and how long they are run.

On one thread; overlapping workers are simulated as one that runs in the middle of another. The
seed is fixed, so what fails here fails everywhere; `CHAOS=500 pytest
tests/faults/test_*_chaos.py` looks for others.
"""

import os
import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from ..world import World
from .clocks import SkewedClock
from .cloud import Cloud, Killed, note

T = TypeVar("T")
# Hypothesis itself prefers what is small and simple.
DICE = st.binary(min_size=8, max_size=8).map(random.Random)
SEEN: Tally[str] = (
    Tally()
)  # what has happened in all examples: whether they are wild enough


def perhaps(dice: random.Random, share: float, value: T) -> T | None:
    return value if dice.random() < share else None


@dataclass
class Peril:
    """What befalls a worker at its nth step."""

    dies_at: int | None = None
    dies_after: bool = False  # after that step, or before it
    meets_at: int | None = None
    meets: Callable[[], Any] = lambda: (
        None
    )  # what another does in the middle of its work
    skew: timedelta = timedelta(0)
    skew_of_other: timedelta = timedelta(0)


class Chaos(RuleBasedStateMachine):
    """The faults of machines, independent of the people."""

    cloud: Cloud
    world: World
    clock: SkewedClock | None = None  # where clocks may be wrong

    def machines_run(self, dice: random.Random) -> None:
        """Let sweeps and workers run a few times."""
        raise NotImplementedError

    def begin_at(self, cloud: Cloud, start: bytes) -> None:
        self.cloud, self.world = cloud, cloud.world
        cloud.restore(start)
        cloud.seen.clear()

    @property
    def has_begun(self) -> bool:
        return hasattr(self, "cloud")

    @rule(dice=DICE)
    def an_old_message_is_brought_again(self, dice: random.Random) -> None:
        if self.cloud.seen:
            at = self.world.clock.now() + timedelta(hours=self.hours_late(dice))
            self.cloud.put(dice.choice(self.cloud.seen), at)
        self.machines_run(dice)

    def hours_late(self, dice: random.Random) -> float:
        return 0

    @contextmanager
    def at_work(self, peril: Peril) -> Iterator[None]:
        """Run with the faults of a machine."""
        self._skew(peril.skew)
        before, after = _hooks(self, peril)
        try:
            with self.cloud.hooks(before, after):
                yield
        finally:
            self._skew(timedelta(0))

    def _skew(self, by: timedelta) -> None:
        if self.clock:
            self.clock.offset = by


def _hooks(
    machine: Chaos, peril: Peril
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return what happens before and after each step of a worker."""
    cloud = machine.cloud

    def die(*, after: bool) -> None:
        if len(cloud.steps) == peril.dies_at and peril.dies_after == after:
            SEEN["death"] += 1
            raise Killed

    def before() -> None:
        die(after=False)
        if len(cloud.steps) == peril.meets_at:
            peril.meets_at = None
            machine._skew(peril.skew_of_other)
            peril.meets()
            machine._skew(peril.skew)

    return before, lambda: die(after=True)


def run_chaos(machine: type[Chaos], examples: int) -> None:
    """Run a machine with the fixed seed, or longer with another where CHAOS says so."""
    longer = os.environ.get("CHAOS")
    chosen = settings(
        max_examples=int(longer or examples),
        stateful_step_count=15,
        deadline=None,
        derandomize=not longer,
        database=None,
        phases=[
            Phase.generate
        ],  # to shrink a failure takes minutes: add Phase.shrink then
        suppress_health_check=list(HealthCheck),
    )
    SEEN.clear()
    run_state_machine_as_test(machine, settings=chosen)
    note("\n".join(f"{count:6} {what}" for what, count in sorted(SEEN.items())))
