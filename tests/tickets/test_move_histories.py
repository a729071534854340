"""Generated histories of moves that join, split, reassign and convert, and planted faults."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
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
    sla_timers,
)
from chalicelib.tickets.duty import DutyResolver
from chalicelib.tickets.releases import TicketReleases
from chalicelib.tickets.wish_returns import WishReturns

from .move_street import RESIDENTS, STAFF, MoveStreet

HISTORIES = int(os.environ.get("HISTORIES", "60"))
PEOPLE = st.sampled_from(RESIDENTS)
WORKERS = st.sampled_from(STAFF)
N = st.integers(0, 5)
LEAVERS = st.sampled_from(["worker", "helper", "clerk", "company"])
CATEGORIES = st.sampled_from(["rubbish", "rubbish", "lift", "noise"])


class Moves(RuleBasedStateMachine):
    """Four residents, five who work, and up to six tickets."""

    def __init__(self) -> None:
        super().__init__()
        self.street = MoveStreet()

    @property
    def tickets(self) -> list[str]:
        return list(self.street.records)

    def pick(self, n: int) -> str:
        return self.tickets[n % len(self.tickets)]

    @precondition(lambda self: len(self.tickets) < 6)
    @rule(name=PEOPLE, category=CATEGORIES, danger=st.sampled_from([0, 0, 0, 1]))
    def report(self, name: str, category: str, danger: int) -> None:
        self.street.report(name, category, danger=bool(danger))
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=PEOPLE, n=N)
    def join(self, name: str, n: int) -> None:
        self.street.join(name, self.pick(n))
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=WORKERS, n=N, move=st.sampled_from(["accept", "resolve"]))
    def work(self, name: str, n: int, move: str) -> None:
        body = {"note": "处理了"} if move == "resolve" else {}
        self.street.move(name, self.pick(n), move, **body)
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=WORKERS, n=N, to=WORKERS)
    def assign(self, name: str, n: int, to: str) -> None:
        to_id = self.street.street.ids[to]
        self.street.move(name, self.pick(n), "assign", to=to_id)
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(
        name=WORKERS,
        n=N,
        move=st.sampled_from(["bounce", "escalate", "close", "urgent"]),
    )
    def pass_on(self, name: str, n: int, move: str) -> None:
        body: dict[str, object] = {"reason": "不归我管"}
        if move == "urgent":
            move, body = "escalate", body | {"urgent": True}
        self.street.move(name, self.pick(n), move, **body)
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=WORKERS, n=N, resume=st.booleans())
    def wait_for_something(self, name: str, n: int, *, resume: bool) -> None:
        until = (self.street.now + timedelta(days=2)).isoformat()
        if resume:
            self.street.move(name, self.pick(n), "resume")
        else:
            body = {"reason": "等配件", "until": until}
            self.street.move(name, self.pick(n), "hold", **body)
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=PEOPLE, n=N)
    def confirm(self, name: str, n: int) -> None:
        self.street.confirm(name, self.pick(n))
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=PEOPLE, n=N)
    def reopen(self, name: str, n: int) -> None:
        self.street.reopen(name, self.pick(n))
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(name=PEOPLE, n=N)
    def withdraw(self, name: str, n: int) -> None:
        voice = "carer" if name == "old" else name
        self.street.move(voice, self.pick(n), "close", reason="好了")
        self.street.settle()

    @precondition(lambda self: len(self.tickets) > 1)
    @rule(name=WORKERS, n=N, into=N)
    def merge(self, name: str, n: int, into: int) -> None:
        self.street.merge(name, self.pick(n), self.pick(into))
        self.street.settle()

    @precondition(lambda self: len(self.tickets) > 1)
    @rule(name=WORKERS, n=N)
    def split(self, name: str, n: int) -> None:
        self.street.split(name, self.pick(n))
        self.street.settle()

    @precondition(lambda self: self.tickets)
    @rule(n=N)
    def turn(self, n: int) -> None:
        self.street.turn("admin", self.pick(n))
        self.street.settle()

    @precondition(lambda self: self.street.wishes)
    @rule(n=N, move=st.sampled_from(["reject", "withdraw", "approve"]))
    def end_wish(self, n: int, move: str) -> None:
        wishes = list(self.street.wishes)
        self.street.end_wish(wishes[n % len(wishes)], move, "admin")
        self.street.settle()

    @rule(name=LEAVERS)
    def leave(self, name: str) -> None:
        if name in self.street.serving:
            self.street.take_role(name)
        else:
            self.street.give_role(name)
        self.street.settle()

    @rule(minutes=st.sampled_from([5, 40, 130, 500, 1440, 4400]))
    def wait(self, minutes: int) -> None:
        self.street.settle(timedelta(minutes=minutes))


def run(machine: type[Moves], examples: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)


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
        later = closed_at + timedelta(days=3)
        return sla_timers.resume(sla, timer, later)

    return mock.patch.object(promises, "_run_on", run_on)


def a_leaver_gets_it_back() -> AbstractContextManager[object]:
    return mock.patch.object(
        DutyResolver, "successor_of", lambda self, ticket: None
    )


def leavers_keep_their_tickets() -> AbstractContextManager[object]:
    return mock.patch.object(
        TicketReleases, "release", lambda self, ended: None
    )


def late_reporters_are_not_asked() -> AbstractContextManager[object]:
    """Who comes to a solved ticket by a merge never hears of the solution."""
    return mock.patch.object(merging, "ask_late", lambda ticket, audience: ())


def late_joiners_are_not_asked() -> AbstractContextManager[object]:
    return mock.patch.object(resolution, "ask_late", lambda ticket, audience: ())


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
    return mock.patch.object(WishReturns, "follow", lambda self, wish_id: None)


def losers_are_sent_it_twice() -> AbstractContextManager[object]:
    original = moves.to_former_assignee

    def twice(before, after, by):
        return original(before, after, by) * 2

    return mock.patch.object(moves, "to_former_assignee", twice)


def paused_tickets_stay_paused() -> AbstractContextManager[object]:
    """A ticket that is split or reopened has no clock."""
    return mock.patch.object(promises, "_run_on", lambda timer, sla, at: timer)


FAULTS: dict[Fault, str] = {
    merging_takes_over_nothing: "an urgency is gone|a promise is gone",
    merging_takes_over_deadlines_only: "an urgency is gone",
    splitting_gives_time_back: "a promise is gone",
    a_leaver_gets_it_back: "a leaver has it",
    leavers_keep_their_tickets: "a leaver has it",
    late_reporters_are_not_asked: "was not asked",
    late_joiners_are_not_asked: "was not asked",
    others_close_it: "it was closed without",
    every_reopening_climbs: "an unsolved ticket has climbed|counts as reopened",
    wishes_keep_their_tickets: "a wish has failed",
    losers_are_sent_it_twice: "reads it twice",
    paused_tickets_stay_paused: "no clock runs",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_histories_find_a_planted_fault(fault: Fault):
    with fault(), pytest.raises(AssertionError, match=FAULTS[fault]):
        run(Moves, 200)
