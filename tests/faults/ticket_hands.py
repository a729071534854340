"""What the races for tickets share."""

from collections import Counter as Tally
from typing import Any

from chalicelib.tickets.model import TicketReport
from chalicelib.tickets.policy import Level

from ..world import Answer, Phone, World
from .facts import check, every, joined_counts, reporters, ticket_of
from .ladder import (
    EscalationPath,
    check_levels_told,
    done,
    report,
    until_due,
)

ROUNDS = 6
REASON = {"reason": "不归我管"}


def rest(ladder: EscalationPath, *, exact: bool = True) -> None:
    """Let everything run that is due, and look at all there is."""
    ladder.world.pass_time(seconds=60)
    check()
    check_levels_told(ladder, exact=exact)


def end(world: World, ticket_id: str) -> None:
    """Leave nothing that could be due in the next round."""
    done(
        world.phone_of(world.admin), ticket_id, "close", {"reason": "测试结束"}
    )


def overdue(world: World, **fields: Any) -> str:
    """TicketReport something and let time pass until nobody has accepted it in time."""
    ticket = report(world, world.resident(), **fields)
    until_due(world, ticket)
    return ticket


def on_its_way_to_silence(
    ladder: EscalationPath, others: int = 0
) -> tuple[str, list[Phone]]:
    """Have something resolved and let time pass until nobody has said for long whether it is."""
    world = ladder.world
    phones = [world.resident() for _ in range(1 + others)]
    ticket = report(world, phones[0])
    for phone in phones[1:]:
        done(phone, ticket, "join")
    done(ladder.phone(Level.GRID), ticket, "resolve", {"note": "换了灯泡"})
    for _ in range(2):  # they are asked once more, halfway
        until_due(world, ticket)
        if "ask_again" in ticket_of(ticket).deadlines():
            world.services.outbox.sweep()
    return ticket, phones


def assert_nobody_is_lost(
    given: list[Answer], phones: list[Phone], ticket_id: str
) -> None:
    """Assert that everybody with a 200 reports the ticket or its merge target, counted once."""
    ticket = ticket_of(ticket_id)
    ends_in = ticket_of(ticket.merged_into) if ticket.merged_into else ticket
    joined = {
        phone.me["id"]
        for phone, answer in zip(phones, given, strict=True)
        if answer.status == 200
    }
    assert joined <= reporters(ends_in)
    rows = Tally(
        r.person_id
        for r in every(TicketReport)
        if r.ticket_id in (ticket.id, ends_in.id, *ends_in.merged)
    )
    assert {rows[person] for person in joined} <= {1}, "counted twice"
    assert sum(
        joined_counts().get(id, 0) for id in {ticket.id, ends_in.id}
    ) == len(joined)
