"""Removes names from tickets that were closed long ago, a few in each job."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ..kernel.changes import Changes, Delete, Put, Write
from ..kernel.paging import Page, Position, every
from ..places.service import Places
from ..store.batches import in_batches
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..uploads.background import UploadJobs
from . import policy, redaction
from .model import Ticket, TicketReport, Update
from .repository import TicketEvent, TicketRepository

__all__ = ["TicketRetention"]

_ROWS_PER_COMMIT = 20
_KEPT_PARTIES = ("staff", "assignee", "system")


class TicketRetention:
    """The nightly work of retention on tickets."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        places: Places,
        uploads: UploadJobs,
    ) -> None:
        self._repository, self._places = repository, places
        self._uploads = uploads
        self._entities = EntityStore(transaction, repository.find_ticket)

    def step(self, now: datetime, position: Position | None) -> Position | None:
        """Look at some tickets of a street; return the position of the next, None at the end."""
        streets = sorted(self._places.streets())
        start = position or {"street": "", "key": None}
        left = [street for street in streets if street >= start["street"]]
        if not left:
            return None
        last = now - policy.NAMED_FOR
        page = self._repository.reported_in(
            left[0],
            last - policy.NAMED_LOOK_BACK,
            last,
            start["key"],
            policy.FORGOTTEN_PER_STEP,
        )
        for ticket in page.items:
            if redaction.may_be_anonymous(ticket, now):
                self._anonymise(ticket, now)
        if page.next:
            return {"street": left[0], "key": page.next}
        return {"street": left[1], "key": None} if len(left) > 1 else None

    def _anonymise(self, ticket: Ticket, now: datetime) -> None:
        self._uploads.delete_bound(ticket.id, [*ticket.photos, *ticket.proof])
        self._write(ticket, self._rows_of(ticket))
        # Last: until then a repeated job begins again.
        self._entities.update(
            ticket.id, lambda ticket: redaction.anonymise(ticket, now)
        )

    def _rows_of(self, ticket: Ticket) -> list[Write]:
        """Return the deletion of its reports, and its updates and timeline without words."""
        rows: list[Write] = []
        for report in every(lambda start: self._reports(ticket, start)):
            rows.append(Delete(row=report))
        for update in every(lambda start: self._updates(ticket, start)):
            if update.text:
                rows.append(Put(row=replace(update, text="")))
        for event in every(lambda start: self._events(ticket, start)):
            has_words = event.note or event.shown
            if has_words or event.party not in _KEPT_PARTIES:
                rows.append(Put(row=_nameless(event)))
        return rows

    def _reports(
        self, ticket: Ticket, start: Position | None
    ) -> Page[TicketReport]:
        return self._repository.reports_of(ticket.id, start, 100)

    def _updates(self, ticket: Ticket, start: Position | None) -> Page[Update]:
        return self._repository.updates_of(ticket.id, start, 100)

    def _events(
        self, ticket: Ticket, start: Position | None
    ) -> Page[TicketEvent]:
        return self._repository.timeline_of(
            ticket.id, lambda event: True, start, 100
        )

    def _write(self, ticket: Ticket, rows: Sequence[Write]) -> None:
        for batch in in_batches(rows, _ROWS_PER_COMMIT):
            self._entities.update(ticket.id, partial(_beside, rows=batch))


def _nameless(event: TicketEvent) -> TicketEvent:
    """Return a line of the timeline without its notes, and without anybody but staff."""
    by = event.by if event.party in _KEPT_PARTIES else redaction.NOBODY
    return replace(event, note=None, shown=None, by=by)


def _beside(ticket: Ticket, *, rows: Sequence[Write]) -> Changes[Ticket]:
    return Changes(entity=ticket, previous=ticket, writes=tuple(rows))
