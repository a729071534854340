"""Nights, as the whole house keeps them: over HTTP, with the clock moved, everything read at the moment of sending."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.wishes.codes import delivery_code

from ..job_rows import a_job
from ..replies.builders import PROVIDERS, a_world, lines, messages, reply, visits
from ..store.scan import scheduled
from ..world import Phone, World

ZONE = ZoneInfo("Asia/Shanghai")


def until(world: World, clock: str, day: int = 23) -> None:
    """Let time pass until the clock on the wall shows a time."""
    to = (
        datetime.fromisoformat(f"2026-11-{day}T{clock}")
        .replace(tzinfo=ZONE)
        .astimezone(UTC)
    )
    world.pump.move_to(to)


def awake(world: World, person: Phone) -> Phone:
    """Her phone with a token that is still good."""
    found = world.services.people.find(person.me["id"])
    assert found
    return world.phone_of(found)


def rung(world: World, number: str) -> list[str]:
    """When a phone rang, by the clock on the wall, newest first."""
    return [
        f"{letter.sent_at.astimezone(ZONE):%d %H:%M:%S}"
        for letter in world.sms_to(number)
    ]


def approve_at(world: World, clock: str, resident: Phone, **fields) -> str:
    until(world, clock)
    return world.open_wish(awake(world, resident), **fields)


def test_just_before_nine_a_phone_still_rings(world: World):
    resident = world.resident()
    approve_at(world, "20:59:59", resident)
    assert rung(world, resident.me["phone"]) == ["23 20:59:59"]


def test_from_nine_on_it_rings_in_the_morning(world: World):
    resident = world.resident()
    approve_at(world, "21:00:00", resident)
    assert rung(world, resident.me["phone"]) == []
    until(world, "07:59:59", day=24)
    assert rung(world, resident.me["phone"]) == []
    until(world, "08:30:00", day=24)
    morning = rung(world, resident.me["phone"])
    assert len(morning) == 1
    assert "24 08:00:00" <= morning[0] < "24 08:30:00"
    until(world, "20:00:00", day=24)
    assert rung(world, resident.me["phone"]) == morning


def test_nothing_stands_in_the_ledger_or_on_a_list_before_the_morning(world: World):
    resident = world.resident()
    approve_at(world, "22:00:00", resident)
    assert (lines(), visits(world)) == ([], [])
    assert [due.kind for due in scheduled() if due.kind.startswith("wish.")] == [
        "wish.approved"
    ]


def test_ones_own_quiet_hours_are_kept(world: World):
    resident = world.resident()
    hours = {"quiet_hours": {"from": "12:30", "to": "14:00"}}
    assert resident.patch("/v1/me", hours).status == 200
    approve_at(world, "12:30:00", resident)
    until(world, "13:59:59")
    assert rung(world, resident.me["phone"]) == []
    until(world, "14:30:00")
    assert "23 14:00:00" <= rung(world, resident.me["phone"])[0] < "23 14:30:00"
    approve_at(world, "23:00:00", resident, title="一把伞")
    assert len(rung(world, resident.me["phone"])) == 2  # her nights are her own


def test_hours_that_are_changed_overnight_count_when_the_message_comes(world: World):
    resident = world.resident()
    approve_at(world, "22:00:00", resident)
    awake(world, resident).patch(
        "/v1/me", {"quiet_hours": {"from": "21:00", "to": "10:00"}}
    )
    until(world, "09:59:59", day=24)
    assert rung(world, resident.me["phone"]) == []
    until(world, "10:30:00", day=24)
    assert len(rung(world, resident.me["phone"])) == 1


def test_no_hours_of_ones_own_are_the_houses(world: World):
    resident = world.resident()
    resident.patch("/v1/me", {"quiet_hours": {"from": "00:00", "to": "00:00"}})
    approve_at(world, "23:30:00", resident)
    assert rung(world, resident.me["phone"]) == ["23 23:30:00"]
    awake(world, resident).patch("/v1/me", {"quiet_hours": None})
    approve_at(world, "23:45:00", resident, title="一把伞")
    assert len(rung(world, resident.me["phone"])) == 1


def test_a_carers_phone_keeps_the_carers_hours(world: World):
    carer = world.person("李强")
    world.phone_of(carer).patch(
        "/v1/me", {"quiet_hours": {"from": "13:00", "to": "15:00"}}
    )
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    until(world, "13:30:00")
    boss = world.phone_of(world.admin)
    wish = boss.post(
        "/v1/wishes", world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"})
    ).json["id"]
    boss.post(f"/v1/wishes/{wish}/approve")
    assert rung(world, carer.phone or "") == []
    until(world, "15:30:00")
    assert len(rung(world, carer.phone or "")) == 1


def test_who_opts_out_overnight_is_not_rung_in_the_morning():
    with a_world(sms_providers=PROVIDERS) as world:
        resident = world.resident()
        approve_at(world, "22:00:00", resident)
        reply(world, resident.me["phone"], "TD")
        until(world, "09:00:00", day=24)
        line = messages(world, resident.me["id"])[0]
        assert (line["state"], line["reason"], line["channel"]) == (
            "suppressed",
            "opted_out",
            "none",
        )
        assert rung(world, resident.me["phone"]) == []


def test_what_is_no_longer_true_in_the_morning_is_not_told(world: World):
    resident = world.resident()
    wish_id = approve_at(world, "22:00:00", resident)
    assert (
        awake(world, resident).post(f"/v1/wishes/{wish_id}/withdraw", {}).status == 200
    )
    until(world, "09:00:00", day=24)
    assert [(line.state, line.reason) for line in lines()] == [("suppressed", "over")]
    assert (rung(world, resident.me["phone"]), visits(world)) == ([], [])


def test_a_morning_tells_what_is_true_then(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish_id = approve_at(world, "22:00:00", resident)
    until(world, "22:10:00")
    claimed = awake(world, helper).post(f"/v1/wishes/{wish_id}/claim")
    assert claimed.status == 200
    until(world, "09:00:00", day=24)
    assert [letter.kind for letter in world.sms_to(resident.me["phone"])] == [
        "wish.claimed"
    ]
    code = delivery_code(world.services.keys, claimed.json["claims"][0]["id"])
    assert code in world.sms_to(resident.me["phone"])[0].text


def test_codes_come_at_night(world: World):
    until(world, "23:30:00")
    world.sign_in("+8613812345678", consent="2026-11")
    assert rung(world, "+8613812345678") == ["23 23:30:00"]


@pytest.mark.parametrize(
    ("asked", "event", "rings"),
    [
        ("23 12:00:00", "24 08:00:00", "23 20:00:00"),  # the evening before
        ("23 21:30:00", "24 08:20:00", "24 08:00:00"),  # too late for that
        ("23 21:30:00", "24 08:00:00", "never"),
    ],
)
def test_a_reminder_of_an_event_in_the_morning(
    world: World, asked: str, event: str, rings: str
):
    resident = world.resident()
    wish_id = world.open_wish(resident)
    day, _, clock = asked.partition(" ")
    until(world, clock, int(day))

    def instant(text: str) -> datetime:
        return (
            datetime.fromisoformat(f"2026-11-{text.replace(' ', 'T')}")
            .replace(tzinfo=ZONE)
            .astimezone(UTC)
        )

    due = a_job(
        id="due_event",
        at=world.clock.now(),
        shard="s0",
        kind="wish.reopened",
        subject=wish_id,
        to=resident.me["id"],
        not_before=instant("24 07:00:00"),
        not_after=instant(event),
    )
    world.services.outbox.put(due)
    until(world, "12:00:00", 24)
    found = [
        f"{one.sent_at.astimezone(ZONE):%d %H:%M:%S}"
        for one in world.sms_to(resident.me["phone"], "wish.reopened")
    ]
    assert found == ([] if rings == "never" else [rings])
    missed = [
        visit for visit in visits(world) if visit["title"].endswith("已重新上墙。")
    ]
    assert len(missed) == (rings == "never")  # nobody is woken, and somebody goes


def test_a_house_elsewhere_keeps_its_own_clock(world: World):
    """At 21:00 in Shanghai it is 14:00 in Berlin."""
    world.services.places.found_street("kreuzberg", "Kreuzberg", "Europe/Berlin")
    boss = world.phone_of(
        world.services.person_admin.bootstrap_admin(
            "+8613700000001", "外街", "kreuzberg"
        )
    )
    for code in ("kreuzberg.sued", "kreuzberg.sued.g01", "kreuzberg.sued.g01.b01"):
        assert boss.put(f"/v1/places/{code}", {"name": code}).status in (200, 201)
    number = "+8613812345678"
    created = boss.post(
        "/v1/people",
        {"name": "安娜", "phone": number, "home": "kreuzberg.sued.g01.b01"},
    )
    assert created.status == 201, created.text
    until(world, "21:30:00")
    person = world.services.people.find(created.json["id"])
    assert person
    anna = world.phone_of(person)
    wish = anna.post("/v1/wishes", world.wish_body()).json["id"]
    admin = world.services.people.phone_owner("+8613700000001")
    assert admin
    assert world.phone_of(admin).post(f"/v1/wishes/{wish}/approve").status == 200
    assert rung(world, number) == ["23 21:30:00"]
    world.pass_time(hours=7)  # 21:30 in Berlin
    other = (
        world.phone_of(person)
        .post("/v1/wishes", world.wish_body(title="一把伞"))
        .json["id"]
    )
    assert world.phone_of(admin).post(f"/v1/wishes/{other}/approve").status == 200
    assert len(rung(world, number)) == 1


def test_who_is_not_rung_before_midnight_is_not_passed_over_silently(world: World):
    """She sleeps by day. After midnight "tomorrow" would not be true, and the next step is not until nine."""
    helper = world.volunteer()
    assert (
        helper.patch("/v1/me", {"quiet_hours": {"from": "08:00", "to": "00:30"}}).status
        == 200
    )
    helper = world.phone_of(world.services.people.find(helper.me["id"]))
    assert (
        helper.post(
            f"/v1/wishes/{world.open_wish(needed_by='2026-11-27')}/claim"
        ).status
        == 200
    )
    for day in (25, 26):
        until(world, "10:00:00", day)
        told = [
            visit["title"]
            for visit in visits(world)
            if visit["title"].startswith("赵志强：提醒")
        ]
        assert len(told) == 1, day  # somebody goes and tells her, while it is true
    until(world, "10:00:00", 28)
    assert [letter.kind for letter in world.sms_to(helper.me["phone"])] == [
        "wish.overdue",
        "wish.yours",
    ]
    fates = {
        line.kind: (line.state, line.reason)
        for line in lines()
        if line.person == helper.me["id"]
    }
    for kind in ("wish.due_in_2_days", "wish.due_tomorrow"):
        assert fates[kind] == ("suppressed", "missed")
