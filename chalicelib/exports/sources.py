"""The rows of exports: pages of wishes, tickets and messages of a place, with their people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ..kernel.paging import Page, Position
from ..kernel.place import covers, street_of
from ..message_log.model import MessageAttempt
from ..message_log.queries import MessageQueries
from ..people.model import Person
from ..people.service import People
from ..tickets.model import Ticket
from ..tickets.queries import TicketQueries
from ..wishes.filed_lists import FiledWishLists
from ..wishes.model import Wish
from . import policy
from .columns import message_cells, ticket_cells, wish_cells
from .model import Export
from .sheets import Cell

__all__ = [
    "Counted",
    "MessageSource",
    "Row",
    "Source",
    "TicketSource",
    "WishSource",
    "each_once",
]


class Row(NamedTuple):
    """A row, and the id of the person whose phone it shows ("" for nobody)."""

    person: str
    cells: Sequence[Cell]


class Counted(NamedTuple):
    """The number of rows to look through. If it is not `exact`, fewer may be in the file."""

    rows: int
    exact: bool


def each_once(rows: Iterable[Row]) -> list[Row]:
    """Return rows, each id once. A row that moved while the others were read is as it was last."""
    return list({row.cells[0]: row for row in rows}.values())


class Source(Protocol):
    """The rows of one kind of export. The caller has authorized."""

    def page(
        self, export: Export, start: Position | None, limit: int
    ) -> Page[Row]:
        """Read the rows among the next `limit` things. A page may be short, or empty."""
        ...

    def count(self, export: Export, limit: int) -> Counted | None:
        """Count up to about `limit`; None where that takes as long as the export itself."""
        ...


class WishSource:
    """The wishes that were filed at a place in a span, state by state."""

    def __init__(self, *, wishes: FiledWishLists, people: People) -> None:
        self._wishes, self._people = wishes, people

    def page(
        self, export: Export, start: Position | None, limit: int
    ) -> Page[Row]:
        """See `Source.page`."""
        page = self._wishes.filed_between(
            export.place, *_span(export), start, limit
        )
        found = [one for one in page.items if covers(export.place, one.place)]
        people = _people(self._people, [wish.person_id for wish in found])
        rows = [self._row(export, wish, people) for wish in found]
        return Page(rows, page.next)

    def _row(
        self, export: Export, wish: Wish, people: Mapping[str, Person]
    ) -> Row:
        person = people.get(wish.person_id)
        return Row(wish.person_id, wish_cells(export, wish, person))

    def count(self, export: Export, limit: int) -> Counted | None:
        """See `Source.count`."""
        return None


class TicketSource:
    """The tickets that were reported at a place in a span, newest first."""

    def __init__(self, *, tickets: TicketQueries, people: People) -> None:
        self._tickets, self._people = tickets, people

    def page(
        self, export: Export, start: Position | None, limit: int
    ) -> Page[Row]:
        """See `Source.page`. Those of the whole street are looked through."""
        page = self._tickets.reported_in(
            street_of(export.place), *_span(export), start, limit
        )
        found = [one for one in page.items if covers(export.place, one.place)]
        ids = [id for one in found for id in (one.person_id, one.assignee)]
        people = _people(self._people, ids)
        rows = [self._row(export, ticket, people) for ticket in found]
        return Page(rows, page.next)

    def _row(
        self, export: Export, ticket: Ticket, people: Mapping[str, Person]
    ) -> Row:
        reporter = people.get(ticket.person_id or "")
        assignee = people.get(ticket.assignee or "")
        cells = ticket_cells(export, ticket, reporter, assignee)
        return Row(ticket.person_id or "", cells)

    def count(self, export: Export, limit: int) -> Counted:
        """See `Source.count`."""
        street = street_of(export.place)
        rows = self._tickets.count_reported(street, *_span(export), limit + 1)
        return Counted(rows, export.place == street)


class MessageSource:
    """The messages of a span to the people of a place, person by person in tree order.

    A message to several people at one phone is a row of the first of them.
    """

    def __init__(self, *, messages: MessageQueries, people: People) -> None:
        self._messages, self._people = messages, people

    def page(
        self, export: Export, start: Position | None, limit: int
    ) -> Page[Row]:
        """See `Source.page`. It ends after `PEOPLE_PER_STEP` people, too."""
        at = start or {"people": None, "skip": 0, "from": None}
        ids = self._people.ids_below(
            export.place, at["people"], policy.PEOPLE_PER_STEP
        )
        rows: list[Row] = []
        key = at["from"]
        for n, person_id in enumerate(ids.items[at["skip"] :], at["skip"]):
            if len(rows) >= limit:
                return Page(rows, {**at, "skip": n, "from": None})
            page = self._messages.sent_between(
                person_id, *_span(export), key, limit - len(rows)
            )
            rows += self._rows(export, person_id, page.items)
            key = None
            if page.next:
                return Page(rows, {**at, "skip": n, "from": page.next})
        if ids.next is None:
            return Page(rows)
        return Page(rows, {"people": ids.next, "skip": 0, "from": None})

    def _rows(
        self,
        export: Export,
        person_id: str,
        attempts: Iterable[MessageAttempt],
    ) -> list[Row]:
        own = [one for one in attempts if one.person == person_id]
        if not own:
            return []
        person = self._people.find(person_id)
        return [
            Row(person_id, message_cells(export, attempt, person))
            for attempt in own
        ]

    def count(self, export: Export, limit: int) -> Counted | None:
        """See `Source.count`."""
        return None


def _span(export: Export) -> tuple[datetime, datetime]:
    if export.since is None or export.until is None:
        raise ValueError("an export of rows has a span")
    return export.since, export.until


def _people(people: People, ids: Iterable[str | None]) -> Mapping[str, Person]:
    known = [id for id in dict.fromkeys(ids) if id]
    return people.find_many(known, consistent=False)
