"""A street's rules over HTTP: read, changed, refused for what is wrong with them, and played again
on what has been.
"""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.store import facts
from chalicelib.ticket_policy.model import PolicyRecord
from chalicelib.ticket_policy.repository import PolicyEvent, PolicyRepository
from chalicelib.ticket_policy.schemas import TicketPolicyIn
from chalicelib.tickets import decisions
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.model import Level, Ticket
from chalicelib.tickets.policy import DEFAULT_POLICY, Rule, TicketUrgency
from chalicelib.tickets.sla_timers import EscalationContext, sla_of
from chalicelib.tickets.states import TicketMover
from chalicelib.tickets.worktime import OfficeHours, OwnDay

from ..hostile.good import GOOD
from ..storage import counted_storage
from ..store.scan import SK, Reads, item_of, save, scan
from ..world import BAIHUA, BUILDING, GRID, JINFENG, OTHER_GRID, STREET, World

rows = Reads(PolicyRepository)

PATH = f"/v1/policies/tickets?place={BAIHUA}"  # any place of the street will do
REPLAY = "/v1/policies/tickets/replay"
EDITABLE = tuple(TicketPolicyIn.model_fields)


def test_everybody_reads_the_houses_own_rules_before_a_street_has_any(
    world: World,
):
    seen = world.resident().get(PATH)
    assert (seen.status, seen.json["version"], seen.json["street"]) == (
        200,
        0,
        STREET,
    )
    assert [category["code"] for category in seen.json["categories"]] == [
        category.code for category in DEFAULT_POLICY.categories
    ]
    light = next(
        category
        for category in seen.json["categories"]
        if category["code"] == "light"
    )
    assert light == {
        "code": "light",
        "zh": "公共照明",
        "en": "Lighting",
        "group_zh": "房屋设施",
        "group_en": "Buildings and supplies",
        "about_zh": "",
        "about_en": "",
        "keywords": ["灯", "light"],
        "urgency": "general",
        "private": False,
        "photo_needed": False,
        "questions": [],
    }
    assert seen.json["limits"][0] == {
        "urgency": "urgent",
        "category": None,
        "accept": 15,
        "contact": 30,
        "resolve": 120,
        "call_back": 1440,
        "remind": 60,
        "always": True,
    }
    assert seen.json["week"]["1"] == [
        {"from": "08:30", "to": "12:00"},
        {"from": "13:30", "to": "18:00"},
    ]
    assert world.services.policy_book.current(STREET) == (0, DEFAULT_POLICY)
    assert world.services.policy_book.policy_for(STREET, 0) is DEFAULT_POLICY
    assert (
        world.resident().get("/v1/policies/tickets?place=nowhere").status == 404
    )


def test_what_is_read_can_be_sent_back_and_changes_nothing(world: World):
    admin = world.phone_of(world.admin)
    seen = admin.get(PATH)
    for body in (
        {name: seen.json[name] for name in EDITABLE},
        {},
        dict.fromkeys(EDITABLE),
    ):
        same = admin.put(PATH, body, if_match=seen.headers["etag"])
        assert (same.status, same.json["version"]) == (200, 0), same.text
    assert rows.policy_of(STREET) is None
    good = GOOD["set_ticket_policy"](world)
    changed = good.send("PUT")
    again = admin.put(PATH, {name: changed.json[name] for name in EDITABLE})
    assert (again.status, again.json["version"]) == (200, 1)
    assert {name: again.json[name] for name in EDITABLE} == {
        name: changed.json[name] for name in EDITABLE
    }


def test_each_change_is_a_version_of_its_own_that_stays(world: World):
    admin, rulebook = world.phone_of(world.admin), world.services.policy_book
    own = {
        "2027-01-01": {"hours": []},
        "2027-01-02": {},
        "2027-01-03": {
            "hours": [{"from": "08:00", "to": "24:00"}],
            "note": "补班",
        },
    }
    first = admin.put(PATH, {"own": own})
    second = admin.put(PATH, {"hold_days": 5}, if_match=first.headers["etag"])
    assert [first.json["version"], second.json["version"]] == [1, 2]
    assert second.json["own"] == first.json["own"]  # what is left out stays
    number, policy = rulebook.current(STREET)
    assert (number, policy.hold_days) == (2, 5)
    assert policy.own == {
        date(2027, 1, 1): OwnDay(spans=()),
        date(2027, 1, 2): OwnDay(),
        date(2027, 1, 3): OwnDay(
            spans=(OfficeHours(start=time(8), end=time(0)),), note="补班"
        ),
    }
    assert (
        rulebook.policy_for(STREET, 1).hold_days,
        rulebook.policy_for(STREET, 2),
    ) == (DEFAULT_POLICY.hold_days, policy)
    with counted_storage() as storage:
        assert rulebook.policy_for(STREET, 1) is rulebook.policy_for(STREET, 1)
    assert not storage.calls  # a version is read once in the life of a process
    record = rows.policy_version(STREET, 2)
    assert (record.by, record.number, record.at) == (
        world.admin.id,
        2,
        world.clock.now(),
    )
    events = scan(PolicyEvent, SK.startswith("event#"))
    assert [(event.tag, event.note) for event in events] == [
        ("policy.changed", "own"),
        ("policy.changed", "hold_days"),
    ]
    with pytest.raises(LookupError):
        rulebook.policy_for(STREET, 3)
    with pytest.raises(
        LookupError
    ):  # nor is it remembered that it was not there
        rulebook.policy_for(STREET, 3)


