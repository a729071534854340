"""One move of a ticket by the state table, with its timeline event and its public update. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Message, Put, TimelineEvent, Write
from ..kernel.errors import Conflict
from ..kernel.ids import derived_id
from ..kernel.place import street_of
from ..kernel.text import mask_personal
from . import clocks
from .model import SlaTimer, Ticket, Update
from .policy import SlaKind
from .states import TABLE, Ending, TicketMover, TicketStatus

__all__ = ["go", "public_update", "with_met"]


def go(
    ticket: Ticket,
    move: str,
    by: TicketMover,
    after: Ticket | None = None,
    *,
    target: TicketStatus | None = None,
    event: str | None = None,
    note: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
    public_text: str = "",
) -> Changes[Ticket]:
    """Make a move: set the state and raise the event that the table declares.

    `after` is the ticket with its other changes. Its state is set here and nowhere else.
    `target` and `event` are needed only where they are not the first of the row.
    `public_text` goes into the public update.

    Raises:
        Conflict, Forbidden: the move is not available.

    """
    moves = ticket.moves(by.relations)
    TABLE.row(ticket.state, move, by.relations, moves)
    if ticket.is_unavailable(move, by.relations):
        raise Conflict(_why_not(ticket, move), state=ticket.state.value, moves=moves)
    step = TABLE.go(
        ticket.state, move, by.relations, target=target, event=event, moves=moves
    )
    entity = replace(after or ticket, state=step.target)
    if entity.state is not ticket.state or public_text:
        writes = (*writes, *public_update(entity, by.now, public_text))
    events: tuple[TimelineEvent, ...] = ()
    if step.event:
        events = (
            TimelineEvent(tag=step.event, actor=by.id, party=by.party, note=note),
        )
    return Changes(
        entity=entity, previous=ticket, writes=writes, events=events, messages=messages
    )


def _why_not(ticket: Ticket, move: str) -> str:
    """Return the error code of a move that the state allows and the ticket does not."""
    if move in ("accept", "bounce", "assign"):
        return (
            "ticket.must_be_assigned"
            if ticket.must_be_assigned
            else "ticket.bounced_out"
        )
    if move == "escalate":
        return "ticket.at_the_top"
    if move == "join":
        return "ticket.own"
    return "ticket.merged" if ticket.ending is Ending.MERGED else "ticket.wrong_state"


def public_update(ticket: Ticket, now: datetime, text: str = "") -> tuple[Put, ...]:
    """Return the public update of a step. A private ticket has none."""
    if ticket.private:
        return ()
    update = Update(
        id=derived_id("upd", f"{ticket.id} {ticket.version + 1}"),
        ticket_id=ticket.id,
        street=street_of(ticket.place),
        at=now,
        state=ticket.state,
        text=mask_personal(text),
    )
    return (Put(row=update),)


def with_met(ticket: Ticket, now: datetime, *names: SlaKind) -> tuple[SlaTimer, ...]:
    """Return the ticket's SLA timers with some of them met."""
    timers = [timer for name in names if (timer := ticket.clock(name))]
    return clocks.swap(ticket, *(clocks.meet(timer, now) for timer in timers))
