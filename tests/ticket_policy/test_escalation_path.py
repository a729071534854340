"""The nightly check of the escalation path: each kind of gap, its substitute level, the message."""

from dataclasses import replace

import pytest

from chalicelib.kernel.access import Grant, Role
from chalicelib.people.model import Person
from chalicelib.places.model import Place
from chalicelib.places.roster import Roster
from chalicelib.ticket_policy.escalation_path import coverage_gaps
from chalicelib.ticket_policy.model import CoverageGap, GapReason
from chalicelib.ticket_policy.repository import PolicyRepository
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    EscalationStep,
    Level,
    Rule,
    TicketUrgency,
)

from ..storage import counted_storage
from ..store.scan import Reads
from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, START, STREET, World

rows = Reads(PolicyRepository)

URGENT = tuple(
    sorted(
        category.code
        for category in DEFAULT_POLICY.categories
        if category.urgency is TicketUrgency.URGENT
    )
)


def somebody(id: str, role: Role, place: str, **fields) -> Person:
    values = {
        "name": "王",
        "phone": "+8613800000000",
        "grants": (Grant(role, place),),
    } | fields
    return Person(id=id, created_at=START, updated_at=START, **values)


WORKER = somebody("per_worker", Role.GRID_WORKER, GRID)
CLERK = somebody("per_clerk", Role.COMMUNITY_STAFF, BAIHUA)
ADMIN = somebody("per_admin", Role.STREET_ADMIN, STREET)


def town(
    *people: Person,
    duty: dict[str, dict[str, tuple[str, ...]]] | None = None,
    extra: tuple[str, ...] = (),
) -> Roster:
    """A street with one grid; the people are on duty in their roles, except those in `duty`."""
    lists: dict[str, dict[str, tuple[str, ...]]] = {
        STREET: {},
        BAIHUA: {},
        GRID: {},
        **{place: {} for place in extra},
    }
    for person in people:
        for grant in person.grants:
            lists[grant.place][grant.role.value] = (
                *lists[grant.place].get(grant.role.value, ()),
                person.id,
            )
    lists |= duty or {}
    places = {
        code: Place(
            id=code, created_at=START, updated_at=START, name=code, duty=named
        )
        for code, named in lists.items()
    }
    return Roster(
        places=places, people={person.id: person for person in people}
    )


def found(roster: Roster, **changes) -> set[tuple]:
    return {
        (h.place, h.level, h.to, h.why, h.instead, h.categories)
        for h in coverage_gaps(replace(DEFAULT_POLICY, **changes), roster)
    }


def test_a_path_with_staff_at_every_level_has_no_gap():
    assert not found(town(WORKER, CLERK, ADMIN))


@pytest.mark.parametrize(
    ("people", "hole"),
    [
        (
            (CLERK, ADMIN),
            (
                GRID,
                "grid",
                "grid_worker",
                GapReason.NOBODY_ON_DUTY,
                "community",
                (),
            ),
        ),
        (
            (WORKER, ADMIN),
            (
                BAIHUA,
                "community",
                "community_staff",
                GapReason.NOBODY_ON_DUTY,
                "street",
                (),
            ),
        ),
        (
            (WORKER, CLERK),
            (
                STREET,
                "street",
                "street_admin",
                GapReason.NOBODY_ON_DUTY,
                None,
                (),
            ),
        ),
        *(
            (
                (replace(WORKER, **gone), CLERK, ADMIN),
                (
                    GRID,
                    "grid",
                    "grid_worker",
                    GapReason.NOT_IN_OFFICE,
                    "community",
                    (),
                ),
            )
            for gone in ({"blocked": True}, {"erased_at": START})
        ),
        (
            (replace(WORKER, phone=None), CLERK, ADMIN),
            (GRID, "grid", "grid_worker", GapReason.UNREACHABLE, None, ()),
        ),
        (
            (
                replace(
                    WORKER,
                    phone=None,
                    email=True,
                    email_address="a@example.org",
                ),
                CLERK,
                ADMIN,
            ),
            (GRID, "grid", "grid_worker", GapReason.NO_PHONE, None, URGENT),
        ),
    ],
)
def test_each_kind_of_hole(people, hole):
    assert found(town(*people)) == {hole}


def test_a_phone_that_takes_no_sms_still_rings_for_what_is_urgent():
    """With mail only, urgent categories are a gap; without mail the others are one too."""
    silent = replace(WORKER, sms=False)
    calm = tuple(
        sorted(
            {category.code for category in DEFAULT_POLICY.categories}
            - set(URGENT)
        )
    )
    assert found(town(silent, CLERK, ADMIN)) == {
        (GRID, "grid", "grid_worker", GapReason.UNREACHABLE, None, calm)
    }
    assert not found(
        town(
            replace(silent, email=True, email_address="a@example.org"),
            CLERK,
            ADMIN,
        )
    )


