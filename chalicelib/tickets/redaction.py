"""Redaction of an erased reporter, and of a ticket that was closed long ago. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, TimelineEvent
from .model import Ticket
from .policy import NAMED_FOR

__all__ = ["anonymise", "forget_reporter", "may_be_anonymous"]

NOBODY = "per_" + "a" * 24  # an id that no person has


def forget_reporter(ticket: Ticket, person_id: str) -> Changes[Ticket]:
    """Redact an erased reporter: only the public text of their report stays.

    A private ticket has none: its texts go, and its place becomes the community.
    """
    if person_id not in (ticket.person_id, ticket.proxy_id):
        return Changes(entity=ticket, previous=ticket)
    proxy = None if ticket.proxy_id == person_id else ticket.proxy_id
    after = replace(ticket, proxy_id=proxy)
    if ticket.person_id == person_id:
        after = replace(
            after, person_id=None, as_written=None, location_note=None
        )
        after = replace(after, answers=None, photos=())
        if ticket.private:
            after = _without_texts(after)
    event = TimelineEvent(
        tag="ticket.reporter_erased", actor="system", party="system"
    )
    return Changes(entity=after, previous=ticket, events=(event,))


def _without_texts(ticket: Ticket) -> Ticket:
    """Return a ticket without its texts, at the place of its community."""
    return replace(
        ticket,
        text="",
        as_written=None,
        public_text=None,
        public_solution=None,
        public_updates=0,
        location_note=None,
        answers=None,
        place=ticket.community,
        latitude=None,
        longitude=None,
        solution=None,
        told_publicly=None,
        reason=None,
    )


def may_be_anonymous(ticket: Ticket, now: datetime) -> bool:
    """Say whether a ticket was closed so long ago that it must name nobody any more."""
    if ticket.closed_at is None or ticket.filed_by == NOBODY:
        return False
    return not ticket.is_open and ticket.closed_at + NAMED_FOR <= now


def anonymise(ticket: Ticket, now: datetime) -> Changes[Ticket]:
    """Remove what names anybody but staff from a ticket that was closed long ago. Idempotent."""
    if not may_be_anonymous(ticket, now):
        return Changes(entity=ticket, previous=ticket)
    after = replace(
        _without_texts(ticket),
        person_id=None,
        proxy_id=None,
        filed_by=NOBODY,
        photos=(),
        proof=(),
    )
    event = TimelineEvent(
        tag="ticket.anonymised", actor="system", party="system"
    )
    return Changes(entity=after, previous=ticket, events=(event,))
