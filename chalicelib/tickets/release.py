"""What the public reads of a ticket: released by staff, and taken back. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from ..kernel.access import STAFF
from ..kernel.changes import Changes, Put
from ..kernel.errors import Conflict, Forbidden
from .model import Ticket, Update
from .moves import go
from .policy import MAX_PUBLIC_UPDATES
from .states import TicketMover

__all__ = ["hide", "publish", "suggested_text", "with_solution"]


def suggested_text(ticket: Ticket) -> str | None:
    """Return the text that staff may release in one tap.

    None for a private ticket, for a text that is public already, and for one that is held for
    review: staff write that one anew.
    """
    if ticket.private or ticket.held_for_review or ticket.public_text:
        return None
    return ticket.text


def publish(
    ticket: Ticket, mover: TicketMover, text: str, solution: str | None
) -> Changes[Ticket]:
    """Release the text of a ticket as staff edited it, and the solution if they give one.

    Raises:
        Conflict: the ticket is private.

    """
    after = replace(ticket, public_text=text)
    if solution:
        after = replace(after, public_solution=solution)
    return go(ticket, "publish", mover, after, note=text)


def with_solution(ticket: Ticket, mover: TicketMover) -> Ticket:
    """Release the solution of a ticket, and its text where one is suggested.

    Raises:
        Conflict: the ticket is private, or has as many public updates as it can.
        Forbidden: the mover is not staff.

    """
    if not mover.relations & STAFF:
        raise Forbidden("action.forbidden")
    moves = ticket.moves(mover.relations)
    if ticket.private:
        raise Conflict("ticket.private", state=ticket.state.value, moves=moves)
    if ticket.public_updates >= MAX_PUBLIC_UPDATES:
        raise Conflict(
            "ticket.published_too_often", state=ticket.state.value, moves=moves
        )
    text = ticket.public_text or suggested_text(ticket)
    return replace(
        ticket, public_text=text, public_solution=ticket.told_publicly
    )


def hide(
    ticket: Ticket, mover: TicketMover, updates: Iterable[Update]
) -> Changes[Ticket]:
    """Take back all texts that the public reads: of the ticket, its solution and its updates."""
    after = replace(
        ticket, public_text=None, public_solution=None, public_updates=0
    )
    blanked = [
        Put(row=replace(update, text="")) for update in updates if update.text
    ]
    return go(ticket, "hide", mover, after, writes=tuple(blanked))
