"""The question that a reply answers, where there are several."""

from datetime import timedelta

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.message_log.policy import QUESTION_TTL

from ..world import Phone, World
from .builders import (
    delivered,
    expiring,
    numbers,
    reply,
    scripted,
    state_of,
    state_of_wish,
    waiting,
)

HOUR = timedelta(hours=1)


def later(world: World, resident: Phone, wait: timedelta = HOUR) -> Phone:
    """Return the resident's phone with a fresh token, after a while."""
    world.pass_time(seconds=wait.total_seconds())
    person = world.services.people.find(resident.me["id"])
    assert person
    return world.phone_of(person)


@pytest.mark.parametrize("wait", [timedelta(0), HOUR, timedelta(days=1)])
def test_two_questions_have_numbers_of_their_own(world: World, wait: timedelta):
    resident = world.resident()
    phone = resident.me["phone"]
    older = delivered(world, resident, title="一盏灯")
    assert numbers(world, phone) == ("1", "2")
    latest = delivered(world, later(world, resident, wait), title="一把伞")
    assert numbers(world, phone, "wish.delivered") == ("71", "72")
    for _ in range(3):
        reply(world, phone, "1")
    assert state_of_wish(world, older) == "fulfilled"
    assert state_of_wish(world, latest) == "delivered"
    reply(world, phone, "72")
    assert state_of_wish(world, latest) == "disputed"


@pytest.mark.parametrize("word", ["是", "Y", "收到", "没收到"])
def test_a_word_that_fits_two_open_questions_waits_for_staff(
    world: World, word: str
):
    resident = world.resident()
    first = delivered(world, resident, title="一盏灯")
    second = delivered(world, later(world, resident), title="一把伞")
    reply(world, resident.me["phone"], word)
    assert [state_of_wish(world, id) for id in (first, second)] == [
        "delivered",
        "delivered",
    ]
    (task,) = waiting(world)
    assert task["subject"] == second


@pytest.mark.parametrize(
    ("words", "kettle", "umbrella"),
    [
        (["1"], "open", "delivered"),
        (["2"], "withdrawn", "delivered"),
        (["71"], "open", "fulfilled"),
        (["72", "2"], "withdrawn", "disputed"),
        (["是"], "open", "delivered"),
        (["收到"], "open", "fulfilled"),
        (["没收到"], "open", "disputed"),
        (["不需要"], "withdrawn", "delivered"),
        (["收到", "收到", "不需要"], "withdrawn", "fulfilled"),
        (["不需要", "没收到", "不需要"], "withdrawn", "disputed"),
        (["收到", "2"], "withdrawn", "fulfilled"),
    ],
)
def test_a_specific_word_answers_its_question_among_two(
    world: World, words: list[str], kettle: str, umbrella: str
):
    resident = world.resident()
    expires = world.open_wish(resident, needed_by="2026-11-25")
    # Five past nine: the question has just been asked.
    resident = later(world, resident, timedelta(days=3, minutes=25))
    assert world.sms_to(resident.me["phone"], "wish.expiring")
    came = delivered(world, resident, title="一把伞")
    for word in words:
        reply(world, resident.me["phone"], word)
    assert state_of_wish(world, expires) == kettle
    assert state_of_wish(world, came) == umbrella


@pytest.mark.parametrize("word", ["收到", "没收到"])
def test_a_word_about_a_delivery_does_not_withdraw_a_wish(
    world: World, word: str
):
    resident = world.resident()
    wish_id = expiring(world, resident)
    reply(world, resident.me["phone"], word)
    assert state_of_wish(world, wish_id) == "open"
    reply(world, resident.me["phone"], "不需要")  # the question is still open
    assert state_of_wish(world, wish_id) == "withdrawn"


@pytest.mark.parametrize("word", ["需要", "不需要"])
def test_a_word_about_a_need_does_not_confirm_a_delivery(
    world: World, word: str
):
    resident = world.resident()
    wish_id = delivered(world, resident)
    reply(world, resident.me["phone"], word)
    assert state_of_wish(world, wish_id) == "delivered"


def test_the_same_question_asked_again_is_one_question(world: World):
    """Two questions about one delivery: a "1" answers both."""
    resident = world.resident()
    wish_id = delivered(world, resident)
    world.pass_time(days=1, minutes=1)
    assert world.sms_to(resident.me["phone"], "wish.unconfirmed")
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"


def test_a_repeated_reply_does_not_answer_a_newer_question(world: World):
    resident = world.resident()
    reply(world, resident.me["phone"], "1", id="r-early")  # nothing was asked
    first = delivered(world, resident)
    reply(world, resident.me["phone"], "1", id="r-early")
    assert state_of_wish(world, first) == "delivered"
    reply(world, resident.me["phone"], "2", id="r-first")
    second = delivered(world, resident)
    reply(world, resident.me["phone"], "2", id="r-first")
    assert state_of_wish(world, first) == "disputed"
    assert state_of_wish(world, second) == "delivered"


