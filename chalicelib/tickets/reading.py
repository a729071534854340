"""Tickets as somebody sees them: one of them, its timeline, clocks and photos, and the lists in which they stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..kernel.access import STAFF, Actor, Relation, Resource, authorize, relations
from ..kernel.errors import NotFound
from ..kernel.paging import Page, Position, chain, every
from ..kernel.place import community_of, covers, street_of
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.model import Person
from ..people.service import People
from ..uploads.service import Photo, Uploads
from . import decisions, permissions
from .clocks import ExplainedSegment, Sla, explained_segments
from .model import QueueLine, Report, SlaTimer, Ticket, place_at
from .office import DutyResolver
from .policy import Level
from .repository import TicketEvent, TicketRepository
from .states import WAITING

__all__ = ["Explained", "Reading", "Seen", "existing", "knows_it"]

Listed = tuple[QueueLine, frozenset[Relation]]  # a line, and what the caller is towards its ticket
_INSIDE = STAFF | {Relation.OWNER, Relation.HELPER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A ticket as somebody sees it: what she is towards it, how many have joined, and whom her view may name."""

    ticket: Ticket
    actor: Actor
    relations: frozenset[Relation]
    joined: int = 0
    people: Mapping[str, Person] = field(default_factory=dict)

    @property
    def knows_it(self) -> bool:
        """Say whether she reported it or works on it; anybody may join, and is not told by that where exactly it is."""
        return knows_it(self.ticket, self.actor, self.relations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A clock, and how its due time came about."""

    clock: SlaTimer
    segments: tuple[ExplainedSegment, ...]
    terms: Sla


class Reading:
    """Use cases of whoever looks at tickets."""

    def __init__(
        self,
        *,
        repository: TicketRepository,
        people: People,
        uploads: Uploads,
        offices: DutyResolver,
    ) -> None:
        self._repository, self._people = repository, people
        self._uploads, self._offices = uploads, offices

    def read_ticket(self, context: RequestContext, ticket_id: str) -> Seen:
        """Return a ticket as the caller may see it."""
        ticket = existing(self._repository.find_ticket(ticket_id))
        resource = self._resource(ticket, context.actor)
        found = authorize(context.actor, permissions.SEE, resource)
        if not found & _INSIDE:
            return self._seen(context.actor, ticket, found)
        actor, _ = self._people.current(context.actor)
        return self._seen(actor, ticket, authorize(actor, permissions.SEE, resource), named=True)

    def read_timeline(self, context: RequestContext, ticket_id: str, limit: int) -> tuple[Page[TicketEvent], frozenset[Relation]]:
        """Return a ticket's events, oldest first, and what the caller is towards it; only those who work on it read notes."""
        ticket, found = self._inside(context, ticket_id)
        works = bool(found & (STAFF | {Relation.HELPER}))
        return self._repository.timeline_of(
            ticket.id, lambda event: works or event.tag != decisions.NOTED, context.start, limit
        ), found

    def read_clocks(self, context: RequestContext, ticket_id: str) -> list[Explained]:
        """Return the clocks of a ticket, each with how its due time came about."""
        ticket, _ = self._inside(context, ticket_id)
        terms = self._offices.terms(ticket)
        return [Explained(clock=clock, segments=explained_segments(terms, clock), terms=terms) for clock in ticket.clocks]

    def read_photos(self, context: RequestContext, ticket_id: str) -> tuple[list[Photo], list[Photo]]:
        """Return the photos of a ticket and those of its solution, with addresses at which they can be seen for a while."""
        ticket, towards = self._inside(context, ticket_id)
        photos = ticket.photos if knows_it(ticket, context.actor, towards) else ()
        shown = {photo.upload.id: photo for photo in self._uploads.shown((*photos, *ticket.proof))}
        return [shown[id] for id in photos if id in shown], [shown[id] for id in ticket.proof if id in shown]

    def _inside(self, context: RequestContext, ticket_id: str) -> tuple[Ticket, frozenset[Relation]]:
        ticket = existing(self._repository.find_ticket(ticket_id))
        resource = self._resource(ticket, context.actor)
        authorize(context.actor, permissions.SEE, resource)
        actor, _ = self._people.current(context.actor)
        return ticket, authorize(actor, permissions.LOOK_INSIDE, resource)

    def list_tickets(
        self, context: RequestContext, place: str, wanted: Callable[[QueueLine], bool], *, newest: bool, limit: int
    ) -> Page[Listed]:
        """Return the tickets of a place for its staff: what is due first, or what was reported last; and what she is towards each.

        For everybody else, her own and those that she has to see to. A page of the queue is one request.
        """
        resource = Resource(see=permissions.SEE, places=(place,), public=True)

        def here(line: QueueLine) -> bool:
            return covers(place, line.place) and wanted(line)

        if not authorize(context.actor, permissions.SEE, resource) & STAFF:
            return self._own_lines(context, here, limit)
        if newest:
            page = self._lines(context, place, here, limit)
        else:
            whole = place in (street_of(place), community_of(place))
            page = self._repository.queue(place, wanted if whole else here, context.start, limit)
        return Page([(line, relations(context.actor, line.as_resource())) for line in page.items], page.next)

    def _lines(self, context: RequestContext, place: str, here: Callable[[QueueLine], bool], limit: int) -> Page[QueueLine]:
        """Read on until a page is full or some hundreds have been looked at."""
        found: list[QueueLine] = []
        start = context.start
        for _ in range(5):
            page = self._repository.listed(street_of(place), None, None, start, limit)
            found += [line for line in map(QueueLine.of, page.items) if here(line)]
            start = page.next
            if start is None or found:
                break
        return Page(found, start)

    def _own_lines(self, context: RequestContext, here: Callable[[QueueLine], bool], limit: int) -> Page[Listed]:
        """What she has to see to, and then what she has reported."""
        parts = {"held": (self._repository.held_by, ""), "reported": (self._repository.reported_by, context.actor.id)}

        def read(part: str, start: Position | None, most: int) -> Page[Listed]:
            listed, reporter = parts[part]
            page = listed(context.actor.id, start, most)
            found = [(ticket, relations(context.actor, ticket.as_resource(reporter))) for ticket in page.items]
            lines = [(_line_for(context.actor, ticket, towards), towards) for ticket, towards in found]
            return Page([(line, towards) for line, towards in lines if here(line)], page.next)

        return chain(list(parts), read, context.start, limit)

    def waiting(self, place: str, after: str, limit: int) -> Page[tuple[str, QueueLine]]:
        """Return what staff of a place have to see to, each with its order; the desk has asked for permission."""
        page = self._repository.queue(
            place, lambda line: covers(place, line.place) and line.state in WAITING, None, limit, after=after
        )
        pairs = [(line.order, line) for line in page.items]
        return Page(pairs, {"after": page.next["due_order"]} if page.next else None)

    def reported_between(self, street: str, since: datetime, until: datetime | None, most: int) -> tuple[list[Ticket], bool]:
        """Return what was reported in a street in a span, the newest first, and whether there is more than `most`.

        For features that count; whoever asks has authorized.
        """
        found, start = list[Ticket](), None
        while len(found) < most:
            page = self._repository.listed(street, since, until, start, 100)
            found += page.items
            start = page.next
            if start is None:
                break
        return found[:most], start is not None or len(found) > most

    def joined_to(self, ticket_ids: Sequence[str]) -> Mapping[str, int]:
        """Return how many have joined each of these tickets; what is not named nobody has joined."""
        return self._repository.joined_to(ticket_ids)

    def my_tickets(self, context: RequestContext, limit: int) -> Page[Seen]:
        """Return what one has reported or joined, newest first."""
        actor, _ = self._people.current(context.actor)
        authorize(
            actor, people_permissions.ME, Resource(see=people_permissions.SEE, relations={Relation.OWNER: frozenset({actor.id})})
        )
        page = self._repository.reported_by(actor.id, context.start, limit)
        joined = self._repository.joined_to([ticket.id for ticket in page.items])
        return Page([self._as_reporter(actor, ticket, joined) for ticket in page.items], page.next)

    def _as_reporter(self, actor: Actor, ticket: Ticket, joined: Mapping[str, int]) -> Seen:
        found = relations(actor, ticket.as_resource(actor.id))
        return Seen(ticket=ticket, actor=actor, relations=found, joined=joined.get(ticket.id, 0))

    def _seen(self, actor: Actor, ticket: Ticket, found: frozenset[Relation], *, named: bool = False) -> Seen:
        people = [id for id in (ticket.assignee, ticket.person_id if found & STAFF else None) if id] if named else []
        return Seen(
            ticket=ticket,
            actor=actor,
            relations=found,
            joined=self._repository.joined_to([ticket.id]).get(ticket.id, 0),
            people=self._people.find_many(people) if people else {},
        )

    def _resource(self, ticket: Ticket, actor: Actor) -> Resource:
        """Return what permission needs to know, which is also whether the actor has joined it."""
        resource = ticket.as_resource()
        if not actor.id or relations(actor, resource) & _INSIDE:
            return resource
        reported = self._repository.find_reports((ticket.id, *ticket.merged), actor.id)
        return ticket.as_resource(actor.id) if reported else resource

    def reports(self, ticket: Ticket) -> list[Report]:
        """Return everybody who reported a ticket, or one that is seen to with it; each once."""
        found = (every(lambda start, id=id: self._repository.reports_of(id, start, 100)) for id in (ticket.id, *ticket.merged))  # type: ignore[misc]
        return list({report.person_id: report for reports in found for report in reports}.values())


def existing(ticket: Ticket | None) -> Ticket:
    """Return a ticket, or refuse what is not there."""
    if ticket is None:
        raise NotFound
    return ticket


def knows_it(ticket: Ticket, actor: Actor, towards: frozenset[Relation]) -> bool:
    """Say whether somebody reported a ticket or works on it."""
    return bool(towards & (STAFF | {Relation.HELPER})) or actor.id in (ticket.person_id, ticket.proxy_id)


def _line_for(actor: Actor, ticket: Ticket, towards: frozenset[Relation]) -> QueueLine:
    line = QueueLine.of(ticket)
    if knows_it(ticket, actor, towards):
        return line
    return replace(line, place=place_at(Level.GRID, ticket.place), assignee=None)
