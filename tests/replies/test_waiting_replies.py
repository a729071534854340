"""No reply is dropped: what answers nothing waits for staff, and its sender learns so."""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.replies.model import StoredReply
from chalicelib.replies.policy import REPLY_WITHIN, STRANGERS_PER_DAY

from ..store.scan import SK, scan
from ..world import BAIHUA, JINFENG, OTHER_GRID, UNIT, Phone, World
from .builders import delivered, reply, waiting

STRANGER = "+8613812345678"


def queue(phone: Phone, place: str) -> list[str]:
    items = phone.get(f"/v1/admin/queue?place={place}&limit=100").json["items"]
    return [item["id"] for item in items if item["kind"] == "message.reply"]


def letters(world: World, phone: str, kind: str) -> int:
    return len(world.sms_to(phone, kind))


def test_a_reply_waits_at_the_home_of_its_sender_until_it_is_handled(
    world: World,
):
    resident = world.resident()
    reply(world, resident.me["phone"], "什么时候来？")
    (task,) = waiting(world)
    assert task["title"] == "王秀英的短信：「什么时候来？」（不是回答）"
    assert task["place"] == UNIT
    assert task["subject"] is None
    due = world.clock.now() + REPLY_WITHIN
    assert task["due_at"] == due.isoformat().replace("+00:00", "Z")
    staff, elsewhere = world.staff(BAIHUA), world.staff(JINFENG)
    assert queue(staff, BAIHUA) == [task["id"]]
    assert queue(elsewhere, JINFENG) == []
    path = f"/v1/replies/{task['id']}/handled"
    assert elsewhere.post(path, {}).status == 404
    seen = staff.post(path, {})
    assert (seen.status, seen.json["handled_by"]) == (200, staff.me["id"])
    assert staff.post(path, {}).json == seen.json
    assert waiting(world) == []


def test_a_sender_learns_once_a_day_that_staff_will_look(world: World):
    resident = world.resident()
    phone = resident.me["phone"]
    for text in ("你好", "在吗？", "3"):
        reply(world, phone, text)
        world.pass_time(minutes=10)
    assert letters(world, phone, "reply.not_understood") == 1
    assert len(waiting(world)) == 3
    world.pass_time(days=1)
    reply(world, phone, "喂")
    assert letters(world, phone, "reply.not_understood") == 2


def test_a_late_answer_is_explained_once_for_each_round(world: World):
    resident = world.resident()
    phone = resident.me["phone"]
    wish_id = delivered(world, resident)
    answer = resident.post(f"/v1/wishes/{wish_id}/confirm", {"rating": 5})
    assert answer.status == 200
    for text in ("2", "2 少了一个", "2 喂"):
        reply(world, phone, text)
    assert letters(world, phone, "reply.too_late") == 1
    assert letters(world, phone, "reply.not_understood") == 0


def test_staff_learn_of_waiting_replies_with_the_rest_of_the_day(world: World):
    worker = world.person("周涛", (Role.GRID_WORKER, OTHER_GRID))
    places = world.services.places
    places.assign_duty(world.boss, OTHER_GRID, {"grid_worker": [worker.id]})
    person = world.person("李桂兰", home=f"{OTHER_GRID}.b01")
    reply(world, person.phone or "", "什么时候来？")
    assert world.sms_to(worker.phone or "") == []
    world.pass_time(hours=10)
    (digest,) = world.sms_to(worker.phone or "", "reminders.digest")
    assert "李桂兰发来短信" in digest.text
    assert "什么时候来" not in digest.text


def test_the_texts_of_an_erased_person_are_deleted(world: World):
    resident, other = world.resident(), world.resident()
    for phone in (resident, other):
        reply(world, phone.me["phone"], "住院了，先别来")
    assert "住院了" in resident.get("/v1/me/data").text
    assert world.erase(resident).status == 202
    world.pass_time(minutes=1)
    left = [reply.person_id for reply in scan(StoredReply, SK == "reply")]
    assert left == [other.me["id"]]


# people who refuse messages


def staff_learn(world: World) -> int:
    return letters(world, world.admin.phone or "", "reply.opted_out_staff")


def test_staff_learn_when_somebody_without_another_channel_opts_out(
    world: World,
):
    resident = world.resident()
    for _ in range(3):
        reply(world, resident.me["phone"], "请别再发了，退订")
    world.pass_time(minutes=15)
    assert resident.get("/v1/me").json["channels"]["sms"] is False
    assert staff_learn(world) == 1
    # Who refuses messages is not sent another one.
    reply(world, resident.me["phone"], "水壶还没到")
    assert letters(world, resident.me["phone"], "reply.not_understood") == 0
    assert len(waiting(world)) == 1


def test_an_opt_out_with_e_mail_is_no_news_until_that_is_stopped_too(
    world: World,
):
    resident = world.resident()
    resident.post("/v1/me/email", {"address": "wang@example.com"})
    text = world.mailbox.read("wang@example.com")[0].text
    code = text.split("验证码 ")[1][:6]
    assert resident.post("/v1/me/email/verify", {"code": code}).status == 200
    reply(world, resident.me["phone"], "TD")
    world.pass_time(minutes=15)
    assert staff_learn(world) == 0
    token = world.services.unsubscribe_links.token(resident.me["id"])
    world.services.replies.unsubscribe(token)
    world.pass_time(minutes=15)
    assert staff_learn(world) == 1


# phones that nobody is registered with


def test_a_strangers_reply_waits_for_the_street_with_the_number(world: World):
    reply(world, STRANGER, "我是王秀英，换号了")
    (task,) = waiting(world)
    assert STRANGER in task["title"]
    assert queue(world.staff(BAIHUA), BAIHUA) == []
    path = f"/v1/replies/{task['id']}/handled"
    assert world.staff(BAIHUA).post(path, {}).status in (403, 404)
    assert world.phone_of(world.admin).post(path, {}).status == 200
    assert waiting(world) == []
    (kept,) = scan(StoredReply, SK == "reply")
    assert kept.number == ""
    assert world.sms_to(STRANGER) == []


def test_staff_read_a_few_replies_of_a_stranger_a_day(world: World):
    for n in range(STRANGERS_PER_DAY + 5):
        reply(world, STRANGER, f"广告{n}号，加微信")
    assert len(waiting(world)) == STRANGERS_PER_DAY
    counts = world.services.metrics.counts
    assert counts["RepliesIgnored",] == 5


def test_a_phone_that_has_changed_hands_answers_nothing(world: World):
    resident = world.resident()
    number = resident.me["phone"]
    delivered(world, resident)
    people = world.services.people
    stranger: Person | None = None
    original = people.phone_owner
    people.phone_owner = lambda phone: stranger
    try:
        reply(world, number, "1")
    finally:
        people.phone_owner = original
    (task,) = waiting(world)
    assert number in task["title"]


@pytest.mark.parametrize("reply_id", ["rpl_" + "a" * 24])
def test_a_reply_that_is_not_there_is_not_found(world: World, reply_id: str):
    path = f"/v1/replies/{reply_id}/handled"
    assert world.staff().post(path, {}).status == 404
    answered = world.resident()
    wish_id = delivered(world, answered)
    reply(world, answered.me["phone"], "1")
    assert wish_id
    (kept,) = scan(StoredReply, SK == "reply")
    path = f"/v1/replies/{kept.id}/handled"
    assert world.staff().post(path, {}).status == 404
