"""The timers of a ticket: one level a firing, ends of holds, silence, and all in an outage."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.tickets import decisions, resolution
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    ESCALATION_STEPS,
    Level,
    Policy,
    SlaKind,
    TicketUrgency,
)
from chalicelib.tickets.states import Ending, TicketStatus
from chalicelib.tickets.timers import on_timer
from chalicelib.tickets.worktime import due_after, worked_between

from ..world import BAIHUA, START, STREET
from .builders import (
    DAY,
    HOUR,
    MINUTE,
    PROPERTY_ACTS,
    WORKER_ACTS,
    S,
    a_report,
    a_ticket,
    an_escalation,
    at,
    clock,
    running,
    tags,
    the_sla,
    told,
)

C, L = SlaKind, Level
AT_COMMUNITY, AT_STREET = f"staff:{BAIHUA}", f"staff:{STREET}"
ESCALATION = an_escalation()
ACCEPT_DUE = START + 120 * MINUTE


def next_at(ticket) -> datetime:
    return min(ticket.deadlines().values())


def climbing(ticket, escalation=ESCALATION, times=20):
    """Fire a ticket's timers whenever they are due; return the moves and messages."""
    steps = []
    for _ in range(times):
        now = next_at(ticket)
        outcome = on_timer(ticket, escalation, now)
        steps.append((now, ticket.level, outcome))
        ticket = outcome.entity
    return steps


# climbing


def test_an_unaccepted_ticket_escalates_one_level_for_each_firing():
    steps = climbing(a_ticket(), times=4)
    assert [outcome.entity.level for _, _, outcome in steps[:2]] == [
        L.COMMUNITY,
        L.STREET,
    ]
    heard = [line for _, _, outcome in steps for line in told(outcome)]
    assert (
        heard.count(("climbed_staff", AT_COMMUNITY))
        == heard.count(("climbed_staff", AT_STREET))
        == 1
    )
    first = steps[0][2]
    assert steps[0][0] == ACCEPT_DUE
    assert (tags(first), first.events[0].note, first.events[0].party) == (
        ["climbed"],
        "accept community",
        "system",
    )
    assert (
        first.entity.assignee == "per_staff"
    )  # while nobody has accepted it, who leads there has it
    assert first.bump_version


def test_each_level_has_its_own_half_of_the_time_and_the_sla_stays_missed():
    ticket = on_timer(a_ticket(), ESCALATION, ACCEPT_DUE).entity
    accept = clock(ticket, C.ACCEPT)
    assert accept.due_at == due_after(the_sla(ticket).calendar, ACCEPT_DUE, 60)
    assert (accept.promised_at, accept.fired) == (ACCEPT_DUE, 1)
    assert ticket.next_due == ("accept", ACCEPT_DUE)
    assert clock(ticket, C.CONTACT) == clock(a_ticket(), C.CONTACT)


def test_where_nobody_is_on_duty_it_is_at_the_next_level_at_once():
    outcome = on_timer(a_ticket(), an_escalation(community=()), ACCEPT_DUE)
    assert (outcome.entity.level, outcome.entity.assignee, told(outcome)) == (
        L.STREET,
        "per_admin",
        [("climbed_staff", AT_STREET), ("taken_over", "per_grid")],
    )
    nobody = on_timer(
        a_ticket(), an_escalation(grid=(), community=(), street=()), ACCEPT_DUE
    )
    assert (nobody.entity.level, nobody.entity.assignee) == (L.STREET, None)


def test_without_anybody_above_the_nearest_level_is_informed_again_and_again():
    lonely = an_escalation(grid=(), street=())
    ticket = a_ticket(level=L.STREET, assignee=None)
    for _ in range(3):
        outcome = on_timer(ticket, lonely, next_at(ticket))
        assert told(outcome) == [("overdue_staff", AT_COMMUNITY)]
        ticket = outcome.entity
        assert (ticket.level, ticket.assignee) == (L.COMMUNITY, "per_staff")


def test_the_top_level_is_informed_again_and_nothing_else_changes():
    top = a_ticket(level=L.STREET, assignee="per_admin")
    for times in range(1, 6):
        now = next_at(top)
        outcome = on_timer(top, ESCALATION, now)
        assert (told(outcome), tags(outcome), (not outcome.bump_version)) == (
            [("overdue_staff", AT_STREET)],
            [],
            True,
        )
        assert (
            outcome.entity.level,
            outcome.entity.state,
            outcome.entity.assignee,
        ) == (L.STREET, S.OPEN, "per_admin")
        assert sum(c.fired for c in outcome.entity.clocks) >= times
        assert next_at(outcome.entity) > now
        top = outcome.entity


def test_at_the_top_a_clock_comes_round_a_working_day_later():
    top = a_ticket(level=L.STREET)
    after = clock(on_timer(top, ESCALATION, ACCEPT_DUE).entity, C.ACCEPT)
    assert worked_between(
        the_sla(top).calendar, ACCEPT_DUE, after.due_at
    ) == timedelta(minutes=480)


