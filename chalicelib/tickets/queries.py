"""Use cases that read tickets: one ticket with its timeline, timers and photos, and the lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from ..kernel.access import STAFF, Actor, Relation, Resource, relations
from ..kernel.paging import Page, Position, chain, first_found
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..uploads.service import Photo, Uploads
from . import permissions
from .decisions import INSTRUCTED, NOTED
from .duty import DutyResolver
from .list_repository import TicketLists
from .listed import TicketFilter
from .model import SlaTimer, Ticket, TicketLine, place_at
from .policy import Level
from .reader import (
    INSIDE,
    TicketForViewer,
    TicketReader,
    for_joiner,
    knows_place,
)
from .repository import TicketEvent, TicketRepository
from .sla_timers import ExplainedSegment, Sla, explained_segments

__all__ = ["ExplainedTimer", "TicketQueries"]

LineForViewer = tuple[
    TicketLine, frozenset[Relation]
]  # a line, and the actor's relations to it


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTimer:
    """An SLA timer, and how its deadline came about."""

    clock: SlaTimer
    segments: tuple[ExplainedSegment, ...]
    sla: Sla


class TicketQueries:
    """Use cases that read tickets."""

    def __init__(
        self,
        *,
        repository: TicketRepository,
        lists: TicketLists,
        access: Access,
        uploads: Uploads,
        duty: DutyResolver,
        reader: TicketReader,
    ) -> None:
        self._repository, self._access, self._reader = (
            repository,
            access,
            reader,
        )
        self._lists, self._uploads, self._duty = lists, uploads, duty

    # one ticket

    def read_ticket(
        self, context: RequestContext, ticket_id: str
    ) -> TicketForViewer:
        """Return a ticket as the caller may see it."""
        ticket = self._reader.get(ticket_id)
        resource = self._reader.resource_for(ticket, context.actor)
        if resource.concerns(context.actor):
            granted = self._access.require(
                context, permissions.SEE_NOW, self._reader.resource_of(ticket)
            )
        else:
            granted = self._access.require(context, permissions.SEE, resource)
        return self._reader.for_viewer(
            granted.actor,
            ticket,
            granted.relations,
            named=bool(granted.relations & INSIDE),
        )

    def read_timeline(
        self,
        context: RequestContext,
        ticket_id: str,
        limit: int,
    ) -> tuple[Page[TicketEvent], frozenset[Relation], Mapping[str, str]]:
        """Return a ticket's events, oldest first, and the caller's relations to it.

        Internal notes are for staff. An assignee who is none reads those that are meant for them.
        Staff also get the names of the people who did it, by id.
        """
        ticket, granted = self._inside(context, ticket_id)
        found, actor_id = granted.relations, granted.actor.id

        def readable(event: TicketEvent) -> bool:
            return _is_readable(event, found, actor_id)

        page = self._repository.timeline_of(
            ticket.id, readable, context.start, limit
        )
        names: Mapping[str, str] = {}
        if found & STAFF:
            names = self._reader.names_of(event.by for event in page.items)
        return page, found, names

    def read_sla_timers(
        self, context: RequestContext, ticket_id: str
    ) -> list[ExplainedTimer]:
        """Return the SLA timers of a ticket, each with how its deadline came about."""
        ticket, _ = self._inside(context, ticket_id)
        sla = self._duty.sla_for(ticket)
        return [
            ExplainedTimer(
                clock=clock, segments=explained_segments(sla, clock), sla=sla
            )
            for clock in ticket.clocks
        ]

    def read_ticket_photos(
        self,
        context: RequestContext,
        ticket_id: str,
    ) -> tuple[list[Photo], list[Photo]]:
        """Return the photos of a ticket and of its solution, with signed addresses."""
        ticket, granted = self._inside(context, ticket_id)
        photos: tuple[str, ...] = ()
        if knows_place(ticket, granted.actor, granted.relations):
            photos = ticket.photos
        shown = {
            photo.upload.id: photo
            for photo in self._uploads.shown((*photos, *ticket.proof))
        }
        reported = [shown[id] for id in photos if id in shown]
        return reported, [shown[id] for id in ticket.proof if id in shown]

    def _inside(
        self,
        context: RequestContext,
        ticket_id: str,
    ) -> tuple[Ticket, Granted]:
        """Read a ticket for its reporters and those who work on it."""
        ticket = self._reader.get(ticket_id)
        resource = self._reader.resource_for(ticket, context.actor)
        if not resource.concerns(context.actor):
            # By the token first: a stranger costs no further read.
            self._access.require(context, permissions.SEE, resource)
        granted = self._access.require(
            context, permissions.LOOK_INSIDE, self._reader.resource_of(ticket)
        )
        return ticket, granted

    # lists

    def list_tickets(
        self,
        context: RequestContext,
        asked: TicketFilter,
        *,
        newest: bool,
        limit: int,
    ) -> Page[LineForViewer]:
        """Return the tickets of a place for its staff, and the caller's relations to each.

        The order is by deadline, or newest first. All others get their own tickets and those
        assigned to them. A page may be short, but an empty one is the last. Without a filter it
        reads no more lines than it returns.
        """
        resource = Resource(
            see=permissions.SEE, places=(asked.place,), public=True
        )
        granted = self._access.require(context, permissions.LIST, resource)
        if not granted.relations & STAFF:
            return self._own_lines(context, granted.actor, asked, limit)
        page: Page[TicketLine]
        if newest:
            tickets = self._lists.newest(asked, context.start, limit)
            page = Page([*map(TicketLine.of, tickets.items)], tickets.next)
        else:
            page = self._repository.queue(
                asked.place, _filter_of(asked), context.start, limit
            )
        lines = [
            (line, relations(granted.actor, line.as_resource()))
            for line in page.items
        ]
        return Page(lines, page.next)

    def _own_lines(
        self,
        context: RequestContext,
        actor: Actor,
        asked: TicketFilter,
        limit: int,
    ) -> Page[LineForViewer]:
        """Return the tickets that the caller is assigned, then those that they reported."""
        parts = {
            "held": (self._repository.assigned_to, ""),
            "reported": (self._repository.reported_by, actor.id),
        }

        def read(
            part: str, start: Position | None, limit: int
        ) -> Page[LineForViewer]:
            listed, reporter = parts[part]
            page = listed(actor.id, start, limit)
            lines = [
                _line_for(actor, ticket, reporter) for ticket in page.items
            ]
            return Page(
                [
                    (line, found)
                    for line, found in lines
                    if _is_asked_for(asked, line) and found & INSIDE
                ],
                page.next,
            )

        return first_found(
            lambda start, size: chain(list(parts), read, start, size),
            context.start,
            limit,
        )

    def list_my_tickets(
        self, context: RequestContext, limit: int
    ) -> Page[TicketForViewer]:
        """Return the tickets that the caller reported or joined, newest first."""
        actor = self._access.require_self(context).actor
        page = self._repository.reported_by(actor.id, context.start, limit)
        joined = self._reader.joined_to(page.items)
        shown = [for_joiner(actor, ticket, joined) for ticket in page.items]
        return Page(shown, page.next)

    # for other features, which authorize

    def reported_in(
        self,
        street: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Ticket]:
        """Return a page of the tickets reported in a street in a span, oldest first.

        `until` is not in the span.
        """
        return self._repository.reported_before(
            street, since, until, start, limit
        )

    def count_reported(
        self, street: str, since: datetime, until: datetime, limit: int
    ) -> int:
        """Count the tickets of `reported_in`, up to a limit."""
        return self._repository.count_reported(street, since, until, limit)

    def find_past(self, ticket_ids: Sequence[str]) -> list[Ticket]:
        """Return tickets as they were a moment ago, a hundred in a request, at half price."""
        return self._repository.find_tickets(ticket_ids, consistent=False)


def _filter_of(asked: TicketFilter) -> Callable[[TicketLine], bool] | None:
    """Return the filter of the lines of a list by deadline; None if all of them fit."""
    if asked.is_whole_list and not asked.since and not asked.until:
        return None
    return partial(_is_asked_for, asked)


def _is_asked_for(asked: TicketFilter, line: TicketLine) -> bool:
    return asked.fits(line) and asked.is_created_in(line)


def _is_readable(
    event: TicketEvent, relations: frozenset[Relation], reader: str
) -> bool:
    """Say whether a reader may know of an event: notes are for staff and their authors."""
    if relations & STAFF or event.by == reader:
        return True
    if event.tag == INSTRUCTED:
        return Relation.HELPER in relations
    return event.tag != NOTED


def _line_for(actor: Actor, ticket: Ticket, reporter: str) -> LineForViewer:
    """Return the line of a ticket; one who only joined sees neither building nor assignee."""
    found = relations(actor, ticket.as_resource(reporter))
    line = TicketLine.of(ticket)
    if not knows_place(ticket, actor, found):
        line = replace(
            line, place=place_at(Level.GRID, ticket.place), assignee=None
        )
    return line, found
