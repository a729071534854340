"""Histories of everything at once, in memory and, a few, in the embedded store."""

import pytest

from .machine import (
    SEED,
    AroundReplies,
    AroundTickets,
    AroundWishes,
    Everything,
    histories,
    run,
)
from .people import base
from .street import Street


def test_the_rules_hold_over_histories_of_everything():
    run(Everything, histories(0.25), number=3)


@pytest.mark.embedded
def test_the_embedded_store_keeps_the_same_histories(embedded_address: str):
    class InTheStore(Everything):
        def new_street(self) -> Street:
            return Street.in_the_store()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", embedded_address)
        run(InTheStore, 3, steps=10, number=4, shrink=False)


def test_a_history_is_the_same_each_time():
    """The seed decides a history: what failed once fails again."""
    stories = []

    class Told(AroundReplies):
        def teardown(self) -> None:
            stories.append([*self.street.story])

    for _ in range(2):
        run(Told, 5, number=5, shrink=False)
    half = len(stories) // 2
    assert half >= 5
    assert stories[:half] == stories[half:]
    assert SEED


def reached_by(machine: type[Everything]) -> set[str]:
    """Return the states and kinds of messages that some histories reach."""
    reached = set[str]()

    class Counted(machine):
        def teardown(self) -> None:
            street = self.street
            reached.update(f"wish {one.state}" for one in street.wishes())
            reached.update(f"ticket {one.state}" for one in street.tickets())
            reached.update(one.kind for one in street.sent)

    run(Counted, 60, number=6, shrink=False)
    return reached


def test_histories_reach_what_they_are_about():
    """The usual ends are reached, so that the rules have something to judge."""
    assert reached_by(AroundWishes) >= {
        *("wish open", "wish claimed", "wish delivered", "wish fulfilled"),
        *("wish.delivered", "queue.overdue_staff"),
    }
    assert reached_by(AroundTickets) >= {
        *("ticket open", "ticket accepted", "ticket resolved"),
        *("ticket closed", "ticket.resolved", "ticket.closed"),
    }


def test_each_history_begins_in_the_same_street():
    first = Street.in_memory()
    assert first.do("wang", "PATCH", "/v1/me", {"name": "王改名"}).status == 200
    second = Street.in_memory()
    assert first.person("wang").name == "王改名"
    assert second.person("wang").name == "wang家"
    assert base().ids == second.ids
