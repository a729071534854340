"""Figures computed from the entities themselves, the slow way: what the facts have to give."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.kernel.fact import SEAL, Fact
from chalicelib.tickets.facts import joined_fact, ticket_facts
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.policy import SlaKind
from chalicelib.tickets.states import Ending, TicketStatus
from chalicelib.wishes.facts import wish_facts
from chalicelib.wishes.model import Wish
from chalicelib.wishes.states import ENDED, WishState

from ..store.scan import scan

_LEFT_OUT = (Ending.MERGED, Ending.WITHDRAWN, Ending.WISH)


def stored_facts() -> set[Fact]:
    """Return the facts in the store; a number to which nothing was added is none."""
    facts = [fact for fact in scan(Fact) if fact.kind != SEAL]
    return {fact for fact in facts if fact.v or fact.n}


def facts_of(
    wishes: Iterable[Wish],
    tickets: Iterable[Ticket],
    reports: Iterable[TicketReport],
) -> set[Fact]:
    """Return the facts that follow from all there is."""
    tickets = list(tickets)
    reporters = {ticket.id: ticket.person_id for ticket in tickets}
    joined = Counter(
        report.ticket_id
        for report in reports
        if report.person_id != reporters[report.ticket_id]
    )
    facts = {fact for wish in wishes for fact in wish_facts(wish)}
    for ticket in tickets:
        facts.update(ticket_facts(ticket))
        if joined[ticket.id]:
            facts.add(replace(joined_fact(ticket), n=joined[ticket.id]))
    return facts


def contacted_in_time(ticket: Ticket, now: datetime) -> bool | None:
    """Return whether reporters were contacted within the promised time; None while undecided.

    The contact decides, or else the end of the time. A ticket that ended before either is not
    counted. Of a reopened ticket the present round counts.
    """
    clock = ticket.sla_timer(SlaKind.CONTACT)
    if clock is None:
        return None
    if clock.met_at is not None:
        return clock.met_at <= clock.promised_at
    until = ticket.closed_at or now
    if clock.promised_at < until:
        return False
    return None


def solved_at_once(ticket: Ticket) -> bool | None:
    """Return whether reporters confirm a solution at the first attempt; None without an answer.

    A reopen is a no, and so is a close as unsolved by staff. A ticket that closed without the
    last answers counts if any of its reporters confirmed it. Merged, withdrawn and converted
    tickets are left out.
    """
    if ticket.ending in _LEFT_OUT:
        return None
    if ticket.reopened or ticket.ending is Ending.UNSOLVED:
        return False
    if ticket.ending is Ending.CONFIRMED:
        return True
    if ticket.ending is Ending.SILENT and ticket.answered > 0:
        return True
    return None


def is_unanswered(ticket: Ticket) -> bool:
    """Return whether a ticket ended without any answer: neither solved nor unsolved."""
    return (
        ticket.ending is Ending.SILENT
        and not ticket.answered
        and not ticket.reopened
    )


def ticket_figures(tickets: Sequence[Ticket], now: datetime) -> dict:
    """Return the counts of tickets, and hits and numbers of their rates."""
    endings = [ticket.ending for ticket in tickets]
    responses = [contacted_in_time(ticket, now) for ticket in tickets]
    solutions = [solved_at_once(ticket) for ticket in tickets]
    ratings = [rating for ticket in tickets for rating in ticket.ratings]
    return {
        "reported": len(tickets),
        "open": sum(ticket.is_open for ticket in tickets),
        "waiting": sum(t.state is TicketStatus.RESOLVED for t in tickets),
        "merged": endings.count(Ending.MERGED),
        "withdrawn": endings.count(Ending.WITHDRAWN),
        "turned": endings.count(Ending.WISH),
        "unanswered": sum(is_unanswered(ticket) for ticket in tickets),
        "response": (
            responses.count(True),
            len(responses) - responses.count(None),
        ),
        "solution": (
            solutions.count(True),
            len(solutions) - solutions.count(None),
        ),
        "satisfaction": (sum(r >= 4 for r in ratings), len(ratings)),
        "bounces": (sum(t.bounces > 0 for t in tickets), len(tickets)),
    }


def wish_figures(
    wishes: Sequence[Wish], first: datetime, end: datetime
) -> dict:
    """Return the counts of wishes in a span, and the waits of the fulfilled ones in minutes."""
    opened = [w for w in wishes if w.opened_at and first <= w.opened_at < end]
    ended = [
        w for w in wishes if w.state in ENDED and first <= w.ended_at < end
    ]
    fulfilled = [w for w in ended if w.state is WishState.FULFILLED]
    waits = [
        (w.ended_at - w.opened_at).total_seconds() // 60 for w in fulfilled
    ]
    return {
        "opened": len(opened),
        "fulfilled": len(fulfilled),
        "ended": len(ended) - len(fulfilled),
        "waits": sorted(waits),
    }
