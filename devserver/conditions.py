"""Reads the conditions and filters of DynamoDB, as far as the project writes them.

Each text is parsed once. Its placeholders are resolved for each request.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Protocol

from .expressions import ExpressionError, Item, Placeholders

__all__ = [
    "BeginsWith",
    "Between",
    "Comparison",
    "Condition",
    "Joined",
    "parse_condition",
]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:]?\w+)")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


class Condition(Protocol):
    """A condition on an item."""

    def holds(self, item: Item, given: Placeholders) -> bool:
        """Return whether the condition holds for the item."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of two values. Values of two types are only unequal."""

    left: str
    operator: str
    right: str

    def holds(self, item: Item, given: Placeholders) -> bool:
        """Compare the contents of the two values."""
        contents = given.find_pair(self.left, self.right, item)
        if contents is None:
            return self.operator == "<>"
        compare = _COMPARISONS[self.operator]
        return compare(*contents)


@dataclass(frozen=True, slots=True)
class Between:
    """A range that includes both of its ends."""

    tested: str
    low: str
    high: str

    def holds(self, item: Item, given: Placeholders) -> bool:
        """Compare the value with both ends."""
        above = Comparison(self.tested, ">=", self.low)
        below = Comparison(self.tested, "<=", self.high)
        return above.holds(item, given) and below.holds(item, given)


@dataclass(frozen=True, slots=True)
class _Exists:
    tested: str
    wanted: bool

    def holds(self, item: Item, given: Placeholders) -> bool:
        value = given.find(self.tested, item)
        exists = value is not None
        return exists is self.wanted


@dataclass(frozen=True, slots=True)
class BeginsWith:
    """The beginning of a text or of bytes."""

    tested: str
    prefix: str

    def holds(self, item: Item, given: Placeholders) -> bool:
        """Compare the beginning of the value with the prefix."""
        contents = given.find_pair(self.tested, self.prefix, item)
        if contents is None:
            return False
        tested, prefix = contents
        return bool(tested.startswith(prefix))


@dataclass(frozen=True, slots=True)
class _Not:
    part: Condition

    def holds(self, item: Item, given: Placeholders) -> bool:
        return not self.part.holds(item, given)


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by AND (every) or by OR."""

    parts: tuple[Condition, ...]
    every: bool

    def holds(self, item: Item, given: Placeholders) -> bool:
        """Test the parts until one of them decides."""
        for part in self.parts:
            held = part.holds(item, given)
            if held is not self.every:
                return held
        return self.every


@lru_cache(maxsize=500)
def parse_condition(text: str) -> Condition:
    """Read a condition or a filter."""
    return _Parser(text).parse()


class _Parser:
    """A recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        if _TOKEN.sub("", text).strip():
            raise NotImplementedError(
                f"the in-memory store cannot read: {text}"
            )
        self._text = text
        self._tokens = _TOKEN.findall(text)
        self._tokens.reverse()  # the next one is the last

    def parse(self) -> Condition:
        condition = self._joined("OR")
        following = self._next()
        if following is not None:
            raise ExpressionError(f"syntax error at {following}: {self._text}")
        return condition

    def _joined(self, word: str) -> Condition:
        parts = [self._operand_of(word)]
        while self._next() == word:
            self._take()
            parts.append(self._operand_of(word))
        if len(parts) == 1:
            return parts[0]
        return Joined(tuple(parts), word == "AND")

    def _operand_of(self, word: str) -> Condition:
        if word == "OR":
            return self._joined("AND")
        return self._single()

    def _single(self) -> Condition:
        first = self._take()
        if first == "NOT":
            return _Not(self._single())
        if first == "(":
            condition = self._joined("OR")
            self._take(")")
            return condition
        if self._next() == "(":
            return self._function(first)
        operator = self._take()
        if operator == "BETWEEN":
            return self._between(first)
        if operator not in _COMPARISONS:
            raise NotImplementedError(
                f"the in-memory store knows no operator {operator}"
            )
        return Comparison(first, operator, self._take())

    def _between(self, tested: str) -> Condition:
        low = self._take()
        self._take("AND")
        high = self._take()
        return Between(tested, low, high)

    def _function(self, name: str) -> Condition:
        self._take("(")
        tested = self._take()
        condition: Condition
        match name:
            case "begins_with":
                self._take(",")
                condition = BeginsWith(tested, self._take())
            case "attribute_exists":
                condition = _Exists(tested, wanted=True)
            case "attribute_not_exists":
                condition = _Exists(tested, wanted=False)
            case _:
                raise NotImplementedError(
                    f"the in-memory store knows no function {name}"
                )
        self._take(")")
        return condition

    def _next(self) -> str | None:
        if not self._tokens:
            return None
        return str(self._tokens[-1])

    def _take(self, wanted: str | None = None) -> str:
        following = self._next()
        is_wanted = wanted is None or following == wanted
        if following is None or not is_wanted:
            raise ExpressionError(f"syntax error: {self._text}")
        self._tokens.pop()
        return following
