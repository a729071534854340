"""Generated histories of moves that join, split, reassign and convert, and planted faults."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.tickets import (
    merging,
    moves,
    promises,
    reopening,
    resolution,
)
from chalicelib.tickets.duty import DutyResolver
from chalicelib.tickets.releases import TicketReleases
from chalicelib.tickets.states import TicketStatus
from chalicelib.tickets.wish_returns import WishReturns

from .move_street import RESIDENTS, STAFF, MoveStreet

HISTORIES = int(os.environ.get("HISTORIES", "20"))
PEOPLE = st.sampled_from(RESIDENTS)
REPORTERS = st.integers(0, 3)
WORKERS = st.sampled_from(["assignee", "assignee", "assignee", *STAFF])
ASSIGNEES = st.sampled_from(STAFF)
DESK = st.sampled_from(["clerk", "admin", "admin"])
S = TicketStatus
OPEN = (S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD)
N = st.integers(0, 5)
LEAVERS = st.sampled_from(["worker", "helper", "clerk", "company"])
CATEGORIES = st.sampled_from(["rubbish", "rubbish", "lift", "noise"])


class Moves(RuleBasedStateMachine):
    """Four residents, five who work, and up to four tickets."""

    def __init__(self) -> None:
        super().__init__()
        self.street = MoveStreet()
        for name, danger in (("resident", 0), ("neighbour", 1), ("old", 0)):
            self.report(name, "lift", danger)

    @property
    def tickets(self) -> list[str]:
        return list(self.street.records)

    def move(self, name: str, ticket_id: str, move: str, **body: Any) -> None:
        """Have somebody make a move: a member of staff, or the present assignee."""
        if name == "assignee":
            name = self.street.assignee(ticket_id)
        self.street.move(name, ticket_id, move, **body)

    def reporter(self, n: int, ticket_id: str) -> str:
        found = sorted(self.street.reporters(self.street.root(ticket_id).id))
        return found[n % len(found)]

    def pick(self, n: int, *states: TicketStatus) -> str:
        """Return a ticket, one in these states where there is any."""
        found = [
            id for id in self.tickets if self.street.ticket(id).state in states
        ]
        fitting = found or self.tickets
        return fitting[n % len(fitting)]

    @precondition(lambda self: len(self.tickets) < 4)
    @rule(name=PEOPLE, category=CATEGORIES, danger=st.integers(0, 1))
    def report(self, name: str, category: str, danger: int) -> None:
        self.street.report(name, category, danger=bool(danger))
        self.street.settle()

    @rule(name=PEOPLE, n=N)
    def join(self, name: str, n: int) -> None:
        self.street.join(name, self.pick(n, S.RESOLVED))
        self.street.settle()

    @rule(name=WORKERS, n=N, move=st.sampled_from(["accept", "resolve"]))
    def work(self, name: str, n: int, move: str) -> None:
        body = {"note": "处理了"} if move == "resolve" else {}
        self.move(name, self.pick(n, *OPEN), move, **body)
        self.street.settle()

    @rule(name=WORKERS, n=N, to=ASSIGNEES)
    def assign(self, name: str, n: int, to: str) -> None:
        to_id = self.street.street.ids[to]
        self.move(name, self.pick(n, *OPEN), "assign", to=to_id)
        self.street.settle()

    @rule(
        name=WORKERS,
        n=N,
        move=st.sampled_from(["bounce", "escalate", "close", "urgent"]),
    )
    def pass_on(self, name: str, n: int, move: str) -> None:
        body: dict[str, object] = {"reason": "不归我管"}
        if move == "urgent":
            move, body = "escalate", body | {"urgent": True}
        self.move(name, self.pick(n, *OPEN), move, **body)
        self.street.settle()

    @rule(name=WORKERS, n=N, resume=st.booleans())
    def wait_for_something(self, name: str, n: int, *, resume: bool) -> None:
        until = (self.street.now + timedelta(days=2)).isoformat()
        if resume:
            self.move(name, self.pick(n, S.ON_HOLD), "resume")
        else:
            body = {"reason": "等配件", "until": until}
            self.move(name, self.pick(n, *OPEN), "hold", **body)
        self.street.settle()

    @rule(name=PEOPLE, n=N)
    def come_late(self, name: str, n: int) -> None:
        """Have somebody join a ticket just after it was solved."""
        ticket_id = self.pick(n, *OPEN)
        self.move("assignee", ticket_id, "resolve", note="处理了")
        self.street.settle()
        self.street.join(name, ticket_id)
        self.street.settle()

    @rule(who=REPORTERS, n=N, others=st.booleans())
    def confirm(self, who: int, n: int, *, others: bool) -> None:
        """Have one reporter confirm, or all the others."""
        ticket_id = self.pick(n, S.RESOLVED)
        one = self.reporter(who, ticket_id)
        root = self.street.root(ticket_id)
        for name in sorted(self.street.reporters(root.id)):
            if (name == one) is not others:
                self.street.confirm(name, ticket_id)
        self.street.settle()

    @rule(who=REPORTERS, n=N)
    def reopen(self, who: int, n: int) -> None:
        ticket_id = self.pick(n, S.RESOLVED, S.CLOSED)
        self.street.reopen(self.reporter(who, ticket_id), ticket_id)
        self.street.settle()

    @rule(who=REPORTERS, n=N, again=st.booleans())
    def withdraw(self, who: int, n: int, *, again: bool) -> None:
        ticket_id = self.pick(n, *OPEN)
        name = self.reporter(who, ticket_id)
        voice = "carer" if name == "old" else name
        self.street.move(voice, ticket_id, "close", reason="好了")
        self.street.settle()
        if again:
            self.street.reopen(name, ticket_id)
            self.street.settle()

    @rule(name=DESK, n=N, into=N)
    def merge(self, name: str, n: int, into: int) -> None:
        ticket_id = self.pick(n, *OPEN)
        others = [
            id
            for id in self.tickets
            if id != ticket_id
            and self.street.ticket(id).state in (S.RESOLVED, *OPEN)
        ]
        solved = [
            id for id in others if self.street.ticket(id).state is S.RESOLVED
        ]
        if others:
            target = (solved or others)[into % len(solved or others)]
            self.street.merge(name, ticket_id, target)
        self.street.settle()

    @rule(name=DESK, n=N)
    def split(self, name: str, n: int) -> None:
        merged = [
            id for id in self.tickets if self.street.ticket(id).merged_into
        ]
        if merged:
            self.street.split(name, merged[n % len(merged)])
        self.street.settle()

    @rule(n=N)
    def turn(self, n: int) -> None:
        self.street.turn("admin", self.pick(n, *OPEN))
        self.street.settle()

    @precondition(lambda self: self.street.wishes)
    @rule(n=N, move=st.sampled_from(["reject", "withdraw", "approve"]))
    def end_wish(self, n: int, move: str) -> None:
        wishes = list(self.street.wishes)
        self.street.end_wish(wishes[n % len(wishes)], move, "admin")
        self.street.settle()

    @rule(n=N, name=LEAVERS)
    def leave(self, n: int, name: str) -> None:
        """Take a role, rather from somebody whose ticket may begin again; or give it back."""
        former = self.street.assignee(self.pick(n, S.CLOSED, S.RESOLVED))
        if former in self.street.serving - {"admin"}:
            name = former
        if name in self.street.serving:
            self.street.take_role(name)
        else:
            self.street.give_role(name)
        self.street.settle()

    @rule(minutes=st.sampled_from([5, 40, 130, 500, 1440, 4400]))
    def wait(self, minutes: int) -> None:
        self.street.settle(timedelta(minutes=minutes))


def run(machine: type[Moves], examples: int, number: int = 0) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seeded: Any = seed(number)(type(machine.__name__, (machine,), {}))
    run_state_machine_as_test(seeded, settings=chosen)


def test_no_history_of_moves_breaks_a_promise():
    run(Moves, HISTORIES)


# planted faults: each is found, so the machine can fail

Fault = Callable[[], AbstractContextManager[object]]


def merging_takes_over_nothing() -> AbstractContextManager[object]:
    """The two hours of an urgent ticket are gone."""
    return mock.patch.object(
        promises, "inherited", lambda into, part, slas, now: into
    )


def merging_takes_over_deadlines_only() -> AbstractContextManager[object]:
    return mock.patch.object(
        promises, "with_urgency_of", lambda into, part: into
    )


def splitting_gives_time_back() -> AbstractContextManager[object]:
    """The time with the other ticket does not count."""

    def run_on(timer, sla, closed_at):
        timer = original(timer, sla, closed_at)
        return replace(timer, due_at=timer.due_at + timedelta(days=1))

    original = promises._run_on
    return mock.patch.object(promises, "_run_on", run_on)


def a_leaver_gets_it_back() -> AbstractContextManager[object]:
    return mock.patch.object(DutyResolver, "successor_of", return_value=None)


def leavers_keep_their_tickets() -> AbstractContextManager[object]:
    return mock.patch.object(TicketReleases, "release", return_value=None)


def late_reporters_are_not_asked() -> AbstractContextManager[object]:
    """Who comes to a solved ticket by a merge never hears of the solution."""
    return mock.patch.object(merging, "ask_late", return_value=())


def late_joiners_are_not_asked() -> AbstractContextManager[object]:
    return mock.patch.object(resolution, "ask_late", return_value=())


def others_close_it() -> AbstractContextManager[object]:
    """Who came after the solution is not waited for."""

    def all_answered(ticket, reports):
        early = [one for one in reports if one.joined_at <= ticket.resolved_at]
        return original(ticket, early)

    original = resolution.all_answered
    return mock.patch.object(resolution, "all_answered", all_answered)


def every_reopening_climbs() -> AbstractContextManager[object]:
    """One's own fresh ticket is at the street after two withdrawals."""
    return mock.patch.object(reopening, "was_solved", return_value=True)


