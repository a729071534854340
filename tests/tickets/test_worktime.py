"""When a limit in office minutes is up: by stories, by laws, and against counting every minute."""

import os
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.places.model import DEFAULT_ZONE
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.office_hours import check_office_hours, check_week
from chalicelib.tickets.policy import DEFAULT_POLICY
from chalicelib.tickets.worktime import (
    Calendar,
    CountedDay,
    DayReason,
    Holiday,
    OfficeHours,
    OwnDay,
    due_after,
    explain,
    uncertain,
    worked_between,
)

from .oracle import (
    DAY,
    ESCALATION,
    MINUTE,
    OFFICE_WEEK,
    SECOND,
    Hours,
    PlainCalendar,
    shanghai,
    spans,
    walls,
)

WORKING_DAY = 480  # minutes
LONGER = 5 if os.environ.get("CHAOS") else 1  # CHAOS=1 looks five times as long
ALL_DAY = spans(((0, 1440),))
MORNING = spans(((540, 720),))


def weekdays_only(day: date) -> Holiday:
    return Holiday(off=day.isoweekday() > 5)


def never_worked(day: date) -> Holiday:
    return Holiday(off=True, name="永休")


def a_calendar(**parts) -> Calendar:
    return Calendar(
        **(
            {
                "zone": DEFAULT_ZONE,
                "week": DEFAULT_POLICY.week,
                "own": {},
                "holidays": chinese_holiday,
            }
            | parts
        )
    )


def local(text: str, zone: str = DEFAULT_ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def told(line: CountedDay) -> tuple[str, str, str, str, str, float, float]:
    start, end = (
        f"{instant.astimezone(ZoneInfo(DEFAULT_ZONE)):%H:%M}"
        for instant in (line.start, line.end)
    )
    return (
        f"{line.date:%a %m-%d}",
        str(line.why),
        line.name,
        start,
        end,
        line.minutes,
        line.total,
    )


def holidays(
    first: date, count: int, name: str, total: float
) -> list[tuple[str, str, str, str, str, float, float]]:
    days = [first + n * DAY for n in range(count)]
    return [
        (f"{day:%a %m-%d}", "holiday", name, "00:00", "00:00", 0, total)
        for day in days
    ]


STREET = a_calendar()

# stories


def test_two_hours_on_the_eve_of_spring_festival_are_up_on_the_make_up_sunday():
    reported = local("2024-02-09 17:30")
    due = due_after(STREET, reported, 120)
    assert due == local("2024-02-18 10:00")
    assert due.tzinfo is UTC
    assert due_after(STREET, due, 120) == local("2024-02-18 12:00")
    assert [told(line) for line in explain(STREET, reported, 120)] == [
        ("Fri 02-09", "weekday", "", "17:30", "18:00", 30, 30),
        *holidays(date(2024, 2, 10), 8, "春节", total=30),
        ("Sun 02-18", "makeup", "春节", "08:30", "10:00", 90, 120),
    ]


def test_a_working_day_around_national_day_ends_on_the_first_day_after_it():
    assert [
        told(line)
        for line in explain(STREET, local("2026-09-30 17:00"), WORKING_DAY)
    ] == [
        ("Wed 09-30", "weekday", "", "17:00", "18:00", 60, 60),
        *holidays(date(2026, 10, 1), 7, "国庆节", total=60),
        ("Thu 10-08", "weekday", "", "08:30", "17:00", 420, 480),
    ]


def test_make_up_days_of_national_day_are_worked_unlike_other_weekends():
    assert [
        told(line) for line in explain(STREET, local("2026-09-18 17:30"), 121)
    ] == [
        ("Fri 09-18", "weekday", "", "17:30", "18:00", 30, 30),
        ("Sat 09-19", "weekday", "", "00:00", "00:00", 0, 30),
        ("Sun 09-20", "makeup", "国庆节", "08:30", "10:01", 91, 121),
    ]
    assert [
        told(line)
        for line in explain(STREET, local("2026-10-09 16:00"), 2 * WORKING_DAY)
    ] == [
        ("Fri 10-09", "weekday", "", "16:00", "18:00", 120, 120),
        ("Sat 10-10", "makeup", "国庆节", "08:30", "18:00", 480, 600),
        ("Sun 10-11", "weekday", "", "00:00", "00:00", 0, 600),
        ("Mon 10-12", "weekday", "", "08:30", "16:00", 360, 960),
    ]


def test_fifteen_working_days_over_holidays_end_at_the_same_minute():
    reported = local("2026-09-18 17:30")
    lines = explain(STREET, reported, 15 * WORKING_DAY)
    assert (
        lines[-1].end
        == due_after(STREET, reported, 15 * WORKING_DAY)
        == local("2026-10-15 17:30")
    )
    assert [line.date for line in lines] == [
        date(2026, 9, 18) + n * DAY for n in range(28)
    ]
    assert (
        sum(line.minutes for line in lines)
        == lines[-1].total
        == 15 * WORKING_DAY
    )


# the edges of hours


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23 08:30", 210, "2026-11-23 12:00"),  # not after lunch
        ("2026-11-23 08:30", 211, "2026-11-23 13:31"),
        ("2026-11-23 12:00", 1, "2026-11-23 13:31"),
        ("2026-11-23 12:40", 270, "2026-11-23 18:00"),  # not the next morning
        ("2026-11-23 13:30", 271, "2026-11-24 08:31"),
        ("2026-11-23 18:00", 1, "2026-11-24 08:31"),
        ("2026-11-23 00:00", 1, "2026-11-23 08:31"),
        ("2026-11-23 23:59:59", 1, "2026-11-24 08:31"),
        ("2026-11-23 11:59:59.999999", 1, "2026-11-23 13:30:59.999999"),
        ("2026-11-23 11:59:30", 1, "2026-11-23 13:30:30"),
        ("2026-11-23 09:00:07", 60, "2026-11-23 10:00:07"),
    ],
)
def test_a_limit_ends_with_the_hours_it_fills(start, minutes, due):
    assert due_after(STREET, local(start), minutes) == local(due)


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-23 10:00:01",
        "2026-11-23 12:30",
        "2026-11-22 10:00",
        "2026-11-22 00:00",
    ],
)
def test_no_minutes_are_up_at_once_even_on_a_day_off(start):
    at = local(start)
    assert due_after(STREET, at, 0) == at
    assert due_after(None, at, 0) == at
    (line,) = explain(STREET, at, 0)
    assert (line.start, line.end, line.minutes, line.total) == (at, at, 0, 0)


