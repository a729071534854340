"""Storage of tickets, reports, public updates and timelines.

No index holds a name, a phone or a text as it was written. Queues show the public text.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import (
    PlaceKind,
    building_of,
    grid_of,
    kind_of,
    street_of,
)
from ..store.counting import count_rows
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import SK, EventRecord, Key, Table
from ..store.tables import FACT
from .alarms import AlarmRecord
from .facts import joined_fact, ticket_facts
from .listed import (
    expected_at,
    part_of_category,
    part_of_status,
    report_order,
)
from .model import (
    ConvertedTicket,
    Ticket,
    TicketLine,
    TicketReport,
    Update,
)
from .states import TicketStatus
from .waiting_tasks import TICKET_TASKS, ticket_tasks

__all__ = [
    "ALARM",
    "CONVERTED",
    "REPORT",
    "TICKET",
    "TICKET_EVENT",
    "UPDATE",
    "TicketEvent",
    "TicketRepository",
]

# The id is the table's own key, which every index holds.
_IN_A_QUEUE = (
    "version",
    "place",
    "category",
    "urgency",
    "urgency_requested",
    "silent",
    "source",
    "private",
    "state",
    "level",
    "assignee",
    "person_id",
    "bounces",
    "text",
    "created_at",
    "updated_at",
    "waits_for",
    "waits_until",
)
_IN_A_LIST = ("place", "category", "state", "level", "assignee")
# What anybody may read of a ticket; its texts are the released ones.
_IN_PUBLIC = (
    "place",
    "community_name",
    "category",
    "state",
    "public_text",
    "public_solution",
    "latitude",
    "longitude",
    "expected_at",
    "closed_at",
    "updated_at",
)
_IN_AN_UPDATE = ("id", "ticket_id", "street", "at", "state", "text")
# PK the ticket; SK `ticket`, `report#<person>`, `update#…`, `event#<version>…`.
# PK `alarm#<subject>`; SK `alarm`.
# PK `wish#<wish>`; SK `converted`: the ticket whose place the wish took.
_TICKETS = Table(
    "tickets",
    indexes=(
        # Tickets with a deadline in a street, community or grid, by deadline. Sparse.
        index(
            "by_street_due",
            hash_key="street",
            range_key="due_order",
            include=_IN_A_QUEUE,
        ),
        index(
            "by_community_due",
            hash_key="community",
            range_key="due_order",
            include=_IN_A_QUEUE,
        ),
        index(
            "by_grid_due",
            hash_key="grid",
            range_key="due_order",
            include=_IN_A_QUEUE,
        ),
        # All tickets of a street, community or grid, by creation.
        index("by_street", hash_key="street", range_key="reported_order"),
        index(
            "by_community",
            hash_key="community",
            range_key="reported_order",
            include=_IN_A_LIST,
        ),
        index(
            "by_grid",
            hash_key="grid",
            range_key="reported_order",
            include=_IN_A_LIST,
        ),
        # The closed tickets of a street, and the others; for staff and for the public.
        index(
            "by_status",
            hash_key="status_in",
            range_key="reported_order",
            include=(*_IN_PUBLIC, "level", "assignee", "private"),
        ),
        # The public tickets of a street and category.
        index(
            "by_service",
            hash_key="service_in",
            range_key="reported_order",
            include=_IN_PUBLIC,
        ),
        # The tickets of one building and category.
        index("by_spot", hash_key="spot", range_key="reported_order"),
        # The open tickets of an assignee. Sparse.
        index("by_holder", hash_key="held_by", range_key="due_order"),
        # The reports of a person.
        index("by_reporter", hash_key="person_id", range_key="joined_at"),
        # The public updates of a street, with all that the public reads.
        index(
            "by_update",
            hash_key="updated_in",
            range_key="update_order",
            include=_IN_AN_UPDATE,
        ),
    ),
)


class TicketEvent(EventRecord):
    """A line of a ticket's timeline."""


def _keys(ticket: Ticket) -> dict[str, Any]:
    street = street_of(ticket.place)
    is_closed = ticket.state is TicketStatus.CLOSED
    keys: dict[str, Any] = {
        "pk": ticket.id,
        "sk": "ticket",
        "street": street,
        "community": ticket.community,
        "grid": grid_of(ticket.place),
        "status_in": part_of_status(street, is_closed=is_closed),
        "reported_order": report_order(ticket),
        "spot": f"{building_of(ticket.place)}#{ticket.category}",
        "expected_at": expected_at(ticket),
    }
    if not ticket.private:
        keys["service_in"] = part_of_category(street, ticket.category)
    if waits := ticket.next_due:
        name, at = waits
        keys |= {
            "due_order": f"{to_text(at)}#{ticket.id}",
            "waits_for": name,
            "waits_until": at,
        }
        if ticket.is_open:
            keys["held_by"] = ticket.assignee
    return keys


