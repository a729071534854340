"""What the scenes of tickets share: their arrangement, and what must have come of them."""

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level
from chalicelib.tickets.states import Ending, TicketStatus

from ..world import Answer, Phone
from .cloud import Cloud
from .crashes import Scene
from .facts import check, every, one_look, tags_of
from .ladder import (
    EscalationPath,
    again,
    check_levels_told,
    report,
    staffed,
)
from .promises import check_promises, told_kinds, urgent_once_more

GRID, COMMUNITY, STREET = Level.GRID, Level.COMMUNITY, Level.STREET
REASON = {"reason": "不归我管"}
NOTE = {"note": "换了灯泡"}
MINUTE = timedelta(minutes=1)


@dataclass
class Expected:
    """What must have come of it in the end."""

    cloud: Cloud
    ladder: EscalationPath
    ticket: str  # empty where it is only being reported
    tags: list[str]  # everything that has happened to it
    told: dict[str, int]  # the number of messages by kind, since its start
    end: tuple[Level, TicketStatus, Ending | None]
    exact: bool
    others: tuple[str, ...]  # tickets beside it

    def check(self) -> None:
        """Assert that everything that was promised has happened, and happened once."""
        with one_look():
            check()
            self._it_ends_so()
            self._everybody_is_told_so()

    def _it_ends_so(self) -> None:
        (ticket,) = [
            ticket for ticket in every(Ticket) if ticket.id not in self.others
        ]
        assert self.ticket in ("", ticket.id)
        assert tags_of(ticket.id) == self.tags
        assert (ticket.level, ticket.state, ticket.ending) == self.end

    def _everybody_is_told_so(self) -> None:
        lines = check_promises(self.cloud, urgent_once_more)
        check_levels_told(self.ladder, exact=self.exact)
        once = Tally((line.message, line.person) for line in lines)
        assert set(once.values()) <= {1}
        told = told_kinds(lines)
        assert told == self.told, (
            "what was promised is told or listed, and nothing else"
        )


def scene(
    cloud: Cloud,
    ladder: EscalationPath,
    ticket: str,
    tags: str,
    told: dict[str, int],
    level: Level = GRID,
    state: TicketStatus = TicketStatus.OPEN,
    ending: Ending | None = None,
    *,
    tap: Callable[[], Answer] | None = None,
    exact: bool = True,
    others: tuple[str, ...] = (),
) -> Scene:
    """Begin; every message since the report counts."""
    end = (level, state, ending)
    expected = Expected(
        cloud, ladder, ticket, tags.split(), told, end, exact, others
    )
    return Scene(
        settle=partial(cloud.run_for, minutes=15),
        check=expected.check,
        tap=tap,
        steady=lambda: {
            ticket.id: without_timer(ticket) for ticket in every(Ticket)
        },
        expected=expected,
        start=cloud.checkpoint(),
    )


def without_timer(ticket: Ticket) -> Ticket:
    """Return a ticket without its timer: one that comes early is put off, and has another id."""
    return replace(ticket, timer=None)


def on_duty(cloud: Cloud) -> EscalationPath:
    """Staff a street, and let the queue watch see that nothing waits for those who take duty."""
    ladder = staffed(cloud.world)
    cloud.run(cloud.world.clock.now())
    return ladder


def rest(cloud: Cloud) -> None:
    cloud.run_for(minutes=5)


def reported(cloud: Cloud, **fields: Any) -> tuple[EscalationPath, str, Phone]:
    """Report a problem and deliver its messages."""
    ladder, resident = on_duty(cloud), cloud.world.resident()
    ticket = report(cloud.world, resident, **fields)
    rest(cloud)
    return ladder, ticket, resident


def does(
    cloud: Cloud, phone: Phone, ticket: str, name: str, body: Any = None
) -> None:
    answer = again(cloud.world, phone).post(
        f"/v1/tickets/{ticket}/{name}", body
    )
    assert answer.status == 200, answer.text
    rest(cloud)


def tapped(
    cloud: Cloud, phone: Phone, ticket: str, name: str, body: Any = None
) -> Callable[[], Answer]:
    path = f"/v1/tickets/{ticket}/{name}"
    return partial(
        again(cloud.world, phone).post, path, body, idempotency_key="tap"
    )


def resolved(cloud: Cloud) -> tuple[EscalationPath, str, list[Phone]]:
    """Have something resolved that two have reported."""
    ladder, ticket, first = reported(cloud)
    second = cloud.world.resident()
    does(cloud, second, ticket, "join", {})
    does(cloud, ladder.phone(GRID), ticket, "resolve", NOTE)
    return ladder, ticket, [first, second]
