"""What people write back: leave me alone, yes, no, and everything else that people write."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.catalogue import TEMPLATES, question_words
from chalicelib.message_log.policy import NO, QUESTION_CLASH, QUESTION_LASTS, YES
from chalicelib.replies.policy import STOP
from chalicelib.replies.service import word_of
from chalicelib.wishes.repository import WishRepository

from ..store.scan import Reads, everything, save
from ..world import Phone, World
from .builders import (
    consents,
    delivered,
    expiring,
    messages,
    reply,
    report,
    scripted,
    state_of,
    state_of_wish,
    visits,
    webhook,
)

find_wish = Reads(WishRepository).find_wish

# to be left alone


@pytest.mark.parametrize(
    "text",
    [
        "TD",
        "T",
        "R",
        "退订",
        "td",
        "ＴＤ",
        " t d ",
        "Td。",
        "\tTD\r\n",
        "“退订”",
        "拒收!",
        "\u3000r\u200b",
    ],
)
def test_who_writes_stop_gets_no_more_sms_and_it_stands_in_the_ledger(
    world: World, text: str
):
    resident = world.resident()
    reply(world, resident.me["phone"], text)
    assert resident.get("/v1/me").json["channels"]["sms"] is False
    assert ("sms", False) in consents(world, resident)
    world.open_wish(resident)
    assert world.sms_to(resident.me["phone"]) == []
    line = messages(world, resident.me["id"], "wish.approved")[0]
    assert (line["state"], line["reason"], line["channel"]) == (
        "suppressed",
        "opted_out",
        "none",
    )
    assert [visit["id"] for visit in visits(world)] == [line["id"]]


def test_codes_still_come_to_who_wants_no_sms(world: World):
    resident = world.resident()
    reply(world, resident.me["phone"], "TD")
    assert (
        world.sign_in(resident.me["phone"], consent="2026-11").me["id"]
        == resident.me["id"]
    )


def test_who_has_mail_is_told_by_mail_instead(world: World):
    resident = world.resident()
    resident.post("/v1/me/email", {"address": "wang@example.com"})
    code = world.mailbox.read("wang@example.com")[0].text.split("验证码 ")[1][:6]
    assert resident.post("/v1/me/email/verify", {"code": code}).status == 200
    reply(world, resident.me["phone"], "退订")
    world.open_wish(resident)
    assert [letter.kind for letter in world.mailbox.read("wang@example.com")] == [
        "wish.approved",
        "code.email",
    ]
    assert visits(world) == []


def test_the_same_stop_again_does_nothing_when_she_has_thought_better_of_it(
    world: World,
):
    resident = world.resident()
    reply(world, resident.me["phone"], "TD", id="r-1")
    assert resident.patch("/v1/me", {"channels": {"sms": True}}).status == 200
    for _ in range(2):
        reply(world, resident.me["phone"], "TD", id="r-1")
    assert resident.get("/v1/me").json["channels"]["sms"] is True
    assert len([line for line in consents(world, resident) if line[0] == "sms"]) == 1
    reply(world, resident.me["phone"], "TD", id="r-2")
    assert resident.get("/v1/me").json["channels"]["sms"] is False


def test_two_providers_may_use_the_same_ids_and_one_may_use_them_twice(world: World):
    one, other = world.resident(), world.resident()
    reply(world, one.me["phone"], "你好", id="1")
    reply(world, one.me["phone"], "TD", id="1")
    reply(world, other.me["phone"], "TD", id="1")
    assert [phone.get("/v1/me").json["channels"]["sms"] for phone in (one, other)] == [
        False,
        False,
    ]


def test_a_stop_between_the_commit_and_the_attempt_wins(world: World):
    """Refused for now, she opts out, and the second attempt is not made."""
    resident = world.resident()
    east = scripted(world, Refused("429"))
    world.open_wish(resident)
    reply(world, resident.me["phone"], "TD")
    world.pass_time(minutes=10)
    assert len(east.sent) == 1
    assert [visit["title"].partition("：")[0] for visit in visits(world)] == ["王秀英"]


def test_a_phone_that_nobody_owns_and_numbers_from_abroad_hold_up_nobody(world: World):
    resident = world.resident()
    numbers = [
        "+8613812345678",
        "+14155552671",
        "10086",
        "",
        "not a number",
        "+86 10 6552 9988",
        "9" * 40,
    ]
    everybody = [*numbers, resident.me["phone"].removeprefix("+86")]
    replies = [
        {"id": f"r{n}", "phone": phone, "text": "TD"}
        for n, phone in enumerate(everybody)
    ]
    assert webhook(world, {"replies": replies}).status == 204
    assert resident.get("/v1/me").json["channels"]["sms"] is False


def test_a_carers_stop_is_for_the_carers_phone(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    reply(world, carer.phone or "", "TD")
    assert world.phone_of(carer).get("/v1/me").json["channels"]["sms"] is False
    wish = (
        world.phone_of(carer)
        .post(
            "/v1/wishes",
            world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"}),
        )
        .json
    )
    assert (
        world.phone_of(world.admin).post(f"/v1/wishes/{wish['id']}/approve").status
        == 200
    )
    assert (world.sms_to(carer.phone or ""), len(visits(world))) == ([], 1)


# yes and no


def test_a_delivery_that_she_confirms_is_fulfilled_and_the_helper_is_thanked(
    world: World,
):
    resident, helper = world.resident(), world.volunteer()
    wish_id = delivered(world, resident, helper)
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"
    assert len(world.sms_to(helper.me["phone"], "wish.thanks")) == 1


def test_a_delivery_that_she_denies_is_disputed_and_staff_are_told(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    reply(world, resident.me["phone"], "2")
    assert state_of_wish(world, wish_id) == "disputed"
    assert len(world.sms_to(world.admin.phone or "", "wish.disputed_staff")) == 1


def test_a_wish_that_is_still_needed_is_kept(world: World):
    resident = world.resident()
    wish_id = expiring(world, resident)
    reply(world, resident.me["phone"], "需要。")
    assert state_of_wish(world, wish_id) == "open"
    world.pass_time(days=4)
    assert state_of_wish(world, wish_id) == "open"


def test_a_wish_that_is_no_longer_needed_is_withdrawn(world: World):
    resident = world.resident()
    wish_id = expiring(world, resident)
    reply(world, resident.me["phone"], "2")
    assert state_of_wish(world, wish_id) == "withdrawn"


def test_a_carer_answers_for_the_resident(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    phone, helper = world.phone_of(carer), world.volunteer()
    wish = phone.post(
        "/v1/wishes", world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"})
    ).json["id"]
    world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve")
    helper.post(f"/v1/wishes/{wish}/claim")
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    reply(world, carer.phone or "", "1")
    assert state_of_wish(world, wish) == "fulfilled"


def test_a_carer_who_was_asked_and_is_the_helper_does_not_confirm_it_herself(
    world: World,
):
    """Such questions are not asked at her phone any more; one that was asked before is not answered there either."""
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    boss, helper = world.phone_of(world.admin), world.volunteer()
    wish_id = boss.post(
        "/v1/wishes", world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"})
    ).json["id"]
    boss.post(f"/v1/wishes/{wish_id}/approve")
    helper.post(f"/v1/wishes/{wish_id}/claim")
    helper.post(f"/v1/wishes/{wish_id}/deliver", {})
    assert len(world.sms_to(carer.phone or "", "wish.delivered")) == 1
    wish = find_wish(wish_id)
    assert wish
    save(replace(wish, claims=(replace(wish.claims[0], helper=carer.id),)))
    reply(world, carer.phone or "", "1")
    assert state_of_wish(world, wish_id) == "delivered"


def later(world: World, resident: Phone, wait: timedelta = QUESTION_CLASH) -> Phone:
    """Her phone, signed in anew, after a while."""
    world.pass_time(seconds=wait.total_seconds())
    person = world.services.people.find(resident.me["id"])
    assert person
    return world.phone_of(person)


def test_the_latest_question_is_meant_and_a_doubled_answer_answers_nothing_further(
    world: World,
):
    resident = world.resident()
    older = delivered(world, resident, title="一盏灯")
    latest = delivered(world, later(world, resident), title="一把伞")
    for _ in range(3):
        reply(world, resident.me["phone"], "1")
    assert (state_of_wish(world, older), state_of_wish(world, latest)) == (
        "delivered",
        "fulfilled",
    )


@pytest.mark.parametrize("word", ["1", "2", "是", "收到", "没收到"])
def test_of_two_questions_asked_together_a_word_that_fits_both_answers_neither(
    world: World, word: str
):
    """Both stand on her screen; a lamp must not be disputed for an umbrella. Staff ring her after three days."""
    resident = world.resident()
    first = delivered(world, resident, title="一盏灯")
    second = delivered(
        world,
        later(world, resident, QUESTION_CLASH - timedelta(minutes=1)),
        title="一把伞",
    )
    reply(world, resident.me["phone"], word)
    assert [state_of_wish(world, id) for id in (first, second)] == [
        "delivered",
        "delivered",
    ]
    world.pass_time(days=3, hours=1)
    assert len(world.sms_to(world.admin.phone or "", "wish.unconfirmed_staff")) == 2


@pytest.mark.parametrize(
    ("words", "kettle", "umbrella"),
    [
        (["1"], "open", "delivered"),
        (["2"], "open", "delivered"),
        (["收到"], "open", "fulfilled"),
        (["没收到"], "open", "disputed"),
        (["不需要"], "withdrawn", "delivered"),
        (["收到", "收到", "不需要"], "withdrawn", "fulfilled"),
        (["不需要", "没收到", "不需要"], "withdrawn", "disputed"),
        (
            ["收到", "2"],
            "open",
            "fulfilled",
        ),  # whichever she means by it: nothing is withdrawn by a guess
    ],
)
def test_a_word_of_its_own_finds_its_question_among_two(
    world: World, words: list[str], kettle: str, umbrella: str
):
    resident = world.resident()
    expires = world.open_wish(resident, needed_by="2026-11-25")
    resident = later(
        world, resident, timedelta(days=3, minutes=25)
    )  # five past nine: she has just been asked
    assert world.sms_to(resident.me["phone"], "wish.expiring")
    came = delivered(world, resident, title="一把伞")
    for word in words:
        reply(world, resident.me["phone"], word)
    assert (state_of_wish(world, expires), state_of_wish(world, came)) == (
        kettle,
        umbrella,
    )


@pytest.mark.parametrize("word", ["收到", "没收到"])
def test_a_wish_is_not_withdrawn_by_a_word_about_a_delivery(world: World, word: str):
    resident = world.resident()
    wish_id = expiring(world, resident)
    reply(world, resident.me["phone"], word)
    assert state_of_wish(world, wish_id) == "open"
    reply(world, resident.me["phone"], "不需要")  # and the question is still one
    assert state_of_wish(world, wish_id) == "withdrawn"


@pytest.mark.parametrize("word", ["需要", "不需要"])
def test_a_delivery_is_not_confirmed_by_a_word_about_a_need(world: World, word: str):
    resident = world.resident()
    wish_id = delivered(world, resident)
    reply(world, resident.me["phone"], word)
    assert state_of_wish(world, wish_id) == "delivered"


def test_the_same_question_asked_again_is_one_question(world: World):
    """Asked on the day and on the next: a "1" is for the one delivery, however close they come."""
    resident = world.resident()
    wish_id = delivered(world, resident)
    world.pass_time(days=1, minutes=1)
    assert world.sms_to(resident.me["phone"], "wish.unconfirmed")
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"


def test_every_question_has_words_of_its_own(world: World):
    assert set(question_words()) == {
        kind for kind, template in TEMPLATES.items() if template.asks
    }


def test_the_same_reply_again_does_not_answer_what_is_asked_meanwhile(world: World):
    resident = world.resident()
    reply(world, resident.me["phone"], "1", id="r-early")  # nothing was asked
    first = delivered(world, resident)
    reply(world, resident.me["phone"], "1", id="r-early")
    assert state_of_wish(world, first) == "delivered"
    reply(world, resident.me["phone"], "2", id="r-first")
    second = delivered(world, resident)
    reply(world, resident.me["phone"], "2", id="r-first")
    assert (state_of_wish(world, first), state_of_wish(world, second)) == (
        "disputed",
        "delivered",
    )


def test_of_two_questions_one_of_which_is_in_doubt_neither_is_answered(world: World):
    resident = world.resident()
    older = delivered(world, resident)
    resident, helper = later(world, resident), world.volunteer()
    east = scripted(world)
    latest = world.open_wish(resident, title="一把伞")
    helper.post(f"/v1/wishes/{latest}/claim")
    east.script = [TimeoutError()]
    helper.post(f"/v1/wishes/{latest}/deliver", {})
    reply(world, resident.me["phone"], "1")
    assert (state_of_wish(world, older), state_of_wish(world, latest)) == (
        "delivered",
        "delivered",
    )
    doubted = next(
        line
        for line in messages(world, resident.me["id"])
        if line["state"] == "unknown"
    )
    report(world, doubted["id"])  # now it is known that she has it
    reply(world, resident.me["phone"], "1")
    assert (state_of_wish(world, older), state_of_wish(world, latest)) == (
        "delivered",
        "fulfilled",
    )


def test_the_only_question_is_meant_even_where_it_is_in_doubt(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    scripted(world, TimeoutError())
    helper.post(f"/v1/wishes/{wish_id}/deliver", {})
    assert state_of(world, resident.me["id"], "wish.delivered") == "unknown"
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"


def test_a_question_that_the_provider_refused_for_good_is_not_meant(world: World):
    resident, helper = world.resident(), world.volunteer()
    older = delivered(world, resident, helper)
    east = scripted(world)
    latest = world.open_wish(resident, title="一把伞")
    helper.post(f"/v1/wishes/{latest}/claim")
    east.script = [Refused("blacklisted", final=True)]
    helper.post(f"/v1/wishes/{latest}/deliver", {})
    reply(world, resident.me["phone"], "1")
    assert (state_of_wish(world, older), state_of_wish(world, latest)) == (
        "fulfilled",
        "delivered",
    )


def test_a_question_that_was_refused_does_not_put_the_next_one_in_doubt(world: World):
    resident, helper = world.resident(), world.volunteer()
    ids = [world.open_wish(resident, title=title) for title in ("一盏灯", "一把伞")]
    for id in ids:
        helper.post(f"/v1/wishes/{id}/claim")
    scripted(world, Refused("blacklisted", final=True), TimeoutError())
    for id in ids:
        helper.post(f"/v1/wishes/{id}/deliver", {})
    reply(world, resident.me["phone"], "1")
    assert [state_of_wish(world, id) for id in ids] == ["delivered", "fulfilled"]


def test_a_question_that_was_asked_long_ago_is_not_answered(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    asked_again = world.services.clock.now() + QUESTION_LASTS
    world.clock.move_to(asked_again)  # nothing is pumped: no reminder asks her again
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "delivered"


def test_an_old_question_does_not_come_back_behind_a_newer_one(world: World):
    resident = world.resident()
    older = delivered(world, resident)
    world.clock.move_to(world.clock.now() + QUESTION_LASTS)
    resident, helper = (
        world.phone_of(world.services.people.find(resident.me["id"])),
        world.volunteer(),
    )
    latest = world.open_wish(resident, title="一把伞")
    helper.post(f"/v1/wishes/{latest}/claim")
    scripted(world, Refused("blacklisted", final=True))
    helper.post(f"/v1/wishes/{latest}/deliver", {})
    reply(world, resident.me["phone"], "1")
    assert (state_of_wish(world, older), state_of_wish(world, latest)) == (
        "delivered",
        "delivered",
    )


def test_her_own_tap_in_the_app_comes_before_her_answer(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish_id = delivered(world, resident, helper)
    assert (
        resident.post(f"/v1/wishes/{wish_id}/dispute", {"reason": "少了一个"}).status
        == 200
    )
    version = resident.get(f"/v1/wishes/{wish_id}").json["version"]
    reply(world, resident.me["phone"], "1")
    seen = resident.get(f"/v1/wishes/{wish_id}").json
    assert (seen["state"], seen["version"]) == ("disputed", version)
    assert world.sms_to(helper.me["phone"], "wish.thanks") == []


def test_her_answer_comes_before_her_own_tap_in_the_app(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish_id = delivered(world, resident, helper)
    reply(world, resident.me["phone"], "1")
    assert resident.post(f"/v1/wishes/{wish_id}/confirm", {"rating": 5}).status == 200
    assert (
        resident.post(f"/v1/wishes/{wish_id}/dispute", {"reason": "少了一个"}).status
        == 409
    )
    assert len(world.sms_to(helper.me["phone"], "wish.thanks")) == 1


def test_an_answer_of_somebody_blocked_or_gone_does_nothing(world: World):
    resident, gone = world.resident(), world.resident()
    ids = [delivered(world, phone, title="一盏灯") for phone in (resident, gone)]
    boss = world.phone_of(world.admin)
    assert (
        boss.put(
            f"/v1/people/{resident.me['id']}/blocked",
            {"blocked": True, "reason": "冒用"},
        ).status
        == 200
    )
    assert gone.delete("/v1/me").status == 202
    before = [state_of_wish(world, id) for id in ids]
    for phone in (resident, gone):
        reply(world, phone.me["phone"], "1")
        reply(world, phone.me["phone"], "TD")
    assert [state_of_wish(world, id) for id in ids] == before


# everything else


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12",
        "1 2",
        "谢谢",
        "好的1",
        "TDD",
        "不退订",
        "😀" * 500,
        "🧓🏻‍🦽" * 500,
        "1" * 5000,
        "\x00",
    ],
)
def test_whatever_else_people_write_does_nothing(world: World, text: str):
    resident = world.resident()
    wish_id = delivered(world, resident)
    before = everything()
    reply(world, resident.me["phone"], text)
    assert (everything(), state_of_wish(world, wish_id)) == (before, "delivered")


def test_a_word_means_one_thing_however_it_is_typed():
    own = {
        word: yes
        for answers in question_words().values()
        for word, yes in answers.items()
    }
    words = YES | NO | STOP | set(own)
    assert len(words) == len(YES) + len(NO) + len(STOP) + len(own)
    assert all(
        answers.get(word, yes) is yes
        for answers in question_words().values()
        for word, yes in own.items()
    )
    assert {word_of(word) for word in words} == words
    for typed, word in (
        ("１", "1"),
        ("①", "1"),
        ("1️⃣", "1"),
        (" 1。", "1"),
        ("“1”", "1"),
        ("没 收 到！", "没收到"),
        ("ｙｅｓ", "YES"),
    ):
        assert word_of(typed) == word
