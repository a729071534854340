"""The value of a field that an edit leaves as it is, where None empties the field."""

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["UNSET", "Maybe", "Unset", "fields_set", "or_else", "unset_if_none"]

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
    """Return a value, or the one before if it is unset."""
    if value is UNSET:
        return before
    return value


def unset_if_none(value: T | None) -> "T | Literal[Unset.UNSET]":
    """Return the value of a field that cannot be emptied; None becomes unset."""
    if value is None:
        return UNSET
    return value


def fields_set(edit: "DataclassInstance") -> list[str]:
    """Return the names of the fields that an edit changes, sorted."""
    names = [field.name for field in fields(edit)]
    return sorted(name for name in names if getattr(edit, name) is not UNSET)
