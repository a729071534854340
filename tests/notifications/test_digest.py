"""The daily digest: one message at six for low urgency, and for too many in a week."""

from collections.abc import Iterator

import pytest

from chalicelib.message_log.policy import MAX_DIGEST_ITEMS
from chalicelib.notifications.policy import WEEKLY_MESSAGES

from ..replies.builders import PROVIDERS, a_world, reply, state_of_wish, visits
from ..world import World
from .builders import awake, until, wait_for_digest
from .digests import digests, held, rung, states


@pytest.fixture
def world() -> Iterator[World]:
    with a_world(sms_providers=PROVIDERS) as world:
        yield world


def test_messages_of_low_urgency_come_at_six_in_one_message(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞", "一口锅")
    assert states(resident) == ["held"] * 3
    until(world, "17:59:59")
    assert rung(world, resident) == []
    until(world, "18:00:00")
    assert rung(world, resident, None) == ["23 18:00:00"]
    text = digests(world, resident)[0]
    assert text.startswith(
        "【春晖】今日3条：您的心愿「一盏灯」已上墙，有人认领会通知您。 您的心愿「一把伞」"
    )
    assert "一口锅" in text
    assert states(resident) == ["sent"] * 3
    until(world, "18:00:00", day=24)
    assert rung(world, resident, None) == ["23 18:00:00"]
    assert visits(world) == []


def test_an_english_digest(world: World):
    resident = world.resident(locale="en")
    held(world, resident, "a lamp")
    until(world, "18:00:00")
    assert digests(world, resident)[0].startswith(
        "【春晖】Today, 1: Your wish “a lamp” is on the wall."
    )


def test_messages_that_are_over_at_six_are_left_out(world: World):
    resident = world.resident()
    gone, stays = held(world, resident, "一盏灯", "一把伞")
    resident.post(f"/v1/wishes/{gone}/withdraw", {})
    until(world, "18:00:00")
    assert "一盏灯" not in digests(world, resident)[0]
    assert digests(world, resident)[0].startswith(
        "【春晖】今日1条：您的心愿「一把伞」"
    )
    assert states(resident) == ["sent", "suppressed over"]
    assert state_of_wish(world, stays) == "open"


def test_a_digest_of_messages_that_are_all_over_is_not_sent(world: World):
    resident = world.resident()
    for id in held(world, resident, "一盏灯", "一把伞"):
        resident.post(f"/v1/wishes/{id}/withdraw", {})
    until(world, "19:00:00")
    assert digests(world, resident) == []
    assert states(resident) == ["suppressed over"] * 2
    assert visits(world) == []


def test_a_long_digest_states_the_count_and_is_cut(world: World):
    resident = world.resident()
    titles = [f"第{n}个" for n in range(MAX_DIGEST_ITEMS + 2)]
    held(world, resident, *titles)
    until(world, "18:00:00")
    text = digests(world, resident)[0]
    assert text.startswith(f"【春晖】今日{len(titles)}条：")
    for title in titles[:MAX_DIGEST_ITEMS]:
        assert title in text
    for title in titles[MAX_DIGEST_ITEMS:]:
        assert title not in text
    assert states(resident) == ["sent"] * len(titles)  # the rest is in the app
    assert len(awake(world, resident).get("/v1/me/inbox").json["items"]) == len(
        titles
    )


@pytest.mark.parametrize(
    ("clock", "day"),
    [("17:29:59", 23), ("17:30:00", 24), ("17:59:59", 24), ("18:30:00", 24)],
)
def test_a_digest_takes_no_more_messages_after_its_cutoff(
    world: World, clock: str, day: int
):
    resident = world.resident()
    wait_for_digest(world)
    until(world, clock)
    world.open_wish(awake(world, resident))
    until(world, "19:00:00", day=24)
    assert rung(world, resident) == [f"{day} 18:00:00"]


def test_each_day_has_its_own_digest(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯")
    until(world, "17:45:00")
    world.open_wish(awake(world, resident), title="一把伞")
    until(world, "19:00:00", day=24)
    assert rung(world, resident) == ["23 18:00:00", "24 18:00:00"]
    assert ["一把伞" in text for text in digests(world, resident)[::-1]] == [
        False,
        True,
    ]
    assert states(resident) == ["sent"] * 2


def test_a_digest_waits_for_the_end_of_the_residents_quiet_hours(world: World):
    resident = world.resident()
    resident.patch("/v1/me", {"quiet_hours": {"from": "17:00", "to": "19:00"}})
    held(world, resident, "一盏灯", "一把伞")
    until(world, "18:59:59")
    assert rung(world, resident) == []
    until(world, "21:00:00")
    assert "23 19:00:00" <= rung(world, resident)[0] < "23 19:30:00"
    assert len(rung(world, resident)) == 1
    assert states(resident) == ["sent"] * 2


# the weekly limit


def test_the_fifteenth_message_of_a_week_waits_for_the_digest(world: World):
    resident = world.resident()
    for n in range(WEEKLY_MESSAGES + 2):
        world.open_wish(resident, title=f"第{n}个")
        world.pass_time(seconds=5)
    assert (
        len(world.sms_to(resident.me["phone"], "wish.approved"))
        == WEEKLY_MESSAGES
    )
    until(world, "18:00:00")
    assert digests(world, resident)[0].startswith("【春晖】今日2条：")
    world.pass_time(days=7)
    world.open_wish(awake(world, resident), title="下周的")
    world.pass_time(hours=14)
    assert (
        len(world.sms_to(resident.me["phone"], "wish.approved"))
        == WEEKLY_MESSAGES + 1
    )


def test_a_question_is_asked_at_once_even_in_a_full_week(
    world: World,
):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = world.open_wish(resident)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    for n in range(WEEKLY_MESSAGES):
        world.open_wish(resident, title=f"第{n}个")
    helper.post(f"/v1/wishes/{wish_id}/deliver", {})
    assert len(world.sms_to(resident.me["phone"], "wish.delivered")) == 1
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"
