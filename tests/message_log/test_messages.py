"""The message routes: the messages to a person for staff, and the inbox."""

from urllib.parse import urlencode

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.access import Role
from chalicelib.kernel.message_context import MessageSubject
from chalicelib.message_log.model import MessageAttempt

from ..cases import an_id
from ..notifications.builders import a_send, notify
from ..replies.builders import scripted
from ..storage import counted_storage
from ..store.scan import SK, scan
from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, STREET, World


def listed(phone, person_id, **query):
    answer = phone.get(
        f"/v1/messages?{urlencode({'person': person_id, **query})}"
    )
    assert answer.status == 200, answer.text
    return answer.json


def inbox(phone, language="zh-CN", **query):
    answer = phone.get(
        f"/v1/me/inbox?{urlencode(query)}", Accept_Language=language
    )
    assert answer.status == 200, answer.text
    return answer.json


def ids_of(page, kind: str) -> set[str]:
    return {item["id"] for item in page["items"] if item["kind"] == kind}


def open_wishes(world: World, resident, wishes: int = 3) -> None:
    for n in range(wishes):
        world.open_wish(resident, title=f"心愿{n}")
        world.pass_time(minutes=1)


# staff


def test_staff_see_the_state_and_cost_of_messages_but_no_address(world: World):
    resident = world.resident()
    scripted(world)
    world.open_wish(resident, title="一" * 40)
    answer = world.staff().get(f"/v1/messages?person={resident.me['id']}")
    line = answer.json["items"][0]
    expected = {
        "kind": "wish.approved",
        "channel": "sms",
        "state": "sent",
        "parts": 1,
        "cost_fen": 6,  # five and a half
        "attempt": 1,
        "provider": "east",
        "template": 1,
    }
    assert line | expected == line
    for secret in (
        resident.me["phone"],
        resident.me["phone"][3:],
        "一一",
        "王秀英",
    ):
        assert secret not in answer.text


def test_a_message_shows_its_reason_and_number_of_attempts(world: World):
    resident = world.resident()
    scripted(world, Refused("east.429"))
    world.open_wish(resident)
    first = listed(world.staff(), resident.me["id"])["items"][0]
    assert first["state"] == "retry"
    assert first["reason"] == "east.429"
    assert first["attempt"] == 1
    assert first["wants_visit"] is False
    world.pass_time(minutes=5)
    second = listed(world.staff(), resident.me["id"])["items"][0]
    assert second["id"] == first["id"]
    assert second["state"] == "sent"
    assert second["attempt"] == 2


def test_messages_are_read_page_by_page_newest_first(world: World):
    resident = world.resident()
    staff = world.staff()
    open_wishes(world, resident, 5)
    whole = listed(staff, resident.me["id"], limit=100)["items"]
    instants = [item["at"] for item in whole]
    assert instants == sorted(instants, reverse=True)
    for limit in (1, 2, 5):
        found = []
        cursor = {}
        while True:
            page = listed(staff, resident.me["id"], limit=limit, **cursor)
            found += page["items"]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == whole


def test_a_cursor_is_bound_to_the_person_of_its_list(world: World):
    one = world.resident()
    other = world.resident()
    staff = world.staff()
    open_wishes(world, one)
    cursor = listed(staff, one.me["id"], limit=1)["next"]
    answer = staff.get(
        f"/v1/messages?person={other.me['id']}&limit=1&cursor={cursor}"
    )
    assert answer.status == 400
    assert answer.code == "cursor.invalid"


def test_only_staff_of_the_residents_place_see_their_messages(world: World):
    resident = world.resident()
    world.open_wish(resident)
    path = f"/v1/messages?person={resident.me['id']}"
    for place, role in (
        (GRID, Role.GRID_WORKER),
        (BAIHUA, Role.COMMUNITY_STAFF),
        (STREET, Role.STREET_ADMIN),
    ):
        assert world.staff(place, role).get(path).status == 200
    for phone in (
        world.staff(JINFENG),
        world.staff(OTHER_GRID, Role.GRID_WORKER),
        world.resident(),
        world.volunteer(),
    ):
        assert phone.get(path).status == 404
    # Not 404: they know that they exist. Their own messages are in the inbox.
    assert resident.get(path).status == 403
    assert (
        world.staff().get(f"/v1/messages?person=per_{'a' * 24}").status == 404
    )
    assert world.staff().get("/v1/messages").status == 422


