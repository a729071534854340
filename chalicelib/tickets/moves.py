"""One move of a ticket by the state table, with its timeline event and its public update. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Message, Put, TimelineEvent, Write
from ..kernel.errors import Conflict
from ..kernel.ids import derived_id
from ..kernel.place import street_of
from ..kernel.state_table import Transition
from . import sla_timers
from .model import SlaTimer, Ticket, Update
from .notifications import to_former_assignee
from .policy import SlaKind
from .states import TABLE, Ending, TicketMover, TicketStatus

__all__ = ["conflict", "event_of", "go", "public_update", "with_met"]


def go(
    ticket: Ticket,
    move: str,
    mover: TicketMover,
    after: Ticket | None = None,
    *,
    target: TicketStatus | None = None,
    event: str | None = None,
    note: str | None = None,
    shown: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
    public_text: str = "",
) -> Changes[Ticket]:
    """Make a move: set the state and raise the event that the table declares.

    `after` is the ticket with its other changes. Its state is set here and nowhere else.
    `target` and `event` are needed only where they are not the first of the row.
    `shown` is the note without personal data. `public_text` goes into the public update.

    Raises:
        Conflict, Forbidden: the move is not available.

    """
    step = _step_of(ticket, move, mover, target, event)
    entity = replace(after or ticket, state=step.target)
    if move != "comment":  # somebody has looked at it
        entity = replace(entity, reporter_left_at=None)
    if public_text:
        entity = replace(entity, public_updates=entity.public_updates + 1)
    if entity.state is not ticket.state or public_text:
        writes = (*writes, *public_update(entity, mover.now, public_text))
    return Changes(
        entity=entity,
        previous=ticket,
        writes=writes,
        events=_events(mover, step.event, note, shown),
        messages=(*messages, *to_former_assignee(ticket, entity, mover.id)),
    )


def _step_of(
    ticket: Ticket,
    move: str,
    mover: TicketMover,
    target: TicketStatus | None,
    event: str | None,
) -> Transition[TicketStatus]:
    """Return the step of a move; refuse one that the state table or the ticket does not allow."""
    moves = ticket.moves(mover.relations)
    TABLE.row(ticket.state, move, mover.relations, moves)
    if ticket.is_unavailable(move, mover.relations):
        raise conflict(ticket, mover, _why_not(ticket, move))
    return TABLE.go(
        ticket.state,
        move,
        mover.relations,
        target=target,
        event=event,
        moves=moves,
    )


def _events(
    mover: TicketMover, tag: str | None, note: str | None, shown: str | None
) -> tuple[TimelineEvent, ...]:
    if not tag:
        return ()
    return (event_of(mover, tag, note, shown),)


def _why_not(ticket: Ticket, move: str) -> str:
    """Return the error code of a move that the state allows and the ticket does not."""
    if move in ("accept", "bounce", "assign"):
        blocked = ticket.must_be_assigned
        return "ticket.must_be_assigned" if blocked else "ticket.bounced_out"
    if move == "escalate":
        return "ticket.at_the_top"
    if move == "join":
        return "ticket.own"
    if move in ("publish", "hide"):
        return "ticket.private"
    return _why_over(ticket, move)


def _why_over(ticket: Ticket, move: str) -> str:
    """Return the error code of a move on a ticket that goes on elsewhere."""
    if ticket.ending is Ending.MERGED:
        return "ticket.merged"
    if ticket.ending is Ending.WISH and move == "reopen":
        return "ticket.is_a_wish"
    return "ticket.wrong_state"


def event_of(
    mover: TicketMover,
    tag: str,
    note: str | None = None,
    shown: str | None = None,
) -> TimelineEvent:
    """Return the timeline event of a mover."""
    return TimelineEvent(
        tag=tag, actor=mover.id, party=mover.party, note=note, shown=shown
    )


def conflict(
    ticket: Ticket, mover: TicketMover, code: str, **facts: object
) -> Conflict:
    """Return the refusal of a move, with the state and the moves that are available."""
    moves = ticket.moves(mover.relations)
    return Conflict(code, state=ticket.state.value, moves=moves, **facts)


def public_update(
    ticket: Ticket, now: datetime, text: str = ""
) -> tuple[Put, ...]:
    """Return the public update of a step. A private ticket has none."""
    if ticket.private:
        return ()
    update = Update(
        id=derived_id("upd", f"{ticket.id} {ticket.version + 1}"),
        ticket_id=ticket.id,
        street=street_of(ticket.place),
        at=now,
        state=ticket.state,
        text=text,
    )
    return (Put(row=update),)


def with_met(
    ticket: Ticket, now: datetime, *kinds: SlaKind
) -> tuple[SlaTimer, ...]:
    """Return the SLA timers of a ticket with some of them met."""
    met: list[SlaTimer] = []
    for kind in kinds:
        timer = ticket.sla_timer(kind)
        if timer:
            met.append(sla_timers.meet(timer, now))
    return sla_timers.swap(ticket, *met)
