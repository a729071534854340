"""Everything that can happen to tickets, in any order that hypothesis finds, and what must be true after each step.

In memory, on one thread. The seed is fixed, so what fails here fails everywhere;
`CHAOS=200 pytest tests/faults/test_ticket_chaos.py` looks for others.
"""

import os
import random
from collections import Counter as Tally
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.template import Urgency
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level
from chalicelib.tickets.states import TicketStatus

from ..world import Phone, World
from .cloud import Cloud, Killed, check_promises, note, waiting
from .facts import check, every, one_look, tags_of
from .ladder import EscalationPath, again, check_levels_told, report, staffed

DICE = st.binary(min_size=8, max_size=8).map(random.Random)  # hypothesis itself prefers what is small and simple
MINUTES = [1, 5, 16, 60, 61, 121, 400, 1500, 4400]
MOVES: dict[str, Any] = {
    "accept": None,
    "assign": {"to": "grid_worker"},
    "bounce": {"reason": "不归我管"},
    "comment": {"text": "在路上了"},
    "resume": None,
    "resolve": {"note": "修好了"},
    "confirm": {"satisfied": 4},
    "reopen": {"reason": "还是坏的"},
    "close": {"reason": "重复反映"},
    "escalate": {"reason": "需要街道"},
    "join": {},
    "split": None,
}
UNTOUCHED = {"held", "reopened", "split", "merged"}  # by none of these, so that its clocks' runs tell all their firings
SEEN: Tally[str] = Tally()
LADDERS: list[tuple[Cloud, EscalationPath, list[Phone], bytes]] = []


class Chaos(RuleBasedStateMachine):
    """What people do with tickets, and what befalls the machines meanwhile."""

    @initialize(dice=DICE)
    def begin(self, dice: random.Random) -> None:
        ((self.cloud, self.ladder, self.residents, start),) = LADDERS
        self.world: World = self.cloud.world
        self.cloud.go_back_to(start)
        self.cloud.seen.clear()
        self.levels: dict[str, Level] = {}
        self.somebody_reports(dice)
        self.somebody_reports(dice)

    @rule(dice=DICE)
    def somebody_reports(self, dice: random.Random) -> None:
        if len(every(Ticket)) < 3:
            report(self.world, again(self.world, dice.choice(self.residents)), category=dice.choice(["gas", "lift", "light"]))
            self._machines_run(dice)

    @rule(dice=DICE)
    def people_move(self, dice: random.Random) -> None:
        tickets = every(Ticket)
        for _ in range(dice.randint(2, 6)):
            ticket = dice.choice(tickets)
            allowed = ["hold", "merge", *MOVES]
            name = dice.choice(allowed)
            body = MOVES.get(name)
            if name == "hold":
                body = {"reason": "等零件", "until": (self.world.clock.now() + timedelta(hours=dice.randint(1, 90))).isoformat()}
            if name == "merge":
                body = {"into": dice.choice(tickets).id}
            staff = [self.ladder.worker, self.ladder.clerk, self.ladder.chief]
            theirs = self.residents if name in ("confirm", "reopen", "join") else staff
            phone = again(self.world, dice.choice([*theirs, dice.choice([*staff, *self.residents])]))
            path, key = f"/v1/tickets/{ticket.id}/{name}", f"k{dice.random()}"
            with self._mortal(dice):
                answer = phone.post(path, body, idempotency_key=key)
                SEEN[f"{name} {answer.status}"] += 1
                assert answer.status in (200, 403, 409, 422), answer.text
            if dice.random() < 0.3:
                phone.post(path, body, idempotency_key=key)  # she taps again
            if dice.random() < 0.4:
                self.time_passes(dice)
        self._machines_run(dice)

    @rule(dice=DICE)
    def time_passes(self, dice: random.Random) -> None:
        self.world.clock.advance(timedelta(minutes=dice.choice(MINUTES)))
        self._machines_run(dice)

    @rule(dice=DICE)
    def an_old_message_is_brought_again(self, dice: random.Random) -> None:
        if self.cloud.seen:
            self.cloud.put(dice.choice(self.cloud.seen))
            self._machines_run(dice)

    def _machines_run(self, dice: random.Random) -> None:
        for _ in range(dice.randint(1, 4)):
            with self._mortal(dice):
                self.world.services.outbox.sweep()
            with self._mortal(dice):
                self.cloud.deliver(lambda letters: dice.sample(letters, len(letters)), dice.randint(1, 2))

    def _mortal(self, dice: random.Random) -> Any:
        return _Mortal(self.cloud, dice.randint(1, 25) if dice.random() < 0.25 else None, before=dice.random() < 0.5)

    @invariant()
    def everything_is_in_step(self) -> None:
        if not hasattr(self, "cloud"):
            return
        with one_look():
            check_but_for_what_is_handed_over({letter.body for letter in self.cloud.letters})
            for ticket in every(Ticket):
                self._one(ticket)

    def _one(self, ticket: Ticket) -> None:
        sent_back = ticket.bounces and ticket.state is TicketStatus.OPEN  # by the only one who is on duty there
        assert ticket.assignee or not ticket.is_open or sent_back, "somebody is on duty, and nobody has it"
        before = self.levels.get(ticket.id, ticket.level)
        assert ticket.level.rank >= before.rank, f"it has come down from {before} to {ticket.level}"
        self.levels[ticket.id] = ticket.level

    def teardown(self) -> None:
        if not hasattr(self, "cloud"):
            return
        self.cloud.run(self.world.clock.now() + timedelta(minutes=5))
        self.world.services.desk.redrive_all(None)
        for _ in range(6):  # until a moment at which nobody is put off
            if not waiting(self.cloud) and not self.cloud.letters:
                break
            first = min([due.at for due in waiting(self.cloud)], default=self.world.clock.now())
            self.world.clock.move_to(first)
            self.cloud.run(self.world.clock.now() + timedelta(minutes=5))
        check_promises(self.cloud, lambda kind: int(TEMPLATES[kind].urgency is Urgency.URGENT))
        check()
        check_levels_told_of_all(self.ladder)
        SEEN.update(f"ticket ends {ticket.state.value} at {ticket.level.value}" for ticket in every(Ticket))


