"""Lists of tickets by creation: those of a place for its staff, and those that are public."""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import TypeVar

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every, first_found, merge_newest
from ..kernel.place import PlaceKind, grid_of, kind_of, street_of
from ..store.reading import EMPTY_AFTER_STREET
from ..store.repository import Repository
from ..store.table import Key, RowView
from .listed import (
    FoundTickets,
    ListedTicket,
    OutsideTicket,
    PublicFilter,
    TicketFilter,
    part_of_category,
    part_of_status,
)
from .model import Ticket, TicketLine
from .repository import TICKET
from .states import TicketStatus

__all__ = ["TicketLists"]

T = TypeVar("T", ListedTicket, OutsideTicket)
_FIRST = " "  # sorts before every order
_LAST = "~"
# Most filters fit one line in five; a rarer one doubles what it reads.
_LISTED_AT_ONCE = 100
_MAX_PARTS = 8  # categories that are read one by one
_LISTED = TICKET.view(ListedTicket, id="pk")
_PUBLIC = TICKET.view(OutsideTicket, id="pk")
_KEY = TICKET.view(Key)
_Part = tuple[str, str]  # an index, and a partition of it


class TicketLists(Repository):
    """Reads lists of tickets, newest first."""

    rows = (TICKET,)

    def newest(
        self, asked: TicketFilter, start: Position | None, limit: int
    ) -> Page[Ticket]:
        """Read the tickets of a place and a filter. No page is empty, unless it is the last."""

        def read(start: Position | None, size: int) -> Page[Ticket]:
            found = self._listed(asked, start, size)
            tickets = self._tickets([listed.id for listed in found.items])
            # A ticket may have moved on since the index was written.
            return Page(
                [one for one in tickets if _is_still(asked, one)], found.next
            )

        is_any = asked.is_any and not asked.since and not asked.until
        if is_any and kind_of(asked.place) is PlaceKind.STREET:
            return self._all_of(asked.place, start, limit)
        return first_found(read, start, limit)

    def _all_of(
        self, street: str, start: Position | None, limit: int
    ) -> Page[Ticket]:
        keys = self._store.page(
            _KEY,
            street,
            index="by_street",
            start=start,
            limit=limit,
            newest_first=True,
        )
        return Page(self._tickets([key.pk for key in keys.items]), keys.next)

    def _tickets(self, ids: Sequence[str]) -> Sequence[Ticket]:
        """Read tickets at half price: the index is no younger."""
        keys = [(id, "ticket") for id in ids]
        return self._store.get_many(TICKET, keys, consistent=False)

    def _listed(
        self, asked: TicketFilter, start: Position | None, limit: int
    ) -> Page[ListedTicket]:
        wanted = None if asked.is_whole_list else asked.fits
        first, last = _orders_of(asked)
        pages = [
            self._page(
                _LISTED,
                part,
                start,
                limit,
                first=first,
                last=last,
                wanted=wanted,
            )
            for part in _parts_of(asked)
        ]
        merged = merge_newest(pages, limit)
        return Page([listed for _, listed in merged.items], merged.next)

    def public(
        self, asked: PublicFilter, limit: int, read_at_most: int
    ) -> FoundTickets:
        """Read the public tickets of a filter, at most `limit`; look at `read_at_most` of them.

        `FoundTickets.rest` says what is left out by either number.
        """
        parts = _public_parts(asked)
        at_once = 1 + limit // max(1, len(parts))
        lines = [self._public_of(part, asked, at_once) for part in parts]
        merged = merge(*lines, key=itemgetter(0), reverse=True)
        found: list[OutsideTicket] = []
        for read, (_, ticket) in enumerate(merged):
            if len(found) == limit or read == read_at_most:
                return FoundTickets(found, ticket.created_at)
            if asked.fits(ticket):
                found.append(ticket)
        return FoundTickets(found)

    def _public_of(
        self, part: _Part, asked: PublicFilter, at_once: int
    ) -> Iterator[tuple[str, OutsideTicket]]:
        first, last = asked.span

        def read(start: Position | None) -> Page[tuple[str, OutsideTicket]]:
            return self._page(
                _PUBLIC,
                part,
                start,
                at_once,
                first=first,
                last=last,
                wanted=None,
            )

        return every(read)

    def _page(
        self,
        row: RowView[T],
        part: _Part,
        start: Position | None,
        limit: int,
        *,
        first: str,
        last: str,
        wanted: Callable[[T], bool] | None,
    ) -> Page[tuple[str, T]]:
        by, key = part
        order = TICKET.attribute("reported_order")
        found = self._store.page(
            row,
            key,
            index=by,
            keys=order.between(first, last),
            start=_position(part, start["before"]) if start else None,
            limit=limit,
            newest_first=True,
            wanted=wanted,
            read_at_once=_LISTED_AT_ONCE if wanted else 0,
            empty_after=EMPTY_AFTER_STREET,
        )
        pairs = [(one.reported_order, one) for one in found.items]
        if found.next is None:
            return Page(pairs)
        return Page(pairs, {"before": found.next["reported_order"]})


def _orders_of(asked: TicketFilter) -> tuple[str, str]:
    """Return the first and the last order of the span of a filter."""
    first, last = _FIRST, _LAST
    if asked.since:
        first = to_text(asked.since)
    if asked.until:
        last = to_text(asked.until)
    return first, last


def _position(part: _Part, order: str) -> Position:
    """Return the position of a ticket in a partition, by its order there."""
    by, key = part
    names = TICKET.table.index_keys(by)
    return dict(
        zip(names, (order.partition("#")[2], "ticket", key, order), strict=True)
    )


def _parts_of(asked: TicketFilter) -> list[_Part]:
    """Return the partitions that hold what is asked for; each is in order."""
    if kind_of(asked.place) is PlaceKind.COMMUNITY:
        return [("by_community", asked.place)]
    if kind_of(asked.place) is not PlaceKind.STREET:
        return [("by_grid", grid_of(asked.place) or "")]
    states = asked.states or set(TicketStatus)
    kept = {state is TicketStatus.CLOSED for state in states}
    street = street_of(asked.place)
    return [
        ("by_status", part_of_status(street, is_closed=closed))
        for closed in sorted(kept, reverse=True)
    ]


def _is_still(asked: TicketFilter, ticket: Ticket) -> bool:
    line = TicketLine.of(ticket)
    return asked.fits(line) and asked.is_created_in(line)


def _public_parts(asked: PublicFilter) -> list[_Part]:
    """Return the partitions that hold what is asked for: of each category, or of each status.

    What is open is little, and many categories are nearly all.
    """
    is_open_only = asked.statuses == {"open"}
    if (
        asked.categories
        and len(asked.categories) <= _MAX_PARTS
        and not is_open_only
    ):
        return [
            ("by_service", part_of_category(asked.street, category))
            for category in sorted(asked.categories)
        ]
    statuses = asked.statuses or {"closed", "open"}
    return [
        (
            "by_status",
            part_of_status(asked.street, is_closed=status == "closed"),
        )
        for status in sorted(statuses)
    ]
