"""Tickets that may be about the same problem. Pure."""

from collections.abc import Iterable
from datetime import datetime

from ..kernel.text import overlap
from .model import Ticket
from .policy import DUPLICATE_OVERLAP, DUPLICATE_WITHIN

__all__ = ["likely_duplicates"]


def likely_duplicates(
    ticket: Ticket,
    others: Iterable[Ticket],
    now: datetime,
) -> tuple[Ticket, ...]:
    """Return the tickets of the same spot and category that may be about the same problem."""
    return tuple(other for other in others if _is_alike(ticket, other, now))


def _is_alike(ticket: Ticket, other: Ticket, now: datetime) -> bool:
    return (
        other.id != ticket.id
        and other.category == ticket.category
        and other.is_open
        and other.created_at > now - DUPLICATE_WITHIN
        and overlap(other.written, ticket.written) >= DUPLICATE_OVERLAP
    )
