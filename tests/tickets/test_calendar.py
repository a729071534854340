"""China's public holidays against another library's, and that no gap in them can do harm."""

import sys
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from chalicelib.places.model import DEFAULT_ZONE
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.office_hours import check_week
from chalicelib.tickets.policy import DEFAULT_POLICY
from chalicelib.tickets.worktime import Calendar, DayReason, Holiday

DAYS = [date(2018, 1, 1) + timedelta(days=n) for n in range(3287)]
STREET = Calendar(
    zone=DEFAULT_ZONE,
    week=DEFAULT_POLICY.week,
    own={},
    holidays=chinese_holiday,
)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    chinese_holiday.cache_clear()
    yield
    chinese_holiday.cache_clear()


def test_every_day_of_nine_years_is_off_or_worked_as_another_library_has_it():
    other = holidays.country_holidays("CN", years=range(2018, 2027))
    assert DAYS[-1] == date(2026, 12, 31)
    assert [
        day
        for day in DAYS
        if bool(STREET.day(day).spans) is not other.is_working_day(day)
    ] == []


def test_the_library_answers_for_the_years_that_were_decreed():
    assert None not in [chinese_holiday(day) for day in DAYS]
    assert chinese_holiday(date(2004, 1, 1)) == Holiday(off=True, name="元旦")
    assert chinese_holiday(date(2003, 12, 31)) is None
    assert chinese_holiday(date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("day", "why", "name", "worked"),
    [
        (date(2026, 10, 1), DayReason.HOLIDAY, "国庆节", False),
        (
            date(2026, 10, 3),
            DayReason.HOLIDAY,
            "国庆节",
            False,
        ),  # a Saturday, but people remember the holiday
        (date(2026, 10, 10), DayReason.MAKEUP, "国庆节", True),
        (date(2026, 9, 20), DayReason.MAKEUP, "国庆节", True),
        (date(2026, 9, 25), DayReason.HOLIDAY, "中秋", False),
        (date(2026, 10, 11), DayReason.WEEKDAY, "", False),
        (date(2026, 10, 12), DayReason.WEEKDAY, "", True),
        (
            date(2020, 1, 31),
            DayReason.HOLIDAY,
            "春节",
            False,
        ),  # prolonged by the epidemic, by a notice of its own
    ],
)
def test_a_day_carries_the_name_that_people_know_it_by(day, why, name, worked):
    said = STREET.day(day)
    assert (said.why, said.name, bool(said.spans)) == (why, name, worked)


def test_every_holiday_has_a_chinese_name():
    named = [
        chinese_holiday(day)
        for day in chinese_calendar.holidays | chinese_calendar.workdays
    ]
    assert len(named) > 700
    assert all(
        holiday is not None and holiday.name and not holiday.name.isascii()
        for holiday in named
    )


@pytest.mark.parametrize(
    "error", [KeyError, TypeError, OSError, RecursionError]
)
def test_a_library_that_fails_knows_nothing(monkeypatch, error):
    def fails(day):
        raise error

    monkeypatch.setattr(chinese_calendar, "get_holiday_detail", fails)
    assert chinese_holiday(date(2026, 10, 1)) is None
    assert STREET.day(date(2026, 10, 1)).why is DayReason.UNKNOWN


def test_a_library_that_cannot_be_loaded_knows_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    assert chinese_holiday(date(2026, 10, 1)) is None


def test_a_holiday_that_its_own_list_does_not_name_is_off_all_the_same(
    monkeypatch,
):
    monkeypatch.setattr(
        chinese_calendar,
        "get_holiday_detail",
        lambda day: (True, "Day of the Bug"),
    )
    assert chinese_holiday(date(2026, 10, 8)) == Holiday(off=True)


def test_the_ordinary_week_has_forty_hours():
    check_week(DEFAULT_POLICY.week)
    assert sorted(DEFAULT_POLICY.week) == [1, 2, 3, 4, 5]
    minutes = [
        span.end.hour * 60
        + span.end.minute
        - span.start.hour * 60
        - span.start.minute
        for span in DEFAULT_POLICY.week[1]
    ]
    assert minutes == [210, 270]