def test_one_of_several_who_can_be_reached_is_enough_and_a_demotion_takes_effect():
    other = replace(WORKER, id="per_other", phone=None)
    assert not found(town(other, WORKER, CLERK, ADMIN))
    demoted = town(
        replace(WORKER, grants=()),
        CLERK,
        ADMIN,
        duty={GRID: {"grid_worker": ("per_worker",)}},
    )
    assert found(demoted) == {
        (GRID, "grid", "grid_worker", GapReason.NOT_IN_OFFICE, "community", ())
    }


def test_each_level_has_lists_of_its_own_and_a_narrower_one_goes_first():
    """A grid worker on the list of the community answers for none of its grids; a building's own
    list goes before its grid's.
    """
    for_all, building = (
        somebody("per_worker", Role.GRID_WORKER, BAIHUA),
        f"{GRID}.b05",
    )
    assert found(town(for_all, CLERK, ADMIN)) == {
        (GRID, "grid", "grid_worker", GapReason.NOBODY_ON_DUTY, "community", ())
    }
    mute = somebody("per_mute", Role.GRID_WORKER, building, phone=None)
    assert found(town(WORKER, CLERK, ADMIN, mute, extra=(building,))) == {
        (building, "grid", "grid_worker", GapReason.UNREACHABLE, None, ())
    }


def test_where_a_rule_begins_higher_the_grid_is_not_needed():
    higher = (Rule(id="r1", to="community_staff"),)
    assert not found(town(CLERK, ADMIN), rules=higher)
    one = (Rule(id="r1", category="light", to="community_staff"),)
    others = tuple(
        sorted(
            {category.code for category in DEFAULT_POLICY.categories}
            - {"light"}
        )
    )
    assert found(town(CLERK, ADMIN), rules=one) == {
        (
            GRID,
            "grid",
            "grid_worker",
            GapReason.NOBODY_ON_DUTY,
            "community",
            others,
        )
    }


def test_the_assignee_of_a_rule_must_exist():
    full, place = (WORKER, CLERK, ADMIN), f"{GRID}.b05"
    company = Rule(id="r1", place=place, category="lift", to="property")
    missing = (
        place,
        "grid",
        "property",
        GapReason.NOBODY_ON_DUTY,
        "grid",
        ("lift",),
    )
    assert found(town(*full, extra=(place,)), rules=(company,)) == {missing}
    engineer = somebody("per_engineer", Role.PROPERTY, place)
    assert not found(town(*full, engineer, extra=(place,)), rules=(company,))
    named = Rule(id="r1", category="lift", to="per_engineer")
    assert found(town(*full), rules=(named,)) == {
        (
            STREET,
            "street",
            "per_engineer",
            GapReason.NOT_IN_OFFICE,
            "street",
            ("lift",),
        )
    }
    mute = replace(engineer, phone=None)
    assert found(
        town(*full, mute, extra=(place,)),
        rules=(replace(company, to="per_engineer"),),
    ) == {
        (
            place,
            "grid",
            "per_engineer",
            GapReason.UNREACHABLE,
            "grid",
            ("lift",),
        )
    }


def test_a_path_without_a_level_has_no_gap_there():
    short = (DEFAULT_POLICY.ladder[0], DEFAULT_POLICY.ladder[2])
    assert not found(town(WORKER, ADMIN), ladder=short)
    assert not found(
        town(ADMIN),
        ladder=(EscalationStep(level=Level.STREET, role=Role.STREET_ADMIN),),
    )


def test_thirty_grids_without_anybody_are_thirty_lines():
    grids = tuple(f"{BAIHUA}.g{n:02}" for n in range(1, 31))
    assert (
        len(coverage_gaps(DEFAULT_POLICY, town(CLERK, ADMIN, extra=grids)))
        == 30
    )


# in a street


def missing(
    place: str, role: str, level: Level, instead: Level | None
) -> CoverageGap:
    return CoverageGap(
        place=place,
        level=level,
        to=role,
        why=GapReason.NOBODY_ON_DUTY,
        instead=instead,
    )


def fill(world: World, place: str, role: Role) -> Person:
    person = world.person("陈敏", (role, place), home=place)
    before = world.services.places.find(place)
    world.services.places.assign_duty(
        world.boss, place, {**before.duty, role.value: [person.id]}
    )
    return person