def test_a_day_on_which_nothing_counts_any_more_is_seen_from_the_start_on():
    first, _ = explain(STREET, local("2026-11-23 19:15"), 1)
    assert told(first) == ("Mon 11-23", "weekday", "", "19:15", "19:15", 0, 0)


def test_a_line_says_parts_of_minutes():
    first, second = explain(STREET, local("2026-11-23 17:59:30"), 1)
    assert (first.minutes, first.total, second.minutes, second.total) == (
        0.5,
        0.5,
        0.5,
        1,
    )


@pytest.mark.parametrize("count", [due_after, explain])
@pytest.mark.parametrize("calendar", [STREET, None])
def test_a_limit_cannot_be_negative(count, calendar):
    with pytest.raises(ValueError, match="negative"):
        count(calendar, local("2026-11-23 10:00"), -1)


def test_nothing_is_worked_from_late_to_early():
    early, late = local("2026-11-23 09:00"), local("2026-11-24 16:00")
    for calendar in (STREET, None):
        assert (
            worked_between(calendar, late, early)
            == worked_between(calendar, late, late)
            == timedelta()
        )


# round the clock


def test_round_the_clock_every_minute_counts():
    start = local("2024-02-09 17:30")
    assert due_after(None, start, 120) == local("2024-02-09 19:30")
    assert worked_between(None, start, start + 3 * DAY) == 3 * DAY
    assert (
        uncertain(None, local("2026-12-31 17:30"), local("2027-02-01 00:00"))
        == ()
    )
    (line,) = explain(None, start, 120)
    assert told(line) == ("Fri 02-09", "None", "", "17:30", "19:30", 120, 120)
    assert line.why is None


