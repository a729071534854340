"""The mark of a field that a change leaves as it is, where None empties the field."""

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
    """Return a changed value, or the one before where it is unset."""
    return before if value is UNSET else value


def unset_if_none(value: T | None) -> "T | Literal[Unset.UNSET]":
    """Return the value of a field that cannot be emptied; unset where a client left it out."""
    return UNSET if value is None else value


def fields_set(edit: "DataclassInstance") -> list[str]:
    """Return the names of the fields that an edit changes, sorted."""
    return sorted(
        field.name for field in fields(edit) if getattr(edit, field.name) is not UNSET
    )