def _update_keys(update: Update) -> dict[str, str]:
    order = f"{to_text(update.at)}#{update.id}"
    keys = {"pk": update.ticket_id, "sk": f"update#{update.id}"}
    return keys | {"updated_in": update.street, "update_order": order}


def _report_keys(report: TicketReport) -> dict[str, str]:
    return {"pk": report.ticket_id, "sk": f"report#{report.person_id}"}


def _converted_keys(converted: ConvertedTicket) -> dict[str, str]:
    return {"pk": f"wish#{converted.wish_id}", "sk": "converted"}


def _alarm_keys(record: AlarmRecord) -> dict[str, str]:
    return {"pk": f"alarm#{record.id}", "sk": "alarm"}


_COMPUTED = {
    "waits_for": str,
    "waits_until": datetime,
    "expected_at": datetime,
}
TICKET = (
    _TICKETS.row(Ticket, keys=_keys, computed=_COMPUTED)
    .with_projection(ticket_facts)
    .with_tasks(*TICKET_TASKS, derive=ticket_tasks, sk="ticket")
)
REPORT = _TICKETS.row(TicketReport, keys=_report_keys)
UPDATE = _TICKETS.row(Update, keys=_update_keys)
CONVERTED = _TICKETS.row(ConvertedTicket, keys=_converted_keys)
ALARM = _TICKETS.row(AlarmRecord, keys=_alarm_keys)
TICKET_EVENT = _TICKETS.event_log(Ticket, TicketEvent)
# Every tenth line or so fits a filter, and a page has twenty.
_QUEUE_AT_ONCE = 250
_PUBLIC_UPDATE = UPDATE.view(Update)
_LINE, _KEY = TICKET.view(TicketLine, id="pk"), TICKET.view(Key)


def _list_of(place: str) -> tuple[str, str]:
    """Return the partition and the index of the narrowest list that holds a place's tickets."""
    if kind_of(place) is PlaceKind.STREET:
        return place, "by_street"
    if kind_of(place) is PlaceKind.COMMUNITY:
        return place, "by_community"
    return grid_of(place) or place, "by_grid"