# the inbox


def test_an_inbox_keeps_texts_as_they_were_sent_without_codes(
    world: World,
):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = world.open_wish(resident, title="一个水壶")
    assert [item["text"] for item in inbox(resident)["items"]] == [
        "您的心愿「一个水壶」已上墙，有人认领会通知您。"
    ]
    assert inbox(resident, "en")["items"][0]["text"].startswith(
        "Your wish “一个水壶” is on the wall."
    )
    world.pass_time(minutes=1)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    newest, oldest = inbox(resident)["items"]
    # The wish has been claimed since; the text stays as it was sent.
    assert oldest["text"] == "您的心愿「一个水壶」已上墙，有人认领会通知您。"
    assert [newest["current"], oldest["current"]] == [True, False]
    code = world.delivery_code(resident.me["phone"])
    assert code not in newest["text"]
    assert "送达码 ****" in newest["text"]
    assert newest["kind"] == "wish.claimed"
    assert newest["about"] == wish_id
    assert newest["channel"] == "sms"
    assert newest["state"] == "sent"


def test_a_message_that_could_not_be_sent_is_in_the_inbox(world: World):
    resident = world.resident()
    resident.patch("/v1/me", {"channels": {"sms": False}})
    world.open_wish(resident)
    item = inbox(resident)["items"][0]
    assert item["channel"] == "none"
    assert item["state"] == "suppressed"
    assert "已上墙" in item["text"]


def test_an_inbox_holds_the_callers_messages_page_by_page(world: World):
    resident = world.resident()
    other = world.resident()
    open_wishes(world, resident)
    assert inbox(other) == {"items": [], "next": None}
    first = inbox(resident, limit=2)
    rest = inbox(resident, limit=2, cursor=first["next"])
    assert first["items"] + rest["items"] == inbox(resident)["items"]
    assert rest["next"] is None


def test_an_inbox_page_costs_the_same_reads_however_long(world: World):
    reads = []
    for wishes in (1, 8):
        resident = world.resident()
        open_wishes(world, resident, wishes)
        with counted_storage() as storage:
            assert len(inbox(resident, limit=100)["items"]) == wishes
        reads.append(storage.reads)
    assert reads[0] == reads[1] == 4


@pytest.mark.parametrize(
    "kind", sorted(kind for kind in TEMPLATES if not kind.startswith("code."))
)
def test_filling_many_messages_of_a_kind_costs_as_many_reads_as_one(
    world: World, kind: str
):
    """Codes are left out: they are in no list."""
    volunteer = world.volunteer()
    reads = []
    offers = [world.offer(world.open_wish(), volunteer) for _ in range(5)]
    for number in (1, 5):
        ids = offers[:number]
        if not kind.startswith("offer."):
            ids = [an_id(world, "wsh") for _ in range(number)]
        subjects = [MessageSubject(kind=kind, subject=id) for id in ids]
        with counted_storage() as storage:
            assert len(world.services.hooks.contexts(subjects)) == number
        reads.append(storage.reads)
    # Of an offer: the offers, their wishes and their volunteers.
    assert reads[0] == reads[1] <= 3


def test_a_carers_inbox_holds_only_their_own_messages(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    phone = world.phone_of(carer)
    wish = phone.post(
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
        ),
    ).json["id"]
    world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve")
    assert len(world.sms_to(carer.phone or "")) == 1
    assert inbox(phone)["items"] == []
    assert [
        item["person"] for item in listed(world.staff(), old.id)["items"]
    ] == [old.id]


