"""The rows of a street as they are now, read outside of the services, cheaply after each step."""

from collections.abc import Mapping
from typing import Any, TypeVar

from chalicelib.kernel.fact import Fact
from chalicelib.kernel.job import ScheduledJob, scheduled_of
from chalicelib.message_log.model import MessageAttempt
from chalicelib.offers.model import Offer
from chalicelib.people.model import Person
from chalicelib.places.model import Place
from chalicelib.queue_watch.model import QueueWatch
from chalicelib.replies.model import StoredReply
from chalicelib.store.table import Row
from chalicelib.store.tables import JOB, PARKED_PART
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.wishes.model import Wish
from devserver.memory_dynamo import MemoryDynamo
from onemachine.scan import scan_items

from ..world import World

T = TypeVar("T")
# The sort key by which the rows of a kind are known, or its beginning. None: each row is of it.
SORT_KEYS: Mapping[type, str | None] = {
    Fact: None,
    MessageAttempt: "delivery",
    Offer: "offer",
    Person: "person",
    Place: None,
    QueueWatch: "queue_watch",
    StoredReply: "reply",
    Ticket: "ticket",
    TicketReport: "report#",
    Wish: "wish",
}


class Ledger:
    """Reads whole tables. What has not changed since the last read is not decoded again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[Any, tuple[Any, Any]] = {}

    def all(self, kind: type[T]) -> list[T]:
        """Return everything of a kind."""
        row: Row[T] = self._world.services.store.row_of(kind)
        wanted = SORT_KEYS[kind]
        found = []
        for key, item in self._items(row.table):
            sort_key = key[1]
            if wanted is None:
                if key[0] == "#streets":
                    continue
            elif wanted.endswith("#"):
                if not sort_key.startswith(wanted):
                    continue
            elif sort_key != wanted:
                continue
            found.append(self._decoded(row, key, item))
        return found

    def one(self, kind: type[T], id: str) -> T | None:
        """Return one thing by its id."""
        for thing in self.all(kind):
            if getattr(thing, "id", "") == id:
                return thing
        return None

    def jobs(self) -> list[ScheduledJob]:
        """Return all jobs that wait."""
        found = []
        for key, item in self._items(JOB.table):
            if key[0] != PARKED_PART:
                found.append(self._decoded(JOB, key, item))
        return [scheduled_of(record) for record in found]

    def parked(self) -> list[str]:
        """Return the kinds of the jobs that failed for good."""
        return [
            item["record"]["M"]["kind"]["S"]
            for key, item in self._items(JOB.table)
            if key[0] == PARKED_PART
        ]

    def _items(self, table: Any) -> list[tuple[Any, Any]]:
        world = self._world
        if isinstance(world.dynamo.client, MemoryDynamo):
            name = world.settings.table_prefix + table.name
            return list(world.tables[name].items.items())
        items = [dict(item) for item in scan_items(world.services.store, table)]
        return [((item["pk"]["S"], item["sk"]["S"]), item) for item in items]

    def _decoded(self, row: Any, key: Any, item: Any) -> Any:
        place = (row.table.name, *key)
        known = self._known.get(place)
        if known and known[0] is item:
            return known[1]
        entity = row.to_entity(item)
        self._known[place] = (item, entity)
        return entity