def wishes_keep_their_tickets() -> AbstractContextManager[object]:
    return mock.patch.object(WishReturns, "follow", return_value=None)


def losers_are_sent_it_twice() -> AbstractContextManager[object]:
    original = moves.to_former_assignee

    def twice(before, after, by):
        return original(before, after, by) * 2

    return mock.patch.object(moves, "to_former_assignee", twice)


def paused_tickets_stay_paused() -> AbstractContextManager[object]:
    """A ticket that is split or reopened has no clock."""
    return mock.patch.object(promises, "_run_on", lambda timer, sla, at: timer)


# What the machine says, and the number of the seed that finds it soon.
FAULTS: dict[Fault, tuple[str, int]] = {
    merging_takes_over_nothing: ("an urgency is gone|a promise is gone", 5),
    merging_takes_over_deadlines_only: ("an urgency is gone", 0),
    splitting_gives_time_back: ("a promise is gone", 1),
    a_leaver_gets_it_back: ("a leaver has it", 8),
    leavers_keep_their_tickets: ("a leaver has it", 0),
    late_reporters_are_not_asked: ("was not asked", 0),
    late_joiners_are_not_asked: ("was not asked", 0),
    others_close_it: ("it was closed without", 0),
    every_reopening_climbs: (
        "an unsolved ticket has climbed|counts as reopened",
        1,
    ),
    wishes_keep_their_tickets: ("a wish has failed", 2),
    losers_are_sent_it_twice: ("reads it twice", 1),
    paused_tickets_stay_paused: ("no clock runs", 0),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_histories_find_a_planted_fault(fault: Fault):
    """Run until it is found: some faults need a merge, a leaver and a split in one history."""
    said, number = FAULTS[fault]
    with fault(), pytest.raises(AssertionError, match=said):
        run(Moves, 300, number)
