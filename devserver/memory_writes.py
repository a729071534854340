"""Writes of the in-memory DynamoDB: checked and computed before any item changes."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NoReturn

from .conditions import parse_condition
from .expressions import ExpressionError, Item, Placeholders, Request
from .memory_index import Key
from .memory_table import MemoryTable
from .updates import apply_update

__all__ = [
    "WRITES",
    "IdempotencyTokens",
    "ServiceRefusal",
    "Write",
    "cancel",
    "check_batch",
    "commit",
]

_REMEMBERED_TOKENS = 1000  # the service forgets a token after ten minutes
_EXPRESSION = {"ExpressionAttributeNames", "ExpressionAttributeValues"}
_CONDITION = _EXPRESSION | {"ConditionExpression", "ReturnValues"}
# Each kind of write with its known arguments.
WRITES: Mapping[str, set[str]] = {
    "Put": _CONDITION | {"Item"},
    "Delete": _CONDITION | {"Key"},
    "Update": _CONDITION | {"Key", "UpdateExpression"},
    "ConditionCheck": _CONDITION | {"Key"},
}


class ServiceRefusal(Exception):
    """An error of the service: its code, its message and further parts of the answer."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        error = {"Code": code, "Message": message}
        self.response = {"Error": error, **more}


@dataclass(frozen=True, slots=True)
class Write:
    """One item's part in a request."""

    kind: str
    table: MemoryTable
    key: Key
    request: Request
    given: Placeholders

    @classmethod
    def create(cls, kind: str, table: MemoryTable, request: Request) -> "Write":
        """Read a write of a table."""
        if kind == "Put":
            key = table.key_of(request["Item"], whole=False)
        else:
            key = table.key_of(request["Key"])
        given = Placeholders(request)
        return cls(kind, table, key, request, given)

    @property
    def before(self) -> Item | None:
        """Return the item as the table holds it."""
        return self.table.items.get(self.key)

    @property
    def place(self) -> tuple[str, Key]:
        """Return the name of the table and the key of the item."""
        return self.request["TableName"], self.key

    def may_happen(self) -> bool:
        """Return whether the condition holds."""
        text = self.request.get("ConditionExpression")
        if text is None:
            return True
        condition = parse_condition(text)
        item = self.before or {}
        return condition.holds(item, self.given)

    def after(self) -> Item | None:
        """Return the item after the write."""
        if self.kind == "Put":
            return self.table.accept(self.request["Item"])
        if self.kind == "Update":
            return self._updated()
        if self.kind == "Delete":
            return None
        return self.before

    def _updated(self) -> Item:
        table = self.table
        text = self.request["UpdateExpression"]
        before = self.before
        if before is None:
            before = dict(self.request["Key"])
        updated = apply_update(text, before, self.given, table.keys)
        return table.accept(updated)


class IdempotencyTokens:
    """The tokens of the latest transactions, each with what was written."""

    def __init__(self) -> None:
        self._written: OrderedDict[str, Any] = OrderedDict()

    def is_repeated(self, token: str | None, parts: Sequence[Request]) -> bool:
        """Return whether a transaction has been made before.

        Raises:
            ServiceRefusal: its token was used for another one.

        """
        if token is None or token not in self._written:
            return False
        if self._written[token] != parts:
            raise ServiceRefusal(
                "IdempotentParameterMismatchException",
                "The token was used for other parameters",
            )
        return True

    def remember(self, token: str | None, parts: Sequence[Request]) -> None:
        """Keep what was written under a token, if there is one."""
        if token is None:
            return
        self._written[token] = deepcopy(parts)
        if len(self._written) > _REMEMBERED_TOKENS:
            self._written.popitem(last=False)


def check_batch(
    places: Sequence[tuple[str, Key]],
    limit: int,
    doubled: str,
) -> None:
    """Refuse a request with too many items, or with the same one twice."""
    if not 1 <= len(places) <= limit:
        raise ExpressionError(f"Member must have length between 1 and {limit}")
    if len(set(places)) != len(places):
        raise ExpressionError(doubled)


def commit(writes: Sequence[Write]) -> None:
    """Compute all items, any of which may be refused, and only then change them."""
    afters = [write.after() for write in writes]
    for write, after in zip(writes, afters, strict=True):
        if write.kind == "ConditionCheck":
            continue
        if after is None:
            write.table.delete(write.key)
        else:
            write.table.put(write.key, after)


def cancel(allowed: Sequence[bool]) -> NoReturn:
    """Refuse a transaction. The reasons are in the order of its writes."""
    codes: list[str] = []
    for is_allowed in allowed:
        if is_allowed:
            codes.append("None")
        else:
            codes.append("ConditionalCheckFailed")
    message = (
        "Transaction cancelled, please refer cancellation reasons for specific reasons"
        f" [{', '.join(codes)}]"
    )
    reasons = [{"Code": code} for code in codes]
    raise ServiceRefusal(
        "TransactionCanceledException",
        message,
        CancellationReasons=reasons,
    )
