"""The SLA timers: working time is the same with any hold or repeat; deadlines are explained."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kernel.access import Role
from chalicelib.tickets import sla_timers
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    EscalationStep,
    Level,
    LimitsOf,
    Policy,
    SlaKind,
    SlaLimits,
    TicketUrgency,
)
from chalicelib.tickets.sla_timers import Sla, sla_of
from chalicelib.tickets.worktime import (
    Holiday,
    OwnDay,
    due_after,
    worked_between,
)

from ..world import START
from .builders import DAY, HOUR, MINUTE, C, a_ticket, an_escalation, the_sla

WORKING = the_sla(a_ticket())
ALWAYS = the_sla(a_ticket(urgency=TicketUrgency.URGENT))
BOTH = st.sampled_from([WORKING, ALWAYS])
NAMES = st.sampled_from(SlaKind)
STARTS = st.datetimes(
    datetime(2025, 12, 1), datetime(2026, 12, 1), timezones=st.just(UTC)
)
# Holds: after how long it is put on hold, and for how long; of any length, to the second.
PAUSES = st.lists(
    st.tuples(st.integers(0, 3 * 86_400), st.integers(0, 20 * 86_400)),
    min_size=1,
    max_size=3,
)
FEW = settings(max_examples=150, deadline=None)


def seconds(n: int) -> timedelta:
    return timedelta(seconds=n)


def held(terms: Sla, clock, pauses):
    """Put a timer on hold some times; return it, its last resumption, and the time worked on it."""
    now, worked = clock.started_at, timedelta()
    for runs_for, waits_for in pauses:
        worked += worked_between(terms.calendar, now, now + seconds(runs_for))
        now += seconds(runs_for)
        clock = sla_timers.pause(clock, now)
        now += seconds(waits_for)
        clock = sla_timers.resume(terms, clock, now)
    return clock, now, worked


# start


@FEW
@given(BOTH, NAMES, STARTS, st.sampled_from([100, 50, 1]))
def test_a_clock_starts_with_its_limit_or_a_share_of_it(
    terms, name, now, percent
):
    clock = sla_timers.start(terms, name, now, percent)
    now = now.replace(second=0, microsecond=0)  # of the minute that has begun
    assert clock.limit == max(1, terms.limits.of(name) * percent // 100)
    assert (
        clock.due_at
        == clock.promised_at
        == due_after(terms.calendar, now, clock.limit)
    )
    assert (
        worked_between(terms.calendar, now, clock.due_at)
        == clock.limit * MINUTE
    )
    assert (clock.running, clock.paused, clock.fired, clock.started_at) == (
        True,
        False,
        0,
        now,
    )


def test_a_share_of_nearly_nothing_is_a_minute():
    short = SlaLimits(accept=1, contact=1, resolve=1, call_back=1, remind=1)
    terms = replace(WORKING, limits=short)
    assert sla_timers.start(terms, C.ACCEPT, START, 50).limit == 1


# standing still


@FEW
@given(BOTH, NAMES, STARTS, PAUSES)
def test_no_hold_gives_or_takes_working_time(terms, name, now, pauses):
    """The time worked before the holds and the time left add up to the limit, to the minute."""
    fresh = sla_timers.start(terms, name, now)
    clock, resumed_at, worked = held(terms, fresh, pauses)
    left = worked_between(terms.calendar, resumed_at, clock.due_at)
    if worked < fresh.limit * MINUTE:
        assert (
            timedelta()
            <= worked + left - fresh.limit * MINUTE
            < len(pauses) * MINUTE
        )
    else:
        assert (
            left == MINUTE
        )  # it was overdue before: one minute, so that resuming is not late at once
    assert clock.promised_at == clock.due_at
    assert clock.limit == fresh.limit


@FEW
@given(BOTH, NAMES, STARTS, st.integers(0, 86_400), st.integers(1, 4))
def test_a_hold_that_is_taken_back_at_once_changes_nothing(
    terms, name, now, after, times
):
    now = now.replace(second=0, microsecond=0)
    fresh = sla_timers.start(terms, name, now)
    instant = now + after * MINUTE
    if instant >= fresh.due_at:
        instant = now
    clock = fresh
    for _ in range(times):
        clock = sla_timers.resume(
            terms, sla_timers.pause(clock, instant), instant
        )
    assert clock.due_at == fresh.due_at
    assert clock.running


@FEW
@given(BOTH, NAMES, STARTS, st.integers(0, 86_400))
def test_a_hold_that_is_taken_back_at_once_is_neutral_to_the_minute_at_any_second(
    terms, name, now, after
):
    fresh = sla_timers.start(terms, name, now)
    instant = now + seconds(after)
    clock = sla_timers.resume(terms, sla_timers.pause(fresh, instant), instant)
    if instant < fresh.due_at:
        assert (
            timedelta()
            <= worked_between(terms.calendar, fresh.due_at, clock.due_at)
            < MINUTE
        )


def test_a_paused_timer_cannot_be_paused_nor_a_running_one_resumed():
    clock = sla_timers.start(WORKING, C.RESOLVE, START)
    still = sla_timers.pause(clock, START + HOUR)
    assert still.paused
    assert sla_timers.pause(still, START + 2 * HOUR) == still
    assert sla_timers.resume(WORKING, clock, START + HOUR) == clock
    met = sla_timers.meet(clock, START + HOUR)
    assert (
        sla_timers.pause(met, START + 2 * HOUR)
        == sla_timers.resume(WORKING, met, START + 2 * HOUR)
        == met
    )


def test_a_hold_over_the_weekend_costs_only_the_work_of_monday_morning():
    friday = datetime(
        2026, 11, 27, 9, tzinfo=UTC
    )  # 17:00 in Shanghai, an hour before the office closes
    clock = sla_timers.start(WORKING, C.ACCEPT, friday)  # 120 minutes
    assert clock.due_at == datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
    held_till_sunday = sla_timers.resume(
        WORKING, sla_timers.pause(clock, friday + 30 * MINUTE), friday + 2 * DAY
    )
    assert held_till_sunday.due_at == datetime(
        2026, 11, 30, 2, tzinfo=UTC
    )  # 08:30 and the ninety minutes that were left


# what ends and climbs


@FEW
@given(BOTH, NAMES, STARTS, st.integers(0, 30 * 86_400))
def test_a_timer_is_met_once_and_for_all(terms, name, now, after):
    clock = sla_timers.start(terms, name, now)
    met = sla_timers.meet(clock, now + seconds(after))
    assert met.met_at == now + seconds(after)
    assert sla_timers.meet(met, now + 40 * DAY) == met
    assert (met.running, met.paused, met.due_at, met.promised_at) == (
        False,
        False,
        clock.due_at,
        clock.promised_at,
    )
    assert met.runs[-1].end == met.met_at


def test_a_timer_met_while_paused_took_no_longer_than_it_ran():
    clock = sla_timers.pause(
        sla_timers.start(WORKING, C.RESOLVE, START), START + HOUR
    )
    met = sla_timers.meet(clock, START + 3 * DAY)
    assert (met.met_at, met.runs[-1].end) == (START + 3 * DAY, START + HOUR)


@FEW
@given(
    BOTH,
    NAMES,
    STARTS,
    st.lists(st.integers(0, 5000), min_size=1, max_size=4),
    st.integers(0, 86_400),
)
def test_a_fired_timer_keeps_its_promise_and_gives_the_next_level_time(
    terms, name, now, shares, late
):
    clock = sla_timers.start(terms, name, now)
    promised = clock.promised_at
    for n, minutes in enumerate(shares, 1):
        woken = clock.due_at + seconds(late)
        clock = sla_timers.prolong(terms, clock, woken, minutes)
        assert (clock.fired, clock.promised_at) == (n, promised)
        assert (
            clock.due_at
            == due_after(terms.calendar, woken, max(1, minutes))
            > woken
        )
        assert [run.end for run in clock.runs].count(None) == 1


@FEW
@given(BOTH, STARTS, st.integers(0, 5 * 86_400), st.integers(0, 5 * 86_400))
def test_a_hold_does_not_move_a_promise_that_is_broken(
    terms, now, runs_for, waits_for
):
    clock = sla_timers.start(terms, C.RESOLVE, now)
    promised = clock.promised_at
    clock = sla_timers.prolong(terms, clock, clock.due_at, 240)
    still = sla_timers.pause(clock, clock.runs[-1].start + seconds(runs_for))
    again = sla_timers.resume(
        terms, still, clock.runs[-1].start + seconds(runs_for + waits_for)
    )
    assert again.promised_at == promised
    assert again.fired == 1


# explained


@FEW
@given(
    BOTH,
    NAMES,
    STARTS,
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 20 * 86_400)), max_size=3
    ),
)
def test_an_explanation_adds_up_to_the_limit_also_over_holds(
    terms, name, now, pauses
):
    clock = sla_timers.start(terms, name, now)
    for (
        share,
        waits_for,
    ) in pauses:  # each time when a share of what is left has been worked
        last = clock.runs[-1]
        still_at = due_after(
            terms.calendar, last.start, last.minutes * share // 101
        )
        clock = sla_timers.resume(
            terms,
            sla_timers.pause(clock, still_at),
            still_at + seconds(waits_for),
        )
    told = sla_timers.explained_segments(terms, clock)
    assert len(told) == len(pauses) + 1
    assert sum(stretch.lines[-1].total for stretch in told) == clock.limit
    assert told[-1].lines[-1].end == clock.due_at
    for stretch in told:
        assert sum(line.minutes for line in stretch.lines) == pytest.approx(
            stretch.lines[-1].total
        )
        assert stretch.lines[0].start >= stretch.run.start


@FEW
@given(
    BOTH,
    NAMES,
    STARTS,
    st.lists(st.integers(1, 5000), min_size=1, max_size=3),
    st.integers(0, 86_400),
)
def test_an_explanation_over_escalations_shows_the_limit_and_each_levels_time(
    terms, name, now, shares, late
):
    clock = sla_timers.start(terms, name, now)
    for minutes in shares:
        clock = sla_timers.prolong(
            terms, clock, clock.due_at + seconds(late), minutes
        )
    told = sla_timers.explained_segments(terms, clock)
    assert [stretch.lines[-1].total for stretch in told] == [
        clock.limit,
        *shares,
    ]
    assert told[0].lines[-1].end == clock.promised_at
    assert told[-1].lines[-1].end == clock.due_at


def test_the_explanation_of_a_paused_timer_shows_its_last_run_to_the_end():
    clock = sla_timers.pause(
        sla_timers.start(WORKING, C.ACCEPT, START), START + HOUR
    )
    (told,) = sla_timers.explained_segments(WORKING, clock)
    assert told.lines[-1].total == 120
    assert told.run.end == START + HOUR


def test_the_years_whose_holidays_are_not_known_yet_are_named():
    late = datetime(2026, 12, 30, 8, tzinfo=UTC)
    (told,) = sla_timers.explained_segments(
        WORKING, sla_timers.start(WORKING, C.RESOLVE, late)
    )
    assert told.uncertain == (2027,)
    (told,) = sla_timers.explained_segments(
        ALWAYS, sla_timers.start(ALWAYS, C.RESOLVE, late)
    )
    assert told.uncertain == ()


# the four of a ticket


def test_of_a_name_the_latest_clock_is_kept():
    ticket = a_ticket()
    again = sla_timers.start(WORKING, C.RESOLVE, START + DAY, 50)
    swapped = sla_timers.swap(ticket, again)
    assert [clock.name for clock in swapped] == [C.ACCEPT, C.CONTACT, C.RESOLVE]
    assert swapped[-1] == again


@pytest.mark.parametrize("urgency", TicketUrgency)
def test_what_threatens_life_property_or_supply_is_counted_day_and_night(
    urgency,
):
    terms = the_sla(a_ticket(urgency=urgency))
    assert (terms.calendar is None) == (
        urgency in (TicketUrgency.URGENT, TicketUrgency.UTILITY)
    )


def test_a_category_may_have_limits_of_its_own():
    own = LimitsOf(
        urgency=TicketUrgency.GENERAL,
        category="rubbish",
        limits=SlaLimits(accept=5, contact=6, resolve=7, call_back=8, remind=9),
    )
    policy = Policy(limits=(*DEFAULT_POLICY.limits, own))
    assert the_sla(a_ticket(), policy).limits.resolve == 7
    assert the_sla(a_ticket(category="noise"), policy).limits.resolve == 7 * 480


# who is on duty


def test_the_next_level_is_the_next_at_which_somebody_is_on_duty():
    escalation = an_escalation(community=())
    assert escalation.above(Level.GRID) is Level.STREET
    assert escalation.from_level(Level.COMMUNITY) is Level.STREET
    assert escalation.from_level(Level.GRID) is Level.GRID
    assert escalation.leader(Level.GRID) == "per_grid"
    lonely = an_escalation(community=(), street=())
    assert lonely.above(Level.GRID) is Level.GRID
    assert lonely.from_level(Level.STREET) is Level.GRID
    nobody = an_escalation(grid=(), community=(), street=())
    assert nobody.above(Level.GRID) is Level.STREET
    assert escalation.above(Level.STREET) is Level.STREET


def test_an_escalation_path_may_leave_out_a_level():
    short = (
        EscalationStep(level=Level.GRID, role=Role.GRID_WORKER),
        EscalationStep(level=Level.STREET, role=Role.STREET_ADMIN, percent=10),
    )
    escalation = an_escalation(policy=Policy(ladder=short))
    assert escalation.above(Level.GRID) is Level.STREET
    assert escalation.step(Level.COMMUNITY).level is Level.STREET
    assert escalation.from_level(Level.COMMUNITY) is Level.STREET
    low = an_escalation(policy=Policy(ladder=short[:1]))
    assert (low.top, low.above(Level.GRID), low.step(Level.STREET).level) == (
        Level.GRID,
        Level.GRID,
        Level.GRID,
    )


# explained by the days that were counted


def _everything_off(day):
    return Holiday(off=True, name="新假期")


def _no_holiday_known(day):
    return None


CHANGED = {
    "every day is a holiday now": _everything_off,
    "the library forgets the year": _no_holiday_known,
}


@pytest.mark.parametrize("lookup", CHANGED.values(), ids=CHANGED)
@FEW
@given(BOTH, NAMES, STARTS, PAUSES)
def test_an_explanation_ends_at_the_deadline_whatever_calendar_is_known_now(
    lookup, terms, name, now, pauses
):
    clock, _, _ = held(terms, sla_timers.start(terms, name, now), pauses)
    now_known = sla_of(DEFAULT_POLICY, a_ticket(), lookup)
    explained = sla_timers.explained_segments(now_known, clock)
    assert explained == sla_timers.explained_segments(terms, clock)
    assert explained[-1].lines[-1].end == clock.due_at
    assert explained[-1].lines[-1].total == clock.runs[-1].minutes


def test_a_hold_uses_up_the_minutes_that_the_explanation_shows():
    clock = sla_timers.start(WORKING, C.RESOLVE, START)
    clock = sla_timers.pause(clock, START + DAY)
    closed = replace(
        WORKING.calendar, own={(START + 9 * DAY).date(): OwnDay(spans=())}
    )
    changed = replace(WORKING, calendar=closed)
    clock = sla_timers.resume(changed, clock, START + 2 * DAY)
    earlier, last = sla_timers.explained_segments(changed, clock)
    counted = earlier.lines[-1].total + last.lines[-1].total
    assert counted == clock.limit
    assert last.lines[-1].end == clock.due_at


def test_the_days_of_a_deadline_are_kept_in_a_hundred_bytes():
    for kind in (C.ACCEPT, C.CONTACT, C.RESOLVE):
        days = sla_timers.start(WORKING, kind, START).runs[0].days
        assert 0 < len(days.encode()) <= 100
    assert sla_timers.start(ALWAYS, C.RESOLVE, START).runs[0].days == ""