def test_of_two_concurrent_changes_one_is_refused(world: World):
    admin = world.phone_of(world.admin)
    seen = admin.get(PATH).headers["etag"]
    assert admin.put(PATH, {"holds": 1}, if_match=seen).status == 200
    late = admin.put(PATH, {"holds": 2}, if_match=seen)
    assert (late.status, late.code, late.json["version"]) == (
        412,
        "request.stale",
        1,
    )
    assert rows.policy_version(STREET, 2) is None


def test_only_administrators_of_the_street_change_its_rules(world: World):
    for phone in (
        world.resident(),
        world.staff(),
        world.staff(GRID, Role.GRID_WORKER),
    ):
        assert phone.put(PATH, {"holds": 1}).status == 403
    assert (
        world.phone_of(world.admin)
        .put("/v1/policies/tickets?place=nowhere", {"holds": 1})
        .status
        == 403
    )


def test_everything_that_is_wrong_is_said_at_once(world: World):
    admin = world.phone_of(world.admin)
    refused = admin.put(
        PATH,
        {
            "rules": [
                {"id": "r1", "to": "per_" + "a" * 24},
                {
                    "id": "r1",
                    "place": "qingfeng",
                    "category": "nothing",
                    "to": "property",
                },
            ],
            "ladder": [
                {"level": "street", "role": "volunteer"},
                {"level": "grid", "role": "grid_worker"},
            ],
        },
    )
    assert (refused.status, refused.code) == (422, "rulebook.twice")
    assert {
        (error["type"], *error["loc"]) for error in refused.json["errors"]
    } == {
        ("rulebook.twice", "rules", 1, "id"),
        ("rulebook.to_unknown", "rules", 0, "to"),
        ("rulebook.category_unknown", "rules", 1, "category"),
        ("place.unknown", "rules", 1, "place"),
        ("rulebook.ladder_role", "ladder", 0, "role"),
        ("rulebook.ladder_disordered", "ladder", 1, "level"),
        ("rulebook.ladder_open", "ladder"),
    }
    assert all(error["msg"] for error in refused.json["errors"])
    assert rows.policy_of(STREET) is None
    assert admin.post(
        REPLAY,
        {
            "place": BAIHUA,
            "policy": {"ladder": [{"level": "grid", "role": "grid_worker"}]},
        },
    ).code == ("rulebook.ladder_open")


def test_a_rule_may_name_a_company_or_somebody_in_office(world: World):
    engineer = world.person("周工", (Role.PROPERTY, GRID), phone=None)
    rules = [
        {
            "id": "lift",
            "place": BUILDING,
            "category": "lift",
            "to": engineer.id,
        },
        {"id": "rest", "place": GRID, "to": "property"},
    ]
    changed = world.phone_of(world.admin).put(PATH, {"rules": rules})
    assert changed.status == 200, changed.text
    assert [rule["id"] for rule in changed.json["rules"]] == ["lift", "rest"]
    assert [warning["code"] for warning in changed.json["warnings"]] == [
        "rulebook.holidays_unknown",
        "rulebook.no_phone",
    ]
    why = {
        (hole["place"], hole["to"]): hole["why"]
        for hole in changed.json["holes"]
    }
    assert why[BUILDING, engineer.id] == "unreachable"
    assert why[GRID, "property"] == "nobody_on_duty"
    world.services.person_admin.grant_roles(world.boss, engineer.id, [])
    gone = world.phone_of(world.admin).put(PATH, {"rules": rules})
    assert (gone.status, gone.json["errors"][0]["loc"]) == (
        422,
        ["rules", 0, "to"],
    )


