"""Digests and crashes, refusals, opt-outs, budgets and shared phones."""

from collections.abc import Iterator

import pytest

from chalicelib.adapters.ports import Refused

from ..replies.builders import (
    PROVIDERS,
    a_world,
    lines,
    reply,
    report,
    scripted,
    visits,
)
from ..store.scan import scheduled
from ..world import World
from .builders import a_send, awake, notify, until
from .digests import DIGEST, digests, held, states


@pytest.fixture
def world() -> Iterator[World]:
    with a_world(sms_providers=PROVIDERS) as world:
        yield world


class DigestKilled(BaseException):
    """The process is gone; no handler catches this."""


def killed(*_: object, **__: object) -> None:
    raise DigestKilled


def test_a_crash_after_sending_a_digest_does_not_send_it_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    with monkeypatch.context() as patched:
        patched.setattr(world.services.attempt_store, "settle_held", killed)
        with pytest.raises(DigestKilled):
            until(world, "18:00:00")
    assert len(digests(world, resident)) == 1
    assert states(resident) == ["held"] * 2
    world.pass_time(minutes=5)
    assert len(digests(world, resident)) == 1
    assert states(resident) == ["sent"] * 2


def test_a_crash_while_sending_a_digest_leads_to_visits_not_to_a_second_digest(
    world: World,
):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    east = scripted(world, killed)
    with pytest.raises(DigestKilled):
        until(world, "18:00:00")
    for _ in range(4):
        world.pass_time(minutes=1)
    assert len(east.sent) == 1
    assert states(resident) == ["unknown"] * 2
    assert states(resident, DIGEST) == ["unknown"]
    assert sorted(visit["title"] for visit in visits(world)) == [
        f"王秀英：您的心愿「{title}」已上墙，有人认领会通知您。"
        for title in sorted(("一盏灯", "一把伞"))
    ]


def test_a_message_after_a_crash_goes_into_the_next_digest(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident = world.resident()
    held(world, resident, "一盏灯")
    with monkeypatch.context() as patched:
        patched.setattr(world.services.attempt_store, "settle_held", killed)
        with pytest.raises(DigestKilled):
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
    assert visits(world) == []
    assert states(resident) == ["sent"] * 2
    assert len(digests(world, resident)) == 1
    assert report(world, id, status="failed").status == 204
    assert len(visits(world)) == 2
    assert states(resident) == ["dead"] * 2


def test_a_digest_that_is_refused_for_now_is_retried(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯")
    scripted(world, Refused("429"))
    until(world, "18:00:00")
    assert digests(world, resident) == []
    assert states(resident) == ["held"]
    until(world, "18:05:00")
    assert len(digests(world, resident)) == 1
    assert states(resident) == ["sent"]


def test_messages_of_a_digest_over_budget_lead_to_visits(
    world: World,
):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    world.services.sms_budget.budget_li = 0
    until(world, "18:30:00")
    assert digests(world, resident) == []
    assert states(resident) == ["suppressed budget"] * 2
    assert len(visits(world)) == 2


def test_a_resident_who_opts_out_before_six_gets_no_digest(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯", "一把伞")
    reply(world, resident.me["phone"], "TD")
    until(world, "18:30:00")
    assert digests(world, resident) == []
    assert states(resident) == ["suppressed opted_out"] * 2
    assert len(visits(world)) == 2


def test_a_resident_who_is_erased_before_six_gets_no_digest(world: World):
    resident = world.resident()
    held(world, resident, "一盏灯")
    assert world.erase(resident).status == 202
    until(world, "18:30:00")
    assert digests(world, resident) == []
    assert states(resident) == ["suppressed erased"]
    assert visits(world) == []


def test_a_message_to_two_people_with_one_phone_is_in_one_digest(world: World):
    """Each has their own digest that day. The message to both is in one of them."""
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
    texts = sorted(
        letter.text for letter in world.sms_to(owner.phone or "", DIGEST)
    )
    assert [text[:9] for text in texts] == [
        "【春晖】今日1条：",
        "【春晖】今日3条：",
    ]
    assert "一盏灯" not in texts[0]
