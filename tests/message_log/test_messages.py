"""What people see of messages: staff, what was sent to whom; everybody, what was said to herself."""

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.access import Role
from chalicelib.kernel.message_context import MessageSubject

from ..cases import an_id
from ..notifications.builders import a_send, notify
from ..replies.builders import scripted
from ..storage import counted_storage
from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, STREET, World


def listed(phone, person_id, **query):
    answer = phone.get(
        f"/v1/messages?person={person_id}"
        + "".join(f"&{name}={value}" for name, value in query.items())
    )
    assert answer.status == 200, answer.text
    return answer.json


def inbox(phone, language="zh-CN", **query):
    more = "&".join(f"{name}={value}" for name, value in query.items())
    answer = phone.get(f"/v1/me/inbox?{more}", Accept_Language=language)
    assert answer.status == 200, answer.text
    return answer.json


def a_life(world: World, resident, wishes: int = 3) -> None:
    for n in range(wishes):
        world.open_wish(resident, title=f"心愿{n}")
        world.pass_time(minutes=1)


# staff


def test_staff_see_what_was_sent_and_what_it_cost_and_no_address(world: World):
    resident = world.resident()
    scripted(world)
    world.open_wish(resident, title="一" * 40)
    answer = world.staff().get(f"/v1/messages?person={resident.me['id']}")
    line = answer.json["items"][0]
    assert {
        name: line[name]
        for name in (
            "kind",
            "channel",
            "state",
            "parts",
            "cost_fen",
            "attempt",
            "provider",
            "template",
        )
    } == {
        "kind": "wish.approved",
        "channel": "sms",
        "state": "sent",
        "parts": 1,
        "cost_fen": 6,  # five and a half
        "attempt": 1,
        "provider": "east",
        "template": 1,
    }
    assert not [
        secret
        for secret in (resident.me["phone"], resident.me["phone"][3:], "一一", "王秀英")
        if secret in answer.text
    ]


def test_a_message_that_needed_another_attempt_says_so(world: World):
    resident = world.resident()
    scripted(world, Refused("east.429"))
    world.open_wish(resident)
    first = listed(world.staff(), resident.me["id"])["items"][0]
    assert (
        first["state"],
        first["reason"],
        first["attempt"],
        first["wants_visit"],
    ) == ("retry", "east.429", 1, False)
    world.pass_time(minutes=5)
    second = listed(world.staff(), resident.me["id"])["items"][0]
    assert (second["id"], second["state"], second["attempt"]) == (
        first["id"],
        "sent",
        2,
    )


def test_messages_are_read_page_by_page_newest_first(world: World):
    resident, staff = world.resident(), world.staff()
    a_life(world, resident, 5)
    whole = listed(staff, resident.me["id"], limit=100)["items"]
    assert [item["at"] for item in whole] == sorted(
        (item["at"] for item in whole), reverse=True
    )
    for limit in (1, 2, 5):
        found, cursor = [], {}
        while True:
            page = listed(staff, resident.me["id"], limit=limit, **cursor)
            found += page["items"]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == whole


def test_a_cursor_of_one_persons_messages_opens_nobody_elses(world: World):
    one, other, staff = world.resident(), world.resident(), world.staff()
    a_life(world, one)
    cursor = listed(staff, one.me["id"], limit=1)["next"]
    answer = staff.get(f"/v1/messages?person={other.me['id']}&limit=1&cursor={cursor}")
    assert (answer.status, answer.code) == (400, "cursor.invalid")


def test_only_staff_of_her_place_see_her_messages(world: World):
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
    assert (
        resident.get(path).status == 403
    )  # she knows that she exists; her own stand in her inbox
    assert world.staff().get(f"/v1/messages?person=per_{'a' * 24}").status == 404
    assert world.staff().get("/v1/messages").status == 422


# oneself


def test_an_inbox_says_what_is_true_now_in_the_readers_language(world: World):
    resident, helper = world.resident(), world.volunteer()
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
    assert oldest["text"] is None  # it has been taken since
    assert f"送达码 {world.delivery_code(resident.me['phone'])}" in newest["text"]
    assert (newest["kind"], newest["about"], newest["channel"], newest["state"]) == (
        "wish.claimed",
        wish_id,
        "sms",
        "sent",
    )


def test_what_could_not_be_sent_stands_in_the_inbox(world: World):
    resident = world.resident()
    resident.patch("/v1/me", {"channels": {"sms": False}})
    world.open_wish(resident)
    item = inbox(resident)["items"][0]
    assert (item["channel"], item["state"]) == ("none", "suppressed")
    assert "已上墙" in item["text"]


def test_an_inbox_is_ones_own_and_read_page_by_page(world: World):
    resident, other = world.resident(), world.resident()
    a_life(world, resident)
    assert inbox(other) == {"items": [], "next": None}
    first = inbox(resident, limit=2)
    rest = inbox(resident, limit=2, cursor=first["next"])
    assert [item["id"] for page in (first, rest) for item in page["items"]] == [
        i["id"] for i in inbox(resident)["items"]
    ]
    assert rest["next"] is None


def test_an_inbox_reads_what_it_tells_together(world: World):
    reads = []
    for wishes in (1, 8):
        resident = world.resident()
        a_life(world, resident, wishes)
        with counted_storage() as storage:
            assert len(inbox(resident, limit=100)["items"]) == wishes
        reads.append(storage.reads)
    assert reads[0] == reads[1] == 4


@pytest.mark.parametrize(
    "kind", sorted(kind for kind in TEMPLATES if not kind.startswith("code."))
)
def test_messages_of_a_kind_are_filled_in_the_same_requests_however_many(
    world: World, kind: str
):
    """A code is a message of its own: nobody has a list of them."""
    volunteer, reads = world.volunteer(), []
    offers = [world.offer(world.open_wish(), volunteer) for _ in range(5)]
    for number in (1, 5):
        about = (
            offers[:number]
            if kind.startswith("offer.")
            else [an_id(world, "wsh") for _ in range(number)]
        )
        subjects = [MessageSubject(kind=kind, subject=id) for id in about]
        with counted_storage() as storage:
            assert len(world.services.hooks.contexts(subjects)) == number
        reads.append(storage.reads)
    assert reads[0] == reads[1] <= 2


def test_a_carer_reads_in_her_inbox_only_what_is_hers(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    phone = world.phone_of(carer)
    wish = phone.post(
        "/v1/wishes", world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"})
    ).json["id"]
    world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve")
    assert len(world.sms_to(carer.phone or "")) == 1
    assert inbox(phone)["items"] == []
    assert [item["person"] for item in listed(world.staff(), old.id)["items"]] == [
        old.id
    ]


@pytest.mark.parametrize("how", ["sent", "held", "over budget"])
def test_two_who_share_a_phone_both_find_it(world: World, how: str):
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    wish = world.open_wish(world.phone_of(owner))
    kind = "wish.thanked" if how == "held" else "wish.approved"
    if how == "over budget":
        world.services.sms_budget.budget_li = 0
    both = f"people:{owner.id},{wife.id}"
    notify(world, a_send("due_both", both, kind, wish), {"title": "一个水壶"})
    staff = world.staff()
    ids = [
        {
            item["id"]
            for item in listed(staff, person.id)["items"]
            if item["kind"] == kind
        }
        for person in (owner, wife)
    ]
    assert ids[1]
    assert ids[1] <= ids[0]
