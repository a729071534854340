"""DynamoDB in this process's memory, for tests and for STORE=memory (docs/decisions/0032).

PynamoDB calls it like a client, and it answers or refuses as the service does. An unknown
operation, argument or function of an expression raises NotImplementedError.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from botocore.exceptions import ClientError

from .expressions import (
    ExpressionError,
    Item,
    Placeholders,
    apply_update,
    parse_condition,
)
from .memory_table import Key, MemoryTable, copy_item

__all__ = ["MemoryDynamo"]

MAX_BATCH_GET, MAX_BATCH_WRITE, MAX_TRANSACTION = 100, 25, 100
_REMEMBERED_TOKENS = 1000  # the service forgets a token after ten minutes
_DUPLICATES = "Provided list of item keys contains duplicates"
_ONE_ITEM_TWICE = (
    "Transaction request cannot include multiple operations on one item"
)
_IGNORED = {
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "ConsistentRead",
    "TableName",
}
_EXPRESSION = {"ExpressionAttributeNames", "ExpressionAttributeValues"}
_CONDITION = _EXPRESSION | {"ConditionExpression", "ReturnValues"}
_PAGE = _EXPRESSION | {
    "IndexName",
    "FilterExpression",
    "Limit",
    "ExclusiveStartKey",
}
_SCHEMA = {
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
}
_WRITES: Mapping[str, set[str]] = {
    "Put": _CONDITION | {"Item"},
    "Delete": _CONDITION | {"Key"},
    "Update": _CONDITION | {"Key", "UpdateExpression"},
    "ConditionCheck": _CONDITION | {"Key"},
}


class _Refused(Exception):
    """An error of the service: its code, its message and further parts of the answer."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.response = {"Error": {"Code": code, "Message": message}, **more}


@dataclass(frozen=True, slots=True)
class _Write:
    """One item's part in a request; checked and computed before any change."""

    kind: str
    table: MemoryTable
    key: Key
    request: Mapping[str, Any]
    given: Placeholders

    @property
    def before(self) -> Item | None:
        return self.table.items.get(self.key)

    def may_happen(self) -> bool:
        """Return whether the condition holds."""
        text = self.request.get("ConditionExpression")
        if text is None:
            return True
        return parse_condition(text).holds(self.before or {}, self.given)

    def after(self) -> Item | None:
        """Return the item after the write."""
        if self.kind == "Put":
            return self.table.accept(self.request["Item"])
        if self.kind == "Update":
            before = self.before or dict(self.request["Key"])
            text, keys = self.request["UpdateExpression"], self.table.keys
            return self.table.accept(
                apply_update(text, before, self.given, keys)
            )
        return None if self.kind == "Delete" else self.before


