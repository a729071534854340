"""Instants as text whose order is the order of time, and the days that people live."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.clock import (
    SystemClock,
    TestClock,
    from_text,
    local_day,
    start_of_day,
    to_text,
)

INSTANTS = st.datetimes(
    datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC)
)
START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)


@given(INSTANTS, INSTANTS)
def test_the_order_of_the_texts_is_the_order_of_the_instants(one, other):
    assert (to_text(one) < to_text(other)) == (one < other)
    assert from_text(to_text(one)) == one


def test_an_instant_of_any_zone_is_written_in_utc():
    shanghai = datetime(
        2026, 11, 23, 8, 40, tzinfo=timezone(timedelta(hours=8))
    )
    assert to_text(shanghai) == "2026-11-23T00:40:00.000000Z"


def test_the_day_changes_at_midnight_where_people_live():
    assert local_day(
        datetime(2026, 11, 23, 15, 59, tzinfo=UTC), "Asia/Shanghai"
    ) == date(2026, 11, 23)
    assert local_day(
        datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "Asia/Shanghai"
    ) == date(2026, 11, 24)
    assert start_of_day(date(2026, 11, 24), "Asia/Shanghai") == datetime(
        2026, 11, 23, 16, tzinfo=UTC
    )


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "UTC"]),
)
def test_the_start_of_a_day_is_its_first_instant(day, zone):
    start = start_of_day(day, zone)
    assert local_day(start, zone) == day
    assert local_day(start - timedelta(microseconds=1), zone) < day


def test_a_test_clock_only_goes_forward():
    clock = TestClock(START)
    clock.move_to(START - timedelta(days=1))
    assert clock.now() == START
    clock.move_to(START + timedelta(days=1))
    clock.advance(timedelta(seconds=1))
    assert clock.now() == START + timedelta(days=1, seconds=1)


def test_the_machines_clock_is_in_utc():
    assert SystemClock().now().utcoffset() == timedelta()
