"""Groups of things with an id. Pure."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

__all__ = ["Identified", "by_id"]


class Identified(Protocol):
    """A thing with an id."""

    @property
    def id(self) -> str:
        """Return its id."""
        ...


T = TypeVar("T", bound=Identified)


def by_id(things: Iterable[T]) -> dict[str, T]:
    """Return things by their ids. Of several with one id the last is kept."""
    return {thing.id: thing for thing in things}
