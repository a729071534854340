"""Watch the calls of the store during a fanout, and draw the places of the crashes."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel.audiences import SeveralPeople
from chalicelib.kernel.job import ScheduledJob, Send
from tests.faults.cloud import Cloud
from tests.faults.crowd import units_by_table

__all__ = ["SEED", "StoreWatch", "patiences"]

# crashes while the audience is read, and while messages are sent
WHILE_READING = 10
WHILE_SENDING = 40
SEED = 20261123
STEPS_OF_A_MEMBER = 3  # claim, send, settle


@dataclass
class StoreWatch:
    """Units by table, the shares, and the people whose attempts are under way."""

    cloud: Cloud
    units: Counter[str] = field(default_factory=Counter)
    claimed: set[str] = field(default_factory=set)
    in_flight: set[str] = field(default_factory=set)  # at a crash
    shares: set[str] = field(default_factory=set)

    def around(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        """Count a call. See `tests.storage.intercepted`."""
        if not self.cloud.watched:  # a query of the stand-in itself
            return call()
        answer = units_by_table(self.units)(call, name, kwargs)
        if name == "PutItem" and "state" in kwargs["Item"]:
            self._note_attempt(kwargs["Item"])
        return answer

    def _note_attempt(self, item: dict[str, Any]) -> None:
        id = _text(item["pk"])
        state = _text(item["state"])
        if state == "claimed":
            self.claimed.add(id)
        else:
            self.claimed.discard(id)

    def takes(self, due: ScheduledJob) -> bool:
        """Note the job of a share. See `Cloud.takes`."""
        job = due.job
        if isinstance(job, Send) and isinstance(job.audience, SeveralPeople):
            self.shares.add(job.message_id + job.id)
        return True

    def note_crash(self) -> None:
        """Note the attempts that the crash left between claimed and settled."""
        self.in_flight |= self.claimed
        self.claimed.clear()

    def total(self, kind: str, without: str = "") -> float:
        """Return all units of reading or writing, without those of one table."""
        total = 0.0
        left_out = f"{kind} {without}"
        for name, units in self.units.items():
            if name.startswith(kind) and name != left_out:
                total += units
        return total


def _text(attribute: dict[str, str]) -> str:
    return attribute["S"].strip('"')


def patiences(members: int) -> Iterator[int]:
    """Yield the number of effects after which each of the fifty processes dies."""
    dice = random.Random(SEED)
    # of a page: two reads, a transaction, and one more
    reading = members // 500 * 4
    sending = round(members * STEPS_OF_A_MEMBER * 0.95)
    last_of_reading = max(3, reading)
    places = []
    for _ in range(WHILE_READING):
        place = dice.randint(2, last_of_reading)
        places.append(place)
    for _ in range(WHILE_SENDING):
        place = dice.randint(reading, sending)
        places.append(place)
    before = 0
    for place in sorted(places):
        yield max(2, place - before)
        before = place
