"""Reads expressions of DynamoDB, as far as the project writes them.

Each text is parsed once. Its placeholders are resolved for each request.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

__all__ = [
    "Condition",
    "ExpressionError",
    "Item",
    "KeyRange",
    "Placeholders",
    "Value",
    "apply_update",
]
__all__ += ["key_range", "parse_condition", "plain"]

Value: TypeAlias = dict[str, Any]  # by type: {"S": "text"}
Item: TypeAlias = dict[str, Value]
_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:]?\w+)")
_UPDATE_CLAUSE = re.compile(
    r"\b(SET|ADD|REMOVE) (.+?)(?= (?:SET|ADD|REMOVE) |$)"
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class ExpressionError(Exception):
    """The service refuses such an expression."""


def plain(value: Value) -> Any:
    """Return the content of a value, for comparison with others of its type."""
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else content


class Placeholders:
    """The names and values of a request. A missing or unused one is refused."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._names: Mapping[str, str] = request.get(
            "ExpressionAttributeNames", {}
        )
        self._values: Mapping[str, Value] = request.get(
            "ExpressionAttributeValues", {}
        )
        texts = [
            text
            for name, text in request.items()
            if name.endswith("Expression")
        ]
        used = set(re.findall(r"[#:]\w+", " ".join(texts)))
        given = self._names.keys() | self._values.keys()
        if used != given:
            raise ExpressionError(
                f"undefined or unused placeholders: {sorted(used ^ given)}"
            )

    def name(self, token: str) -> str:
        """Return the attribute that a token names."""
        return self._names[token] if token.startswith("#") else token

    def find(self, token: str, item: Item) -> Value | None:
        """Return the value of a token, None where the item has no such attribute."""
        if token.startswith(":"):
            return self._values[token]
        return item.get(self.name(token))


class Condition(Protocol):
    """A condition on an item."""

    def holds(self, item: Item, given: Placeholders) -> bool:
        """Return whether the condition holds for the item."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    left: str
    operator: str
    right: str

    def holds(self, item: Item, given: Placeholders) -> bool:
        left, right = given.find(self.left, item), given.find(self.right, item)
        if left is None or right is None or left.keys() != right.keys():
            return self.operator == "<>"
        return _COMPARISONS[self.operator](plain(left), plain(right))


@dataclass(frozen=True, slots=True)
class _Between:
    tested: str
    low: str
    high: str

    def holds(self, item: Item, given: Placeholders) -> bool:
        above = _Comparison(self.tested, ">=", self.low).holds(item, given)
        return above and _Comparison(self.tested, "<=", self.high).holds(
            item, given
        )


@dataclass(frozen=True, slots=True)
class _Exists:
    tested: str
    wanted: bool

    def holds(self, item: Item, given: Placeholders) -> bool:
        return (given.find(self.tested, item) is not None) is self.wanted


@dataclass(frozen=True, slots=True)
class _BeginsWith:
    tested: str
    prefix: str

    def holds(self, item: Item, given: Placeholders) -> bool:
        tested, prefix = (
            given.find(self.tested, item),
            given.find(self.prefix, item),
        )
        if tested is None or prefix is None or tested.keys() != prefix.keys():
            return False
        return bool(plain(tested).startswith(plain(prefix)))


@dataclass(frozen=True, slots=True)
class _Not:
    part: Condition

    def holds(self, item: Item, given: Placeholders) -> bool:
        return not self.part.holds(item, given)


@dataclass(frozen=True, slots=True)
class _Joined:
    parts: tuple[Condition, ...]
    every: bool

    def holds(self, item: Item, given: Placeholders) -> bool:
        held = (part.holds(item, given) for part in self.parts)
        return all(held) if self.every else any(held)


class _Parser:
    """A recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        if _TOKEN.sub("", text).strip():
            raise NotImplementedError(
                f"the in-memory store cannot read: {text}"
            )
        self._text, self._tokens = text, _TOKEN.findall(text)[::-1]

    def parse(self) -> Condition:
        condition = self._joined("OR")
        if self._tokens:
            raise ExpressionError(
                f"syntax error at {self._tokens[-1]}: {self._text}"
            )
        return condition

    def _joined(self, word: str) -> Condition:
        parts = [self._operand_of(word)]
        while self._tokens and self._tokens[-1] == word:
            self._tokens.pop()
            parts.append(self._operand_of(word))
        return (
            parts[0]
            if len(parts) == 1
            else _Joined(tuple(parts), word == "AND")
        )

    def _operand_of(self, word: str) -> Condition:
        return self._joined("AND") if word == "OR" else self._single()

    def _single(self) -> Condition:
        first = self._take()
        if first == "NOT":
            return _Not(self._single())
        if first == "(":
            condition = self._joined("OR")
            self._take(")")
            return condition
        if self._tokens and self._tokens[-1] == "(":
            return self._function(first)
        operator = self._take()
        if operator == "BETWEEN":
            low = self._take()
            self._take("AND")
            return _Between(first, low, self._take())
        if operator not in _COMPARISONS:
            raise NotImplementedError(
                f"the in-memory store knows no operator {operator}"
            )
        return _Comparison(first, operator, self._take())

    def _function(self, name: str) -> Condition:
        self._take("(")
        tested = self._take()
        condition: Condition
        if name == "begins_with":
            self._take(",")
            condition = _BeginsWith(tested, self._take())
        elif name in ("attribute_exists", "attribute_not_exists"):
            condition = _Exists(tested, name == "attribute_exists")
        else:
            raise NotImplementedError(
                f"the in-memory store knows no function {name}"
            )
        self._take(")")
        return condition

    def _take(self, wanted: str | None = None) -> str:
        if not self._tokens or wanted not in (None, self._tokens[-1]):
            raise ExpressionError(f"syntax error: {self._text}")
        token: str = self._tokens.pop()
        return token


