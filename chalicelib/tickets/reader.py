"""Reads of one ticket that several use cases share: its reporters, its resource, its view."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..kernel.access import STAFF, Actor, Relation, Resource, relations
from ..kernel.errors import NotFound
from ..kernel.paging import Page, Position, every
from ..people.model import Person
from ..people.service import Mask, People
from .model import Ticket, TicketReport, Update
from .policy import MAX_MERGED
from .repository import TicketRepository

__all__ = [
    "INSIDE",
    "TicketForViewer",
    "TicketReader",
    "for_joiner",
    "for_reporter",
    "knows_place",
]

INSIDE = STAFF | {Relation.OWNER, Relation.HELPER}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketForViewer:
    """A ticket for one actor, with the facts of their view."""

    ticket: Ticket
    actor: Actor
    relations: frozenset[Relation]
    joined: int = 0
    people: Mapping[str, Person] = field(default_factory=dict)

    @property
    def knows_place(self) -> bool:
        """Say whether the actor reported the ticket or works on it.

        Anybody may join a ticket. Joining does not reveal where exactly it is.
        """
        return knows_place(self.ticket, self.actor, self.relations)

    @property
    def reported(self) -> bool:
        """Say whether the actor reported the ticket, for themselves or as a trusted contact."""
        return self.actor.id in (self.ticket.person_id, self.ticket.proxy_id)


class TicketReader:
    """Reads tickets for use cases; grants nothing."""

    def __init__(self, *, repository: TicketRepository, people: People) -> None:
        self._repository, self._people = repository, people

    def get(self, ticket_id: str) -> Ticket:
        """Read a ticket; raise NotFound when there is none."""
        ticket = self._repository.find_ticket(ticket_id)
        if ticket is None:
            raise NotFound
        return ticket

    def find(self, ticket_id: str) -> Ticket | None:
        """Read a ticket, if there is one."""
        return self._repository.find_ticket(ticket_id)

    def merged_into(self, ticket: Ticket) -> list[Ticket]:
        """Read the ticket that this one is merged into, then that one's target, and so on.

        The last of them is the one that is worked on.
        """
        targets: list[Ticket] = []
        while ticket.merged_into and len(targets) < MAX_MERGED:
            ticket = self.get(ticket.merged_into)
            targets.append(ticket)
        return targets

    def resource_for(self, ticket: Ticket, actor: Actor) -> Resource:
        """Return the ticket as a resource. Read the actor's own report only where it decides.

        A contact who filed one of its parts is the contact of that reporter here, too.
        """
        resource = ticket.as_resource()
        if not actor.id or relations(actor, resource) & INSIDE:
            return resource
        if self.has_reported(ticket, actor.id):
            return ticket.as_resource(actor.id)
        for part in self.parts_of(ticket):
            if part.proxy_id == actor.id and part.person_id:
                proxies = {actor.id: part.person_id, **resource.proxies}
                return replace(resource, proxies=proxies)
        return resource

    def parts_of(self, ticket: Ticket) -> list[Ticket]:
        """Read the tickets merged into one. Most have none, which costs nothing."""
        if not ticket.merged:
            return []
        return self._repository.find_tickets(ticket.merged)

    def resource_of(self, ticket: Ticket) -> Callable[[Person], Resource]:
        """Return a function from a person to the ticket as their resource."""

        def resource_for(person: Person) -> Resource:
            return self.resource_for(ticket, person.as_actor())

        return resource_for

    def has_reported(self, ticket: Ticket, person_id: str) -> bool:
        """Say whether a person reported the ticket or one merged into it."""
        return bool(
            self._repository.find_reports(
                (ticket.id, *ticket.merged), person_id
            )
        )

    def represented_by(self, actor_id: str, ticket: Ticket) -> list[str]:
        """Return the reporters of a ticket, or a part of it, that an actor filed for them.

        Only those count who are represented by the actor now.
        """
        filed = [
            part.person_id
            for part in (ticket, *self.parts_of(ticket))
            if part.proxy_id == actor_id and part.person_id
        ]
        if not filed:
            return []
        people = self._people.find_many(dict.fromkeys(filed))
        return [
            person.id
            for person in people.values()
            if person.is_represented_by(actor_id)
        ]

    def reports(self, ticket: Ticket) -> list[TicketReport]:
        """Read the reports of a ticket and of those merged into it, one for each person."""
        by_person: dict[str, TicketReport] = {}
        for ticket_id in (ticket.id, *ticket.merged):
            for report in self._reports_of(ticket_id):
                by_person[report.person_id] = report
        return list(by_person.values())

    def _reports_of(self, ticket_id: str) -> Iterator[TicketReport]:
        def read(start: Position | None) -> Page[TicketReport]:
            return self._repository.reports_of(ticket_id, start, 100)

        return every(read)

    def sole_reporter(self, ticket: Ticket) -> tuple[bool, int]:
        """Say whether one person alone reported the ticket, and how many had joined before that."""
        joined = self._repository.joined_to([ticket]).get(ticket.id, 0)
        return len(self.reports(ticket)) == 1, joined

    def joined_to(self, tickets: Sequence[Ticket]) -> dict[str, int]:
        """Return how many joined each ticket, those of its parts included.

        Of a merged ticket the reports are read, for a person may have reported several parts.
        """
        joined = self._repository.joined_to(tickets)
        for ticket in tickets:
            if ticket.merged:
                reporters = len(self.reports(ticket))
                joined[ticket.id] = reporters - bool(ticket.person_id)
        return joined

    def mask_text(self, ticket: Ticket, text: str, *authors: str) -> str:
        """Return a text about a ticket without personal data."""
        return self.mask_of(ticket, *authors)(text) if text else text

    def mask_of(self, ticket: Ticket, *authors: str) -> Mask:
        """Return the redaction of texts about a ticket.

        It knows its reporter, the authors of the text, and the names of its building.
        """
        ids = [one for one in (ticket.person_id, *authors) if one]
        people = self._people.find_many(dict.fromkeys(ids)) if ids else {}
        return self._people.mask_for(list(people.values()), ticket.place)

    def names_of(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of people by id; of those who are gone there is none."""
        known = dict.fromkeys(one for one in ids if one)
        if not known:
            return {}
        people = self._people.find_many(known, consistent=False)
        return {person.id: person.name for person in people.values()}

    def updates(self, ticket: Ticket) -> list[Update]:
        """Read all public updates of a ticket."""

        def read(start: Position | None) -> Page[Update]:
            return self._repository.updates_of(
                ticket.id, start, 100, consistent=True
            )

        return list(every(read))

    def for_viewer(
        self,
        actor: Actor,
        ticket: Ticket,
        relations: frozenset[Relation],
        *,
        named: bool = False,
    ) -> TicketForViewer:
        """Read the facts of a ticket's view; with `named`, also the people that it names."""
        people: Mapping[str, Person] = {}
        if named and (ids := _named_people(ticket, relations)):
            people = self._people.find_many(ids)
        return TicketForViewer(
            ticket=ticket,
            actor=actor,
            relations=relations,
            joined=self.joined_to([ticket]).get(ticket.id, 0),
            people=people,
        )