def test_round_the_clock_the_day_is_that_of_the_zone_in_which_the_start_is_given():
    (line,) = explain(None, local("2024-02-09 05:00"), 60)
    assert line.date == date(2024, 2, 9)  # 21:00 UTC on the day before


def test_round_the_clock_an_hour_is_an_hour_when_the_clocks_change():
    before = local("2024-03-10 01:30", "America/New_York")
    assert due_after(None, before, 60) == local(
        "2024-03-10 03:30", "America/New_York"
    )
    assert worked_between(
        None, before, local("2024-03-10 03:30", "America/New_York")
    ) == timedelta(hours=1)


# the order of truth


def test_the_streets_own_calendar_beats_the_library_both_ways():
    holiday, makeup, monday = (
        date(2026, 10, 2),
        date(2026, 10, 10),
        date(2026, 10, 12),
    )
    street = a_calendar(
        own={
            holiday: OwnDay(spans=MORNING, note="国庆值班"),
            makeup: OwnDay(spans=(), note="不补班"),
            monday: OwnDay(spans=(), note="搬家"),
            date(2026, 10, 11): OwnDay(spans=None, note="补搬家"),
        }
    )
    assert [
        told(line)
        for line in explain(
            street, local("2026-09-30 17:30"), 30 + 180 + 2 * WORKING_DAY + 300
        )
    ][2:] == [
        ("Fri 10-02", "street", "国庆值班", "09:00", "12:00", 180, 210),
        *holidays(date(2026, 10, 3), 5, "国庆节", total=210),
        ("Thu 10-08", "weekday", "", "08:30", "18:00", 480, 690),
        ("Fri 10-09", "weekday", "", "08:30", "18:00", 480, 1170),
        ("Sat 10-10", "street", "不补班", "00:00", "00:00", 0, 1170),
        ("Sun 10-11", "street", "补搬家", "08:30", "15:00", 300, 1470),
    ]


def test_an_office_that_opens_on_saturdays_is_closed_on_those_of_a_holiday():
    street = a_calendar(week={**DEFAULT_POLICY.week, 6: MORNING})
    assert street.day(date(2026, 11, 28)).spans == MORNING
    assert street.day(date(2026, 11, 28)).why is DayReason.WEEKDAY
    assert street.day(date(2026, 10, 3)).spans == ()
    assert (
        street.day(date(2026, 10, 10)).spans == DEFAULT_POLICY.week[1]
    )  # a make-up day is a Monday


def test_a_library_that_names_nothing_closes_weekdays_only():
    street = a_calendar(
        week=dict.fromkeys(range(1, 8), MORNING),
        holidays=lambda day: Holiday(off=True),
    )
    whys = [street.day(date(2026, 11, 23) + n * DAY).why for n in range(7)]
    assert whys == [DayReason.HOLIDAY] * 5 + [DayReason.WEEKDAY] * 2


def test_a_year_that_nobody_knows_goes_by_the_week_and_is_named():
    new_year = STREET.day(date(2027, 1, 1))
    assert (new_year.why, new_year.spans, new_year.name) == (
        DayReason.UNKNOWN,
        DEFAULT_POLICY.week[5],
        "",
    )
    assert STREET.day(date(2027, 1, 2)).spans == ()
    reported = local("2026-12-31 17:30")
    due = due_after(STREET, reported, 120)
    assert due == local("2027-01-01 10:00")
    assert uncertain(STREET, reported, due) == (2027,)
    assert uncertain(
        STREET, local("2027-12-31 17:30"), local("2028-01-04 10:00")
    ) == (
        2027,
        2028,
    )
    assert [
        told(line) for line in explain(STREET, reported, 30 + WORKING_DAY + 1)
    ] == [
        ("Thu 12-31", "weekday", "", "17:30", "18:00", 30, 30),
        ("Fri 01-01", "unknown", "", "08:30", "18:00", 480, 510),
        ("Sat 01-02", "unknown", "", "00:00", "00:00", 0, 510),
        ("Sun 01-03", "unknown", "", "00:00", "00:00", 0, 510),
        ("Mon 01-04", "unknown", "", "08:30", "08:31", 1, 511),
    ]


