"""DynamoDB in this process's memory, for tests and for STORE=memory (docs/decisions/0032).

PynamoDB calls it like a client, and it answers or refuses as the service does. An unknown
operation, argument or function of an expression raises NotImplementedError.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, ClassVar, TypeAlias

from botocore.exceptions import ClientError

from .expressions import ExpressionError, Item, Request, Response
from .memory_index import Key, copy_item
from .memory_table import MemoryTable
from .memory_writes import (
    WRITES,
    IdempotencyTokens,
    ServiceRefusal,
    Write,
    cancel,
    check_batch,
    commit,
)

__all__ = ["MemoryDynamo"]

MAX_BATCH_GET, MAX_BATCH_WRITE, MAX_TRANSACTION = 100, 25, 100
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
_PAGE = {
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
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
_Operation: TypeAlias = Callable[["MemoryDynamo", Request], Response]


class MemoryDynamo:
    """A client of DynamoDB, called by `_make_api_call`. One call at a time."""

    def __init__(self) -> None:
        self.tables: dict[str, MemoryTable] = {}
        self._tokens = IdempotencyTokens()
        self._lock = threading.RLock()

    def _make_api_call(
        self,
        operation: str,
        kwargs: dict[str, Any],
    ) -> Response:
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
            invalid = ServiceRefusal("ValidationException", str(error))
            raise ClientError(invalid.response, operation) from error
        except ServiceRefusal as error:
            raise ClientError(error.response, operation) from error

    def _table(self, request: Request) -> MemoryTable:
        return self._table_named(request["TableName"])

    def _table_named(self, name: str) -> MemoryTable:
        if name not in self.tables:
            raise ServiceRefusal(
                "ResourceNotFoundException",
                "Requested resource not found",
            )
        return self.tables[name]

    # tables

    def _create_table(self, request: Request) -> Response:
        name = request["TableName"]
        if name in self.tables:
            raise ServiceRefusal(
                "ResourceInUseException",
                f"Table already exists: {name}",
            )
        if request.get("LocalSecondaryIndexes"):
            raise NotImplementedError(
                "the in-memory store knows no local indexes"
            )
        self.tables[name] = MemoryTable.create(request)
        described = self._describe_table(request)
        return {"TableDescription": described["Table"]}

    def _describe_table(self, request: Request) -> Response:
        table = self._table(request)
        described: dict[str, Any] = {}
        for name, value in table.schema.items():
            if value:
                described[name] = deepcopy(value)
        mode = described.pop("BillingMode", "PROVISIONED")
        described |= {
            "TableName": request["TableName"],
            "BillingModeSummary": {"BillingMode": mode},
            "ItemCount": len(table.items),
            "TableStatus": "ACTIVE",
        }
        return {"Table": described}

    def _delete_table(self, request: Request) -> Response:
        self._table(request)
        name = request["TableName"]
        del self.tables[name]
        described = {"TableName": name, "TableStatus": "DELETING"}
        return {"TableDescription": described}

    # reads

    def _get_item(self, request: Request) -> Response:
        table = self._table(request)
        key = table.key_of(request["Key"])
        item = table.items.get(key)
        if item is None:
            return {}
        return {"Item": copy_item(item)}

    def _batch_get_item(self, request: Request) -> Response:
        places: list[tuple[str, Key]] = []
        answers: dict[str, list[Item]] = {}
        for name, part in request["RequestItems"].items():
            _check_arguments("BatchGetItem", part, {"Keys"})
            answers[name] = []
            table = self._table_named(name)
            for key in part["Keys"]:
                places.append((name, table.key_of(key)))
        check_batch(places, MAX_BATCH_GET, _DUPLICATES)
        for name, place in places:
            item = self.tables[name].items.get(place)
            if item is not None:
                answers[name].append(copy_item(item))
        return {"Responses": answers, "UnprocessedKeys": {}}

    def _query(self, request: Request) -> Response:
        return self._table(request).query(request)

    def _scan(self, request: Request) -> Response:
        return self._table(request).scan(request)

    # writes

    def _put_item(self, request: Request) -> Response:
        return self._write_one("Put", request)

    def _delete_item(self, request: Request) -> Response:
        return self._write_one("Delete", request)

    def _update_item(self, request: Request) -> Response:
        return self._write_one("Update", request)

    def _write_one(self, kind: str, request: Request) -> Response:
        write = self._write(kind, request)
        if not write.may_happen():
            raise ServiceRefusal(
                "ConditionalCheckFailedException",
                "The conditional request failed",
            )
        before = write.before
        commit([write])
        versions = {"NONE": None, "ALL_OLD": before, "ALL_NEW": write.before}
        asked = request.get("ReturnValues", "NONE")
        returned = versions[asked]
        if returned is None:
            return {}
        return {"Attributes": copy_item(returned)}

    def _batch_write_item(self, request: Request) -> Response:
        writes = []
        for name, parts in request["RequestItems"].items():
            for part in parts:
                ((kind, given),) = part.items()
                operation = kind.removesuffix("Request")
                whole = {"TableName": name, **given}
                writes.append(self._write(operation, whole))
        places = [write.place for write in writes]
        check_batch(places, MAX_BATCH_WRITE, _DUPLICATES)
        commit(writes)
        return {"UnprocessedItems": {}}

    def _transact_write_items(self, request: Request) -> Response:
        parts: Sequence[Request] = request["TransactItems"]
        writes = list(self._writes(parts))
        places = [write.place for write in writes]
        check_batch(places, MAX_TRANSACTION, _ONE_ITEM_TWICE)
        token = request.get("ClientRequestToken")
        if self._tokens.is_repeated(token, parts):
            return {}
        allowed = [write.may_happen() for write in writes]
        if not all(allowed):
            cancel(allowed)
        commit(writes)
        self._tokens.remember(token, parts)
        return {}

    def _writes(self, parts: Iterable[Request]) -> Iterable[Write]:
        for part in parts:
            ((kind, given),) = part.items()
            yield self._write(kind, given)

    def _write(self, kind: str, request: Request) -> Write:
        _check_arguments(kind, request, WRITES[kind])
        table = self._table(request)
        return Write.create(kind, table, request)

    # Each operation with its known arguments.
    _operations: ClassVar[Mapping[str, tuple[_Operation, set[str]]]] = {
        "CreateTable": (_create_table, _SCHEMA),
        "DescribeTable": (_describe_table, set()),
        "DeleteTable": (_delete_table, set()),
        "GetItem": (_get_item, {"Key"}),
        "BatchGetItem": (_batch_get_item, {"RequestItems"}),
        "BatchWriteItem": (_batch_write_item, {"RequestItems"}),
        "PutItem": (_put_item, WRITES["Put"]),
        "DeleteItem": (_delete_item, WRITES["Delete"]),
        "UpdateItem": (_update_item, WRITES["Update"]),
        "TransactWriteItems": (
            _transact_write_items,
            {"TransactItems", "ClientRequestToken"},
        ),
        "Query": (
            _query,
            _PAGE | {"KeyConditionExpression", "ScanIndexForward", "Select"},
        ),
        "Scan": (_scan, _PAGE),
    }


def _check_arguments(operation: str, given: Request, known: set[str]) -> None:
    unknown = given.keys() - known - _IGNORED
    if unknown:
        raise NotImplementedError(
            f"the in-memory store knows no {sorted(unknown)} of {operation}"
        )