def check_levels_told_of_all(ladder: EscalationPath) -> None:
    with one_look():
        calm = all(not UNTOUCHED & set(tags_of(ticket.id)) for ticket in every(Ticket))
        ended = any(ticket.state is TicketStatus.CLOSED for ticket in every(Ticket))
        check_levels_told(ladder, exact=calm and not ended)


def check_but_for_what_is_handed_over(bodies: set[str]) -> None:
    """The promises of any time; of an alarm that is due, the row may be in the queue already, or not swept away yet."""
    from . import facts

    tickets = every(Ticket)
    facts.check_tickets(tickets)
    armed = {due.id: due for due in facts.timers()}
    for ticket in tickets:
        first = min(ticket.deadlines().values(), default=None)
        assert (ticket.timer and ticket.timer.at) == first, f"{ticket.id} is armed for another instant than its due"
        if ticket.timer:
            row = armed.pop(ticket.timer.id, None)
            handed = any(ticket.timer.id in body for body in bodies)
            assert handed or (row is not None and row.at == first), f"{ticket.id} waits, and nothing will wake it"
    now = LADDERS[0][0].world.clock.now()
    left = [due for due in armed.values() if due.kind == "timer.ticket" and due.at > now]
    assert not left, f"alarms of the future that nobody waits for: {left}"


class _Mortal:
    """Whoever works here may die at its nth effect."""

    def __init__(self, cloud: Cloud, n: int | None, *, before: bool) -> None:
        self.cloud, self.n, self.before = cloud, n, before

    def __enter__(self) -> None:
        self.cloud.steps.clear()
        plug = self._dies if self.n else lambda: None
        self.cloud.before_step, self.cloud.after_step = (plug, lambda: None) if self.before else (lambda: None, plug)
        self.watching = self.cloud.watching()
        self.watching.__enter__()

    def _dies(self) -> None:
        if len(self.cloud.steps) == self.n:
            SEEN["death"] += 1
            raise Killed

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> bool:
        self.watching.__exit__(None, None, None)
        self.cloud.before_step = self.cloud.after_step = lambda: None
        return kind is Killed


@pytest.fixture
def ready() -> Iterator[None]:
    cloud = Cloud(World(due_shards=1))
    cloud.provide("east", "west")
    ladder, residents = staffed(cloud.world), [cloud.world.resident() for _ in range(3)]
    cloud.run(cloud.world.clock.now())
    LADDERS[:] = [(cloud, ladder, residents, cloud.photograph())]
    yield
    LADDERS.clear()


@pytest.mark.usefixtures("ready")
def test_whatever_happens_each_ticket_is_waited_for_never_comes_down_and_no_level_is_told_twice() -> None:
    more = os.environ.get("CHAOS")
    few = settings(
        max_examples=int(more or 12),
        stateful_step_count=15,
        deadline=None,
        derandomize=not more,
        database=None,
        phases=[Phase.generate],  # to make a failure smaller takes minutes: add Phase.shrink when there is one
        suppress_health_check=list(HealthCheck),
    )
    SEEN.clear()
    run_state_machine_as_test(Chaos, settings=few)
    note("\n".join(f"{count:6} {what}" for what, count in sorted(SEEN.items())))