def test_a_span_that_ends_with_the_last_known_day_is_certain():
    assert (
        uncertain(STREET, local("2026-12-01 00:00"), local("2027-01-01 00:00"))
        == ()
    )
    assert uncertain(
        STREET, local("2026-12-01 00:00"), local("2027-01-01 00:00:01")
    ) == (2027,)


def test_days_of_the_streets_own_calendar_are_certain_in_any_year():
    street = a_calendar(own={date(2027, 1, 1): OwnDay(spans=(), note="元旦")})
    assert (
        uncertain(street, local("2026-12-31 17:30"), local("2027-01-02 00:00"))
        == ()
    )
    assert uncertain(
        street, local("2026-12-31 17:30"), local("2027-01-02 00:01")
    ) == (2027,)


def test_decades_that_nobody_knows_are_no_error():
    assert due_after(STREET, local("2050-01-03 08:30"), WORKING_DAY) == local(
        "2050-01-03 18:00"
    )
    assert due_after(STREET, local("1998-01-05 08:30"), WORKING_DAY) == local(
        "1998-01-05 18:00"
    )


# the end of patience


@pytest.mark.parametrize(
    "calendar", [a_calendar(week={}), a_calendar(holidays=never_worked)]
)
@pytest.mark.parametrize("count", [due_after, explain])
def test_a_limit_that_never_ends_is_refused_after_five_years(calendar, count):
    with pytest.raises(
        ValueError, match="1 office minutes do not pass within five years"
    ):
        count(calendar, local("2024-02-09 17:30"), 1)


def test_a_week_of_one_minute_is_waited_for_as_long_as_five_years():
    calendar = a_calendar(
        week={1: spans(((540, 541),))}, holidays=weekdays_only
    )
    monday = local("2024-01-01 09:00")
    assert due_after(calendar, monday, 262) == monday + 261 * 7 * DAY + MINUTE
    with pytest.raises(ValueError, match="five years"):
        due_after(calendar, monday, 263)


# what a week must be


@pytest.mark.parametrize(
    "week",
    [
        DEFAULT_POLICY.week,
        {7: ALL_DAY},
        {1: spans(((0, 1),))},
        {
            1: (),
            2: spans(((0, 720), (720, 1440))),
        },  # without a break, until midnight
    ],
)
def test_a_week_with_work_in_it_is_a_week(week):
    check_week(week)


@pytest.mark.parametrize(
    ("week", "fault"),
    [
        ({}, "at least a minute"),
        ({1: (), 2: ()}, "at least a minute"),
        (
            {1: (OfficeHours(start=time(9), end=time(9, 0, 59)),)},
            "at least a minute",
        ),
        ({0: MORNING}, "0 is no ISO weekday"),
        ({8: MORNING}, "8 is no ISO weekday"),
        ({1: spans(((540, 540),))}, "not later"),
        ({1: spans(((720, 540),))}, "not later"),
        ({1: MORNING, 5: spans(((540, 720), (719, 800)))}, "overlap"),
        ({1: spans(((810, 1080), (510, 720)))}, "precede"),
        ({1: spans(((810, 1440), (0, 720)))}, "precede"),
        ({1: MORNING * 2}, "overlap"),
    ],
)
def test_a_week_that_is_none_is_refused(week, fault):
    with pytest.raises(ValueError, match=fault):
        check_week(week)


def test_a_day_of_the_streets_own_may_be_off_but_not_crooked():
    check_office_hours(())
    check_office_hours(MORNING)
    with pytest.raises(ValueError, match="overlap"):
        check_office_hours(spans(((540, 720), (700, 800))))


# against counting


def some_hours(most: int = 3):
    cuts = st.lists(st.integers(0, 1440), unique=True, max_size=2 * most).map(
        sorted
    )
    return cuts.map(lambda at: tuple(zip(at[::2], at[1::2], strict=False)))


