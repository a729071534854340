"""Quiet hours over HTTP: everything is read at the moment of sending."""

import pytest

from chalicelib.wishes.codes import delivery_code

from ..job_rows import a_job
from ..replies.builders import (
    PROVIDERS,
    a_world,
    lines,
    messages,
    reply,
    visits,
)
from ..store.scan import scheduled
from ..world import Phone, World
from .builders import awake, instant, local_time, until


def rung(world: World, number: str) -> list[str]:
    """Return when a phone rang, in local time, newest first."""
    return [local_time(letter.sent_at) for letter in world.sms_to(number)]


def approve_at(world: World, clock: str, resident: Phone, **fields) -> str:
    until(world, clock)
    return world.open_wish(awake(world, resident), **fields)


def test_a_phone_rings_until_nine_in_the_evening(world: World):
    resident = world.resident()
    approve_at(world, "20:59:59", resident)
    assert rung(world, resident.me["phone"]) == ["23 20:59:59"]


def test_a_message_after_nine_in_the_evening_comes_in_the_morning(world: World):
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


def test_a_waiting_message_is_neither_in_the_log_nor_in_the_staff_queue(
    world: World,
):
    resident = world.resident()
    approve_at(world, "22:00:00", resident)
    assert lines() == []
    assert visits(world) == []
    assert [
        due.kind for due in scheduled() if due.kind.startswith("wish.")
    ] == ["wish.approved"]


def test_the_residents_quiet_hours_replace_the_default_ones(world: World):
    resident = world.resident()
    hours = {"quiet_hours": {"from": "12:30", "to": "14:00"}}
    assert resident.patch("/v1/me", hours).status == 200
    approve_at(world, "12:30:00", resident)
    until(world, "13:59:59")
    assert rung(world, resident.me["phone"]) == []
    until(world, "14:30:00")
    assert "23 14:00:00" <= rung(world, resident.me["phone"])[0] < "23 14:30:00"
    approve_at(world, "23:00:00", resident, title="一把伞")
    assert (
        len(rung(world, resident.me["phone"])) == 2
    )  # the default quiet hours are replaced


def test_quiet_hours_are_read_when_the_message_comes(world: World):
    resident = world.resident()
    approve_at(world, "22:00:00", resident)
    awake(world, resident).patch(
        "/v1/me", {"quiet_hours": {"from": "21:00", "to": "10:00"}}
    )
    until(world, "09:59:59", day=24)
    assert rung(world, resident.me["phone"]) == []
    until(world, "10:30:00", day=24)
    assert len(rung(world, resident.me["phone"])) == 1


def test_a_resident_without_quiet_hours_has_the_default_ones(world: World):
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
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
        ),
    ).json["id"]
    world.staff().post(f"/v1/wishes/{wish}/approve")
    assert rung(world, carer.phone or "") == []
    until(world, "15:30:00")
    assert len(rung(world, carer.phone or "")) == 1


def test_a_resident_who_opts_out_overnight_gets_no_sms_in_the_morning():
    with a_world(sms_providers=PROVIDERS) as world:
        resident = world.resident()
        approve_at(world, "22:00:00", resident)
        reply(world, resident.me["phone"], "TD")
        until(world, "09:00:00", day=24)
        line = messages(world, resident.me["id"])[0]
        assert line["state"] == "suppressed"
        assert line["reason"] == "opted_out"
        assert line["channel"] == "none"
        assert rung(world, resident.me["phone"]) == []


def test_a_message_that_is_over_in_the_morning_is_not_sent(world: World):
    resident = world.resident()
    wish_id = approve_at(world, "22:00:00", resident)
    assert (
        awake(world, resident).post(f"/v1/wishes/{wish_id}/withdraw", {}).status
        == 200
    )
    until(world, "09:00:00", day=24)
    assert [(line.state, line.reason) for line in lines()] == [
        ("suppressed", "over")
    ]
    assert rung(world, resident.me["phone"]) == []
    assert visits(world) == []


def test_a_message_in_the_morning_has_the_facts_of_the_morning(world: World):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = approve_at(world, "22:00:00", resident)
    until(world, "22:10:00")
    claimed = awake(world, helper).post(f"/v1/wishes/{wish_id}/claim")
    assert claimed.status == 200
    until(world, "09:00:00", day=24)
    assert [letter.kind for letter in world.sms_to(resident.me["phone"])] == [
        "wish.claimed"
    ]
    wish = world.services.wish_queries.get(wish_id)
    code = delivery_code(world.services.keys, wish.active[0])
    assert code in world.sms_to(resident.me["phone"])[0].text


def test_codes_are_sent_at_night(world: World):
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
def test_a_reminder_of_a_morning_event_comes_the_evening_before_if_possible(
    world: World, asked: str, event: str, rings: str
):
    resident = world.resident()
    wish_id = world.open_wish(resident)
    day, _, clock = asked.partition(" ")
    until(world, clock, int(day))
    event_day, _, event_clock = event.partition(" ")

    due = a_job(
        id="due_event",
        at=world.clock.now(),
        shard="s0",
        kind="wish.reopened",
        subject=wish_id,
        to=resident.me["id"],
        not_before=instant("07:00:00", 24),
        not_after=instant(event_clock, int(event_day)),
    )
    world.services.outbox.put(due)
    until(world, "12:00:00", 24)
    reminders = world.sms_to(resident.me["phone"], "wish.reopened")
    found = [local_time(letter.sent_at) for letter in reminders]
    assert (found or ["never"]) == [rings]
    missed = [
        visit
        for visit in visits(world)
        if visit["title"].endswith("已重新上墙。")
    ]
    assert len(missed) == (rings == "never")  # a visit replaces the message


def test_a_street_in_another_zone_keeps_its_own_time(world: World):
    """At 21:00 in Shanghai it is 14:00 in Berlin."""
    world.services.places.found_street(
        "kreuzberg", "Kreuzberg", "Europe/Berlin"
    )
    boss = world.phone_of(
        world.services.person_admin.bootstrap_admin(
            "+8613700000001", "外街", "kreuzberg"
        )
    )
    for code in (
        "kreuzberg.sued",
        "kreuzberg.sued.g01",
        "kreuzberg.sued.g01.b01",
    ):
        assert boss.put(f"/v1/places/{code}", {"name": code}).status in (
            200,
            201,
        )
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
    assert (
        world.phone_of(admin).post(f"/v1/wishes/{wish}/approve").status == 200
    )
    assert rung(world, number) == ["23 21:30:00"]
    world.pass_time(hours=7)  # 21:30 in Berlin
    other = (
        world.phone_of(person)
        .post("/v1/wishes", world.wish_body(title="一把伞"))
        .json["id"]
    )
    assert (
        world.phone_of(admin).post(f"/v1/wishes/{other}/approve").status == 200
    )
    assert len(rung(world, number)) == 1


def test_a_reminder_that_misses_its_day_leads_to_a_visit(world: World):
    """Quiet hours by day: after midnight "tomorrow" is not true; the next step is at nine."""
    helper = world.volunteer()
    assert (
        helper.patch(
            "/v1/me", {"quiet_hours": {"from": "08:00", "to": "00:30"}}
        ).status
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
        titles = [visit["title"] for visit in visits(world)]
        # There is one visit while the message is true.
        assert sum(title.startswith("赵志强：提醒") for title in titles) == 1, (
            day
        )
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