MINUTES = {
    "accept": 1,
    "contact": 1,
    "resolve": 1,
    "call_back": 1,
    "remind": 15,
}
FOUR = [
    {"urgency": urgency} | MINUTES
    for urgency in ("urgent", "utility", "general", "complex")
]


def category(**fields) -> dict:
    return {"categories": [{"code": "a", "zh": "一", "en": "A"} | fields]}


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        1,
        {"zzz": 1},
        {"categories": []},
        {"categories": {}},
        {"categories": [None]},
        category(code="A"),
        category(code="a#b"),
        category(code=""),
        category(code="a" * 41),
        category(zh=""),
        category(zh="\u202e"),
        category(zh="一" * 61),
        category(en=1),
        category(urgency="soon"),
        category(private=1),
        category(private="true"),
        category(keywords=["x" * 21]),
        category(keywords=["x"] * 21),
        category(about_zh="\n"),
        category(questions=[{"code": "a", "zh": "一", "en": "A", "kind": "x"}]),
        category(questions=[{"code": "a b", "zh": "一", "en": "A"}]),
        category(zzz=1),
        {
            "categories": [
                {"code": f"c{n}", "zh": "一", "en": "A"} for n in range(101)
            ]
        },
        {"limits": []},
        {"limits": FOUR[:3]},
        {"limits": [*FOUR, FOUR[0] | {"accept": 0, "category": "light"}]},
        {"limits": [FOUR[0] | {"accept": 129_601}, *FOUR[1:]]},
        {"limits": [FOUR[0] | {"accept": 1.5}, *FOUR[1:]]},
        {"limits": [FOUR[0] | {"accept": "1"}, *FOUR[1:]]},
        {"limits": [FOUR[0] | {"remind": 1}, *FOUR[1:]]},
        {"limits": [FOUR[0] | {"accept": True}, *FOUR[1:]]},
        {"limits": [FOUR[0] | {"accept": 10**30}, *FOUR[1:]]},
        {"rules": [{"id": "r"}]},
        {"rules": [{"id": "r 1", "to": "property"}]},
        {"rules": [{"id": "r", "to": "mayor"}]},
        {"rules": [{"id": "r", "to": "per_x"}]},
        {"rules": [{"id": "r", "to": "property", "place": "A.B"}]},
        {"rules": [{"id": f"r{n}", "to": "property"} for n in range(301)]},
        {"rules": [{"id": "r", "to": "property\n"}]},
        {"ladder": []},
        {"ladder": [{"level": "moon", "role": "street_admin"}]},
        {"ladder": [{"level": "street", "role": "street_admin", "percent": 0}]},
        {
            "ladder": [
                {"level": "street", "role": "street_admin", "percent": 401}
            ]
        },
        {
            "ladder": [
                {"level": level, "role": "street_admin"}
                for level in ("grid", "community", "street", "street")
            ]
        },
        {"week": []},
        {"week": {}},
        {"week": {"0": []}},
        {"week": {"8": []}},
        {"week": {"1": None}},
        {"week": {"1": [{"from": "08:00"}]}},
        {"week": {"1": [{"from": "08:00", "to": "08:00"}]}},
        {"week": {"1": [{"from": "24:00", "to": "24:00"}]}},
        {"week": {"1": [{"from": "8:00", "to": "09:00"}]}},
        {"week": {"1": [{"from": "08:00", "to": "25:00"}]}},
        {
            "week": {
                "1": [
                    {"from": f"{n:02}:00", "to": f"{n:02}:30"} for n in range(7)
                ]
            }
        },
        {
            "week": {
                "1": [
                    {"from": "09:00", "to": "12:00"},
                    {"from": "11:00", "to": "13:00"},
                ]
            }
        },
        {"week": {"1": [{"start": "09:00"}]}},
        {"own": []},
        {"own": {"2026-02-30": {}}},
        {"own": {"2026-1-1": {}}},
        {"own": {"1999-01-01": {}}},
        {"own": {"20260101": {}}},
        {"own": {"2026-01-01T00:00:00": {}}},
        {"own": {"2026-01-01": {"hours": {}}}},
        {"own": {"2026-01-01": None}},
        {"own": {"\u0661": {}}},
        {
            "own": {
                f"20{n // 300 + 10}-{n % 12 + 1:02}-{n % 25 + 1:02}": {}
                for n in range(3000)
            }
        },
        {"hold_days": 0},
        {"hold_days": 91},
        {"hold_days": "7"},
        {"holds": -1},
        {"reopen_days": 0},
        {"reopen_percent": 101},
        {"hot_spot_reports": 1},
        {"hot_spot_days": 91},
        {"hold_days": float("1e300")},
    ],
)
def test_a_body_that_cannot_be_is_refused_and_changes_nothing(
    world: World, body
):
    admin = world.phone_of(world.admin)
    assert admin.put(PATH, body).status == 422
    if isinstance(body, dict):
        assert (
            admin.post(REPLAY, {"place": STREET, "policy": body}).status == 422
        )
    assert rows.policy_of(STREET) is None


