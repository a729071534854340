"""Each move of a ticket: its effect on assignee, level and timers, its messages and refusals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Relation
from chalicelib.kernel.changes import Adjust, Changes, Check, Put
from chalicelib.kernel.errors import Conflict, Forbidden, Invalid
from chalicelib.tickets import (
    decisions,
    handover,
    merging,
    reopening,
    resolution,
)
from chalicelib.tickets.duplicates import likely_duplicates
from chalicelib.tickets.facts import joined_fact
from chalicelib.tickets.model import TicketReport, Update
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    ESCALATION_STEPS,
    MAX_MERGED,
    Category,
    Level,
    Policy,
    SlaKind,
    TicketUrgency,
)
from chalicelib.tickets.redaction import forget_reporter
from chalicelib.tickets.rounds import has_answered
from chalicelib.tickets.sla_timers import meet
from chalicelib.tickets.states import Ending, TicketStatus
from chalicelib.tickets.worktime import due_after, worked_between

from ..world import BAIHUA, GRID, START, STREET, UNIT
from .builders import (
    ADMIN_ACTS,
    CLERK_ACTS,
    DAY,
    HELPER,
    HOUR,
    JOINER_ACTS,
    NEIGHBOUR_ACTS,
    OWNER,
    OWNER_ACTS,
    PROPERTY_ACTS,
    SYSTEM_ACTS,
    WORKER_ACTS,
    S,
    a_report,
    a_ticket,
    an_escalation,
    at,
    by,
    clock,
    running,
    tags,
    the_sla,
    told,
)

C, L = SlaKind, Level
NOW = WORKER_ACTS.now
AT_GRID, AT_COMMUNITY, AT_STREET = (
    f"staff:{place}" for place in (GRID, BAIHUA, STREET)
)
REPORTERS = "all:ticket:tkt_a"
ESCALATION = an_escalation()


def resolved(
    ticket,
    mover=WORKER_ACTS,
    note: str | None = "已清走",
    proof=(),
    escalation=ESCALATION,
    public_text: str | None = None,
    **more,
):
    return decisions.resolve(
        ticket,
        escalation,
        mover,
        note,
        proof,
        public_text=public_text if public_text is not None else note or "",
        **more,
    )


def closed(
    ticket,
    mover,
    reason="不在职责内",
    *,
    alone=False,
    public_text: str | None = None,
    **more,
):
    return resolution.close(
        ticket,
        mover,
        reason,
        alone=alone,
        public_text=public_text if public_text is not None else reason,
        **more,
    )


def updates(outcome: Changes) -> list[tuple[str, str]]:
    """What everybody may read of it: the state, and what is said."""
    return [
        (b.row.state.value, b.row.text)
        for b in outcome.writes
        if isinstance(b, Put) and isinstance(b.row, Update)
    ]


def answered(outcome: Changes) -> list[TicketReport]:
    return [
        b.row
        for b in outcome.writes
        if isinstance(b, Put) and isinstance(b.row, TicketReport)
    ]


def code_of(kind: type[Exception], move, *args, **named) -> str:
    with pytest.raises(kind) as refused:
        move(*args, **named)
    return refused.value.code


# reporting


def submitted(**fields):
    ticket = a_ticket(**{"clocks": (), "version": 0} | fields)
    return decisions.submit(
        ticket, an_escalation(ticket), at(OWNER_ACTS, START), ()
    )


def test_a_report_starts_three_timers_and_informs_the_assignee():
    outcome = submitted()
    assert (tags(outcome), outcome.previous) == (["submitted"], None)
    assert running(outcome.entity) == {"accept", "contact", "resolve"}
    assert told(outcome) == [("new", "per_grid")]
    assert updates(outcome) == [("open", "")]


def test_without_an_assignee_the_staff_on_duty_are_informed():
    assert told(submitted(assignee=None)) == [("new_staff", AT_GRID)]


def test_no_quiet_hour_holds_back_what_is_urgent_where_somebody_has_to_work_on_it():
    assert told(submitted(urgency=TicketUrgency.URGENT)) == [
        ("urgent_new", "per_grid")
    ]
    urgent = a_ticket(urgency=TicketUrgency.URGENT)
    assert told(decisions.accept(urgent, WORKER_ACTS)) == [
        ("accepted", REPORTERS)
    ]  # no affair of the night
    assert (
        told(
            handover.escalate(
                urgent, an_escalation(urgent), WORKER_ACTS, "没有人手"
            )
        )[0][0]
        == "urgent_climbed_staff"
    )


def test_of_what_is_private_nothing_is_published():
    private = a_ticket(private=True)
    for outcome in (
        submitted(private=True),
        decisions.accept(private, WORKER_ACTS),
        resolved(private, WORKER_ACTS, "已处理"),
        closed(private, CLERK_ACTS, "已了结", alone=True),
        decisions.comment_from_outside(private, CLERK_ACTS, "收到", None),
    ):
        assert updates(outcome) == []


# duplicates

HEAP = "五号楼一单元七楼有垃圾"


def alike(*others, **fields):
    return [
        one.id
        for one in likely_duplicates(
            a_ticket(id="tkt_new", text=HEAP, **fields), others, START
        )
    ]


def test_the_same_in_other_words_is_a_likely_duplicate():
    assert alike(a_ticket(id="tkt_b", text="七楼楼道垃圾没人清")) == ["tkt_b"]
    hidden = a_ticket(
        id="tkt_c", text="＊＊有垃圾", as_written=HEAP
    )  # compared as it was written
    assert alike(hidden) == ["tkt_c"]


@pytest.mark.parametrize(
    "other",
    [
        a_ticket(id="tkt_new", text=HEAP),  # itself
        a_ticket(id="tkt_b", text="路灯不亮了"),
        a_ticket(id="tkt_b", text=HEAP, category="dirt"),
        a_ticket(S.RESOLVED, id="tkt_b", text=HEAP),
        a_ticket(S.CLOSED, id="tkt_b", text=HEAP),
        a_ticket(id="tkt_b", text=HEAP, created_at=START - timedelta(days=14)),
    ],
)
def test_what_is_no_duplicate(other):
    assert alike(other) == []


@pytest.mark.parametrize("state", [S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD])
def test_any_unresolved_ticket_may_be_a_duplicate(state):
    assert alike(
        a_ticket(
            state, id="tkt_b", text=HEAP, created_at=START - timedelta(days=13)
        )
    ) == ["tkt_b"]


# accepting and assigning


def test_accepting_stops_the_clock_of_acceptance_and_no_other():
    outcome = decisions.accept(a_ticket(assignee="per_grid2"), WORKER_ACTS)
    ticket = outcome.entity
    assert (
        ticket.state,
        ticket.assignee,
        ticket.accepted_by,
        ticket.level,
    ) == (
        S.ACCEPTED,
        "per_grid",
        "per_grid",
        L.GRID,
    )
    assert running(ticket) == {"contact", "resolve"}
    assert clock(ticket, C.ACCEPT).met_at == NOW
    assert clock(ticket, C.RESOLVE) == clock(a_ticket(), C.RESOLVE)
    assert (tags(outcome), told(outcome), updates(outcome)) == (
        ["accepted"],
        [("accepted", REPORTERS), ("taken_over", "per_grid2")],
        [("accepted", "")],
    )


def test_accepting_is_not_for_neighbours_and_not_twice():
    with pytest.raises(Forbidden):
        decisions.accept(a_ticket(), NEIGHBOUR_ACTS)
    assert (
        code_of(Conflict, decisions.accept, a_ticket(S.ACCEPTED), WORKER_ACTS)
        == "ticket.wrong_state"
    )


def test_assigning_accepts_the_ticket_and_informs_both():
    outcome = decisions.assign(a_ticket(), WORKER_ACTS, "per_property")
    ticket = outcome.entity
    assert (ticket.state, ticket.assignee, ticket.accepted_by) == (
        S.ASSIGNED,
        "per_property",
        "per_grid",
    )
    assert running(ticket) == {"contact", "resolve"}
    assert told(outcome) == [
        ("assigned", "per_property"),
        ("accepted", REPORTERS),
    ]
    assert outcome.messages[0].params == {
        "holder": "per_property",
        "level": "grid",
    }


def test_assigning_again_informs_both_assignees_and_never_the_mover():
    accepted = a_ticket(S.ACCEPTED)
    assert told(decisions.assign(accepted, WORKER_ACTS, "per_property")) == [
        ("assigned", "per_property")
    ]
    assert told(decisions.assign(accepted, WORKER_ACTS, "per_grid")) == []
    other = decisions.assign(
        a_ticket(S.ASSIGNED, assignee="per_property"), CLERK_ACTS, "per_grid2"
    )
    assert (other.entity.assignee, other.entity.accepted_by, told(other)) == (
        "per_grid2",
        "per_staff",
        [("assigned", "per_grid2"), ("taken_over", "per_property")],
    )


def test_who_has_it_already_is_not_named_again():
    ticket = a_ticket(S.ASSIGNED, assignee="per_property")
    assert (
        code_of(Conflict, decisions.assign, ticket, WORKER_ACTS, "per_property")
        == "ticket.has_it_already"
    )


def test_nobody_assigns_who_is_no_staff():
    for mover in (PROPERTY_ACTS, OWNER_ACTS, NEIGHBOUR_ACTS):
        with pytest.raises(Forbidden):
            decisions.assign(a_ticket(), mover, "per_property")


# not mine


def bounced(ticket, mover=WORKER_ACTS, escalation=ESCALATION, dispatcher=None):
    return handover.bounce(ticket, escalation, mover, "不归我管", dispatcher)


ASSIGNED = a_ticket(S.ASSIGNED, assignee="per_property", accepted_by="per_grid")


def test_no_clock_pauses_for_a_bounce():
    for ticket, mover in (
        (a_ticket(), WORKER_ACTS),
        (a_ticket(S.ACCEPTED), WORKER_ACTS),
        (ASSIGNED, PROPERTY_ACTS),
    ):
        after = bounced(ticket, mover, dispatcher="per_grid").entity
        assert running(ticket) <= running(after)
        for name in (C.CONTACT, C.RESOLVE):
            assert clock(after, name) == clock(ticket, name)


def test_a_reopened_acceptance_keeps_its_first_timer():
    accepted = decisions.accept(a_ticket(), WORKER_ACTS).entity
    outcome = bounced(accepted, at(WORKER_ACTS, NOW + HOUR))
    ticket = outcome.entity
    assert (ticket.state, ticket.assignee, ticket.bounces, ticket.reason) == (
        S.OPEN,
        "per_grid2",
        1,
        None,  # the remark is internal
    )
    assert clock(ticket, C.ACCEPT) == clock(a_ticket(), C.ACCEPT)
    assert (tags(outcome), told(outcome)) == (
        ["bounced"],
        [("bounced_staff", AT_GRID)],
    )


def test_what_had_been_assigned_goes_back_to_who_accepted_it():
    outcome = bounced(ASSIGNED, PROPERTY_ACTS, dispatcher="per_grid")
    ticket = outcome.entity
    assert (ticket.state, ticket.assignee, ticket.bounces, ticket.level) == (
        S.ACCEPTED,
        "per_grid",
        1,
        L.GRID,
    )
    assert not clock(ticket, C.ACCEPT).running
    assert told(outcome) == [("bounced_staff", AT_GRID)]


def test_where_who_accepted_it_has_gone_it_waits_for_who_leads_there_to_accept_it():
    ticket = bounced(ASSIGNED, PROPERTY_ACTS, dispatcher=None).entity
    assert (ticket.assignee, ticket.state) == ("per_grid", S.OPEN)


def test_a_self_assigned_ticket_that_bounces_becomes_open():
    own = replace(ASSIGNED, assignee="per_grid")
    ticket = bounced(own, WORKER_ACTS, dispatcher="per_grid").entity
    assert (ticket.state, ticket.assignee) == (S.OPEN, "per_grid2")
    assert running(ticket) == {"accept", "contact", "resolve"}


@pytest.mark.parametrize(
    "ticket", [a_ticket(), a_ticket(S.ACCEPTED)], ids=["open", "accepted"]
)
def test_every_ticket_has_a_person_also_when_the_only_one_there_sends_it_back(
    ticket,
):
    outcome = bounced(ticket, escalation=an_escalation(grid=("per_grid",)))
    assert (
        outcome.entity.assignee,
        outcome.entity.level,
        outcome.entity.state,
    ) == (
        "per_staff",
        L.GRID,
        S.OPEN,
    )
    assert told(outcome) == [("assigned", "per_staff")]
    nobody = bounced(
        ticket, escalation=an_escalation(grid=("per_grid",), community=())
    )
    assert (nobody.entity.assignee, nobody.entity.level) == (
        "per_admin",
        L.GRID,
    )
    twice = bounced(
        outcome.entity, escalation=an_escalation(grid=("per_grid",))
    ).entity
    assert (twice.level, twice.assignee, twice.must_be_assigned) == (
        L.COMMUNITY,
        "per_staff",
        True,
    )


def test_what_is_assigned_does_not_come_back_to_who_sends_it_away():
    """Its dispatcher has left, so the leader there becomes the assignee."""
    own = replace(ASSIGNED, assignee="per_grid", accepted_by="per_gone")
    assert (
        bounced(own, WORKER_ACTS, dispatcher=None).entity.assignee
        == "per_grid2"
    )


def test_the_person_who_gets_the_ticket_back_is_informed_off_duty_too():
    outcome = bounced(
        replace(ASSIGNED, accepted_by="per_staff"),
        PROPERTY_ACTS,
        dispatcher="per_staff",
    )
    assert (outcome.entity.assignee, outcome.entity.level) == (
        "per_staff",
        L.GRID,
    )
    assert told(outcome) == [
        ("bounced_staff", AT_GRID),
        ("assigned", "per_staff"),
    ]


def test_after_the_second_time_the_level_above_must_name_somebody():
    once = bounced(a_ticket()).entity
    outcome = bounced(once, by(WORKER_ACTS.relations, "per_grid2"))
    ticket = outcome.entity
    assert (
        ticket.bounces,
        ticket.level,
        ticket.assignee,
        ticket.must_be_assigned,
    ) == (
        2,
        L.COMMUNITY,
        "per_staff",
        True,
    )
    assert told(outcome) == [("must_assign_staff", AT_COMMUNITY)]
    for mover in (WORKER_ACTS, CLERK_ACTS, ADMIN_ACTS):
        assert (
            code_of(Conflict, decisions.accept, ticket, mover)
            == "ticket.must_be_assigned"
        )
        assert (
            code_of(Conflict, bounced, ticket, mover)
            == "ticket.must_be_assigned"
        )
    assert (
        code_of(Conflict, decisions.assign, ticket, WORKER_ACTS, "per_property")
        == "ticket.must_be_assigned"
    )
    assigned = decisions.assign(ticket, CLERK_ACTS, "per_property").entity
    assert (assigned.state, assigned.assignee, assigned.level) == (
        S.ASSIGNED,
        "per_property",
        L.COMMUNITY,
    )


def test_there_is_no_third_time():
    final = replace(ASSIGNED, bounces=2, level=L.COMMUNITY)
    assert (
        code_of(Conflict, bounced, final, PROPERTY_ACTS) == "ticket.bounced_out"
    )


def test_the_second_time_may_be_after_it_was_assigned_and_then_it_has_been_accepted():
    outcome = bounced(
        replace(ASSIGNED, bounces=1), PROPERTY_ACTS, dispatcher="per_grid"
    )
    ticket = outcome.entity
    assert (
        ticket.state,
        ticket.level,
        ticket.assignee,
        ticket.must_be_assigned,
    ) == (
        S.ACCEPTED,
        L.COMMUNITY,
        "per_staff",
        True,
    )
    assert not clock(ticket, C.ACCEPT).running


def test_without_anybody_above_the_street_is_the_assignee():
    twice = a_ticket(bounces=1)
    assert (
        bounced(twice, escalation=an_escalation(community=())).entity.level
        is L.STREET
    )
    top = bounced(replace(twice, level=L.STREET), ADMIN_ACTS)
    assert (top.entity.level, top.entity.must_be_assigned, told(top)) == (
        L.STREET,
        True,
        [("must_assign_staff", AT_STREET), ("taken_over", "per_grid")],
    )


# the assignee is gone


def test_what_somebody_had_who_is_gone_goes_to_who_is_on_duty_and_its_state_stays():
    ticket = replace(ASSIGNED, assignee="per_gone")
    outcome = handover.reassign(ticket, ESCALATION, SYSTEM_ACTS)
    assert (
        outcome.entity.state,
        outcome.entity.assignee,
        outcome.entity.level,
    ) == (
        S.ASSIGNED,
        "per_grid",
        L.GRID,
    )
    assert (tags(outcome), told(outcome)) == (
        ["rehanded"],
        [("assigned", "per_grid")],
    )
    assert outcome.entity.clocks == ticket.clocks
    above = handover.reassign(ticket, an_escalation(grid=()), SYSTEM_ACTS)
    assert (above.entity.level, above.entity.assignee) == (
        L.COMMUNITY,
        "per_staff",
    )
    nobody = handover.reassign(
        ticket, an_escalation(grid=(), community=(), street=()), SYSTEM_ACTS
    )
    assert (nobody.entity.assignee, told(nobody)) == (
        None,
        [("new_staff", AT_STREET)],
    )


# up


def test_a_ticket_is_taken_to_the_level_above_before_any_clock_does_it():
    outcome = handover.escalate(
        a_ticket(), ESCALATION, WORKER_ACTS, "要动用工程车"
    )
    ticket = outcome.entity
    assert (ticket.level, ticket.assignee, ticket.state, ticket.clocks) == (
        L.COMMUNITY,
        "per_staff",
        S.OPEN,
        a_ticket().clocks,
    )
    assert (tags(outcome), told(outcome)) == (
        ["escalated"],
        [("climbed_staff", AT_COMMUNITY)],
    )
    assert outcome.messages[0].params == {"level": "community"}


def test_an_escalation_leaves_an_accepted_ticket_with_its_assignee():
    outcome = handover.escalate(
        ASSIGNED, ESCALATION, PROPERTY_ACTS, "要动用工程车"
    )
    assert (outcome.entity.level, outcome.entity.assignee) == (
        L.COMMUNITY,
        "per_property",
    )


def test_from_the_last_level_nothing_is_taken_higher():
    assert (
        code_of(
            Conflict,
            handover.escalate,
            a_ticket(level=L.STREET),
            ESCALATION,
            ADMIN_ACTS,
            "太大",
        )
        == "ticket.at_the_top"
    )
    short = an_escalation(policy=Policy(ladder=ESCALATION_STEPS[:2]))
    assert (
        code_of(
            Conflict,
            handover.escalate,
            a_ticket(level=L.COMMUNITY),
            short,
            CLERK_ACTS,
            "太大",
        )
        == "ticket.at_the_top"
    )


# saying something


@pytest.mark.parametrize("mover", [WORKER_ACTS, PROPERTY_ACTS, CLERK_ACTS])
def test_the_first_message_to_reporters_meets_the_contact_timer(
    mover,
):
    outcome = decisions.comment(
        a_ticket(S.ACCEPTED), mover, "今天下午来", public=True
    )
    assert running(outcome.entity) == {"resolve"}
    assert (tags(outcome), told(outcome)) == (
        ["commented"],
        [("commented", REPORTERS)],
    )
    again = decisions.comment(
        outcome.entity, at(mover, NOW + DAY), "明天来", public=True
    )
    assert clock(again.entity, C.CONTACT).met_at == mover.now


def test_a_remark_among_those_who_work_on_it_is_no_contact_and_tells_nobody():
    outcome = decisions.comment(
        a_ticket(S.ACCEPTED), WORKER_ACTS, "钥匙在物业", public=False
    )
    assert running(outcome.entity) == {"contact", "resolve"}
    assert (tags(outcome), told(outcome), updates(outcome)) == (
        ["noted"],
        [],
        [],
    )


def test_who_reported_it_speaks_to_who_has_it_and_does_not_stop_a_clock():
    outcome = decisions.comment(
        a_ticket(S.ACCEPTED), OWNER_ACTS, "又多了两袋", public=True
    )
    assert running(outcome.entity) == {"contact", "resolve"}
    assert told(outcome) == [("said", "per_grid")]
    assert (
        code_of(
            Forbidden,
            decisions.comment,
            a_ticket(),
            OWNER_ACTS,
            "悄悄话",
            public=False,
        )
        == "ticket.internal"
    )


def test_a_strangers_comment_is_never_public_and_for_those_who_work_on_it():
    outcome = decisions.comment_from_outside(
        a_ticket(), NEIGHBOUR_ACTS, "请打13812345678", None
    )
    assert updates(outcome) == []
    (event,) = outcome.events
    assert (told(outcome), event.party, event.shown) == (
        [("said", "per_grid")],
        "outside",
        None,
    )
    with pytest.raises(Conflict):
        decisions.comment_from_outside(
            a_ticket(S.CLOSED), NEIGHBOUR_ACTS, "还在吗", None
        )


def test_a_reporters_comment_by_an_application_is_for_the_reporters():
    outcome = decisions.comment_from_outside(
        a_ticket(), OWNER_ACTS, "请打13812345678", "请打＊＊"
    )
    (event,) = outcome.events
    assert (updates(outcome), event.party, event.shown) == (
        [],
        "reporter",
        "请打＊＊",
    )


# on hold


def held(ticket=None, mover=WORKER_ACTS, days=5, **fields):
    return decisions.hold(
        ticket or a_ticket(S.ACCEPTED, **fields),
        ESCALATION,
        mover,
        "等配件",
        mover.now + timedelta(days=days),
        public_text="等配件",
    )


def test_a_hold_pauses_the_resolution_timer_and_informs_reporters():
    outcome = held()
    ticket = outcome.entity
    assert (ticket.state, ticket.assignee, ticket.reason) == (
        S.ON_HOLD,
        "per_grid",
        "等配件",
    )
    assert (
        running(ticket),
        clock(ticket, C.RESOLVE).paused,
        clock(ticket, C.CONTACT).met_at,
    ) == (set(), True, NOW)
    assert (ticket.hold.until, ticket.hold.before, ticket.hold.reason) == (
        NOW + 5 * DAY,
        S.ACCEPTED,
        "等配件",
    )
    assert (tags(outcome), told(outcome)) == (["held"], [("held", REPORTERS)])


@pytest.mark.parametrize("days", [0, -1, 14.001, 400])
def test_a_hold_ends_in_the_future_and_within_two_weeks(days):
    assert code_of(Invalid, held, days=days) == "ticket.hold_out_of_range"
    assert held(days=14).entity.hold


def test_a_ticket_is_put_on_hold_three_times_and_no_more():
    ticket = a_ticket(S.ACCEPTED)
    for n in range(3):
        ticket = held(ticket, at(WORKER_ACTS, NOW + n * DAY)).entity
        ticket = decisions.resume(
            ticket, ESCALATION, at(WORKER_ACTS, NOW + n * DAY + HOUR)
        ).entity
    assert len(ticket.holds) == 3
    assert (
        code_of(Conflict, held, ticket, at(WORKER_ACTS, NOW + 3 * DAY))
        == "ticket.held_too_often"
    )


@pytest.mark.parametrize("state", [S.ACCEPTED, S.ASSIGNED])
def test_going_on_leads_back_to_where_it_was_and_the_clock_to_what_was_left(
    state,
):
    before = a_ticket(state, assignee="per_property")
    ticket = held(before).entity
    later = NOW + 3 * DAY
    outcome = decisions.resume(ticket, ESCALATION, at(WORKER_ACTS, later))
    after = outcome.entity
    assert (after.state, after.assignee, after.hold, after.holds[-1].until) == (
        state,
        "per_property",
        None,
        later,
    )
    assert tags(outcome) == ["resumed"]
    terms = the_sla(before)
    spent = worked_between(terms.calendar, START, NOW)
    assert worked_between(
        terms.calendar, later, clock(after, C.RESOLVE).due_at
    ) + spent == timedelta(minutes=7 * 480)


def test_only_what_somebody_works_on_is_put_on_hold():
    assert code_of(Conflict, held, a_ticket()) == "ticket.wrong_state"
    with pytest.raises(Forbidden):
        held(mover=OWNER_ACTS)


# done


@pytest.mark.parametrize("state", [S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD])
def test_a_resolution_asks_reporters_and_starts_the_call_back_timer(
    state,
):
    outcome = resolved(a_ticket(state), WORKER_ACTS, "已清走")
    ticket = outcome.entity
    assert (
        ticket.state,
        ticket.assignee,
        ticket.solution,
        ticket.resolved_at,
    ) == (
        S.RESOLVED,
        "per_grid",
        "已清走",
        NOW,
    )
    assert running(ticket) == {"call_back"}
    assert {
        name: clock(ticket, name).met_at
        for name in (C.ACCEPT, C.CONTACT, C.RESOLVE)
    } == {
        C.ACCEPT: NOW if state is S.OPEN else START,
        C.CONTACT: START if state is S.ON_HOLD else NOW,
        C.RESOLVE: NOW,
    }
    assert (tags(outcome), told(outcome)) == (
        ["resolved"],
        [("resolved", REPORTERS)],
    )
    assert updates(outcome) == [("resolved", "")]


def test_a_ticket_can_be_resolved_without_accepting_it_first():
    assert resolved(a_ticket(), CLERK_ACTS, None).entity.assignee == "per_staff"
    assert (
        resolved(ASSIGNED, CLERK_ACTS, None).entity.assignee == "per_property"
    )


def test_where_a_photo_is_needed_nobody_says_that_it_is_done_without_showing_it():
    shown = Category(code="rubbish", zh="垃圾", en="Rubbish", photo_needed=True)
    escalation = an_escalation(policy=Policy(categories=(shown,)))
    assert (
        code_of(Invalid, resolved, a_ticket(), escalation=escalation)
        == "ticket.photo_needed"
    )
    assert resolved(
        a_ticket(), WORKER_ACTS, "好了", ("upl_a",), escalation=escalation
    ).entity.proof == ("upl_a",)
    before = a_ticket(
        proof=("upl_a",)
    )  # it was shown the first time, and has come back
    assert resolved(
        before, WORKER_ACTS, "好了", (), escalation=escalation
    ).entity.proof == ("upl_a",)


def _as_reason(words):
    return {"reason": words["note"], "public_text": words["public_text"]}


def test_a_solution_is_public_once_it_is_released_and_without_personal_data():
    words = {
        "note": "已告知王秀英13812345678",
        "public_text": "已告知＊＊",
    }
    done = resolved(a_ticket(), **words)
    assert updates(done) == [("resolved", "")]
    assert done.entity.public_solution is None
    assert (done.entity.solution, done.entity.told_publicly) == (
        words["note"],
        words["public_text"],
    )
    released = resolved(a_ticket(), CLERK_ACTS, publish=True, **words)
    assert updates(released) == [("resolved", "已告知＊＊")]
    assert (released.entity.public_text, released.entity.public_solution) == (
        "楼道里有垃圾",
        "已告知＊＊",
    )
    over = closed(a_ticket(), CLERK_ACTS, **_as_reason(words))
    assert updates(over) == [("closed", "")]
    assert over.entity.reason == over.entity.told_publicly == "已告知＊＊"
    shown = closed(a_ticket(), CLERK_ACTS, publish=True, **_as_reason(words))
    assert updates(shown) == [("closed", "已告知＊＊")]
    assert (
        closed(
            a_ticket(), OWNER_ACTS, "不用了", alone=True
        ).entity.told_publicly
        is None
    )
    assert (
        reopening.reopen(
            done.entity, ESCALATION, OWNER_ACTS, "没解决", public_text="没解决"
        ).entity.told_publicly
        is None
    )


# me too


def test_joining_touches_only_rows_of_its_own_because_many_do_it_at_once():
    report = a_report("per_neighbour")
    outcome = resolution.join(a_ticket(), NEIGHBOUR_ACTS, report)
    assert outcome.entity == outcome.previous
    assert (outcome.events, outcome.messages) == ((), ())
    put, count, check = outcome.writes
    assert (put, put.row) == (Put(row=report, new=True), report)
    fact = joined_fact(a_ticket())
    assert count == Adjust(row=fact, add={"n": 1}, must_exist=False)
    assert check == Check(entity=a_ticket())


def test_nobody_joins_what_is_over():
    assert (
        code_of(
            Conflict,
            resolution.join,
            a_ticket(S.CLOSED),
            NEIGHBOUR_ACTS,
            a_report("per_n"),
        )
        == "ticket.wrong_state"
    )
    resolution.join(a_ticket(S.RESOLVED), NEIGHBOUR_ACTS, a_report("per_n"))


# is it solved?

TWO = (a_report(), a_report("per_joiner"))


def confirmed(ticket, mover, reports=TWO, satisfied=None, person=None):
    return resolution.confirm(
        ticket, mover, reports, person or mover.id, satisfied
    )


def test_with_the_last_answer_it_is_over_and_not_before():
    first = confirmed(a_ticket(S.RESOLVED), OWNER_ACTS, satisfied=5)
    assert (
        first.entity.state,
        first.entity.answered,
        first.entity.ratings,
    ) == (
        S.RESOLVED,
        1,
        (5,),
    )
    assert (running(first.entity), tags(first), told(first)) == (
        {"call_back"},
        ["confirmed"],
        [],
    )
    (own,) = answered(first)
    assert (own.person_id, own.answered_at, own.satisfied) == (
        "per_owner",
        NOW,
        5,
    )
    last = confirmed(first.entity, JOINER_ACTS, (own, TWO[1]), 4)
    assert (last.entity.state, last.entity.ending, last.entity.closed_at) == (
        S.CLOSED,
        Ending.CONFIRMED,
        NOW,
    )
    assert (
        last.entity.answered,
        last.entity.ratings,
        running(last.entity),
    ) == (
        2,
        (5, 4),
        set(),
    )
    assert updates(last) == [("closed", "")]


def test_a_reporter_who_joined_after_the_solution_is_waited_for():
    late = a_report("per_joiner", joined_at=START + timedelta(seconds=1))
    first = confirmed(a_ticket(S.RESOLVED), OWNER_ACTS, (TWO[0], late))
    assert first.entity.state is S.RESOLVED
    reports = (answered(first)[0], late)
    assert (
        confirmed(first.entity, JOINER_ACTS, reports).entity.state is S.CLOSED
    )


def test_who_joins_a_solved_ticket_is_asked_and_has_time_to_answer():
    ticket = a_ticket(S.RESOLVED, asked_again=True)
    report = a_report("per_neighbour")
    late = at(NEIGHBOUR_ACTS, START + DAY)
    outcome = resolution.join(ticket, late, report, the_sla(ticket))
    call_back = clock(outcome.entity, C.CALL_BACK)
    terms = the_sla(ticket)
    assert call_back.due_at == due_after(
        terms.calendar, START + DAY, terms.limits.call_back
    )
    assert told(outcome) == [("resolved", "per_neighbour")]
    assert not outcome.entity.asked_again
    assert outcome.entity.deadlines()["ask_again"] > START + DAY


def test_an_answer_about_another_ticket_is_none_to_this_one():
    elsewhere = a_report(answered_at=START + HOUR, answered_on="tkt_b")
    ticket = a_ticket(S.RESOLVED)
    assert not has_answered(ticket, elsewhere)
    assert has_answered(ticket, replace(elsewhere, answered_on="tkt_a"))


def test_a_second_answer_takes_the_place_of_the_first_and_counts_once():
    first = confirmed(a_ticket(S.RESOLVED), OWNER_ACTS, satisfied=2)
    own = answered(first)[0]
    again = confirmed(first.entity, OWNER_ACTS, (own, TWO[1]), 5)
    assert (
        again.entity.answered,
        again.entity.ratings,
        again.entity.state,
    ) == (
        1,
        (5,),
        S.RESOLVED,
    )
    without = confirmed(first.entity, OWNER_ACTS, (own, TWO[1]))
    assert (without.entity.ratings, answered(without)[0].satisfied) == ((2,), 2)


def test_a_reporter_may_still_rate_a_closed_ticket():
    own = a_report(answered_at=START, satisfied=3)
    outcome = confirmed(
        a_ticket(S.CLOSED, answered=1, ratings=(3, 3)), OWNER_ACTS, (own,), 4
    )
    assert (
        outcome.entity.state,
        outcome.entity.answered,
        sorted(outcome.entity.ratings),
    ) == (S.CLOSED, 1, [3, 4])
    with pytest.raises(Forbidden):
        confirmed(a_ticket(S.CLOSED), CLERK_ACTS, person="per_owner")


def test_staff_note_the_answer_of_a_reporter_only():
    outcome = confirmed(
        a_ticket(S.RESOLVED), CLERK_ACTS, TWO[:1], 4, "per_owner"
    )
    assert (
        outcome.entity.state,
        outcome.entity.ratings,
        outcome.events[0].actor,
    ) == (
        S.CLOSED,
        (4,),
        "per_staff",
    )
    assert (
        code_of(Invalid, confirmed, a_ticket(S.RESOLVED), CLERK_ACTS, TWO)
        == "ticket.not_reported"
    )


def test_an_answer_to_an_earlier_solution_is_none_to_this_one():
    before = a_report(answered_at=START - DAY, satisfied=1)
    ticket = a_ticket(S.RESOLVED)
    assert not has_answered(ticket, before)
    assert has_answered(ticket, replace(before, answered_at=START))
    assert not has_answered(
        a_ticket(S.ACCEPTED), replace(before, answered_at=START)
    )
    assert confirmed(ticket, OWNER_ACTS, (before,), 5).entity.ratings == (5,)


# not solved


@pytest.mark.parametrize("state", [S.RESOLVED, S.CLOSED])
def test_one_reporter_reopens_it_one_level_up_with_the_same_assignee(
    state,
):
    ticket = a_ticket(state, assignee="per_property", answered=1, ratings=(5,))
    outcome = reopening.reopen(
        ticket, ESCALATION, JOINER_ACTS, "又堆起来了", public_text="又堆起来了"
    )
    after = outcome.entity
    assert (after.state, after.assignee, after.level, after.reopened) == (
        S.ACCEPTED,
        "per_property",
        L.COMMUNITY,
        1,
    )
    assert (
        after.resolved_at,
        after.closed_at,
        after.ending,
        after.solution,
    ) == (
        None,
        None,
        None,
        None,
    )
    assert (after.answered, after.ratings, after.reason) == (
        0,
        (),
        "又堆起来了",
    )
    assert tags(outcome) == ["reopened"]
    assert told(outcome) == [
        ("reopened_staff", AT_COMMUNITY),
        ("back", "per_property"),
    ]


def test_done_again_it_has_half_the_time_and_the_clock_of_the_call_back_ends():
    after = reopening.reopen(
        a_ticket(S.RESOLVED),
        ESCALATION,
        OWNER_ACTS,
        "没解决",
        public_text="没解决",
    ).entity
    assert running(after) == {"contact", "resolve"}
    assert (clock(after, C.RESOLVE).limit, clock(after, C.CONTACT).limit) == (
        7 * 480 // 2,
        120,
    )
    assert clock(after, C.RESOLVE).started_at == NOW
    again = resolved(after, at(WORKER_ACTS, NOW + HOUR), "这次好了").entity
    assert (
        running(again),
        clock(again, C.CALL_BACK).started_at,
        again.asked_again,
    ) == ({"call_back"}, NOW + HOUR, False)


def test_it_counts_how_often_and_stays_at_the_top():
    ticket = a_ticket(S.RESOLVED, level=L.STREET, reopened=2)
    after = reopening.reopen(
        ticket, ESCALATION, OWNER_ACTS, "没解决", public_text="没解决"
    ).entity
    assert (after.level, after.reopened) == (L.STREET, 3)


def test_a_reopened_ticket_forgets_its_earlier_bounces():
    """Sent back twice, then assigned and done: the same person has it again, as promised."""
    done = a_ticket(
        S.RESOLVED, bounces=2, level=L.COMMUNITY, assignee="per_property"
    )
    after = reopening.reopen(
        done, ESCALATION, OWNER_ACTS, "没解决", public_text="没解决"
    ).entity
    assert (after.assignee, after.must_be_assigned) == ("per_property", False)
    assert {"bounce", "resolve", "hold"} <= set(after.moves(frozenset(HELPER)))


def test_nobody_has_had_it_then_who_leads_there_gets_it():
    ticket = a_ticket(S.CLOSED, assignee=None)
    assert (
        reopening.reopen(
            ticket, ESCALATION, OWNER_ACTS, "没解决", public_text="没解决"
        ).entity.assignee
        == "per_staff"
    )


def test_fifteen_days_after_its_end_it_is_too_late():
    ticket = a_ticket(S.CLOSED)
    reopening.reopen(
        ticket,
        ESCALATION,
        at(OWNER_ACTS, START + 15 * DAY),
        "没解决",
        public_text="没解决",
    )
    late = at(OWNER_ACTS, START + 15 * DAY + timedelta(seconds=1))
    assert (
        code_of(
            Conflict,
            reopening.reopen,
            ticket,
            ESCALATION,
            late,
            "没解决",
            public_text="没解决",
        )
        == "ticket.over_too_long"
    )


@pytest.mark.parametrize("ending", [Ending.MERGED, Ending.WISH])
def test_what_goes_on_elsewhere_is_not_reopened_here(ending):
    code = code_of(
        Conflict,
        reopening.reopen,
        a_ticket(S.CLOSED, ending=ending),
        ESCALATION,
        OWNER_ACTS,
        "没解决",
        public_text="没解决",
    )
    assert code == (
        "ticket.merged" if ending is Ending.MERGED else "ticket.is_a_wish"
    )


def test_a_ticket_that_nobody_confirms_or_disputes_is_over_and_counts_as_silent():
    outcome = resolution.end(a_ticket(S.RESOLVED), SYSTEM_ACTS)
    assert (
        outcome.entity.state,
        outcome.entity.ending,
        outcome.entity.ratings,
    ) == (
        S.CLOSED,
        Ending.SILENT,
        (),
    )
    assert (running(outcome.entity), told(outcome)) == (set(), [])
    with pytest.raises(Forbidden):
        resolution.end(a_ticket(S.RESOLVED), ADMIN_ACTS)


# a reply by SMS


def replied(ticket, mover, yes, reports=TWO):
    return resolution.answer(
        ticket, ESCALATION, mover, reports, "ticket.resolved", yes=yes
    )


def test_a_reply_is_the_reporters_own_move():
    done = a_ticket(S.RESOLVED)
    yes, no = (
        replied(done, JOINER_ACTS, yes=True),
        replied(done, JOINER_ACTS, yes=False),
    )
    assert (tags(yes), yes.entity.answered, yes.entity.state) == (
        ["confirmed"],
        1,
        S.RESOLVED,
    )
    assert (tags(no), no.entity.state, no.entity.reason) == (
        ["reopened"],
        S.ACCEPTED,
        "短信回复：没有解决",
    )


@pytest.mark.parametrize(
    ("ticket", "mover"),
    [
        (a_ticket(S.ACCEPTED), OWNER_ACTS),
        (a_ticket(S.CLOSED, ending=Ending.MERGED), OWNER_ACTS),
        (a_ticket(S.RESOLVED), by(OWNER, "per_stranger")),
        (a_ticket(S.RESOLVED), by(set(), "per_owner")),
    ],
    ids=["moved on", "merged", "not hers", "blocked"],
)
@pytest.mark.parametrize("yes", [True, False])
def test_a_reply_to_what_is_no_question_any_more_does_nothing(
    ticket, mover, yes
):
    outcome = replied(ticket, mover, yes)
    assert (outcome.entity, outcome.events, outcome.writes) == (ticket, (), ())


# other ends


def test_a_sole_reporter_withdraws_and_the_assignee_is_informed():
    outcome = closed(a_ticket(S.ACCEPTED), OWNER_ACTS, "自己解决了", alone=True)
    ticket = outcome.entity
    assert (ticket.state, ticket.ending, ticket.reason, running(ticket)) == (
        S.CLOSED,
        Ending.WITHDRAWN,
        "自己解决了",
        set(),
    )
    assert told(outcome) == [("over", "per_grid")]
    assert updates(outcome) == [
        ("closed", "")
    ]  # the reporter's words are not public
    assert (
        code_of(Forbidden, closed, a_ticket(), OWNER_ACTS)
        == "ticket.others_joined"
    )


def test_staff_close_without_a_solution_and_reporters_get_the_reason():
    outcome = closed(a_ticket(), CLERK_ACTS, "不在职责内", alone=False)
    assert (outcome.entity.ending, told(outcome)) == (
        Ending.UNSOLVED,
        [("closed", REPORTERS), ("over", "per_grid")],
    )
    assert updates(outcome) == [("closed", "")]
    own = closed(
        a_ticket(assignee=CLERK_ACTS.id), CLERK_ACTS, "不在职责内", alone=False
    )
    assert told(own) == [("closed", REPORTERS)], "she knows"
    done = closed(a_ticket(S.RESOLVED), CLERK_ACTS, "电话无人接", alone=False)
    assert told(done) == [("closed", REPORTERS)], (
        "whoever had it has said that it is done"
    )
    assert (
        done.entity.ending is Ending.SILENT
    )  # it was solved, and nobody has said anything
    with pytest.raises(Forbidden):
        closed(a_ticket(S.RESOLVED), OWNER_ACTS, "好了", alone=True)


@pytest.mark.parametrize(
    "end",
    [
        lambda t: closed(t, CLERK_ACTS, "不在职责内", alone=False),
        lambda t: resolution.convert_to_wish(t, CLERK_ACTS, "wsh_a"),
    ],
)
@pytest.mark.parametrize("state", [S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD])
def test_what_is_over_waits_for_nothing(end, state):
    ticket = end(a_ticket(state)).entity
    assert (ticket.state, ticket.deadlines(), ticket.next_due) == (
        S.CLOSED,
        {},
        None,
    )


def test_neighbours_help_instead():
    outcome = resolution.convert_to_wish(a_ticket(), CLERK_ACTS, "wsh_a")
    assert (outcome.entity.ending, outcome.entity.wish) == (
        Ending.WISH,
        "wsh_a",
    )
    assert told(outcome) == [("turned", REPORTERS), ("over", "per_grid")]


# together with another

OTHER = a_ticket(id="tkt_b", version=7)


def merged(ticket=None, into=OTHER, mover=CLERK_ACTS):
    part = ticket or a_ticket()
    return merging.merge(part, into, mover, the_sla(part), an_escalation(into))


def test_merging_informs_the_reporters_of_the_merged_ticket():
    outcome = merged()
    one, (related,) = outcome.entity, outcome.related
    assert (one.state, one.ending, one.merged_into, running(one)) == (
        S.CLOSED,
        Ending.MERGED,
        "tkt_b",
        set(),
    )
    assert (tags(outcome), told(outcome)) == (
        ["merged"],
        [("merged", REPORTERS), ("over", "per_grid")],
    )
    assert (related.entity.merged, related.previous, tags(related)) == (
        ("tkt_a",),
        OTHER,
        ["joined_by"],
    )
    assert related.entity.clocks == OTHER.clocks


def test_what_came_with_the_one_comes_with_it_to_the_other():
    outcome = merged(
        a_ticket(merged=("tkt_c",)), replace(OTHER, merged=("tkt_d",))
    )
    assert outcome.related[0].entity.merged == ("tkt_d", "tkt_c", "tkt_a")


@pytest.mark.parametrize("private", [True, False])
def test_what_is_private_is_not_seen_to_with_what_is_not(private):
    code = code_of(
        Invalid,
        merged,
        a_ticket(private=private),
        replace(OTHER, private=not private),
    )
    assert code == "ticket.cannot_merge"
    assert (
        merged(
            a_ticket(private=private), replace(OTHER, private=private)
        ).entity.merged_into
        == "tkt_b"
    )


def test_nothing_is_merged_with_itself_or_with_what_is_over_or_full():
    assert code_of(Invalid, merged, OTHER) == "ticket.cannot_merge"
    assert (
        code_of(Conflict, merged, None, a_ticket(S.CLOSED, id="tkt_b"))
        == "ticket.cannot_take"
    )
    full = replace(OTHER, merged=tuple(f"tkt_{n}" for n in range(MAX_MERGED)))
    assert code_of(Conflict, merged, None, full) == "ticket.cannot_take"
    assert (
        merged(None, a_ticket(S.RESOLVED, id="tkt_b")).entity.merged_into
        == "tkt_b"
    )


def split(ticket, *targets, mover=None):
    return merging.split(
        ticket, ESCALATION, mover or at(CLERK_ACTS, NOW + DAY), targets
    )


@pytest.mark.parametrize("state", [S.OPEN, S.ACCEPTED, S.ASSIGNED])
def test_a_split_ticket_goes_on_under_its_own_timers(
    state,
):
    before = a_ticket(state)
    one = merged(before)
    outcome = split(one.entity, one.related[0].entity)
    after, (related,) = outcome.entity, outcome.related
    assert after.state is (S.OPEN if state is S.OPEN else S.ACCEPTED)
    assert (
        after.merged_into,
        after.ending,
        after.closed_at,
        after.assignee,
    ) == (
        None,
        None,
        None,
        "per_grid",
    )
    assert running(after) == running(before)
    assert (tags(outcome), told(outcome)) == (
        ["split"],
        [("split", REPORTERS), ("assigned", "per_grid")],
    )
    assert (related.entity.merged, tags(related)) == ((), ["left_by"])
    for kind in running(before):  # the time with the other is not given back
        timers = clock(after, C(kind)), clock(before, C(kind))
        assert timers[0].due_at == timers[1].due_at


def test_what_came_with_it_leaves_with_it_and_nothing_else_does():
    ticket = a_ticket(
        S.CLOSED, ending=Ending.MERGED, merged_into="tkt_b", merged=("tkt_c",)
    )
    related = split(
        ticket, replace(OTHER, merged=("tkt_c", "tkt_a", "tkt_d"))
    ).related
    assert related[0].entity.merged == ("tkt_d",)


def test_what_was_merged_on_with_another_leaves_all_of_them():
    """It went into one, and that one into a third."""
    ticket = a_ticket(S.CLOSED, ending=Ending.MERGED, merged_into="tkt_b")
    second = a_ticket(
        S.CLOSED,
        id="tkt_b",
        ending=Ending.MERGED,
        merged_into="tkt_c",
        merged=("tkt_a",),
    )
    third = a_ticket(id="tkt_c", merged=("tkt_a", "tkt_b"))
    left = {
        part.entity.id: part.entity.merged
        for part in split(ticket, second, third).related
    }
    assert left == {"tkt_b": (), "tkt_c": ("tkt_b",)}


def test_only_what_was_merged_is_split():
    assert code_of(Conflict, split, a_ticket(S.CLOSED)) == "ticket.wrong_state"
    with pytest.raises(Forbidden):
        split(
            a_ticket(S.CLOSED, merged_into="tkt_b", ending=Ending.MERGED),
            OTHER,
            mover=OWNER_ACTS,
        )


# somebody is erased


def test_texts_of_an_erased_person_stay_only_in_public_form():
    full = a_ticket(
        as_written="我是王秀英",
        location_note="302",
        answers={"where": ("yard",)},
        photos=("upl_a",),
        proxy_id="per_son",
        text="我是＊＊",
    )
    outcome = forget_reporter(full, "per_owner")
    left = outcome.entity
    assert (
        left.person_id,
        left.as_written,
        left.location_note,
        left.answers,
        left.photos,
    ) == (None, None, None, None, ())
    assert (left.written, left.proxy_id, left.state) == (
        "我是＊＊",
        "per_son",
        S.OPEN,
    )
    son = forget_reporter(full, "per_son").entity
    assert (son.person_id, son.proxy_id, son.as_written) == (
        "per_owner",
        None,
        "我是王秀英",
    )
    stranger = forget_reporter(full, "per_joiner")
    assert (stranger.entity, stranger.events) == (full, ())


# the order of a whole life


def test_no_move_starts_a_clock_that_has_done_its_work():
    """Accepted, contacted, held, resumed, done, confirmed: each clock is met once and for good."""
    ticket = decisions.accept(a_ticket(), WORKER_ACTS).entity
    ticket = decisions.comment(ticket, WORKER_ACTS, "来了", public=True).entity
    ticket = held(ticket).entity
    ticket = decisions.resume(
        ticket, ESCALATION, at(WORKER_ACTS, NOW + DAY)
    ).entity
    ticket = resolved(ticket, at(WORKER_ACTS, NOW + DAY), "好了").entity
    ticket = resolution.confirm(
        ticket, at(OWNER_ACTS, NOW + DAY), TWO[:1], "per_owner", 5
    ).entity
    assert ticket.state is S.CLOSED
    assert {c.name: c.met_at for c in ticket.clocks} == {
        C.ACCEPT: NOW,
        C.CONTACT: NOW,
        C.RESOLVE: NOW + DAY,
        C.CALL_BACK: NOW + DAY,
    }
    assert all(meet(c, NOW + 9 * DAY) == c for c in ticket.clocks)
    assert [state for state in TicketStatus if a_ticket(state).deadlines()] == [
        S.OPEN,
        S.ACCEPTED,
        S.ASSIGNED,
        S.ON_HOLD,
        S.RESOLVED,
    ]
    assert DEFAULT_POLICY.holds == 3
    assert Relation.OWNER in OWNER_ACTS.relations
    assert UNIT.startswith(GRID)
