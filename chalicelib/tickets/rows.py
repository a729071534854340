"""How tickets, reports and policies lie in the store, and the lists that are read from it.

No index holds a name, a phone or a text as it was written: queues show the text as the public may read it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import PlaceKind, community_of, kind_of, street_of
from ..store.rows import EventRecord, InstantAttribute, Table, behind, load, load_many, page
from ..store.tables import Counter
from .model import QueueLine, Report, Ticket, Update, building_of
from .resolution import JOINED

__all__ = [
    "TicketEvent",
    "at_spot",
    "find_report",
    "find_reports",
    "find_ticket",
    "find_tickets",
    "held_by",
    "joined_to",
    "listed",
    "open_at",
    "queue",
    "reported_by",
    "reports_of",
    "timeline_of",
    "updates_in",
    "updates_of",
]

_IN_A_QUEUE = [
    "id",
    "version",
    "place",
    "category",
    "urgency",
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
]


class ByStreetDue(GlobalSecondaryIndex["TicketTable"]):
    """What is not over in a street, by what is due next. Sparse."""

    class Meta:
        """What a queue shows."""

        index_name = "by_street_due"
        projection = IncludeProjection(_IN_A_QUEUE)

    due_street = UnicodeAttribute(hash_key=True)
    due_order = UnicodeAttribute(range_key=True)


class ByCommunityDue(GlobalSecondaryIndex["TicketTable"]):
    """What is not over in a community, by what is due next. Sparse."""

    class Meta:
        """What a queue shows."""

        index_name = "by_community_due"
        projection = IncludeProjection(_IN_A_QUEUE)

    due_community = UnicodeAttribute(hash_key=True)
    due_order = UnicodeAttribute(range_key=True)


class ByStreet(GlobalSecondaryIndex["TicketTable"]):
    """Everything of a street, by when it was reported. Its keys never change, so that no move writes it again."""

    class Meta:
        """Keys only."""

        index_name = "by_street"
        projection = KeysOnlyProjection()

    street = UnicodeAttribute(hash_key=True)
    reported_order = UnicodeAttribute(range_key=True)


class BySpot(GlobalSecondaryIndex["TicketTable"]):
    """The tickets of one building and category."""

    class Meta:
        """Keys only."""

        index_name = "by_spot"
        projection = KeysOnlyProjection()

    spot = UnicodeAttribute(hash_key=True)
    reported_order = UnicodeAttribute(range_key=True)


class ByHolder(GlobalSecondaryIndex["TicketTable"]):
    """What somebody has to see to. Sparse."""

    class Meta:
        """Keys only."""

        index_name = "by_holder"
        projection = KeysOnlyProjection()

    held_by = UnicodeAttribute(hash_key=True)
    due_order = UnicodeAttribute(range_key=True)


class ByReporter(GlobalSecondaryIndex["TicketTable"]):
    """What somebody has reported or joined."""

    class Meta:
        """Keys only."""

        index_name = "by_reporter"
        projection = KeysOnlyProjection()

    person_id = UnicodeAttribute(hash_key=True)
    joined_at = InstantAttribute(range_key=True)


class ByUpdate(GlobalSecondaryIndex["TicketTable"]):
    """What everybody may read of what happened in a street."""

    class Meta:
        """Keys only."""

        index_name = "by_update"
        projection = KeysOnlyProjection()

    updated_in = UnicodeAttribute(hash_key=True)
    update_order = UnicodeAttribute(range_key=True)


class TicketTable(Table):
    """PK the ticket; SK `ticket`, `report#<person>`, `update#…`, `event#<version>…`."""

    class Meta:
        """Name."""

        table_name = "tickets"

    due_street = UnicodeAttribute(null=True)
    due_community = UnicodeAttribute(null=True)
    due_order = UnicodeAttribute(null=True)
    waits_for = UnicodeAttribute(null=True)
    waits_until = InstantAttribute(null=True)
    street = UnicodeAttribute(null=True)
    reported_order = UnicodeAttribute(null=True)
    spot = UnicodeAttribute(null=True)
    held_by = UnicodeAttribute(null=True)
    person_id = UnicodeAttribute(null=True)
    joined_at = InstantAttribute(null=True)
    updated_in = UnicodeAttribute(null=True)
    update_order = UnicodeAttribute(null=True)
    by_street_due = ByStreetDue()
    by_community_due = ByCommunityDue()
    by_street = ByStreet()
    by_spot = BySpot()
    by_holder = ByHolder()
    by_reporter = ByReporter()
    by_update = ByUpdate()


class TicketEvent(EventRecord):
    """A line of a ticket's timeline."""


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class _Counted:
    """A counter as additions leave it: its keys and the value."""

    pk: str
    value: int


def _keys(ticket: Ticket) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "pk": ticket.id,
        "sk": "ticket",
        "street": street_of(ticket.place),
        "reported_order": f"{to_text(ticket.created_at)}#{ticket.id}",
        "spot": f"{building_of(ticket.place)}#{ticket.category}",
    }
    if waits := ticket.next_due:
        name, at = waits
        keys |= {"due_street": street_of(ticket.place), "due_community": ticket.community}
        keys |= {"due_order": f"{to_text(at)}#{ticket.id}", "waits_for": name, "waits_until": at}
        keys |= {"held_by": ticket.assignee} if ticket.is_open else {}
    return keys


