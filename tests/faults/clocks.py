"""Clocks that are wrong, and identifiers that are the same whenever the same is done."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.message_log.model import id_of_parts


class SkewedClock:
    """The clock of a machine: right but for an offset."""

    def __init__(self, true: Any) -> None:
        self.true, self.offset = true, timedelta(0)

    def now(self) -> datetime:
        return self.true.now() + self.offset


class CountedIds:
    """Identifiers by number: providers and shards are chosen by them."""

    def __init__(self) -> None:
        self.number = 0

    def new(self, prefix: str) -> str:
        self.number += 1
        return id_of_parts(prefix, str(self.number))