def knows_place(
    ticket: Ticket, actor: Actor, relations: frozenset[Relation]
) -> bool:
    """Say whether an actor reported a ticket or works on it."""
    works = bool(relations & (STAFF | {Relation.HELPER}))
    is_reporter = bool(actor.id) and actor.id == ticket.person_id
    return works or is_reporter or ticket.is_represented_by(actor)


def _named_people(ticket: Ticket, relations: frozenset[Relation]) -> list[str]:
    """Return the ids of the people that a view names: staff see the reporter too."""
    people = [ticket.assignee]
    if relations & STAFF:
        people.append(ticket.person_id)
    return [person_id for person_id in people if person_id]


def for_reporter(actor: Actor, ticket: Ticket) -> TicketForViewer:
    """Return a new ticket for the actor who filed it, its reporter or somebody acting for them."""
    reporter = actor.id if actor.id == ticket.person_id else ""
    return _for_actor(actor, ticket, reporter)


def for_joiner(
    actor: Actor, ticket: Ticket, joined: Mapping[str, int]
) -> TicketForViewer:
    """Return a ticket that the actor reported or joined; `joined` are counts by ticket."""
    return _for_actor(actor, ticket, actor.id, joined.get(ticket.id, 0))


def _for_actor(
    actor: Actor, ticket: Ticket, reporter: str, joined: int = 0
) -> TicketForViewer:
    now_related = relations(actor, ticket.as_resource(reporter))
    return TicketForViewer(
        ticket=ticket, actor=actor, relations=now_related, joined=joined
    )
