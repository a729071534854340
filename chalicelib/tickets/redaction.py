"""Redaction of an erased reporter. Pure."""

from dataclasses import replace

from ..kernel.changes import Changes, TimelineEvent
from .model import Ticket

__all__ = ["forget_reporter"]


def forget_reporter(ticket: Ticket, person_id: str) -> Changes[Ticket]:
    """Redact an erased reporter: only the public text of their report stays."""
    if person_id not in (ticket.person_id, ticket.proxy_id):
        return Changes(entity=ticket, previous=ticket)
    proxy = None if ticket.proxy_id == person_id else ticket.proxy_id
    after = replace(ticket, proxy_id=proxy)
    if ticket.person_id == person_id:
        after = replace(
            after, person_id=None, as_written=None, location_note=None
        )
        after = replace(after, answers=None, photos=())
    event = TimelineEvent(
        tag="ticket.reporter_erased", actor="system", party="system"
    )
    return Changes(entity=after, previous=ticket, events=(event,))
