"""Nightly work that removes what is kept too long; each feature declares its own part."""

from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.paging import Position

__all__ = ["Retention"]


class Retention:
    """Runs the declared parts, a step in each job."""

    def __init__(self, *, clock: Clock, hooks: Hooks) -> None:
        self._clock, self._hooks = clock, hooks

    def step(self, name: str, position: Position | None) -> Position | None:
        """Do one step of a part; return the position of the next, None at the end."""
        return self._hooks.retain(name, self._clock.now(), position)
