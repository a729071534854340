"""Reminders before a day: when, until when, and which of them are left."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chalicelib.kernel.reminder_steps import (
    DayBefore,
    ReminderStep,
    due_steps,
    first_due,
    steps_before,
    steps_left,
)

ZONE = "Asia/Shanghai"
DAY = date(2026, 12, 7)
PLAN = (
    DayBefore(name="in_two", days=2, at=time(9)),
    DayBefore(name="tomorrow", days=1, at=time(9)),
    DayBefore(name="today", days=0, at=time(8, 30)),
)
NINE = datetime(2026, 12, 5, 1, tzinfo=UTC)  # 09:00 in Shanghai
HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
STEPS = steps_before(DAY, PLAN, ZONE)


def names(steps: tuple[ReminderStep, ...]) -> list[str]:
    return [step.name for step in steps]


def test_each_step_is_due_at_its_local_time_and_worthless_after_midnight():
    two, one, today = STEPS
    assert (two.at, two.until) == (NINE, NINE + 15 * HOUR)
    assert (one.at, one.until) == (NINE + ONE_DAY, NINE + ONE_DAY + 15 * HOUR)
    assert today.at == NINE + 2 * ONE_DAY - HOUR / 2


def test_local_time_holds_across_a_change_of_the_clocks():
    (step,) = steps_before(date(2026, 3, 30), PLAN[1:2], "Europe/Berlin")
    assert step.at == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert step.until == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun_at", "left"),
    [
        (NINE - HOUR, ["in_two", "tomorrow", "today"]),
        (NINE, ["tomorrow", "today"]),
        (NINE + HOUR, ["tomorrow", "today"]),
        (NINE + 5 * ONE_DAY, []),
    ],
    ids=["before all", "at the instant of one", "after one", "after all"],
)
def test_a_step_due_before_the_beginning_is_skipped(begun_at, left):
    assert names(steps_left(STEPS, (), begun_at)) == left


def test_a_done_step_is_not_left():
    assert names(steps_left(STEPS, {"in_two"}, NINE - HOUR)) == [
        "tomorrow",
        "today",
    ]


def test_due_steps_are_in_order_and_the_next_is_the_earliest():
    left = steps_left(STEPS, (), NINE - HOUR)
    assert names(due_steps(left, NINE - timedelta.resolution)) == []
    assert names(due_steps(left, NINE)) == ["in_two"]
    assert names(due_steps(left, NINE + ONE_DAY)) == ["in_two", "tomorrow"]
    assert (first_due(left), first_due(())) == (NINE, None)