@pytest.mark.parametrize("how", ["sent", "held", "over budget"])
def test_both_people_who_share_a_phone_find_the_message(world: World, how: str):
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    wish = world.open_wish(world.phone_of(owner))
    kind = "wish.thanked" if how == "held" else "wish.approved"
    if how == "over budget":
        world.services.sms_budget.budget_li = 0
    both = f"people:{owner.id},{wife.id}"
    notify(world, a_send("due_both", both, kind, wish), {"title": "一个水壶"})
    staff = world.staff()
    to_owner = ids_of(listed(staff, owner.id), kind)
    to_wife = ids_of(listed(staff, wife.id), kind)
    assert to_wife
    assert to_wife <= to_owner


# visits


def a_ward(world: World, **fields) -> str:
    """Return somebody without a phone."""
    return str(world.person("李奶奶", phone=None, **fields).id)


def a_wish_for(world: World, ward: str) -> str:
    consent = {"how": "spoken", "witness": "许见证"}
    body = world.wish_body(on_behalf_of=ward, consent=consent)
    boss = world.phone_of(world.admin)
    wish_id = str(boss.post("/v1/wishes", body).json["id"])
    assert world.staff().post(f"/v1/wishes/{wish_id}/approve").status == 200
    return wish_id


def visits_at(phone) -> list[dict]:
    items = phone.get("/v1/admin/queue?place=chunhui&limit=100").json["items"]
    return [one for one in items if one["kind"] == "message.visit"]


def test_a_visit_has_all_that_is_needed_at_the_door(world: World):
    ward = a_ward(world)
    wish_id = a_wish_for(world, ward)
    helper = world.volunteer()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    boss = world.phone_of(world.admin)
    (task,) = visits_at(boss)
    assert task["subject"] == ward
    assert "送达码 ****" in task["title"]
    opened = boss.post(f"/v1/messages/{task['id']}/visit", {})
    assert opened.status == 200, opened.text
    seen = opened.json
    person = world.services.people.find(ward)
    assert (seen["person"], seen["name"]) == (ward, "李奶奶")
    assert seen["address"] == person.address
    assert seen["place"] == task["place"]
    assert f"送达码 {seen['code']}" in seen["text"]
    answer = helper.post(
        f"/v1/wishes/{wish_id}/deliver", {"code": seen["code"]}
    )
    assert answer.json["state"] == "fulfilled", answer.text
    path = f"/v1/admin/audit?place=chunhui&limit=40&subject={ward}"
    trail = boss.get(path)
    assert trail.status == 200, trail.text
    kinds = [line["kind"] for line in trail.json["items"]]
    assert kinds.count("person.revealed") == 1


def test_a_visit_without_a_code_brings_none(world: World):
    ward = a_ward(world)
    a_wish_for(world, ward)
    boss = world.phone_of(world.admin)
    (task,) = visits_at(boss)
    opened = boss.post(f"/v1/messages/{task['id']}/visit", {})
    assert opened.json["code"] is None
    assert opened.json["text"] in task["title"]


def test_a_visit_that_is_over_disappears(world: World):
    ward = a_ward(world)
    wish_id = a_wish_for(world, ward)
    boss = world.phone_of(world.admin)
    (task,) = visits_at(boss)
    body = {"reason": "家人已经买了"}
    assert boss.post(f"/v1/wishes/{wish_id}/withdraw", body).status == 200
    left = visits_at(boss)
    assert task["id"] not in [one["id"] for one in left]
    refused = boss.post(f"/v1/messages/{task['id']}/visit", {})
    assert (refused.status, refused.code) == (409, "message.no_visit")


def test_the_texts_of_an_erased_person_leave_the_log(world: World):
    resident = world.resident()
    world.open_wish(resident, title="一个水壶")
    person = resident.me["id"]
    assert any(one.text for one in scan_log(person))
    assert world.erase(resident).status == 202
    world.pass_time(minutes=1)
    assert not any(one.text for one in scan_log(person))


def scan_log(person: str) -> list[MessageAttempt]:
    found = scan(MessageAttempt, SK == "delivery")
    return [one for one in found if one.person == person]
