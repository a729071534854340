"""Counters: numbers that many requests change at once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from pynamodb.exceptions import PynamoDBException

from ..kernel.one_look import look_again
from .store import Store
from .tables import COUNTER, CounterValue

__all__ = ["Counters"]

_VALUE = COUNTER.view(CounterValue)


class Counters:
    """Reads counters and adds to them, outside of a transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, subject: str, name: str) -> int:
        """Read a counter; 0 if it has no row."""
        counter = self._store.get(_VALUE, subject, name)
        return counter.value if counter else 0

    def sum_of(self, keys: Sequence[tuple[str, str]]) -> int:
        """Return the sum of counters, by subject and name. Reads are eventually consistent."""
        found = self._store.get_many(_VALUE, keys, consistent=False)
        return sum(counter.value for counter in found)

    def try_add(
        self, subject: str, name: str, number: int, expires_at: datetime
    ) -> None:
        """Add to a counter if the store is able to."""
        actions = [
            COUNTER.attribute("value").add(number),
            COUNTER.attribute("ttl").set(expires_at),
        ]
        look_again()
        with suppress(PynamoDBException):
            self._store.connection.update_item(
                self._store.name_of(COUNTER.table),
                subject,
                range_key=name,
                actions=actions,
            )