def test_the_top_is_where_the_escalation_path_ends():
    outcome = on_timer(
        a_ticket(level=L.COMMUNITY),
        an_escalation(policy=Policy(ladder=ESCALATION_STEPS[:2])),
        ACCEPT_DUE,
    )
    assert told(outcome) == [("overdue_staff", AT_COMMUNITY)]


def test_an_urgent_ticket_escalates_at_night_and_wakes_its_assignee():
    urgent = a_ticket(urgency=TicketUrgency.URGENT)
    outcome = on_timer(urgent, an_escalation(urgent), START + 15 * MINUTE)
    assert told(outcome) == [
        ("urgent_climbed_staff", AT_COMMUNITY),
        ("taken_over", "per_grid"),
    ]
    assert (
        clock(outcome.entity, C.ACCEPT).due_at == START + 22 * MINUTE
    )  # half of fifteen, whole minutes


@pytest.mark.parametrize("state", [S.ACCEPTED, S.ASSIGNED])
def test_accepting_stops_only_the_acceptance_timer(
    state,
):
    ticket = a_ticket(state, assignee="per_property")
    assert running(ticket) == {"contact", "resolve"}
    outcome = on_timer(ticket, ESCALATION, clock(ticket, C.CONTACT).due_at)
    assert (
        outcome.entity.level,
        outcome.entity.assignee,
        outcome.entity.state,
    ) == (
        L.COMMUNITY,
        "per_property",
        state,
    )
    assert outcome.events[0].note == "contact community"
    resolve = clock(ticket, C.RESOLVE).due_at
    later = on_timer(
        outcome.entity, ESCALATION, max(resolve, next_at(outcome.entity))
    )
    assert (
        clock(later.entity, C.RESOLVE).fired == 1
        or clock(later.entity, C.CONTACT).fired == 2
    )


def test_two_clocks_that_are_over_at_once_are_one_step_up():
    ticket = a_ticket()
    outcome = on_timer(ticket, ESCALATION, clock(ticket, C.CONTACT).due_at)
    assert outcome.entity.level is L.COMMUNITY
    assert outcome.events[0].note == "accept,contact community"
    assert [
        clock(outcome.entity, name).fired
        for name in (C.ACCEPT, C.CONTACT, C.RESOLVE)
    ] == [1, 1, 0]


def test_a_ticket_that_must_be_assigned_escalates_as_well():
    ticket = a_ticket(bounces=2, level=L.COMMUNITY, assignee="per_staff")
    outcome = on_timer(ticket, ESCALATION, next_at(ticket))
    assert (outcome.entity.level, outcome.entity.must_be_assigned) == (
        L.STREET,
        True,
    )


# after an outage


@pytest.mark.parametrize(
    "late", [timedelta(minutes=1), 3 * HOUR, 2 * DAY, 40 * DAY]
)
def test_after_an_outage_no_level_is_skipped_and_each_has_its_time(
    late,
):
    now = ACCEPT_DUE + late
    first = on_timer(a_ticket(), ESCALATION, now)
    assert (first.entity.level, told(first)) == (
        L.COMMUNITY,
        [("climbed_staff", AT_COMMUNITY), ("taken_over", "per_grid")],
    )
    again = on_timer(first.entity, ESCALATION, now)
    assert (again.messages, again.events) == ((), ()), (
        "nothing more is due at that instant"
    )
    assert next_at(first.entity) > now
    assert clock(first.entity, C.ACCEPT).promised_at == ACCEPT_DUE


def test_a_hold_that_ended_in_an_outage_ended_when_it_was_to():
    ticket = a_ticket(S.ON_HOLD)
    until = ticket.hold.until
    on_time, late = (
        on_timer(ticket, ESCALATION, until),
        on_timer(ticket, ESCALATION, until + 30 * DAY),
    )
    assert clock(late.entity, C.RESOLVE) == clock(on_time.entity, C.RESOLVE)
    assert late.entity.holds == on_time.entity.holds
    climbs = on_timer(
        late.entity, ESCALATION, until + 30 * DAY
    )  # what was due meanwhile is due at once, one step later
    assert climbs.entity.level is L.COMMUNITY


def test_a_clock_ahead_of_ours_wakes_it_in_vain():
    for state in (S.OPEN, S.ON_HOLD, S.RESOLVED, S.CLOSED):
        ticket = a_ticket(state)
        outcome = on_timer(ticket, ESCALATION, START - MINUTE)
        assert (
            outcome.entity,
            outcome.messages,
            outcome.events,
            (not outcome.bump_version),
        ) == (ticket, (), (), True)


def test_the_spent_alarm_is_dropped_so_that_the_commit_arms_the_next():
    from chalicelib.kernel.changes import ArmedTimer

    ticket = a_ticket(timer=ArmedTimer("due_a", ACCEPT_DUE, "s0"))
    outcome = on_timer(ticket, ESCALATION, ACCEPT_DUE)
    assert (outcome.previous, outcome.entity.timer) == (ticket, None)


