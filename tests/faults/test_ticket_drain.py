"""Many tickets due in the same minute: each climbs once, and what it costs goes by what is due, not by what is open."""

import pytest

from ..world import World
from .cloud import note
from .drain import COMMUNITIES, Drained, check_drained, drain, save_all, staffed_communities, tickets

JOB = 300


def drained(world: World, others: int) -> Drained:
    clerks = staffed_communities(world)
    save_all(thing for pair in tickets(JOB, others) for thing in pair)
    result = drain(world)
    check_drained(world, clerks, JOB, others)
    assert result.heard == {clerks[community].id: JOB // 3 for community in COMMUNITIES}, "one message for each ticket"
    return result


@pytest.mark.usefixtures("embedded_world")
def test_three_hundred_due_at_once_are_drained_within_three_sweeps_for_the_same_calls_however_many_others_are_open() -> None:
    few, many = drained(World(), 300), drained(World(), 2700)
    assert max(few.sweeps, many.sweeps) <= 3
    assert few.requests == many.requests, f"{few.requests - many.requests} {many.requests - few.requests}"
    assert few.per_ticket(JOB) < 13
    assert few.sqs <= 0.7 * JOB
    note(f"{few.per_ticket(JOB):.2f} requests a ticket, {few.sqs / JOB:.2f} of SQS, in {few.sweeps} and {many.sweeps} sweeps")
    note(f"units a ticket: { ({kind: round(n / JOB, 1) for kind, n in few.units.items()}) }")
    note("\n".join(f"{n / JOB:6.2f} {name}" for name, n in few.requests.most_common()))
