"""The digest of the day: what is not pressing, or too much for one week, comes at six in the evening in one message."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.message_log.policy import DIGEST_LINES
from chalicelib.notifications.policy import WEEKLY_MESSAGES

from ..replies.builders import (
    PROVIDERS,
    a_world,
    lines,
    reply,
    report,
    scripted,
    state_of_wish,
    visits,
)
from ..store.scan import scheduled
from ..world import Phone, World
from .builders import a_send, notify, wait_for_digest

ZONE = ZoneInfo("Asia/Shanghai")
DIGEST = "reminders.digest"


@pytest.fixture
def world() -> Iterator[World]:
    with a_world(sms_providers=PROVIDERS) as world:
        yield world


def until(world: World, clock: str, day: int = 23) -> None:
    to = (
        datetime.fromisoformat(f"2026-11-{day}T{clock}")
        .replace(tzinfo=ZONE)
        .astimezone(UTC)
    )
    world.pump.move_to(to)


def awake(world: World, phone: Phone) -> Phone:
    """Her phone with a token that is still good."""
    person = world.services.people.find(phone.me["id"])
    assert person
    return world.phone_of(person)


def rung(world: World, phone: Phone, kind: str | None = DIGEST) -> list[str]:
    """When a phone rang, by the clock on the wall, oldest first."""
    return [
        f"{one.sent_at.astimezone(ZONE):%d %H:%M:%S}"
        for one in world.sms_to(phone.me["phone"], kind)[::-1]
    ]


def digests(world: World, phone: Phone) -> list[str]:
    return [letter.text for letter in world.sms_to(phone.me["phone"], DIGEST)]


def held(world: World, resident: Phone, *titles: str) -> list[str]:
    """Wishes of hers that were approved today, of which she has not heard."""
    wait_for_digest(world)
    ids = []
    for title in titles:
        ids.append(world.open_wish(resident, title=title))
        world.pass_time(seconds=10)
    assert world.sms_to(resident.me["phone"]) == []
    return ids


def states(phone: Phone, kind: str = "wish.approved") -> list[str]:
    return sorted(
        f"{line.state} {line.reason}".strip()
        for line in lines()
        if (line.person, line.kind) == (phone.me["id"], kind)
    )


def test_what_is_not_pressing_comes_at_six_in_one_message(world: World):
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
    assert (rung(world, resident, None), visits(world)) == (["23 18:00:00"], [])


def test_an_english_digest(world: World):
    resident = world.resident(locale="en")
    held(world, resident, "a lamp")
    until(world, "18:00:00")
    assert digests(world, resident)[0].startswith(
        "【春晖】Today, 1: Your wish “a lamp” is on the wall."
    )


def test_what_is_no_longer_true_at_six_is_left_out(world: World):
    resident = world.resident()
    gone, stays = held(world, resident, "一盏灯", "一把伞")
    resident.post(f"/v1/wishes/{gone}/withdraw", {})
    until(world, "18:00:00")
    assert "一盏灯" not in digests(world, resident)[0]
    assert digests(world, resident)[0].startswith("【春晖】今日1条：您的心愿「一把伞」")
    assert states(resident) == ["sent", "suppressed over"]
    assert state_of_wish(world, stays) == "open"


def test_where_nothing_is_true_any_more_no_phone_rings(world: World):
    resident = world.resident()
    for id in held(world, resident, "一盏灯", "一把伞"):
        resident.post(f"/v1/wishes/{id}/withdraw", {})
    until(world, "19:00:00")
    assert (digests(world, resident), states(resident), visits(world)) == (
        [],
        ["suppressed over"] * 2,
        [],
    )


def test_a_long_day_is_counted_but_cut(world: World):
    resident = world.resident()
    titles = [f"第{n}个" for n in range(DIGEST_LINES + 2)]
    held(world, resident, *titles)
    until(world, "18:00:00")
    text = digests(world, resident)[0]
    assert text.startswith(f"【春晖】今日{len(titles)}条：")
    assert [title in text for title in titles] == [True] * DIGEST_LINES + [False] * 2
    assert states(resident) == ["sent"] * len(titles)  # the rest stands in the app
    assert len(awake(world, resident).get("/v1/me/inbox").json["items"]) == len(titles)


@pytest.mark.parametrize(
    ("clock", "day"),
    [("17:29:59", 23), ("17:30:00", 24), ("17:59:59", 24), ("18:30:00", 24)],
)
def test_a_digest_that_is_about_to_be_made_takes_no_more_lines(
    world: World, clock: str, day: int
):
    resident = world.resident()
    wait_for_digest(world)
    until(world, clock)
    world.open_wish(awake(world, resident))
    until(world, "19:00:00", day=24)
    assert rung(world, resident) == [f"{day} 18:00:00"]


def test_each_day_has_a_digest_of_its_own(world: World):
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


def test_a_digest_waits_for_the_end_of_her_own_quiet_hours(world: World):
    resident = world.resident()
    resident.patch("/v1/me", {"quiet_hours": {"from": "17:00", "to": "19:00"}})
    held(world, resident, "一盏灯", "一把伞")
    until(world, "18:59:59")
    assert rung(world, resident) == []
    until(world, "21:00:00")
    assert "23 19:00:00" <= rung(world, resident)[0] < "23 19:30:00"
    assert (len(rung(world, resident)), states(resident)) == (1, ["sent"] * 2)


# enough for one week


def test_the_fifteenth_message_of_a_week_waits_for_the_digest(world: World):
    resident = world.resident()
    for n in range(WEEKLY_MESSAGES + 2):
        world.open_wish(resident, title=f"第{n}个")
        world.pass_time(seconds=5)
    assert len(world.sms_to(resident.me["phone"], "wish.approved")) == WEEKLY_MESSAGES
    until(world, "18:00:00")
    assert digests(world, resident)[0].startswith("【春晖】今日2条：")
    world.pass_time(days=7)
    world.open_wish(awake(world, resident), title="下周的")
    world.pass_time(hours=14)
    assert (
        len(world.sms_to(resident.me["phone"], "wish.approved")) == WEEKLY_MESSAGES + 1
    )


def test_a_question_is_asked_at_once_and_can_be_answered_however_much_she_was_told(
    world: World,
):
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    for n in range(WEEKLY_MESSAGES):
        world.open_wish(resident, title=f"第{n}个")
    helper.post(f"/v1/wishes/{wish_id}/deliver", {})
    assert len(world.sms_to(resident.me["phone"], "wish.delivered")) == 1
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"


def test_staff_are_not_rationed(world: World):
    resident = world.resident()
    wish_id = world.open_wish(resident)
    for n in range(WEEKLY_MESSAGES + 6):
        send = a_send(
            f"due_{n}", "staff:chunhui.baihua", "wish.disputed_staff", wish_id
        )
        notify(world, send, {"title": "一盏灯", "reason": "没收到"})
    assert (
        len(world.sms_to(world.admin.phone or "", "wish.disputed_staff"))
        == WEEKLY_MESSAGES + 6
    )


# when something goes wrong


class Killed(BaseException):
    """The process is gone; nothing of ours catches it."""


def killed(*_: object, **__: object) -> None:
    raise Killed


def test_a_crash_between_the_message_and_its_lines_tells_nobody_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    with monkeypatch.context() as patched:
        patched.setattr(world.services.attempt_store, "settle_held", killed)
        with pytest.raises(Killed):
            until(world, "18:00:00")
    assert (len(digests(world, resident)), states(resident)) == (1, ["held"] * 2)
    world.pass_time(minutes=5)
    assert (len(digests(world, resident)), states(resident)) == (1, ["sent"] * 2)


def test_a_crash_in_the_attempt_tells_nobody_twice_and_puts_its_lines_on_the_list(
    world: World,
):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    east = scripted(world, killed)
    with pytest.raises(Killed):
        until(world, "18:00:00")
    for _ in range(4):
        world.pass_time(minutes=1)
    assert (len(east.sent), states(resident), states(resident, DIGEST)) == (
        1,
        ["unknown"] * 2,
        ["unknown"],
    )
    assert sorted(visit["title"] for visit in visits(world)) == [
        f"王秀英：您的心愿「{title}」已上墙，有人认领会通知您。"
        for title in sorted(("一盏灯", "一把伞"))
    ]


def test_a_line_that_comes_after_a_crash_goes_into_the_next_digest(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident = world.resident()
    held(world, resident, "一盏灯")
    with monkeypatch.context() as patched:
        patched.setattr(world.services.attempt_store, "settle_held", killed)
        with pytest.raises(Killed):
            until(world, "18:00:00")
    world.open_wish(awake(world, resident), title="一把伞")
    until(world, "19:00:00", day=24)
    assert ["一把伞" in text for text in digests(world, resident)[::-1]] == [
        False,
        True,
    ]
    assert states(resident) == ["sent"] * 2


def test_a_digest_of_unknown_fate_is_settled_by_its_report(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    east = scripted(world)
    east.script = [east.take_and_hang]
    until(world, "18:30:00")
    assert len(visits(world)) == 2
    id = next(line.id for line in lines() if line.kind == DIGEST)
    assert report(world, id).status == 204
    assert (visits(world), states(resident), len(digests(world, resident))) == (
        [],
        ["sent"] * 2,
        1,
    )
    assert report(world, id, status="failed").status == 204
    assert (len(visits(world)), states(resident)) == (2, ["dead"] * 2)


def test_a_digest_that_is_refused_for_now_comes_a_little_later(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯")
    scripted(world, Refused("429"))
    until(world, "18:00:00")
    assert (digests(world, resident), states(resident)) == ([], ["held"])
    until(world, "18:05:00")
    assert (len(digests(world, resident)), states(resident)) == (1, ["sent"])


def test_a_digest_that_the_street_cannot_pay_puts_its_lines_on_the_list_and_not_itself(
    world: World,
):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    world.services.sms_budget.budget_li = 0
    until(world, "18:30:00")
    assert (digests(world, resident), states(resident), len(visits(world))) == (
        [],
        ["suppressed budget"] * 2,
        2,
    )


def test_who_opts_out_before_six_is_not_rung(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    reply(world, resident.me["phone"], "TD")
    until(world, "18:30:00")
    assert (digests(world, resident), states(resident), len(visits(world))) == (
        [],
        ["suppressed opted_out"] * 2,
        2,
    )


def test_who_has_left_before_six_is_told_nothing(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯")
    assert resident.delete("/v1/me").status == 202
    until(world, "18:30:00")
    assert (digests(world, resident), states(resident), visits(world)) == (
        [],
        ["suppressed erased"],
        [],
    )


def test_two_who_share_a_phone_hear_of_a_line_once(world: World):
    """Each has a digest of her own that day; what was for both stands in one of them."""
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    phone = world.phone_of(owner)
    both, hers = held(world, phone, "一盏灯", "一把伞")
    for line in lines():
        assert line.person == owner.id
    notify(
        world,
        a_send("due_both", f"people:{owner.id},{wife.id}", about=both),
        {"title": "一盏灯"},
    )
    notify(world, a_send("due_hers", wife.id, about=hers), {"title": "一把伞"})
    assert len({due.id for due in scheduled() if due.kind == DIGEST}) == 2
    until(world, "18:30:00")
    told = sorted(letter.text for letter in world.sms_to(owner.phone or "", DIGEST))
    assert [text[:9] for text in told] == ["【春晖】今日1条：", "【春晖】今日3条："]
    assert "一盏灯" not in told[0]