# holds, questions, silence


@pytest.mark.parametrize("before", [S.ACCEPTED, S.ASSIGNED])
def test_a_hold_ends_by_itself_and_the_assignee_is_informed(before):
    ticket = decisions.hold(
        a_ticket(before, assignee="per_property"),
        ESCALATION,
        WORKER_ACTS,
        "等",
        WORKER_ACTS.now + DAY,
        public_text="等",
    ).entity
    outcome = on_timer(ticket, ESCALATION, ticket.hold.until)
    assert (
        outcome.entity.state,
        outcome.entity.assignee,
        running(outcome.entity),
    ) == (
        before,
        "per_property",
        {"resolve"},
    )
    assert (tags(outcome), told(outcome)) == (
        ["resumed"],
        [("released", "per_property")],
    )


def test_without_an_assignee_staff_on_duty_learn_that_a_hold_is_over():
    ticket = a_ticket(S.ON_HOLD, assignee=None)
    assert told(on_timer(ticket, ESCALATION, ticket.hold.until)) == [
        ("released_staff", "staff:chunhui.baihua.g01")
    ]


def test_on_hold_no_timer_escalates():
    ticket = a_ticket(S.ON_HOLD)
    assert on_timer(ticket, ESCALATION, ticket.hold.until - MINUTE).events == ()


def test_a_silent_reporter_is_asked_once_more_and_then_the_ticket_closes():
    ticket = a_ticket(S.RESOLVED)
    halfway = ticket.deadlines()["ask_again"]
    again = on_timer(ticket, ESCALATION, halfway)
    assert (told(again), tags(again), (not again.bump_version)) == (
        [("unanswered", "all:unanswered:tkt_a")],
        [],
        True,
    )
    assert again.entity.deadlines() == {
        "call_back": clock(ticket, C.CALL_BACK).due_at
    }
    over = on_timer(again.entity, ESCALATION, clock(ticket, C.CALL_BACK).due_at)
    assert (over.entity.state, over.entity.ending, over.entity.answered) == (
        S.CLOSED,
        Ending.SILENT,
        0,
    )
    assert (told(over), over.entity.deadlines(), tags(over)) == (
        [],
        {},
        ["ended"],
    )


def test_an_answer_ends_the_waiting_for_it():
    ticket = on_timer(
        a_ticket(S.RESOLVED),
        ESCALATION,
        a_ticket(S.RESOLVED).deadlines()["ask_again"],
    ).entity
    done = resolution.confirm(
        ticket,
        replace(PROPERTY_ACTS, id="per_owner", relations=frozenset({"owner"})),
        [a_report()],
        "per_owner",
        5,
    )
    assert done.entity.deadlines() == {}


def test_after_an_outage_nobody_is_asked_again_about_what_is_over():
    outcome = on_timer(a_ticket(S.RESOLVED), ESCALATION, START + 90 * DAY)
    assert (outcome.entity.state, told(outcome)) == (S.CLOSED, [])


# laws


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD, S.RESOLVED]),
    st.sampled_from(Level),
    st.sampled_from(TicketUrgency),
    st.lists(st.integers(0, 30 * 86_400), min_size=8, max_size=8),
    st.sampled_from([(), ("per_staff",)]),
)
def test_a_late_timer_escalates_one_level_at_most_and_never_down(
    state, level, urgency, lates, community
):
    ticket = a_ticket(state, level=level, urgency=urgency)
    escalation = an_escalation(ticket, community=community)
    for late in lates:
        if not ticket.deadlines():
            assert ticket.state is TicketStatus.CLOSED
            return
        now = next_at(ticket) + timedelta(seconds=late)
        outcome = on_timer(ticket, escalation, now)
        after = outcome.entity
        assert after != ticket, (
            "an alarm that changes nothing comes again for ever"
        )
        assert after.level is ticket.level or after.level is escalation.above(
            ticket.level
        )
        kinds = [kind for kind, _ in told(outcome) if kind != "taken_over"]
        assert len(kinds) <= 1
        assert (not outcome.bump_version) is not bool(outcome.events)
        if after.level is not ticket.level:
            assert told(outcome)[0][0].endswith("climbed_staff")
        ticket = after


def test_an_ignored_ticket_ends_at_the_street_with_all_broken_promises():
    steps = climbing(a_ticket(), times=40)
    last = steps[-1][2].entity
    assert last.level is L.STREET
    assert [c.promised_at for c in last.clocks] == [
        c.promised_at for c in a_ticket().clocks
    ]
    assert [
        name for name, at in last.deadlines().items() if at <= steps[-1][0]
    ] == []
    assert (
        DEFAULT_POLICY.limits_of("rubbish", TicketUrgency.GENERAL).remind == 480
    )
    assert at(WORKER_ACTS, START).now == START