WALLS = st.builds(
    lambda day, minute: datetime(2018, 1, 1) + day * DAY + minute * MINUTE,
    st.integers(0, 3286),
    st.one_of(
        st.integers(0, 1439),
        st.sampled_from([0, 510, 511, 720, 809, 810, 1080, 1439]),
    ),
)
LIMITS = st.one_of(
    st.integers(0, 15 * WORKING_DAY),
    st.sampled_from([0, 1, 210, 270, 480, 15 * WORKING_DAY]),
)
OWN_DAYS = st.dictionaries(
    st.integers(0, 30),
    st.one_of(st.none(), st.just(()), some_hours()),
    max_size=4,
)
WEEKS = st.one_of(
    st.just(OFFICE_WEEK),
    st.builds(
        lambda rest, hours: {**rest, 1: hours},
        st.dictionaries(st.integers(2, 7), some_hours()),
        st.just(ESCALATION),
    ),
)


def an_escalation(start: datetime, week, own) -> PlainCalendar:
    return PlainCalendar(
        week=week,
        own={start.date() + after * DAY: hours for after, hours in own.items()},
    )


@settings(max_examples=300 * LONGER, deadline=None)
@given(WALLS, LIMITS, OWN_DAYS)
def test_a_limit_is_due_when_walking_minute_by_minute_gets_there(
    start, minutes, own
):
    escalation = an_escalation(start, OFFICE_WEEK, own)
    due = escalation.due_by_walking(start, minutes)
    assert due_after(
        escalation.calendar(), shanghai(start), minutes
    ) == shanghai(due)
    assert (
        worked_between(escalation.calendar(), shanghai(start), shanghai(due))
        == minutes * MINUTE
    )


@settings(max_examples=200 * LONGER, deadline=None)
@given(WALLS, st.integers(0, 30 * 1440), WEEKS, OWN_DAYS)
def test_as_much_is_worked_as_walking_minute_by_minute_counts(
    start, minutes, week, own
):
    escalation, end = an_escalation(start, week, own), start + minutes * MINUTE
    assert (
        worked_between(escalation.calendar(), shanghai(start), shanghai(end))
        == escalation.worked_by_walking(start, end) * MINUTE
    )


@settings(max_examples=60 * LONGER, deadline=None)
@given(
    WALLS, st.integers(0, 59), st.integers(0, 3 * WORKING_DAY), WEEKS, OWN_DAYS
)
def test_a_limit_is_due_to_the_second(start, seconds, minutes, week, own):
    escalation, days = an_escalation(start, week, own), 30
    midnight = datetime.combine(start.date(), time.min)
    timeline = escalation.seconds(start.date(), days)
    begins = (start - midnight) // SECOND + seconds
    if timeline.count(1, begins) < minutes * 60:
        minutes = timeline.count(1, begins) // 60
    due = due_after(
        escalation.calendar(), shanghai(start + seconds * SECOND), minutes
    )
    ends = (due - shanghai(midnight)) // SECOND
    assert due == shanghai(midnight) + ends * SECOND
    assert timeline.count(1, begins, ends) == minutes * 60
    assert timeline[ends - 1] == 1 if minutes else ends == begins


# where clocks change

NEW_YORK = "America/New_York"
CHANGES = [
    (NEW_YORK, datetime(2024, 3, 10, 7, tzinfo=UTC)),
    (NEW_YORK, datetime(2024, 11, 3, 6, tzinfo=UTC)),
    (
        "Australia/Lord_Howe",
        datetime(2024, 4, 6, 15, tzinfo=UTC),
    ),  # by half an hour
    ("Australia/Lord_Howe", datetime(2024, 10, 5, 15, 30, tzinfo=UTC)),
    (
        "America/Havana",
        datetime(2024, 3, 10, 5, tzinfo=UTC),
    ),  # a day that does not begin at midnight
    (
        "America/Havana",
        datetime(2024, 11, 3, 5, tzinfo=UTC),
    ),  # a midnight that comes twice
    (
        "America/Sao_Paulo",
        datetime(2018, 2, 18, 2, tzinfo=UTC),
    ),  # back from midnight, into the day before
    (
        "Pacific/Apia",
        datetime(2011, 12, 30, 10, tzinfo=UTC),
    ),  # a day that there never was
]
ALL_WEEK = st.dictionaries(st.integers(1, 7), some_hours())