def test_a_street_is_read_in_a_handful_of_requests(world: World):
    fill(world, GRID, Role.GRID_WORKER)
    with counted_storage() as storage:
        found = world.services.ticket_policies.find_gaps(STREET)
    assert storage.reads == 3  # its rules, its places, its people
    assert not storage.names["Scan"]
    assert found == (
        missing(BAIHUA, "community_staff", Level.COMMUNITY, Level.STREET),
        missing(JINFENG, "community_staff", Level.COMMUNITY, Level.STREET),
        missing(OTHER_GRID, "grid_worker", Level.GRID, Level.STREET),
    )


def test_the_roster_answers_as_the_store_does(world: World):
    """For every place: those who are on duty and in office, whichever way they are read."""
    for place, role in (
        (GRID, Role.GRID_WORKER),
        (BAIHUA, Role.COMMUNITY_STAFF),
        (BAIHUA, Role.GRID_WORKER),
    ):
        fill(world, place, role)
    gone = fill(world, OTHER_GRID, Role.GRID_WORKER)
    world.services.person_admin.grant_roles(world.boss, gone.id, [])
    roster = world.services.places.roster(STREET)
    for code in [*roster.places, "chunhui.nowhere"]:
        assert roster.duty_along(code) == world.services.places.duty_along(code)


def fill_with_nobody(world: World, place: str) -> None:
    world.services.places.assign_duty(world.boss, place, {})


def test_administrators_are_informed_once_of_new_gaps(world: World):
    rulebook, number = world.services.ticket_policies, world.admin.phone
    night = {"hours": 24}

    def told() -> list[str]:
        return [
            letter.text for letter in world.sms_to(number, "reminders.digest")
        ]

    assert rulebook.check_coverage() == 4
    assert world.services.metrics.counts[("LadderHoles",)] == 4
    world.pass_time(**night)
    assert len(told()) == 1
    assert "有4处问题上报后无人接收" in told()[0]
    assert rulebook.check_coverage() == 4
    world.pass_time(**night)
    assert len(told()) == 1  # no new gap, no message
    fill(world, GRID, Role.GRID_WORKER)
    assert rulebook.check_coverage() == 3
    world.pass_time(**night)
    assert len(told()) == 1  # fewer gaps send no message
    for place, role in (
        (OTHER_GRID, Role.GRID_WORKER),
        (BAIHUA, Role.COMMUNITY_STAFF),
        (JINFENG, Role.COMMUNITY_STAFF),
    ):
        fill(world, place, role)
    assert rulebook.check_coverage() == 0
    world.pass_time(**night)
    assert len(told()) == 1
    fill_with_nobody(world, GRID)
    assert rulebook.check_coverage() == 1
    world.pass_time(**night)
    assert len(told()) == 2


def test_a_gap_closed_before_the_digest_is_not_reported(world: World):
    rulebook = world.services.ticket_policies
    rulebook.check_coverage()
    for place, role in (
        (GRID, Role.GRID_WORKER),
        (OTHER_GRID, Role.GRID_WORKER),
        (BAIHUA, Role.COMMUNITY_STAFF),
        (JINFENG, Role.COMMUNITY_STAFF),
    ):
        fill(world, place, role)
    rulebook.check_coverage()
    world.pass_time(hours=24)
    assert not world.sms_to(world.admin.phone, "reminders.digest")


def test_the_report_of_last_night_is_shown_to_staff_only(world: World):
    path = f"/v1/policies/tickets?place={GRID}"
    assert world.staff().get(path).json["holes"] == []
    world.services.ticket_policies.check_coverage()
    seen = world.staff().get(path).json
    assert (seen["hole_count"], len(seen["holes"]), seen["checked_at"]) == (
        4,
        4,
        "2026-11-23T00:40:00Z",
    )
    assert seen["holes"][0] == {
        "place": BAIHUA,
        "level": "community",
        "to": "community_staff",
        "why": "nobody_on_duty",
        "instead": "street",
        "categories": [],
        "text": "没有安排值班人员。",
    }
    other = world.resident().get(path).json
    assert [
        other[name]
        for name in (
            "holes",
            "hole_count",
            "checked_at",
            "rules",
            "ladder",
            "warnings",
        )
    ] == [None] * 6


def test_every_street_is_looked_at(world: World):
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    rulebook = world.services.ticket_policies
    assert (
        rulebook.check_coverage() == 5
    )  # the other street has no administrator
    report = rows.coverage_report("qingfeng")
    assert [hole.to for hole in report.gaps] == ["street_admin"]
