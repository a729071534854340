"""The mark of a field that a change leaves as it is, where None empties the field."""

from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

__all__ = ["UNSET", "Maybe", "Unset", "or_else"]

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __bool__(self) -> Literal[False]:
        """Read an unset field as false."""
        return False


UNSET: Final = Unset.UNSET
Maybe: TypeAlias = T | Literal[Unset.UNSET]


def or_else(value: "T | Literal[Unset.UNSET]", before: T) -> T:
    """Return a changed value, or the one before where it is unset."""
    return before if value is UNSET else value