@lru_cache(maxsize=500)
def parse_condition(text: str) -> Condition:
    """Read a condition or a filter."""
    return _Parser(text).parse()


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys of a query: one partition, and perhaps a part of it."""

    partition: Value
    within: Condition | None


def key_range(
    text: str, keys: tuple[str, ...], given: Placeholders
) -> KeyRange:
    """Read a key condition; it must name the partition, and nothing but the keys."""
    condition = parse_condition(text)
    parts: tuple[Condition, ...] = (condition,)
    if isinstance(condition, _Joined) and condition.every:
        parts = condition.parts
    partition, within = None, None
    for part in parts:
        name = given.name(_tested(part))
        if (
            name == keys[0]
            and isinstance(part, _Comparison)
            and part.operator == "="
            and partition is None
        ):
            partition = given.find(part.right, {})
        elif name in keys[1:] and within is None:
            within = part
        else:
            raise ExpressionError("Query key condition not supported")
    if partition is None:
        raise ExpressionError(
            f"Query condition missed key schema element: {keys[0]}"
        )
    return KeyRange(partition, within)


def _tested(part: Condition) -> str:
    if isinstance(part, _Comparison) and part.operator != "<>":
        return part.left
    if isinstance(part, _Between | _BeginsWith):
        return part.tested
    raise ExpressionError("Invalid operator used in KeyConditionExpression")


def apply_update(
    text: str, item: Item, given: Placeholders, keys: Collection[str]
) -> Item:
    """Return an item as an update leaves it: SET to a value, ADD to a number, REMOVE."""
    if _UPDATE_CLAUSE.sub("", text).strip():
        raise NotImplementedError(f"the in-memory store cannot read: {text}")
    changed = dict(item)
    for verb, clauses in _UPDATE_CLAUSE.findall(text):
        for clause in clauses.split(", "):
            if given.name(clause.split()[0]) in keys:
                raise ExpressionError(
                    "Cannot update attribute. This attribute is part of the key"
                )
            _change(verb, clause, changed, item, given)
    return changed


def _change(
    verb: str, clause: str, changed: Item, before: Item, given: Placeholders
) -> None:
    target, *operands = re.findall(r"[#:]?\w+", clause)
    name = given.name(target)
    if verb == "REMOVE":
        changed.pop(name, None)
        return
    if len(operands) != 1:
        raise NotImplementedError(
            f"the in-memory store cannot read: {verb} {clause}"
        )
    value = given.find(operands[0], before)
    if value is None:
        raise ExpressionError(
            "The provided expression refers to an attribute that does not exist in the item"
        )
    if verb == "ADD":
        value = _sum(before.get(name, {"N": "0"}), value)
    changed[name] = value


def _sum(before: Value, added: Value) -> Value:
    if "N" not in before or "N" not in added:
        raise ExpressionError(
            "An operand in the update expression has an incorrect data type"
        )
    return {"N": str(plain(before) + plain(added))}
