"""Open tickets of a resident's own building and community, for them to join."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..kernel.access import Resource
from ..kernel.clock import Clock
from ..kernel.errors import Forbidden, Invalid
from ..kernel.paging import Page, Position, first_found
from ..kernel.place import (
    PlaceKind,
    ancestors,
    building_of,
    community_of,
    kind_of,
)
from ..kernel.request import RequestContext
from ..kernel.text_catalogue import Text, text
from ..people.access import Access
from . import permissions
from .categories import Category, QuestionKind
from .duty import DutyResolver
from .model import Ticket, TicketLine
from .reader import TicketReader
from .repository import TicketRepository

__all__ = ["Nearby", "NearbyTickets", "chosen_answers"]

_WITH_CHOICES = (QuestionKind.ONE, QuestionKind.SEVERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A ticket near a resident, with the facts of its view."""

    ticket: Ticket
    category: Category
    reporters: int
    in_own_building: bool
    moves: tuple[str, ...]


class NearbyTickets:
    """Finds tickets that a resident may join."""

    def __init__(
        self,
        *,
        repository: TicketRepository,
        access: Access,
        clock: Clock,
        duty: DutyResolver,
        reader: TicketReader,
    ) -> None:
        self._repository, self._access = repository, access
        self.clock, self._duty, self._reader = clock, duty, reader

    def list_near(
        self, context: RequestContext, near: str, limit: int
    ) -> Page[Nearby]:
        """Return the open tickets of the caller's community, never private ones.

        `near` is the caller's home, or a place around it within the community.

        Raises:
            Invalid: the caller has no home.
            Forbidden: the place is not their own.

        """
        resource = Resource(see=permissions.SEE, public=True)
        granted = self._access.require(context, permissions.NEAR, resource)
        home = granted.person.home
        if home is None or kind_of(home) is PlaceKind.STREET:
            raise Invalid("ticket.no_home", ["near"])
        if near not in _own_places(home):
            raise Forbidden("ticket.not_near")
        actor_id = granted.actor.id

        def read(start: Position | None, size: int) -> Page[Nearby]:
            page = self._repository.queue(
                community_of(home), _is_public, start, size
            )
            ids = [line.id for line in page.items]
            return Page([*self._nearby(ids, home, actor_id)], page.next)

        return first_found(read, context.start, limit)

    def _nearby(
        self, ticket_ids: list[str], home: str, person_id: str
    ) -> Iterator[Nearby]:
        tickets = self._repository.find_tickets(ticket_ids)
        joined = self._reader.joined_to(tickets)
        parts = [part for ticket in tickets for part in ticket.merged]
        reports = self._repository.find_reports(
            [*ticket_ids, *parts], person_id
        )
        reported = {report.ticket_id for report in reports}
        own = building_of(home)
        for ticket in tickets:
            if ticket.private or not ticket.is_open:
                continue
            yield Nearby(
                ticket=ticket,
                category=self._duty.category_of(ticket),
                reporters=joined.get(ticket.id, 0) + bool(ticket.person_id),
                in_own_building=building_of(ticket.place) == own,
                moves=_moves(ticket, reported),
            )


def _moves(ticket: Ticket, reported: AbstractSet[str]) -> tuple[str, ...]:
    """Return the moves of a resident; who reported a part has reported the ticket."""
    if reported & {ticket.id, *ticket.merged}:
        return ()
    return ("join",)


def chosen_answers(
    ticket: Ticket, category: Category
) -> list[tuple[Text, Text]]:
    """Return the questions that have choices, with the chosen answers. Other answers are words."""
    given = ticket.answers or {}
    found: list[tuple[Text, Text]] = []
    for question in category.questions:
        if question.kind not in _WITH_CHOICES:
            continue
        asked = text(zh=question.zh, en=question.en)
        for choice in question.choices:
            if choice.key in given.get(question.code, ()):
                found.append((asked, text(zh=choice.zh, en=choice.en)))
    return found


def _own_places(home: str) -> list[str]:
    return [
        code
        for code in ancestors(home)
        if kind_of(code) is not PlaceKind.STREET
    ]


def _is_public(line: TicketLine) -> bool:
    return not line.private
