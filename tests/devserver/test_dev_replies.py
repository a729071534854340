"""POST /dev/reply says what became of a reply."""

from datetime import timedelta

import pytest

from chalicelib.catalogue import question_words
from chalicelib.message_log.policy import QUESTION_TTL
from chalicelib.replies.model import ReplyEffect
from chalicelib.replies.service import SmsReply
from devserver.dev_replies import _DETAILS

from ..world import Phone, World
from .requests import call, server

NUMBER = "+8613811112222"


def reply(world: World, phone: str, text: str) -> dict:
    answer = call(
        server(world), "POST", "/dev/reply", {"from": phone, "text": text}
    )
    assert answer[0] == 200, answer
    return answer[1]


def delivered_wish(world: World, resident: Phone, **fields: object) -> str:
    helper = world.volunteer()
    wish = world.open_wish(resident, **fields)
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    return wish


def test_an_answer_names_its_question_and_effects(world: World):
    resident = world.resident()
    wish = delivered_wish(world, resident)
    world.clock.advance(timedelta(minutes=1))
    answer = reply(world, resident.me["phone"], "1")
    messages = answer["effects"].pop("messages")
    assert answer == {
        "taken": True,
        "meaning": "yes",
        "question": "wish.delivered",
        "subject": wish,
        "effects": {"changed": True, "state": "fulfilled"},
        "detail": f"Answered 'yes' to wish.delivered: {wish} is now fulfilled;"
        f" {len(messages)} messages sent.",
        "now": "2026-11-23T00:41:00Z",
        "ran": {},
    }
    assert [message["kind"] for message in messages] == ["wish.thanks"]
    assert resident.get(f"/v1/wishes/{wish}").json["state"] == "fulfilled"


def test_an_answer_that_comes_too_late_changes_nothing(world: World):
    resident = world.resident()
    wish = delivered_wish(world, resident)
    assert resident.post(f"/v1/wishes/{wish}/confirm", {}).status == 200
    world.clock.advance(timedelta(minutes=1))
    answer = reply(world, resident.me["phone"], "2")
    assert (answer["meaning"], answer["effects"]["changed"]) == ("no", False)
    assert answer["effects"]["state"] == "fulfilled"
    assert "has not changed" in answer["detail"]


def test_a_number_without_a_country_code_is_chinas(world: World):
    resident = world.resident()
    delivered_wish(world, resident)
    assert reply(world, resident.me["phone"].removeprefix("+86"), "1")["taken"]


@pytest.mark.parametrize("text", ["TD", "退订"])
def test_an_opt_out_is_taken(world: World, text: str):
    resident = world.resident()
    answer = reply(world, resident.me["phone"], text)
    assert (answer["taken"], answer["meaning"]) == (True, "opted_out")
    assert resident.get("/v1/me").json["channels"]["sms"] is False


@pytest.mark.parametrize("text", ["1", "TD"])
def test_a_reply_from_an_unknown_phone_has_no_effect(world: World, text: str):
    assert_no_effect(reply(world, NUMBER, text), "unknown_phone")


def test_a_text_that_is_no_answer_has_no_effect(world: World):
    resident = world.resident()
    assert_no_effect(
        reply(world, resident.me["phone"], "你好"), "not_understood"
    )


def test_an_answer_without_a_question_has_no_effect(world: World):
    resident = world.resident()
    assert_no_effect(reply(world, resident.me["phone"], "1"), "no_question")


def test_an_answer_to_an_expired_question_has_no_effect(world: World):
    resident = world.resident()
    delivered_wish(world, resident)
    world.clock.advance(QUESTION_TTL)
    assert_no_effect(reply(world, resident.me["phone"], "1"), "too_late")


def test_a_word_for_another_question_has_no_effect(world: World):
    words = question_words()["offer.made"]
    resident = world.resident()
    delivered_wish(world, resident)
    answer = reply(world, resident.me["phone"], next(iter(words)))
    assert_no_effect(answer, "not_understood")


def test_a_second_answer_has_no_effect(world: World):
    resident = world.resident()
    delivered_wish(world, resident)
    assert reply(world, resident.me["phone"], "1")["taken"]
    assert_no_effect(
        reply(world, resident.me["phone"], "1"), "answered_already"
    )


def test_a_word_for_two_questions_has_no_effect_and_a_number_has(world: World):
    resident = world.resident()
    wishes = [
        delivered_wish(world, resident, title=title)
        for title in ("一个水壶", "一床棉被")
    ]
    assert_no_effect(reply(world, resident.me["phone"], "收到"), "in_doubt")
    for number, wish in zip(("71", "1"), reversed(wishes), strict=True):
        assert reply(world, resident.me["phone"], number)["subject"] == wish


def test_a_phone_that_has_changed_hands_may_not_answer(
    world: World, monkeypatch
):
    resident = world.resident()
    delivered_wish(world, resident)
    people = world.services.replies._people
    stranger = people.find(world.resident().me["id"])
    monkeypatch.setattr(people, "phone_owner", lambda phone: stranger)
    assert_no_effect(reply(world, resident.me["phone"], "1"), "not_allowed")


def test_a_repeated_reply_has_no_effect(world: World):
    resident = world.resident()
    again = SmsReply(id="r-1", phone=resident.me["phone"], text="TD")
    results = world.services.replies.receive("console", [], [again, again])
    effects = [result.effect for result in results]
    assert effects == [ReplyEffect.OPTED_OUT, ReplyEffect.REPEATED]


def test_each_effect_without_an_answer_has_a_sentence():
    assert set(_DETAILS) == set(ReplyEffect) - {ReplyEffect.ANSWERED}


def assert_no_effect(answer: dict, reason: str) -> None:
    assert (answer["taken"], answer["meaning"]) == (False, reason)
    assert answer["detail"].startswith("No effect: ")
    assert "effects" not in answer


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "nobody", "text": "1"},
        {"from": NUMBER},
        {"from": NUMBER, "text": ""},
    ],
)
def test_an_incomplete_reply_is_a_problem(world: World, body: dict):
    assert call(server(world), "POST", "/dev/reply", body)[0] == 422