def test_the_largest_rules_that_can_be_sent_fit_into_a_row(world: World):
    """A body is 64 KiB, but what it leaves out is written down too; and each part of the rules may
    be as large.
    """
    admin = world.phone_of(world.admin)
    questions = [{"code": f"q{n}", "zh": "问", "en": "Q"} for n in range(14)]
    parts = [
        {
            "categories": [
                {"code": f"c{n}", "zh": "一", "en": "A", "questions": questions}
                for n in range(90)
            ]
        },
        {
            "limits": [
                *FOUR,
                *(
                    {"urgency": "urgent", "category": f"c{n}"} | MINUTES
                    for n in range(90)
                ),
            ]
        },
        {
            "own": {
                (date(2026, 1, 1) + timedelta(days=n)).isoformat(): {
                    "note": "注" * 20
                }
                for n in range(400)
            }
        },
        {
            "rules": [
                {
                    "id": f"r{n}",
                    "place": BUILDING,
                    "category": f"c{n}",
                    "to": "property",
                }
                for n in range(90)
            ]
        },
    ]
    for part in parts:
        changed = admin.put(PATH, part)
        assert changed.status == 200, changed.text[:300]
    size = len(
        json.dumps(item_of(rows.policy_of(STREET)), ensure_ascii=False).encode()
    )
    assert size < 400_000
    assert admin.get(PATH).status == 200


# what other rules would have done


def report(
    world: World,
    n: int,
    place: str = BUILDING,
    category: str = "light",
    urgency: TicketUrgency = TicketUrgency.GENERAL,
) -> Ticket:
    """Save a ticket as it is right after its report."""
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{n:024}")
    now = world.clock.now()
    ticket = Ticket(
        id=f"tkt_{letters}",
        version=1,
        created_at=now,
        updated_at=now,
        person_id=world.admin.id,
        filed_by=world.admin.id,
        category=category,
        urgency=urgency,
        text="楼道灯不亮",
        place=place,
        community_name="柏华社区",
        zone="Asia/Shanghai",
        level=Level.STREET,
        assignee=world.admin.id,
    )
    office = EscalationContext(
        sla=sla_of(DEFAULT_POLICY, ticket, chinese_holiday),
        duty={Level.STREET: (world.admin.id,)},
    )
    by = TicketMover(id=world.admin.id, relations=frozenset(), now=now)
    ticket = decisions.submit(ticket, office, by, ()).entity
    save(ticket)
    return ticket


def test_a_replay_says_what_shorter_limits_and_another_rule_would_have_done(
    world: World,
):
    engineer = world.person("周工", (Role.PROPERTY, GRID))
    lights = [report(world, n) for n in range(3)]
    report(world, 10, OTHER_GRID)
    for (
        ticket
    ) in lights:  # accepted and contacted within three quarters of an hour
        at = world.clock.now() + timedelta(minutes=45)
        accepted = tuple(
            replace(clock, met_at=at, runs=(replace(clock.runs[0], end=at),))
            for clock in ticket.clocks[:2]
        )
        save(replace(ticket, clocks=(*accepted, *ticket.clocks[2:])))
    world.clock.advance(timedelta(days=1))
    admin = world.phone_of(world.admin)
    limits = admin.get(PATH).json["limits"]
    hard = [
        row | ({"accept": 30} if row["urgency"] == "general" else {})
        for row in limits
    ]
    rules = [
        {"id": "r1", "category": "light", "place": GRID, "to": engineer.id}
    ]
    answer = admin.post(
        REPLAY, {"place": BAIHUA, "policy": {"limits": hard, "rules": rules}}
    )
    assert answer.status == 200, answer.text
    found = answer.json
    assert (
        found["total"]["tickets"] == 3
    )  # the other community was not asked about
    assert found["total"]["over"] == {
        "accept": {"then": 0, "now": 3},
        "contact": {"then": 0, "now": 0},
        "resolve": {"then": 0, "now": 0},
    }
    assert found["total"]["moved"] == 3
    assert found["by_urgency"]["general"]["tickets"] == 3
    assert found["by_urgency"]["urgent"]["tickets"] == 0
    example = found["examples"][0]
    assert example["ticket"] in {ticket.id for ticket in lights}
    assert (example["then"]["holder"], example["now"]["holder"]) == (
        world.admin.id,
        engineer.id,
    )
    assert example["now"]["over"] == {
        "accept": "2026-11-23T01:10:00Z"
    }  # half an hour of work after 08:40
    nothing = admin.post(REPLAY, {"place": STREET, "policy": {}}).json
    assert (
        nothing["total"]["tickets"],
        nothing["total"]["moved"],
        nothing["examples"],
    ) == (4, 0, [])
    assert rows.policy_of(STREET) is None  # nothing is saved
    assert (
        world.staff(JINFENG)
        .post(REPLAY, {"place": JINFENG, "policy": {}})
        .json["total"]["tickets"]
        == 1
    )


