"""Tickets that may be about the same problem. Pure."""

from collections.abc import Iterable
from datetime import datetime

from ..kernel.text import overlap
from .model import Ticket
from .policy import DUPLICATE_OVERLAP, DUPLICATE_WITHIN

__all__ = ["hints_for", "likely_duplicates"]


def likely_duplicates(
    ticket: Ticket, others: Iterable[Ticket], now: datetime
) -> tuple[Ticket, ...]:
    """Return the tickets of the same spot and category with alike words, for staff."""
    return tuple(
        other
        for other in others
        if _is_near(ticket, other, now) and _is_alike(ticket, other.written)
    )


def hints_for(
    ticket: Ticket, others: Iterable[Ticket], now: datetime
) -> tuple[Ticket, ...]:
    """Return the tickets of the same spot and category that a reporter may join.

    They tell no more than the reporter could read: private ones are left out, and only released
    words are compared. A hint by other words would answer guesses about them.
    """
    return tuple(
        other
        for other in others
        if _is_near(ticket, other, now)
        and not other.private
        and (not other.public_text or _is_alike(ticket, other.public_text))
    )


def _is_near(ticket: Ticket, other: Ticket, now: datetime) -> bool:
    return (
        other.id != ticket.id
        and other.category == ticket.category
        and other.is_open
        and other.created_at > now - DUPLICATE_WITHIN
    )


def _is_alike(ticket: Ticket, words: str) -> bool:
    return overlap(words, ticket.written) >= DUPLICATE_OVERLAP