TicketRow = TicketTable.holding(Ticket, _keys)
TicketTable.holding(Report, lambda report: {"pk": report.ticket_id, "sk": f"report#{report.person_id}"})
TicketTable.holding(
    Update,
    lambda update: {
        "pk": update.ticket_id,
        "sk": f"update#{update.id}",
        "updated_in": update.street,
        "update_order": f"{to_text(update.at)}#{update.id}",
    },
)
TicketTable.keeping_timeline(Ticket, TicketEvent)


def find_ticket(ticket_id: str) -> Ticket | None:
    """Read one ticket."""
    return load(Ticket, ticket_id, "ticket")


def find_tickets(ticket_ids: Sequence[str]) -> list[Ticket]:
    """Read several tickets, a hundred in a request."""
    return load_many(Ticket, [(id, "ticket") for id in ticket_ids])


def find_report(ticket_id: str, person_id: str) -> Report | None:
    """Read what somebody has reported of a ticket."""
    return load(Report, ticket_id, f"report#{person_id}")


def find_reports(ticket_ids: Sequence[str], person_id: str) -> list[Report]:
    """Read what somebody has reported of any of these tickets, in one request."""
    return load_many(Report, [(id, f"report#{person_id}") for id in ticket_ids])


def reports_of(ticket_id: str, start: Position | None, limit: int) -> Page[Report]:
    """Read who has reported a ticket."""
    return page(Report, ticket_id, keys=Table.sk.startswith("report#"), start=start, limit=limit)


def joined_to(ticket_ids: Sequence[str]) -> dict[str, int]:
    """Read how many have joined each of these tickets; what is not named nobody has joined. Half price: it is a figure."""
    found = load_many(_Counted, [(id, JOINED) for id in ticket_ids], consistent=False, row_kind=Counter)
    return {counted.pk: counted.value for counted in found}


def reported_by(person_id: str, start: Position | None, limit: int) -> Page[Ticket]:
    """Read what somebody has reported or joined, newest first."""
    keys = page(_Key, person_id, index="by_reporter", start=start, limit=limit, newest_first=True, row_kind=Report)
    return Page(find_tickets([key.pk for key in keys.items]), keys.next)


def held_by(person_id: str, start: Position | None, limit: int) -> Page[Ticket]:
    """Read what somebody has to see to, soonest due first."""
    keys = page(_Key, person_id, index="by_holder", start=start, limit=limit, row_kind=Ticket)
    return Page(find_tickets([key.pk for key in keys.items]), keys.next)


def queue(
    place: str, wanted: Callable[[QueueLine], bool] | None, start: Position | None, limit: int, *, after: str = ""
) -> Page[QueueLine]:
    """Read what is not over at a place, soonest due first. A page of a street or community is one request.

    A grid's is as well, as long as its community has no more open tickets than fit into a read.
    """
    wide = kind_of(place) is PlaceKind.STREET
    return page(
        QueueLine,
        place if wide else community_of(place),
        index="by_street_due" if wide else "by_community_due",
        keys=behind(TicketRow.due_order, after) if after else None,  # type: ignore[attr-defined]
        start=start,
        limit=limit,
        row_kind=Ticket,
        wanted=wanted,
        read_at_once=500 if wanted else 0,
        read_at_most=2000,
    )


def listed(street: str, since: datetime | None, until: datetime | None, start: Position | None, limit: int) -> Page[Ticket]:
    """Read everything of a street that was reported in a span of time, newest first."""
    order = TicketRow.reported_order  # type: ignore[attr-defined]
    keys = order.between(to_text(since) if since else " ", to_text(until) + "~" if until else "~")
    found = page(_Key, street, index="by_street", keys=keys, start=start, limit=limit, newest_first=True, row_kind=Ticket)
    return Page(find_tickets([key.pk for key in found.items]), found.next)


def at_spot(place: str, category: str, since: datetime, limit: int) -> list[Ticket]:
    """Read the latest tickets of the building of a place and a category, newest first."""
    keys = TicketRow.reported_order >= to_text(since)  # type: ignore[attr-defined]
    part = f"{building_of(place)}#{category}"
    found = page(_Key, part, index="by_spot", keys=keys, limit=limit, newest_first=True, row_kind=Ticket)
    return find_tickets([key.pk for key in found.items])


def updates_in(street: str, since: datetime, until: datetime, start: Position | None, limit: int) -> Page[Update]:
    """Read what everybody may know of what happened in a street in a span of time, oldest first."""
    keys = TicketRow.update_order.between(to_text(since), to_text(until) + "~")  # type: ignore[attr-defined]
    found = page(_Key, street, index="by_update", keys=keys, start=start, limit=limit, row_kind=Update)
    return Page(load_many(Update, [(key.pk, key.sk) for key in found.items]), found.next)


def updates_of(ticket_id: str, start: Position | None, limit: int) -> Page[Update]:
    """Read what everybody may know of what happened to a ticket, in no order."""
    return page(Update, ticket_id, keys=Table.sk.startswith("update#"), start=start, limit=limit, consistent=False)


def timeline_of(ticket_id: str, wanted: Callable[[TicketEvent], bool], start: Position | None, limit: int) -> Page[TicketEvent]:
    """Read a ticket's timeline, oldest first."""
    return page(TicketEvent, ticket_id, keys=Table.sk.startswith("event#"), start=start, limit=limit, wanted=wanted)


def open_at(street: str) -> Iterator[Ticket]:
    """Read all tickets of a street that wait for something."""
    lines = every(lambda start: queue(street, None, start, 100))
    while batch := list(islice(lines, 100)):
        yield from find_tickets([line.id for line in batch])