def test_a_question_in_doubt_is_answered_by_its_numbers(world: World):
    """Who writes them has read them."""
    resident = world.resident()
    older = delivered(world, resident)
    resident, helper = later(world, resident), world.volunteer()
    east = scripted(world)
    latest = world.open_wish(resident, title="一把伞")
    helper.post(f"/v1/wishes/{latest}/claim")
    east.script = [TimeoutError()]
    helper.post(f"/v1/wishes/{latest}/deliver", {})
    assert "71" in east.sent[-1].text
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, older) == "fulfilled"
    assert state_of_wish(world, latest) == "delivered"
    reply(world, resident.me["phone"], "71")
    assert state_of_wish(world, latest) == "fulfilled"


def test_the_only_question_is_answered_even_if_in_doubt(world: World):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = world.open_wish(resident)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    scripted(world, TimeoutError())
    helper.post(f"/v1/wishes/{wish_id}/deliver", {})
    assert state_of(world, resident.me["id"], "wish.delivered") == "unknown"
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"


def test_a_finally_refused_question_is_not_answered(world: World):
    resident = world.resident()
    helper = world.volunteer()
    older = delivered(world, resident, helper)
    east = scripted(world)
    latest = world.open_wish(resident, title="一把伞")
    helper.post(f"/v1/wishes/{latest}/claim")
    east.script = [Refused("blacklisted", final=True)]
    helper.post(f"/v1/wishes/{latest}/deliver", {})
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, older) == "fulfilled"
    assert state_of_wish(world, latest) == "delivered"


def test_numbers_of_a_refused_question_are_free_for_the_next(world: World):
    resident = world.resident()
    helper = world.volunteer()
    ids = [
        world.open_wish(resident, title=title) for title in ("一盏灯", "一把伞")
    ]
    for id in ids:
        helper.post(f"/v1/wishes/{id}/claim")
    east = scripted(world, Refused("blacklisted", final=True), TimeoutError())
    for id in ids:
        helper.post(f"/v1/wishes/{id}/deliver", {})
    assert "收到请回复1，" in east.sent[-1].text
    reply(world, resident.me["phone"], "1")
    assert [state_of_wish(world, id) for id in ids] == [
        "delivered",
        "fulfilled",
    ]


def test_an_expired_question_is_not_answered(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    asked_again = world.services.clock.now() + QUESTION_TTL
    world.clock.move_to(asked_again)  # no job runs: no reminder asks again
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "delivered"


def test_an_expired_question_is_not_answered_in_place_of_a_newer_one(
    world: World,
):
    resident = world.resident()
    older = delivered(world, resident)
    world.clock.move_to(world.clock.now() + QUESTION_TTL)
    resident, helper = (
        world.phone_of(world.services.people.find(resident.me["id"])),
        world.volunteer(),
    )
    latest = world.open_wish(resident, title="一把伞")
    helper.post(f"/v1/wishes/{latest}/claim")
    scripted(world, Refused("blacklisted", final=True))
    helper.post(f"/v1/wishes/{latest}/deliver", {})
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, older) == "delivered"
    assert state_of_wish(world, latest) == "delivered"


def test_an_action_in_the_app_wins_over_a_later_reply(world: World):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = delivered(world, resident, helper)
    assert (
        resident.post(
            f"/v1/wishes/{wish_id}/dispute", {"reason": "少了一个"}
        ).status
        == 200
    )
    version = resident.get(f"/v1/wishes/{wish_id}").json["version"]
    reply(world, resident.me["phone"], "1")
    seen = resident.get(f"/v1/wishes/{wish_id}").json
    assert seen["state"] == "disputed"
    assert seen["version"] == version
    assert world.sms_to(helper.me["phone"], "wish.thanks") == []


def test_a_reply_wins_over_a_later_action_in_the_app(world: World):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = delivered(world, resident, helper)
    reply(world, resident.me["phone"], "1")
    assert (
        resident.post(f"/v1/wishes/{wish_id}/confirm", {"rating": 5}).status
        == 200
    )
    assert (
        resident.post(
            f"/v1/wishes/{wish_id}/dispute", {"reason": "少了一个"}
        ).status
        == 409
    )
    assert len(world.sms_to(helper.me["phone"], "wish.thanks")) == 1


def test_replies_of_blocked_or_erased_residents_do_nothing(world: World):
    resident = world.resident()
    gone = world.resident()
    ids = [
        delivered(world, phone, title="一盏灯") for phone in (resident, gone)
    ]
    boss = world.phone_of(world.admin)
    assert (
        boss.put(
            f"/v1/people/{resident.me['id']}/blocked",
            {"blocked": True, "reason": "冒用"},
        ).status
        == 200
    )
    assert world.erase(gone).status == 202
    before = [state_of_wish(world, id) for id in ids]
    for phone in (resident, gone):
        reply(world, phone.me["phone"], "1")
        reply(world, phone.me["phone"], "TD")
    assert [state_of_wish(world, id) for id in ids] == before
