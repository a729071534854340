"""The facts of a ticket, from which rates, hot spots and overviews are folded. Pure.

docs/tickets.md has the formulas; docs/decisions/0024 has the reasons.
"""

from dataclasses import astuple, dataclass
from datetime import datetime

from ..kernel.fact import Fact, fact, microseconds, tally
from .model import Ticket
from .policy import SlaKind
from .states import Ending

__all__ = [
    "SATISFIED",
    "TICKET",
    "TICKET_JOINED",
    "TicketFact",
    "joined_fact",
    "ticket_facts",
]

TICKET = "t"  # the kinds of the facts
TICKET_JOINED = "j"
SATISFIED = 4  # of 5: ratings from here on are of satisfied reporters
_LEFT_OUT = (
    Ending.MERGED,
    Ending.WITHDRAWN,
    Ending.WISH,
)  # never solved nor unsolved


@dataclass(frozen=True, slots=True)
class TicketFact:
    """The course of a ticket, in the month in which it was reported.

    `state` is its ending, or else its state. `contacted` says whether reporters were contacted
    within the promised time, and `contact_by` the promised instant while that is open. `solved`
    says whether they confirm the first solution; both are None while undecided. Instants are
    microseconds since 1970.
    """

    category: str
    reported_at: int
    state: str
    contacted: int | None
    contact_by: int | None
    solved: int | None
    reopened: int
    bounced: int
    unanswered: int
    ratings: int
    satisfied: int

    @classmethod
    def of(cls, stored: Fact) -> "TicketFact":
        """Return the values of a stored fact."""
        return cls(*stored.values)  # type: ignore[arg-type]

    def was_contacted(self, now: datetime) -> bool | None:
        """Return whether reporters were contacted in time; None while undecided.

        The contact decides, or else the end of the time. A ticket that ended before either is not
        counted. Of a reopened ticket the present round counts.
        """
        if self.contacted is not None:
            return bool(self.contacted)
        if self.contact_by is not None and self.contact_by < microseconds(now):
            return False
        return None

    @property
    def is_solved(self) -> bool | None:
        """Return whether reporters confirm the first solution; None without an answer."""
        return None if self.solved is None else bool(self.solved)


def ticket_facts(ticket: Ticket) -> tuple[Fact, ...]:
    """Return the fact of a ticket."""
    contacted, contact_by = _contact(ticket)
    satisfied = [rating for rating in ticket.ratings if rating >= SATISFIED]
    values = TicketFact(
        category=ticket.category,
        reported_at=microseconds(ticket.created_at),
        state=(ticket.ending or ticket.state).value,
        contacted=contacted,
        contact_by=contact_by,
        solved=_solved(ticket),
        reopened=int(bool(ticket.reopened)),
        bounced=int(ticket.bounces > 0),
        unanswered=int(_is_unanswered(ticket)),
        ratings=len(ticket.ratings),
        satisfied=len(satisfied),
    )
    return (
        fact(
            TICKET,
            ticket.id,
            ticket.place,
            ticket.created_at,
            ticket.zone,
            astuple(values),
        ),
    )


def joined_fact(ticket: Ticket) -> Fact:
    """Return the fact that counts those who joined a ticket after it was reported.

    Many join at once, and none of them writes the ticket: the number is added to in the
    transaction of each report. Place and month of a ticket never change, so neither does the key.
    """
    return tally(
        TICKET_JOINED,
        ticket.id,
        ticket.place,
        ticket.created_at,
        ticket.zone,
    )


def _contact(ticket: Ticket) -> tuple[int | None, int | None]:
    """Return whether the contact was in time, and by when it is while that is open."""
    timer = ticket.sla_timer(SlaKind.CONTACT)
    if timer is None:
        return None, None
    if timer.met_at is not None:
        return int(timer.met_at <= timer.promised_at), None
    if ticket.closed_at is None:
        return None, microseconds(timer.promised_at)
    if timer.promised_at < ticket.closed_at:
        return 0, None
    return None, None


def _solved(ticket: Ticket) -> int | None:
    """Return 1 if reporters confirm the first solution, 0 if not, None without an answer.

    A reopen is a no, and so is a close as unsolved by staff. A ticket that closed without the
    last answers counts if any of its reporters confirmed it. Merged, withdrawn and converted
    tickets are left out.
    """
    if ticket.ending in _LEFT_OUT:
        return None
    if ticket.reopened or ticket.ending is Ending.UNSOLVED:
        return 0
    if ticket.ending is Ending.CONFIRMED:
        return 1
    if ticket.ending is Ending.SILENT and ticket.answered > 0:
        return 1
    return None


def _is_unanswered(ticket: Ticket) -> bool:
    """Return whether a ticket ended without any answer: neither solved nor unsolved."""
    is_silent = ticket.ending is Ending.SILENT
    return is_silent and not ticket.answered and not ticket.reopened
