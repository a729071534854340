"""The rule that figures are of what there is (I10)."""

from dataclasses import replace

from chalicelib.kernel.fact import SEAL, Fact
from chalicelib.tickets.facts import joined_fact
from chalicelib.tickets.model import TicketReport

from ..statistics.oracle import facts_of
from .rule import Past, break_rule
from .street import Street

__all__ = ["facts_follow"]


def facts_follow(street: Street, past: Past) -> None:
    """I10: the facts are those of the wishes and tickets as they are, and none besides.

    Who joined a ticket is counted for good: an erasure does not change what was reported.
    """
    expected = facts_of(street.wishes(), street.tickets(), ())
    for ticket in street.tickets():
        joined = past.joined.setdefault(ticket.id, set())
        for report in street.ledger.all(TicketReport):
            if report.ticket_id == ticket.id:
                joined.add(report.person_id)
        joined.discard(ticket.person_id or "")
        if joined:
            expected.add(replace(joined_fact(ticket), n=len(joined)))
    stored = {
        fact
        for fact in street.ledger.all(Fact)
        if fact.kind != SEAL and (fact.v or fact.n)
    }
    if stored != expected:
        wrong = sorted(fact.sk for fact in stored ^ expected)
        break_rule("I10", street, f"facts that do not follow: {wrong}")
