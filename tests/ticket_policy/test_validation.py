"""What is wrong with a street's rules: each fault by its field, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kernel.access import Grant, Role
from chalicelib.people.model import Person
from chalicelib.ticket_policy.validation import validate, warnings_of
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    LIMITS,
    Category,
    CategoryQuestion,
    Choice,
    EscalationStep,
    Level,
    LimitsOf,
    Policy,
    QuestionKind,
    Rule,
    SlaKind,
    SlaLimits,
    TicketUrgency,
)
from chalicelib.tickets.routing import route
from chalicelib.tickets.sla_timers import Sla, prolong, start
from chalicelib.tickets.worktime import Calendar, OfficeHours, OwnDay, due_after

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STREET, GRID = "chunhui", "chunhui.baihua.g01"
JINFENG = "chunhui.jinfeng"
PLACES = {STREET, "chunhui.baihua", GRID, JINFENG}
MORNING = OfficeHours(start=time(8, 30), end=time(12))


def somebody(id: str = "per_a", role: Role = Role.PROPERTY, **fields) -> Person:
    values = {
        "name": "王",
        "phone": "+8613800000000",
        "grants": (Grant(role, GRID),),
    } | fields
    return Person(id=id, created_at=NOW, updated_at=NOW, **values)


PEOPLE = {
    "per_a": somebody(),
    "per_left": somebody("per_left", grants=()),
    "per_helper": somebody("per_helper", Role.VOLUNTEER),
    "per_blocked": somebody("per_blocked", blocked=True),
    "per_erased": somebody("per_erased", erased_at=NOW),
    "per_other": somebody(
        "per_other", grants=(Grant(Role.PROPERTY, "qingfeng"),)
    ),
    "per_mute": somebody("per_mute", phone=None),
}


def found(**changes) -> list[tuple[str, tuple]]:
    policy = replace(DEFAULT_POLICY, **changes)
    return [
        (fault.code.removeprefix("rulebook."), fault.location)
        for fault in validate(policy, STREET, PLACES, PEOPLE)
    ]


def rules(*given: tuple) -> tuple[Rule, ...]:
    return tuple(
        Rule(id=f"r{n}", place=place, category=category, to=to)
        for n, (place, category, to) in enumerate(given)
    )


def limits(**changes: int | bool) -> tuple[LimitsOf, ...]:
    general = LIMITS[2]
    return (
        *LIMITS[:2],
        replace(general, limits=replace(general.limits, **changes)),
        LIMITS[3],
    )


def test_the_houses_own_rules_have_no_fault():
    assert found() == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            [(GRID, "light", "per_a"), (GRID, "light", "property")],
            [("rule_unreachable", ("rules", 1))],
        ),
        (
            [(None, "light", "per_a"), (STREET, "light", "property")],
            [("rule_unreachable", ("rules", 0))],
        ),
        (
            [(None, "light", "per_a"), (STREET, None, "property")],
            [("rule_unreachable", ("rules", 0))],
        ),
        (
            [
                (GRID, None, "per_a"),
                (GRID, "light", "property"),
                (None, None, "property"),
            ],
            [],
        ),
        (
            [("chunhui.baihua", "light", "property"), (GRID, None, "property")],
            [],
        ),  # the rest of the community is left
        (
            [(GRID, "nothing", "property")],
            [("category_unknown", ("rules", 0, "category"))],
        ),
        (
            [("qingfeng.a", None, "property")],
            [("place.unknown", ("rules", 0, "place"))],
        ),
        (
            [("chunhui.baihua.g02", None, "property")],
            [("place.unknown", ("rules", 0, "place"))],
        ),
        ([(None, None, "volunteer")], [("to_unknown", ("rules", 0, "to"))]),
        *(
            ([(None, None, to)], [("to_unknown", ("rules", 0, "to"))])
            for to in (
                "per_nobody",
                "per_left",
                "per_helper",
                "per_blocked",
                "per_erased",
                "per_other",
            )
        ),
        ([(None, None, "per_mute")], []),  # a caution, see below
        ([("chunhui.baihua", None, "per_a")], []),  # they serve in a part of it
        ([(JINFENG, None, "per_a")], [("to_unknown", ("rules", 0, "to"))]),
        ([(None, None, "community_staff")], []),
    ],
)
def test_rules_that_cannot_hold_are_named(given, expected):
    assert found(rules=rules(*given)) == expected


def test_a_rule_is_over_where_every_category_is_taken_one_by_one():
    two = (
        Category(code="a", zh="一", en="A"),
        Category(code="b", zh="二", en="B"),
    )
    given = rules(
        (GRID, "a", "property"),
        (GRID, None, "property"),
        (GRID, "b", "property"),
    )
    assert found(categories=two, rules=given) == [
        ("rule_unreachable", ("rules", 1))
    ]
    assert (
        found(
            categories=(*two, Category(code="c", zh="三", en="C")), rules=given
        )
        == []
    )


SPOTS = [STREET, "chunhui.baihua", GRID, "chunhui.jinfeng", f"{GRID}.b01"]
places = st.sampled_from([None, STREET, "chunhui.baihua", GRID])


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.tuples(
            places, st.sampled_from([None, "a", "b"]), st.just("property")
        ),
        max_size=8,
    )
)
def test_what_is_called_unreachable_is_what_routing_never_chooses(given):
    """Held against routing itself, at every place and for every category."""
    two = (
        Category(code="a", zh="一", en="A"),
        Category(code="b", zh="二", en="B"),
    )
    made = rules(*given)
    chosen = {
        rule.id
        for place in SPOTS
        for code in ("a", "b")
        if (rule := route(made, place, code))
    }
    named = {
        made[loc[1]].id
        for code, loc in found(categories=two, rules=made)
        if code == "rule_unreachable"
    }
    assert named == {rule.id for rule in made} - chosen


def test_ids_and_codes_are_unique():
    twice = (*DEFAULT_POLICY.categories, DEFAULT_POLICY.categories[0])
    assert found(categories=twice) == [
        ("twice", ("categories", len(DEFAULT_POLICY.categories), "code"))
    ]
    same = tuple(
        Rule(id="r", category=code, to="property") for code in ("light", "lift")
    )
    assert found(rules=same) == [("twice", ("rules", 1, "id"))]
    assert found(limits=(*LIMITS, LIMITS[0])) == [("twice", ("limits", 4))]


def test_questions_have_choices_where_they_are_answered_by_choosing():
    yard, where = (
        Choice(key="yard", zh="院内", en="Yard"),
        CategoryQuestion(code="where", zh="位置", en="Where"),
    )
    one = replace(where, kind=QuestionKind.ONE)
    asked = (
        where,
        one,
        replace(one, code="b", choices=(yard, yard)),
        replace(where, code="c", choices=(yard,)),
    )
    category = Category(code="light", zh="照明", en="Light", questions=asked)
    loc = ("categories", 0, "questions")
    assert found(categories=(category,)) == [
        ("choices_missing", (*loc, 1, "choices")),
        ("twice", (*loc, 2, "choices", 1, "key")),
        ("choices_needless", (*loc, 3, "choices")),
        ("twice", (*loc, 1, "code")),
    ]


def test_limits_are_there_for_every_class_and_in_order():
    assert found(limits=LIMITS[1:]) == [("limits_missing", ("limits",))]
    only = replace(LIMITS[0], category="light")
    assert found(limits=(only, *LIMITS[1:])) == [
        ("limits_missing", ("limits",))
    ]
    assert found(limits=(*LIMITS, replace(only, category="nothing"))) == [
        ("category_unknown", ("limits", 4, "category"))
    ]
    assert found(limits=limits(accept=9999, contact=9999)) == [
        ("limits_disordered", ("limits", 2, "accept")),
        ("limits_disordered", ("limits", 2, "contact")),
    ]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(Level.STREET, Role.STREET_ADMIN)], []),
        (
            [(Level.GRID, Role.GRID_WORKER), (Level.STREET, Role.STREET_ADMIN)],
            [],
        ),
        ([(Level.GRID, Role.GRID_WORKER)], [("ladder_open", ("ladder",))]),
        (
            [(Level.STREET, Role.STREET_ADMIN), (Level.GRID, Role.GRID_WORKER)],
            [
                ("ladder_disordered", ("ladder", 1, "level")),
                ("ladder_open", ("ladder",)),
            ],
        ),
        (
            [(Level.STREET, Role.STREET_ADMIN)] * 2,
            [("ladder_disordered", ("ladder", 1, "level"))],
        ),
        (
            [(Level.STREET, Role.PROPERTY)],
            [("ladder_role", ("ladder", 0, "role"))],
        ),
    ],
)
def test_the_escalation_path_rises_and_ends_at_the_street(steps, expected):
    ladder = tuple(
        EscalationStep(level=level, role=role) for level, role in steps
    )
    assert found(ladder=ladder) == expected


def test_office_hours_are_in_order_and_there_are_some():
    backwards = (OfficeHours(start=time(12), end=time(8)),)
    assert found(week={**DEFAULT_POLICY.week, 6: backwards}) == [
        ("hours_disordered", ("week", "6"))
    ]
    assert ("never_open", ("week",)) in found(week={1: ()})
    assert found(own={date(2026, 7, 1): OwnDay(spans=backwards)}) == [
        ("hours_disordered", ("own", "2026-07-01"))
    ]
    assert (
        found(
            own={date(2026, 7, 1): OwnDay(spans=()), date(2026, 7, 2): OwnDay()}
        )
        == []
    )


@settings(deadline=None, max_examples=60)
@given(
    minutes=st.integers(1, 480),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    limit=st.integers(1, 129_600),
    percent=st.integers(1, 400),
    off=st.integers(0, 60),
)
def test_no_limit_that_is_taken_fails_for_want_of_office_hours(
    minutes, weekdays, limit, percent, off
):
    """With every valid policy a timer can start and be extended, with days off from tomorrow on."""
    span = OfficeHours(start=time(0), end=time(minutes // 60, minutes % 60))
    own = {
        date.fromordinal(date(2026, 6, 2).toordinal() + n): OwnDay(spans=())
        for n in range(off)
    }
    ladder = (replace(DEFAULT_POLICY.ladder[-1], percent=percent),)
    all_long = SlaLimits(
        accept=limit,
        contact=limit,
        resolve=limit,
        call_back=limit,
        remind=limit,
    )
    rows = tuple(
        LimitsOf(urgency=urgency, limits=all_long) for urgency in TicketUrgency
    )
    policy = Policy(
        limits=rows,
        ladder=ladder,
        week=dict.fromkeys(weekdays, (span,)),
        own=own,
    )
    if not validate(policy, STREET, PLACES, PEOPLE):
        calendar = Calendar(
            zone="Asia/Shanghai",
            week=policy.week,
            own=own,
            holidays=chinese_holiday,
        )
        clock = start(
            Sla(policy=policy, limits=all_long, calendar=calendar),
            SlaKind.RESOLVE,
            NOW,
        )
        prolong(
            Sla(policy=policy, limits=all_long, calendar=calendar),
            clock,
            NOW,
            clock.limit * percent // 100,
        )


def test_a_limit_that_would_not_be_up_in_five_years_is_refused():
    week = {1: (OfficeHours(start=time(9), end=time(9, 1)),)}
    codes = {code for code, _ in found(week=week)}
    assert codes == {"never_up"}
    with pytest.raises(ValueError, match="five years"):
        due_after(
            Calendar(
                zone="Asia/Shanghai",
                week=week,
                own={},
                holidays=chinese_holiday,
            ),
            NOW,
            7 * 480,
        )


def test_a_year_without_known_holidays_is_warned_of_sixty_days_ahead():
    def warned(now: datetime, policy: Policy = DEFAULT_POLICY) -> list[tuple]:
        return [
            (c.code, c.facts)
            for c in warnings_of(
                policy, {}, "Asia/Shanghai", now, chinese_holiday
            )
        ]

    assert warned(datetime(2026, 11, 1, tzinfo=UTC)) == []
    assert warned(datetime(2026, 11, 23, tzinfo=UTC)) == [
        ("rulebook.holidays_unknown", {"year": 2027})
    ]
    known = {
        date.fromordinal(date(2027, 1, 1).toordinal() + n): OwnDay(
            spans=(MORNING,)
        )
        for n in range(30)
    }
    assert (
        warned(
            datetime(2026, 11, 23, tzinfo=UTC),
            replace(DEFAULT_POLICY, own=known),
        )
        == []
    )
    always = tuple(
        replace(row, limits=replace(row.limits, always=True)) for row in LIMITS
    )
    assert (
        warned(
            datetime(2026, 11, 23, tzinfo=UTC),
            replace(DEFAULT_POLICY, limits=always),
        )
        == []
    )


def test_an_assignee_of_a_rule_without_a_phone_gives_a_warning():
    policy = replace(
        DEFAULT_POLICY,
        rules=rules((None, "light", "per_mute"), (None, "lift", "per_a")),
    )
    assert [
        (c.code, c.facts)
        for c in warnings_of(
            policy, PEOPLE, "Asia/Shanghai", NOW, chinese_holiday
        )
    ] == [("rulebook.no_phone", {"rule": "r0"})]