def test_tickets_are_played_under_the_version_that_they_name(world: World):
    admin = world.phone_of(world.admin)
    hard = [row | {"accept": 1} for row in admin.get(PATH).json["limits"]]
    assert admin.put(PATH, {"limits": hard}).status == 200
    for n in range(2):
        save(replace(report(world, n), policy_version=n))
    world.clock.advance(timedelta(hours=1))
    found = (
        world.phone_of(world.admin)
        .post(REPLAY, {"place": STREET, "policy": {}})
        .json
    )
    assert found["total"]["over"]["accept"] == {"then": 1, "now": 2}


def test_what_is_older_than_ninety_days_is_left_out(world: World):
    report(world, 1)
    world.clock.advance(timedelta(days=90))
    admin = world.phone_of(world.admin)
    assert (
        admin.post(REPLAY, {"place": STREET, "policy": {}}).json["total"][
            "tickets"
        ]
        == 1
    )
    world.clock.advance(timedelta(seconds=1))
    assert (
        admin.post(REPLAY, {"place": STREET, "policy": {}}).json["total"][
            "tickets"
        ]
        == 0
    )


def test_the_newest_are_read_and_it_is_said_that_there_were_more(
    world: World, monkeypatch
):
    from chalicelib.ticket_policy import service as rulebook

    monkeypatch.setattr(rulebook, "_MAX_REPLAYED", 100)
    for n in range(101):
        report(world, n)
        world.clock.advance(timedelta(minutes=1))
    admin = world.phone_of(world.admin)
    with counted_storage() as storage:
        found = admin.post(REPLAY, {"place": STREET, "policy": {}}).json
    assert (found["total"]["tickets"], found["cut"]) == (100, True)
    assert storage.reads <= 10  # four of them are the months of facts
    assert not storage.names["Scan"]
    assert (found["since"], found["days"]) == ("2026-11-23T00:40:01Z", 0)
    whole = admin.post(REPLAY, {"place": OTHER_GRID, "policy": {}}).json
    assert (whole["cut"], whole["days"]) == (False, 90)


def replayed(world: World, place: str = STREET) -> tuple[int, bool, int]:
    admin = world.phone_of(world.admin)
    found = admin.post(REPLAY, {"place": place, "policy": {}}).json
    since, until = (
        datetime.fromisoformat(found[name]) for name in ("since", "until")
    )
    assert (until - since).days == found["days"]
    assert until == world.clock.now().replace(microsecond=0)
    return found["total"]["tickets"], found["cut"], found["days"]


def test_a_replay_says_how_many_days_it_played(world: World, monkeypatch):
    """A grid is played whole where its street has too many tickets."""
    from chalicelib.ticket_policy import service as rulebook

    for n in range(6):  # one every ten days, those of the other grid at once
        report(world, n, place=GRID)
        report(world, 10 + n, OTHER_GRID)
        world.clock.advance(timedelta(days=10))
    assert replayed(world) == (12, False, 90)
    monkeypatch.setattr(rulebook, "_MAX_REPLAYED", 6)
    assert replayed(world) == (6, True, 39)
    assert replayed(world, GRID) == (6, False, 90)
    # Of two tickets of one instant none is played: nothing is half known.
    monkeypatch.setattr(rulebook, "_MAX_REPLAYED", 5)
    assert replayed(world) == (4, True, 29)
    monkeypatch.setattr(facts, "FACTS_MAX", 2)
    played, cut, days = replayed(world)
    assert (played, cut) == (0, True)
    assert days < 31


def test_a_version_that_is_quite_new_is_found(world: World):
    """A half-price read may miss what was just written; then it is read again as it is."""
    now = world.clock.now()
    rule = Rule(id="r1", to="property")
    save(
        PolicyRecord(
            street=STREET,
            number=7,
            policy=replace(DEFAULT_POLICY, rules=(rule,)),
            at=now,
            by="per_a",
        )
    )
    assert world.services.policy_book.policy_for(STREET, 7).rules == (rule,)
