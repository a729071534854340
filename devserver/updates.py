"""Applies the update expressions of DynamoDB, as far as the project writes them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from .expressions import ExpressionError, Item, Placeholders, Value, plain

__all__ = ["apply_update"]

_CLAUSE = re.compile(r"\b(SET|ADD|REMOVE) (.+?)(?= (?:SET|ADD|REMOVE) |$)")
_TOKEN = re.compile(r"[#:]?\w+")
_ZERO: Value = {"N": "0"}


def apply_update(
    text: str,
    item: Item,
    given: Placeholders,
    keys: Collection[str],
) -> Item:
    """Return an item as an update leaves it: SET to a value, ADD to a number, REMOVE."""
    if _CLAUSE.sub("", text).strip():
        raise NotImplementedError(f"the in-memory store cannot read: {text}")
    update = _Update(item, given, keys)
    changed = dict(item)
    for verb, clauses in _CLAUSE.findall(text):
        for clause in clauses.split(", "):
            update.change(changed, verb, clause)
    return changed


@dataclass(frozen=True, slots=True)
class _Update:
    """An update of an item. Its clauses read the item as it was before."""

    before: Item
    given: Placeholders
    keys: Collection[str]

    def change(self, changed: Item, verb: str, clause: str) -> None:
        target, *operands = _TOKEN.findall(clause)
        name = self.given.name(target)
        if name in self.keys:
            raise ExpressionError(
                "Cannot update attribute. This attribute is part of the key"
            )
        if verb == "REMOVE":
            changed.pop(name, None)
            return
        if len(operands) != 1:
            raise NotImplementedError(
                f"the in-memory store cannot read: {verb} {clause}"
            )
        value = self._operand(operands[0])
        if verb == "ADD":
            former = self.before.get(name, _ZERO)
            value = _sum(former, value)
        changed[name] = value

    def _operand(self, token: str) -> Value:
        value = self.given.find(token, self.before)
        if value is None:
            raise ExpressionError(
                "The provided expression refers to an attribute that does not exist in the item"
            )
        return value


def _sum(before: Value, added: Value) -> Value:
    if "N" not in before or "N" not in added:
        raise ExpressionError(
            "An operand in the update expression has an incorrect data type"
        )
    total = plain(before) + plain(added)
    return {"N": str(total)}