class MemoryDynamo:
    """A client of DynamoDB, called by `_make_api_call`. One call at a time."""

    def __init__(self) -> None:
        self.tables: dict[str, MemoryTable] = {}
        self._tokens: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.RLock()

    def _make_api_call(
        self, operation: str, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        known = self._operations.get(operation)
        if known is None:
            raise NotImplementedError(
                f"the in-memory store knows no {operation}"
            )
        answer, arguments = known
        _check_arguments(operation, kwargs, arguments)
        try:
            with self._lock:
                return answer(self, kwargs)
        except ExpressionError as error:
            invalid = {
                "Error": {"Code": "ValidationException", "Message": str(error)}
            }
            raise ClientError(invalid, operation) from error
        except _Refused as error:
            raise ClientError(error.response, operation) from error

    def _table(self, name: str) -> MemoryTable:
        if name not in self.tables:
            raise _Refused(
                "ResourceNotFoundException", "Requested resource not found"
            )
        return self.tables[name]

    def _create_table(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = request["TableName"]
        if name in self.tables:
            raise _Refused(
                "ResourceInUseException", f"Table already exists: {name}"
            )
        if request.get("LocalSecondaryIndexes"):
            raise NotImplementedError(
                "the in-memory store knows no local indexes"
            )
        self.tables[name] = MemoryTable.create(request)
        return {"TableDescription": self._describe_table(request)["Table"]}

    def _describe_table(self, request: Mapping[str, Any]) -> dict[str, Any]:
        table = self._table(request["TableName"])
        schema = deepcopy(dict(table.schema))
        described = {name: value for name, value in schema.items() if value}
        mode = {"BillingMode": described.pop("BillingMode", "PROVISIONED")}
        described |= {
            "TableName": request["TableName"],
            "BillingModeSummary": mode,
            "ItemCount": len(table.items),
        }
        return {"Table": described | {"TableStatus": "ACTIVE"}}

    def _delete_table(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._table(request["TableName"])
        del self.tables[request["TableName"]]
        name = request["TableName"]
        return {
            "TableDescription": {"TableName": name, "TableStatus": "DELETING"}
        }

    def _get_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        table = self._table(request["TableName"])
        item = table.items.get(table.key_of(request["Key"]))
        return {} if item is None else {"Item": copy_item(item)}

    def _batch_get_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        keys = []
        for name, part in request["RequestItems"].items():
            _check_arguments("BatchGetItem", part, {"Keys"})
            keys += [
                (name, self._table(name).key_of(key)) for key in part["Keys"]
            ]
        _check_batch(keys, MAX_BATCH_GET, _DUPLICATES)
        answers: dict[str, list[Item]] = {
            name: [] for name in request["RequestItems"]
        }
        for name, key in keys:
            if item := self.tables[name].items.get(key):
                answers[name].append(copy_item(item))
        return {"Responses": answers, "UnprocessedKeys": {}}

    def _batch_write_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        writes = []
        for name, parts in request["RequestItems"].items():
            for part in parts:
                ((kind, given),) = part.items()
                operation = kind.removesuffix("Request")
                writes.append(
                    self._write(operation, {"TableName": name, **given})
                )
        keys = [(write.request["TableName"], write.key) for write in writes]
        _check_batch(keys, MAX_BATCH_WRITE, _DUPLICATES)
        _commit(writes)
        return {"UnprocessedItems": {}}

    def _put_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._write_one("Put", request)

    def _delete_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._write_one("Delete", request)

    def _update_item(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._write_one("Update", request)

    def _write_one(
        self, kind: str, request: Mapping[str, Any]
    ) -> dict[str, Any]:
        write = self._write(kind, request)
        if not write.may_happen():
            raise _Refused(
                "ConditionalCheckFailedException",
                "The conditional request failed",
            )
        before = write.before
        _commit([write])
        versions = {"NONE": None, "ALL_OLD": before, "ALL_NEW": write.before}
        returned = versions[request.get("ReturnValues", "NONE")]
        return {} if returned is None else {"Attributes": copy_item(returned)}

    def _transact_write_items(
        self, request: Mapping[str, Any]
    ) -> dict[str, Any]:
        parts: Sequence[Mapping[str, Any]] = request["TransactItems"]
        writes = [self._write(*next(iter(part.items()))) for part in parts]
        keys = [(write.request["TableName"], write.key) for write in writes]
        _check_batch(keys, MAX_TRANSACTION, _ONE_ITEM_TWICE)
        token = request.get("ClientRequestToken")
        if token is not None and token in self._tokens:
            if self._tokens[token] != parts:
                raise _Refused(
                    "IdempotentParameterMismatchException",
                    "The token was used for other parameters",
                )
            return {}
        allowed = [write.may_happen() for write in writes]
        if not all(allowed):
            _cancel(allowed)
        _commit(writes)
        if token is not None:
            self._remember(token, parts)
        return {}

    def _remember(self, token: str, parts: Sequence[Mapping[str, Any]]) -> None:
        self._tokens[token] = deepcopy(parts)
        if len(self._tokens) > _REMEMBERED_TOKENS:
            self._tokens.popitem(last=False)

    def _write(self, kind: str, request: Mapping[str, Any]) -> _Write:
        _check_arguments(kind, request, _WRITES[kind])
        table = self._table(request["TableName"])
        if kind == "Put":
            key = table.key_of(request["Item"], whole=False)
        else:
            key = table.key_of(request["Key"])
        return _Write(kind, table, key, request, Placeholders(request))

    def _query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._table(request["TableName"]).query(request)

    def _scan(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._table(request["TableName"]).scan(request)

    # Each operation with its known arguments.
    _operations: ClassVar[
        Mapping[str, tuple[Callable[..., dict[str, Any]], set[str]]]
    ] = {
        "CreateTable": (_create_table, _SCHEMA),
        "DescribeTable": (_describe_table, set()),
        "DeleteTable": (_delete_table, set()),
        "GetItem": (_get_item, {"Key"}),
        "BatchGetItem": (_batch_get_item, {"RequestItems"}),
        "BatchWriteItem": (_batch_write_item, {"RequestItems"}),
        "PutItem": (_put_item, _WRITES["Put"]),
        "DeleteItem": (_delete_item, _WRITES["Delete"]),
        "UpdateItem": (_update_item, _WRITES["Update"]),
        "TransactWriteItems": (
            _transact_write_items,
            {"TransactItems", "ClientRequestToken"},
        ),
        "Query": (
            _query,
            _PAGE | {"KeyConditionExpression", "ScanIndexForward"},
        ),
        "Scan": (_scan, _PAGE),
    }


def _check_arguments(
    operation: str, kwargs: Mapping[str, Any], known: set[str]
) -> None:
    if unknown := kwargs.keys() - known - _IGNORED:
        raise NotImplementedError(
            f"the in-memory store knows no {sorted(unknown)} of {operation}"
        )


def _check_batch(
    keys: Sequence[tuple[str, Key]], limit: int, doubled: str
) -> None:
    if not 1 <= len(keys) <= limit:
        raise ExpressionError(f"Member must have length between 1 and {limit}")
    if len(set(keys)) != len(keys):
        raise ExpressionError(doubled)


def _cancel(allowed: Sequence[bool]) -> NoReturn:
    """Refuse a transaction. The reasons are in the order of its writes."""
    codes = {True: "None", False: "ConditionalCheckFailed"}
    reasons = [{"Code": codes[is_allowed]} for is_allowed in allowed]
    message = (
        "Transaction cancelled, please refer cancellation reasons for specific reasons"
        f" [{', '.join(reason['Code'] for reason in reasons)}]"
    )
    raise _Refused(
        "TransactionCanceledException", message, CancellationReasons=reasons
    )


def _commit(writes: Sequence[_Write]) -> None:
    """Compute all items, any of which may be refused, and only then change them."""
    afters = [write.after() for write in writes]
    for write, after in zip(writes, afters, strict=True):
        if after is not None:
            write.table.items[write.key] = after
        elif write.kind != "ConditionCheck":
            write.table.items.pop(write.key, None)
