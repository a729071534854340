"""Reads the key condition of a query of DynamoDB."""

from dataclasses import dataclass

from .conditions import (
    BeginsWith,
    Between,
    Comparison,
    Condition,
    Joined,
    parse_condition,
)
from .expressions import ExpressionError, Placeholders, Value

__all__ = ["KeyRange", "key_range"]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys of a query: one partition, and perhaps a part of it."""

    partition: Value
    within: Condition | None


def key_range(
    text: str,
    keys: tuple[str, ...],
    given: Placeholders,
) -> KeyRange:
    """Read a key condition; it must name the partition, and nothing but the keys."""
    partition: Value | None = None
    within: Condition | None = None
    for part in _parts_of(text):
        name = given.name(_tested(part))
        if name == keys[0] and partition is None:
            partition = _partition(part, given)
        elif name in keys[1:] and within is None:
            within = part
        else:
            raise _not_supported()
    if partition is None:
        raise ExpressionError(
            f"Query condition missed key schema element: {keys[0]}"
        )
    return KeyRange(partition, within)


def _parts_of(text: str) -> tuple[Condition, ...]:
    condition = parse_condition(text)
    if isinstance(condition, Joined) and condition.every:
        return condition.parts
    return (condition,)


def _partition(part: Condition, given: Placeholders) -> Value | None:
    """Return the value to which a part equates the partition's key."""
    if isinstance(part, Comparison) and part.operator == "=":
        return given.find(part.right, {})
    raise _not_supported()


def _not_supported() -> ExpressionError:
    return ExpressionError("Query key condition not supported")


def _tested(part: Condition) -> str:
    if isinstance(part, Comparison) and part.operator != "<>":
        return part.left
    if isinstance(part, Between | BeginsWith):
        return part.tested
    raise ExpressionError("Invalid operator used in KeyConditionExpression")
