"""The stores of tests, and the one seam at which calls are watched, counted or made to fail."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, TypeAlias

from chalicelib.store.dynamo import connect
from devserver.memory_dynamo import MemoryDynamo

Around: TypeAlias = Callable[[partial[Any], str, dict[str, Any]], Any]
ADDRESS = "AWS_ENDPOINT_URL_DYNAMODB"  # of the embedded store, as long as a test uses it
_watchers: list[Around] = []


class WatchedDynamo:
    """A client of DynamoDB whose every call goes through the watchers, the latest outermost."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def _make_api_call(self, operation: str, kwargs: dict[str, Any]) -> Any:
        call = partial(self.client._make_api_call, operation, kwargs)
        for around in _watchers:
            call = partial(around, call, operation, kwargs)
        return call()


@contextmanager
def intercepted(around: Around) -> Iterator[None]:
    """Run `around(call, operation, arguments)` in the place of every call of DynamoDB."""
    _watchers.append(around)
    try:
        yield
    finally:
        _watchers.remove(around)


def own_dynamo() -> WatchedDynamo:
    """Return a fresh in-memory store, or the embedded one where a test has named its address."""
    address = os.environ.get(ADDRESS)
    return WatchedDynamo(_client_of(address) if address else MemoryDynamo())


@lru_cache(maxsize=4)
def _client_of(address: str) -> Any:
    """Return the client of an embedded store; worlds share it, for it is slow to make."""
    return connect("us-east-1").client


@dataclass
class Storage:
    """Counted storage calls."""

    calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(
        default_factory=list
    )

    @property
    def names(self) -> Counter[str]:
        return Counter(name for name, _, _ in self.calls)

    @property
    def reads(self) -> int:
        return sum(
            count
            for name, count in self.names.items()
            if name
            in ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
        )

    def units(self, name: str) -> float:
        """Return the capacity units that the calls of a name consumed, by the store's report."""
        total = 0.0
        for called, _, answer in self.calls:
            if called == name:
                reported = answer.get("ConsumedCapacity", [])
                total += sum(
                    c["CapacityUnits"]
                    for c in (
                        reported if isinstance(reported, list) else [reported]
                    )
                )
        return total


@contextmanager
def counted_storage() -> Iterator[Storage]:
    """Count every call that reaches DynamoDB."""
    storage = Storage()

    def count(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        answer = call()
        storage.calls.append((name, kwargs, answer))
        return answer

    with intercepted(count):
        yield storage
