"""Answers by SMS about tickets. Takes no context."""

from dataclasses import replace

from ..kernel.access import Actor, Relation, relations
from ..kernel.changes import Changes, Write
from ..kernel.clock import Clock
from ..people.model import are_one_household
from ..people.service import People
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import notifications, resolution
from .alarm_bell import AlarmBell
from .duty import DutyResolver
from .model import Ticket, solvers_of
from .notifications import IS_IT_YOURS
from .reader import TicketReader
from .repository import TicketRepository
from .states import TicketMover

__all__ = ["TicketSmsAnswers"]


class TicketSmsAnswers:
    """Makes the moves of reporters' answers."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        duty: DutyResolver,
        reader: TicketReader,
        bell: AlarmBell,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._entities = EntityStore(
            transaction,
            repository.find_ticket,
            place=lambda ticket: ticket.place,
        )
        self._people = people
        self._duty, self._reader, self._bell = duty, reader, bell

    def answer(
        self,
        ticket_id: str,
        person_id: str,
        kind: str,
        *,
        yes: bool,
        occasion: str,
        phone_of: str = "",
    ) -> None:
        """Make the move that a reporter's SMS reply means, if it is still theirs to make."""
        if kind == IS_IT_YOURS:
            if yes and phone_of == person_id:
                self._link_reporter(ticket_id, person_id)
            return

        def decide(ticket: Ticket) -> Changes[Ticket]:
            if occasion != notifications.occasion_of(ticket):
                return Changes(entity=ticket, previous=ticket)
            is_other = phone_of not in ("", person_id)
            if yes and is_other and self._solved(ticket, phone_of):
                return Changes(entity=ticket, previous=ticket)
            return self._moved(ticket, person_id, kind, yes=yes)

        self._entities.update(ticket_id, decide)

    def _moved(
        self, ticket: Ticket, person_id: str, kind: str, *, yes: bool
    ) -> Changes[Ticket]:
        """Return the move of an answer."""
        mover = self._answering(ticket, person_id)
        escalation = self._duty.escalation_for(ticket)
        rung, writes = ticket, tuple[Write, ...]()
        if not yes:
            rung, writes = self._bell.may_ring_again(ticket, person_id)
        changes = resolution.answer(
            rung,
            escalation,
            mover,
            self._reader.reports(ticket),
            kind,
            yes=yes,
            assignee_left=self._duty.assignee_left(ticket),
        )
        if changes.entity is rung:  # the answer moves nothing
            return Changes(entity=ticket, previous=ticket)
        writes = (*changes.writes, *writes)
        return replace(changes, previous=ticket, writes=writes)

    def _solved(self, ticket: Ticket, phone_of: str) -> bool:
        """Say whether the holder of a phone, or their household, has solved a ticket."""
        people = self._people.find_many({phone_of, *solvers_of(ticket)})
        holder = people.get(phone_of)
        return holder is None or any(
            are_one_household(holder, people[id])
            for id in solvers_of(ticket)
            if id in people
        )

    def _answering(self, ticket: Ticket, person_id: str) -> TicketMover:
        """Return the person who answers, without any relation if they may not act any more."""
        person = self._people.find(person_id)
        own: frozenset[Relation] = frozenset()
        if person and person.may_act:
            own = relations(Actor(id=person_id), ticket.as_resource(person_id))
        return TicketMover(id=person_id, relations=own, now=self._clock.now())

    def _link_reporter(self, ticket_id: str, person_id: str) -> None:
        """Link the person who says that a report is theirs, if nobody else is linked to it."""

        def decide(ticket: Ticket) -> Changes[Ticket]:
            person = self._people.find(person_id)
            unchanged = Changes(entity=ticket, previous=ticket)
            if person is None or person.erased_at or person.blocked:
                return unchanged
            if not ticket.is_anonymous:
                return unchanged
            earlier = self._repository.find_report(ticket.id, person_id)
            mask = self._people.mask_for([person], ticket.place)
            text = mask(ticket.written)
            return resolution.link(
                ticket, person_id, earlier, text, self._clock.now()
            )

        self._entities.update(ticket_id, decide)
