"""The parts of a request to DynamoDB that its expressions use: values and placeholders."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

__all__ = [
    "ExpressionError",
    "Item",
    "Placeholders",
    "Request",
    "Response",
    "Value",
    "plain",
]

Value: TypeAlias = dict[str, Any]  # by type: {"S": "text"}
Item: TypeAlias = dict[str, Value]
Request: TypeAlias = Mapping[str, Any]
Response: TypeAlias = dict[str, Any]
_PLACEHOLDER = re.compile(r"[#:]\w+")


class ExpressionError(Exception):
    """The service refuses such an expression."""


def plain(value: Value) -> Any:
    """Return the content of a value, for comparison with others of its type."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return content


class Placeholders:
    """The names and values of a request. A missing or unused one is refused."""

    def __init__(self, request: Request) -> None:
        names = request.get("ExpressionAttributeNames", {})
        values = request.get("ExpressionAttributeValues", {})
        self._names: Mapping[str, str] = names
        self._values: Mapping[str, Value] = values
        given = names.keys() | values.keys()
        wrong = given ^ _used_in(request)
        if wrong:
            raise ExpressionError(
                f"undefined or unused placeholders: {sorted(wrong)}"
            )

    def name(self, token: str) -> str:
        """Return the attribute that a token names."""
        if token.startswith("#"):
            return self._names[token]
        return token

    def find(self, token: str, item: Item) -> Value | None:
        """Return the value of a token, None where the item has no such attribute."""
        if token.startswith(":"):
            return self._values[token]
        name = self.name(token)
        return item.get(name)

    def find_pair(
        self,
        left: str,
        right: str,
        item: Item,
    ) -> tuple[Any, Any] | None:
        """Return the contents of two tokens, None where they cannot be compared."""
        left_value = self.find(left, item)
        right_value = self.find(right, item)
        if left_value is None or right_value is None:
            return None
        if left_value.keys() != right_value.keys():
            return None
        return plain(left_value), plain(right_value)


def _used_in(request: Request) -> set[str]:
    used: set[str] = set()
    for argument, text in request.items():
        if argument.endswith("Expression"):
            used.update(_PLACEHOLDER.findall(text))
    return used
