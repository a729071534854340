"""Confirmations by a phone that was set after the work was done. Pure.

A person who sets a phone for a reporter could confirm in their place. So such
an answer does not count, and staff look at the ticket.
"""

from dataclasses import replace

from ..kernel.access import Relation
from ..kernel.changes import Changes
from .model import Ticket
from .moves import go
from .states import TicketMover, TicketStatus

__all__ = ["hold_confirmation", "is_unproven"]


def is_unproven(ticket: Ticket, mover: TicketMover) -> bool:
    """Say whether a confirmation by a reporter, or for them, does not count."""
    if ticket.state is not TicketStatus.RESOLVED or not ticket.resolved_at:
        return False
    if Relation.OWNER not in mover.relations or not mover.phone_since:
        return False
    return mover.phone_since > ticket.resolved_at


def hold_confirmation(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
    """Leave a ticket resolved, and put it before staff. Idempotent."""
    if ticket.held_answer_at:
        return Changes(entity=ticket, previous=ticket)
    return go(
        ticket,
        "confirm",
        mover,
        replace(ticket, held_answer_at=mover.now),
        event="ticket.confirmation_held",
    )
