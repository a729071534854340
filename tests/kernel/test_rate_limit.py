"""A rate limit counts by window and knows how long its own refusal lasts."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.errors import Conflict, TooMany
from chalicelib.kernel.rate_limit import AttemptLimit, RateLimit

HOUR = timedelta(hours=1)
HOURLY = RateLimit.fixed_window("hour", 3, HOUR, "thing.too_many")
DAILY = RateLimit.calendar_day("reports", 20, "thing.too_many")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def retry_after(count):
    assert isinstance(count.refusal, TooMany)
    return count.refusal.retry_after


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (NOON, 3600),
        (NOON + timedelta(minutes=59, seconds=59), 1),
        (NOON + timedelta(minutes=59, seconds=59, microseconds=1), 1),
        (NOON + timedelta(microseconds=1), 3600),
        (NOON + HOUR, 3600),
    ],
    ids=[
        "start",
        "last second",
        "within the last second",
        "just after the start",
        "next window",
    ],
)
def test_a_full_window_refuses_until_it_ends(now, seconds):
    assert retry_after(HOURLY.count("per_a", now)) == seconds


def test_the_counter_is_named_by_limit_and_window():
    count = HOURLY.count("per_a", NOON)
    assert (count.subject, count.add, count.limit) == ("per_a", 1, 3)
    assert count.name == f"hour#{int(NOON.timestamp()) // 3600}"
    assert count.refusal.code == "thing.too_many"
    assert count.expires_at == NOON + 2 * HOUR


def test_instants_of_one_window_share_a_counter_and_those_of_two_do_not():
    last = NOON + HOUR - timedelta(microseconds=1)
    assert HOURLY.count("per_a", NOON).name == HOURLY.count("per_a", last).name
    assert (
        HOURLY.count("per_a", NOON).name
        != HOURLY.count("per_a", NOON + HOUR).name
    )


def test_a_calendar_day_ends_at_midnight_where_people_live():
    count = DAILY.count("per_a", NOON, "Asia/Shanghai")  # 20:00 there
    assert (count.name, retry_after(count)) == ("reports#2026-11-28", 4 * 3600)
    assert count.expires_at == NOON + timedelta(hours=4, days=1)
    assert (
        DAILY.count("per_a", NOON + 4 * HOUR, "Asia/Shanghai").name
        == "reports#2026-11-29"
    )


def test_a_calendar_day_may_have_twenty_three_hours():
    start = datetime(
        2026, 3, 29, 0, 0, tzinfo=UTC
    )  # 01:00 in Berlin, before the clocks go forward
    assert (
        retry_after(DAILY.count("per_a", start, "Europe/Berlin")) == 22 * 3600
    )


def test_attempts_are_counted_for_as_long_as_the_subject_lasts():
    full = Conflict("thing.locked")
    count = AttemptLimit("code", 5).count("tries#x", full, NOON)
    assert (count.subject, count.name, count.add, count.limit) == (
        "tries#x",
        "code",
        1,
        5,
    )
    assert (count.refusal, count.expires_at) == (full, NOON)