class TicketRepository(Repository):
    """Reads tickets, reports, public updates and timelines."""

    rows = (TICKET, REPORT, UPDATE, CONVERTED, ALARM, TICKET_EVENT)

    def find_ticket(self, ticket_id: str) -> Ticket | None:
        """Read one ticket."""
        return self._store.get(TICKET, ticket_id, "ticket")

    def find_tickets(
        self, ticket_ids: Sequence[str], *, consistent: bool = True
    ) -> list[Ticket]:
        """Read several tickets, a hundred in a request."""
        keys = [(id, "ticket") for id in ticket_ids]
        return self._store.get_many(TICKET, keys, consistent=consistent)

    def find_converted(self, wish_id: str) -> Ticket | None:
        """Read the ticket whose place a wish took; None for any other wish."""
        row = self._store.get(CONVERTED, f"wish#{wish_id}", "converted")
        return self.find_ticket(row.ticket_id) if row else None

    def find_alarms(self, subjects: Sequence[str]) -> dict[str, AlarmRecord]:
        """Read the alarms of subjects; one without a row is left out."""
        keys = [(f"alarm#{subject}", "alarm") for subject in subjects]
        return by_id(self._store.get_many(ALARM, keys))

    def find_report(
        self, ticket_id: str, person_id: str
    ) -> TicketReport | None:
        """Read a person's report of a ticket."""
        return self._store.get(REPORT, ticket_id, f"report#{person_id}")

    def find_reports(
        self, ticket_ids: Sequence[str], person_id: str
    ) -> list[TicketReport]:
        """Read a person's reports of these tickets, a hundred in a request."""
        keys = [(id, f"report#{person_id}") for id in ticket_ids]
        return self._store.get_many(REPORT, keys)

    def reports_of(
        self, ticket_id: str, start: Position | None, limit: int
    ) -> Page[TicketReport]:
        """Read the reports of a ticket."""
        keys = SK.startswith("report#")
        return self._store.page(
            REPORT, ticket_id, keys=keys, start=start, limit=limit
        )

    def joined_to(self, tickets: Sequence[Ticket]) -> dict[str, int]:
        """Read how many joined each ticket; a ticket that nobody joined is left out.

        Half price: it is a figure.
        """
        facts = [joined_fact(ticket) for ticket in tickets]
        keys = [(fact.pk, fact.sk) for fact in facts]
        found = self._store.get_many(FACT, keys, consistent=False)
        return {fact.id: fact.n for fact in found}

    def reported_by(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[Ticket]:
        """Read the tickets that a person reported or joined, newest first."""
        keys = self._store.page(
            _KEY,
            person_id,
            index="by_reporter",
            start=start,
            limit=limit,
            newest_first=True,
        )
        return Page(
            self.find_tickets([key.pk for key in keys.items]), keys.next
        )

    def assigned_to(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[Ticket]:
        """Read the open tickets of an assignee, the soonest deadline first."""
        keys = self._store.page(
            _KEY, person_id, index="by_holder", start=start, limit=limit
        )
        return Page(
            self.find_tickets([key.pk for key in keys.items]), keys.next
        )

    def queue(
        self,
        place: str,
        wanted: Callable[[TicketLine], bool] | None,
        start: Position | None,
        limit: int,
    ) -> Page[TicketLine]:
        """Read the tickets of a place that have a deadline, the soonest first.

        Those of a building are found by `wanted` among those of its grid. A page without a filter
        is one request, and so is a filtered one while `_QUEUE_AT_ONCE` lines hold enough.
        """
        part, by = _list_of(place)
        return self._store.page(
            _LINE,
            part,
            index=f"{by}_due",
            start=start,
            limit=limit,
            wanted=wanted,
            read_at_once=_QUEUE_AT_ONCE if wanted else 0,
            read_at_most=2000,
        )

    def reported_in(
        self,
        street: str,
        since: datetime | None,
        until: datetime | None,
        start: Position | None,
        limit: int,
    ) -> Page[Ticket]:
        """Read the tickets reported in a street in a span of time, newest first."""
        first = to_text(since) if since else " "
        last = to_text(until) + "~" if until else "~"
        found = self._store.page(
            _KEY,
            street,
            index="by_street",
            keys=TICKET.attribute("reported_order").between(first, last),
            start=start,
            limit=limit,
            newest_first=True,
        )
        return Page(
            self.find_tickets([key.pk for key in found.items]), found.next
        )

    def count_reported(
        self, street: str, since: datetime, until: datetime, limit: int
    ) -> int:
        """Count the tickets reported in a street in a span, up to a limit."""
        order = TICKET.attribute("reported_order")
        return count_rows(
            self._store,
            TICKET,
            street,
            index="by_street",
            keys=order.between(to_text(since), to_text(until)),
            limit=limit,
        )

    def reported_before(
        self,
        street: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Ticket]:
        """Read the tickets reported in a street in a span without its end, oldest first."""
        order = TICKET.attribute("reported_order")
        found = self._store.page(
            _KEY,
            street,
            index="by_street",
            keys=order.between(to_text(since), to_text(until)),
            start=start,
            limit=limit,
        )
        return Page(
            self.find_tickets([key.pk for key in found.items]), found.next
        )

    def reported_at_spot(
        self, place: str, category: str, since: datetime, limit: int
    ) -> list[Ticket]:
        """Read the latest tickets of the building of a place and a category, newest first."""
        keys = TICKET.attribute("reported_order") >= to_text(since)
        part = f"{building_of(place)}#{category}"
        found = self._store.page(
            _KEY,
            part,
            index="by_spot",
            keys=keys,
            limit=limit,
            newest_first=True,
        )
        return self.find_tickets([key.pk for key in found.items])

    def updates_in(
        self,
        street: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Update]:
        """Read the public updates of a street in a span of time, oldest first. One request."""
        keys = UPDATE.attribute("update_order").between(
            to_text(since), to_text(until) + "~"
        )
        return self._store.page(
            _PUBLIC_UPDATE,
            street,
            index="by_update",
            keys=keys,
            start=start,
            limit=limit,
        )

    def updates_of(
        self,
        ticket_id: str,
        start: Position | None,
        limit: int,
        *,
        consistent: bool = False,
    ) -> Page[Update]:
        """Read the public updates of a ticket, in no order."""
        keys = SK.startswith("update#")
        return self._store.page(
            UPDATE,
            ticket_id,
            keys=keys,
            start=start,
            limit=limit,
            consistent=consistent,
        )

    def timeline_of(
        self,
        ticket_id: str,
        wanted: Callable[[TicketEvent], bool],
        start: Position | None,
        limit: int,
    ) -> Page[TicketEvent]:
        """Read a ticket's timeline, oldest first."""
        keys = SK.startswith("event#")
        return self._store.page(
            TICKET_EVENT,
            ticket_id,
            keys=keys,
            start=start,
            limit=limit,
            wanted=wanted,
        )

    def open_at(self, street: str) -> Iterator[Ticket]:
        """Yield the tickets of a street that have a deadline."""
        lines = every(lambda start: self.queue(street, None, start, 100))
        while batch := list(islice(lines, 100)):
            yield from self.find_tickets([line.id for line in batch])
