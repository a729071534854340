"""Tickets of people whose relations have ended: reassigned, or without their former contact."""

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.ended_relations import (
    DUTY_ENDED,
    EndedRelations,
    RelationKind,
)
from ..kernel.paging import Position
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import handover
from .duty import DutyResolver
from .model import Ticket
from .repository import TicketRepository
from .states import SYSTEM_ONLY, TicketMover

__all__ = ["TicketReleases"]

_PAGE = 50  # tickets in one step


class TicketReleases:
    """Releases the tickets of people whose relations have ended."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        duty: DutyResolver,
    ) -> None:
        self._repository, self._clock, self._duty = repository, clock, duty
        self._entities = EntityStore(transaction, repository.find_ticket)

    def release(self, ended: EndedRelations) -> Position | None:
        """Reassign the tickets of people off duty, and remove former contacts, in steps."""
        cursor = ended.cursor or {"part": "assigned", "start": None}
        if cursor["part"] == "assigned":
            start = self._reassign(ended, cursor["start"])
            if start is not None:
                return {"part": "assigned", "start": start}
            cursor = {"part": "reported", "start": None}
        start = self._remove_contacts(ended, cursor["start"])
        return None if start is None else {"part": "reported", "start": start}

    def _reassign(
        self, ended: EndedRelations, start: Position | None
    ) -> Position | None:
        """Reassign the open tickets of a person who no longer serves at their place."""
        if not ended.kinds & DUTY_ENDED:
            return None

        def decide(ticket: Ticket) -> Changes[Ticket]:
            return self._reassigned(ticket, ended.person_id)

        page = self._repository.assigned_to(ended.person_id, start, _PAGE)
        for ticket in page.items:
            self._entities.update(ticket.id, decide)
        return page.next

    def _reassigned(self, ticket: Ticket, person_id: str) -> Changes[Ticket]:
        unchanged = Changes(entity=ticket, previous=ticket)
        if ticket.assignee != person_id or not ticket.is_open:
            return unchanged
        if self._duty.still_serves(person_id, ticket.place):
            return unchanged
        mover = TicketMover(
            id="system", relations=SYSTEM_ONLY, now=self._clock.now()
        )
        return handover.reassign(
            ticket, self._duty.escalation_for(ticket), mover
        )

    def _remove_contacts(
        self, ended: EndedRelations, start: Position | None
    ) -> Position | None:
        former = ended.lost(RelationKind.CONTACT)
        if not former:
            return None

        def decide(ticket: Ticket) -> Changes[Ticket]:
            if ticket.person_id != ended.person_id:
                return Changes(entity=ticket, previous=ticket)
            return handover.remove_contact(ticket, former)

        page = self._repository.reported_by(ended.person_id, start, _PAGE)
        for ticket in page.items:
            self._entities.update(ticket.id, decide)
        return page.next
