"""PynamoDB attributes for the fields of dataclasses."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from pydantic import TypeAdapter
from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
)
from pynamodb.constants import STRING

from ..kernel.clock import from_text, to_text

__all__ = [
    "InstantAttribute",
    "IntegerAttribute",
    "JsonAttribute",
    "attribute_for",
]


class InstantAttribute(Attribute[datetime]):
    """An instant as fixed-width text, so that key order is time order."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """Write the instant."""
        return to_text(value)

    def deserialize(self, value: str) -> datetime:
        """Read the instant."""
        return from_text(value)


class IntegerAttribute(NumberAttribute):
    """A whole number, read without PynamoDB's way through JSON."""

    def deserialize(self, value: str) -> int:
        """Read the number."""
        return int(value)


class JsonAttribute(Attribute[Any]):
    """A structured value (tuple, enum, date, nested dataclass) as JSON text."""

    attr_type = STRING

    def __init__(self, hint: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._hint = hint

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        # Built when first used: a cold start needs few adapters.
        return TypeAdapter(self._hint)

    def serialize(self, value: Any) -> str:
        """Write the value. None is left out, for rows are billed by the kilobyte."""
        return self._adapter.dump_json(value, exclude_none=True).decode()

    def deserialize(self, value: str) -> Any:
        """Read the value."""
        return self._adapter.validate_json(value)


_PLAIN: Mapping[Any, Callable[..., Attribute[Any]]] = {
    str: UnicodeAttribute,
    int: IntegerAttribute,
    bool: BooleanAttribute,
    bytes: partial(BinaryAttribute, legacy_encoding=False),
    datetime: InstantAttribute,
}


def attribute_for(name: str, hint: Any) -> Attribute[Any]:
    """Return the attribute of a field, by its type; `ttl` is DynamoDB's time to live."""
    if name == "ttl":
        return TTLAttribute(null=True, attr_name=name)
    inner = _without_none(hint)
    if inner in _PLAIN:
        return _PLAIN[inner](null=True, attr_name=name)
    return JsonAttribute(inner, null=True, attr_name=name)


def _without_none(hint: Any) -> Any:
    """Return the first type of a union with None; any other type as it is."""
    args = getattr(hint, "__args__", ())
    if type(None) not in args:
        return hint
    others = [arg for arg in args if arg is not type(None)]
    return others[0] if others else hint