def every_day(zone: str, hours: Hours) -> Calendar:
    return a_calendar(
        zone=zone,
        week=dict.fromkeys(range(1, 8), spans(hours)),
        holidays=weekdays_only,
    )


@pytest.mark.parametrize(
    ("change", "hours", "worked"),
    [
        (0, ((0, 1440),), 23 * 60),
        (0, ((120, 180),), 0),  # 02:00 to 03:00, which there was not
        (0, ((135, 165),), 0),
        (0, ((60, 150),), 60),
        (0, ((150, 240),), 60),
        (1, ((0, 1440),), 25 * 60),
        (1, ((60, 120),), 120),  # 01:00 to 02:00, twice
        (1, ((75, 105),), 60),
        (1, ((0, 90),), 120),  # 00:00 to 01:30, then 01:00 to 01:30 again
        (1, ((0, 90), (90, 180)), 240),
    ],
)
def test_what_the_clocks_skip_is_not_worked_and_what_they_repeat_is_worked_twice(
    change, hours, worked
):
    zone, at = CHANGES[change]
    day = at.astimezone(ZoneInfo(zone)).date()
    midnights = [
        datetime.combine(day + n * DAY, time.min, ZoneInfo(zone))
        for n in range(2)
    ]
    assert worked_between(every_day(zone, hours), *midnights) == worked * MINUTE


def test_a_working_night_over_the_clock_change_is_due_in_real_time():
    night = every_day(NEW_YORK, ((0, 1440),))
    assert due_after(night, local("2024-03-09 22:00", NEW_YORK), 480) == local(
        "2024-03-10 07:00", NEW_YORK
    )
    assert due_after(night, local("2024-11-02 22:00", NEW_YORK), 480) == local(
        "2024-11-03 05:00", NEW_YORK
    )


def test_hours_that_meet_in_a_repeated_hour_are_worked_in_order():
    night = every_day(NEW_YORK, ((0, 90), (90, 180)))
    assert due_after(
        night, local("2024-11-03 00:00", NEW_YORK), 100
    ) == datetime(2024, 11, 3, 5, 40, tzinfo=UTC)  # 01:40, first


@settings(max_examples=200 * LONGER, deadline=None)
@given(
    st.sampled_from(CHANGES),
    ALL_WEEK,
    st.integers(0, 4 * 1440),
    st.integers(0, 4 * 1440),
)
def test_an_instant_is_worked_if_and_only_if_the_clock_on_the_wall_says_so(
    change, week, after, minutes
):
    zone, at = change
    first = at - 3 * DAY
    calendar = a_calendar(
        zone=zone,
        week={day: spans(hours) for day, hours in week.items()},
        holidays=lambda day: None,
    )
    shown = walls(zone, first, 8)
    worked = [
        any(a <= minute < b for a, b in week.get(day.isoweekday(), ()))
        for day, minute in shown
    ]
    start = first + after * MINUTE
    counted = sum(worked[after : after + minutes])
    assert (
        worked_between(calendar, start, start + minutes * MINUTE)
        == counted * MINUTE
    )
    if counted:
        last = max(n for n in range(after, after + minutes) if worked[n])
        assert (
            due_after(calendar, start, counted) == first + (last + 1) * MINUTE
        )


# laws

