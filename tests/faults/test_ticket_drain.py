"""Many tickets due in the same minute: each climbs once, for what is due and not for what is open.

Ten thousand of them are measured by bench/tickets.py.
"""

import pytest

from ..store.scan import save_all
from ..world import World
from .cloud import note
from .drain import (
    COMMUNITIES,
    Drained,
    check_drained,
    drain,
    staffed_communities,
    tickets,
)

DUE = 90


def drained(world: World, others: int) -> Drained:
    clerks = staffed_communities(world)
    save_all(thing for pair in tickets(DUE, others) for thing in pair)
    result = drain(world)
    check_drained(world, clerks, DUE, others)
    assert result.heard == {
        clerks[community].id: DUE // 3 for community in COMMUNITIES
    }, "one message for each ticket"
    return result


@pytest.mark.usefixtures("embedded_world")
def test_ninety_due_at_once_are_drained_within_three_sweeps() -> None:
    few, many = drained(World(), 90), drained(World(), 810)
    assert max(few.sweeps, many.sweeps) <= 3
    assert few.requests == many.requests, (
        f"{few.requests - many.requests} {many.requests - few.requests}"
    )
    # One message to the level above, and one, in the lane of what can wait, to the former assignee.
    assert few.per_ticket(DUE) < 15
    assert few.sqs <= 1.2 * DUE
    note(
        f"{few.per_ticket(DUE):.2f} requests a ticket, {few.sqs / DUE:.2f} of SQS, "
        f"in {few.sweeps} and {many.sweeps} sweeps"
    )
    note(
        f"units a ticket: { ({kind: round(n / DUE, 1) for kind, n in few.units.items()}) }"
    )
    note(
        "\n".join(
            f"{n / DUE:6.2f} {name}" for name, n in few.requests.most_common()
        )
    )