INSTANTS = st.one_of(
    st.datetimes(
        datetime(2018, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)
    ),
    st.builds(
        lambda change, after: change[1] + after,
        st.sampled_from(CHANGES),
        st.timedeltas(-2 * DAY, 2 * DAY),
    ),
)
CALENDARS = st.one_of(
    st.none(),
    st.builds(
        lambda zone, week, holidays, own: a_calendar(
            zone=zone,
            week={day: spans(hours) for day, hours in week.items()},
            holidays=holidays,
            own={
                date(2024, 3, 1) + n * DAY: OwnDay(
                    spans=hours if hours is None else spans(hours)
                )
                for n, hours in own.items()
            },
        ),
        st.sampled_from([DEFAULT_ZONE, *(zone for zone, _ in CHANGES)]),
        WEEKS,
        st.sampled_from([chinese_holiday, weekdays_only, lambda day: None]),
        OWN_DAYS,
    ),
)
SHORT = st.integers(0, 4 * WORKING_DAY)
LAW = settings(max_examples=60 * LONGER, deadline=None)


@LAW
@given(CALENDARS, INSTANTS, SHORT)
def test_the_due_instant_is_the_earliest_at_which_the_limit_was_worked(
    calendar, start, minutes
):
    due = due_after(calendar, start, minutes)
    assert worked_between(calendar, start, due) == minutes * MINUTE
    if minutes:
        assert worked_between(calendar, start, due - SECOND) < minutes * MINUTE
        assert (
            worked_between(calendar, start, due - timedelta.resolution)
            == minutes * MINUTE - timedelta.resolution
        )
    else:
        assert due == start


@LAW
@given(CALENDARS, INSTANTS, st.timedeltas(timedelta(), 5 * DAY), SHORT, SHORT)
def test_who_starts_later_or_has_longer_is_never_due_earlier(
    calendar, start, later, minutes, more
):
    due, longer = (
        due_after(calendar, start, minutes),
        due_after(calendar, start, minutes + more),
    )
    assert due <= due_after(calendar, start + later, minutes)
    assert due <= longer == due_after(calendar, due, more)


@LAW
@given(
    CALENDARS,
    INSTANTS,
    st.timedeltas(timedelta(), 9 * DAY),
    st.timedeltas(timedelta(), 9 * DAY),
)
def test_time_worked_adds_up(calendar, start, one, other):
    parts = (
        worked_between(calendar, start, start + one),
        worked_between(calendar, start + one, start + one + other),
    )
    assert parts[0] + parts[1] == worked_between(
        calendar, start, start + one + other
    )
    assert all(
        timedelta() <= part <= span
        for part, span in zip(parts, (one, other), strict=True)
    )


@settings(max_examples=200 * LONGER, deadline=None)
@given(
    CALENDARS,
    INSTANTS,
    st.one_of(SHORT, st.sampled_from([0, 1, 210, 270, 480, 15 * WORKING_DAY])),
)
def test_a_deadline_is_the_end_of_its_explanation(calendar, start, minutes):
    due = due_after(calendar, start, minutes)
    assert due == explain(calendar, start, minutes)[-1].end
    assert due.tzinfo is UTC


@LAW
@given(CALENDARS, INSTANTS, SHORT)
def test_an_explanation_adds_up_to_the_answer(calendar, start, minutes):
    lines = explain(calendar, start, minutes)
    assert lines[-1].end == due_after(calendar, start, minutes)
    assert lines[-1].total == minutes
    assert sum(line.minutes for line in lines) == pytest.approx(minutes)
    assert [line.date for line in lines] == [
        lines[0].date + n * DAY for n in range(len(lines))
    ]
    assert all(start <= line.start <= line.end for line in lines)
    assert all(
        (line.start == line.end) == (line.minutes == 0) for line in lines
    )
    assert all(one.end <= next_.start for one, next_ in pairwise(lines))


@LAW
@given(
    CALENDARS,
    INSTANTS,
    SHORT,
    st.sampled_from([DEFAULT_ZONE, NEW_YORK, "Europe/London"]),
)
def test_an_instant_is_the_same_in_any_zone(calendar, start, minutes, zone):
    elsewhere = start.astimezone(ZoneInfo(zone))
    due = due_after(calendar, start, minutes)
    assert due_after(calendar, elsewhere, minutes) == due
    assert (
        worked_between(calendar, elsewhere, due.astimezone(ZoneInfo(zone)))
        == minutes * MINUTE
    )
