"""Who sees what of a wish, and when it disappears again."""

import pytest

from chalicelib.kernel.access import Role

from ..world import BAIHUA, GRID, JINFENG, Phone, World

PRIVATE = {
    "name",
    "phone",
    "address",
    "place",
    "person_id",
    "filed_by",
    "claims",
    "rating",
    "reason",
    "possible_duplicates",
}


def seen(phone: Phone, id: str) -> dict:
    answer = phone.get(f"/v1/wishes/{id}")
    return answer.json if answer.status == 200 else {"status": answer.status}


def test_the_public_sees_what_is_wished_for_and_nobody(world: World):
    resident = world.resident(name="欧阳秀英", address="望江阁9楼")
    id = world.open_wish(
        resident,
        title="欧阳秀英要水壶",
        story="住望江阁，5号楼，打13812345678",
        alias="望江的老人",
    )
    for phone in (Phone(), world.resident(), world.volunteer()):
        view = phone.get(f"/v1/wishes/{id}")
        assert not PRIVATE & view.json.keys()
        assert view.json["community_name"] == "柏华社区"
        assert view.json["title"] == "＊＊要水壶"
        assert not [
            word
            for word in ("欧阳", "秀英", "13812345678", "5号楼", "g01", "b05")
            if word in view.text
        ]
        assert {
            "alias",
            "story",
            "budget_fen",
            "age_days",
            "places_left",
            "helpers_needed",
        } <= view.json.keys()


@pytest.mark.parametrize(
    "state", ["submitted", "rejected", "withdrawn", "disputed", "expired"]
)
def test_what_is_not_public_is_not_there_for_the_public(world: World, state):
    resident, boss, helper = (
        world.resident(),
        world.phone_of(world.admin),
        world.volunteer(),
    )
    id = resident.post("/v1/wishes", world.wish_body()).json["id"]
    if state == "rejected":
        boss.post(f"/v1/wishes/{id}/reject", {"reason": "超出范围"})
    if state == "withdrawn":
        resident.post(f"/v1/wishes/{id}/withdraw", {})
    if state == "expired":
        world.pass_time(days=31)
        boss, resident = (
            world.phone_of(world.admin),
            world.phone_of(world.services.people.find(resident.me["id"])),
        )
    if state == "disputed":
        boss.post(f"/v1/wishes/{id}/approve")
        helper.post(f"/v1/wishes/{id}/claim")
        helper.post(f"/v1/wishes/{id}/deliver", {})
        resident.post(f"/v1/wishes/{id}/dispute", {"reason": "没收到"})
    assert seen(resident, id)["state"] == seen(boss, id)["state"] == state
    assert [seen(phone, id) for phone in (Phone(), world.resident())] == [
        {"status": 404}
    ] * 2


def test_a_delivered_wish_may_still_be_seen_by_anybody_who_knows_it(
    world: World,
):
    id, helper = world.open_wish(), world.volunteer()
    helper.post(f"/v1/wishes/{id}/claim")
    helper.post(f"/v1/wishes/{id}/deliver", {})
    assert seen(Phone(), id)["state"] == "delivered"


def test_the_helper_sees_where_to_bring_it_from_claim_to_delivery_and_not_longer(
    world: World,
):
    resident, helper, other = (
        world.resident(address="望江阁9楼"),
        world.volunteer(),
        world.volunteer(),
    )
    id = world.open_wish(resident, story="住望江阁9楼")
    assert not {"address", "phone"} & seen(helper, id).keys()
    view = helper.post(f"/v1/wishes/{id}/claim").json
    assert (view["name"], view["phone"], view["address"]) == (
        "王秀英",
        resident.me["phone"],
        "望江阁9楼",
    )
    assert (view["place"], view["story"]) == (
        "chunhui.baihua.g01.b05.u1",
        "住望江阁9楼",
    )
    assert not {"address", "phone", "claims"} & seen(other, id).keys()
    after = helper.post(f"/v1/wishes/{id}/deliver", {}).json
    hidden = {"address", "phone", "name", "place", "word", "instructions"}
    assert not hidden & after.keys()
    assert after["view"] == "helper"
    assert after["story"] == "住＊＊"
    assert [claim["state"] for claim in after["claims"]] == ["delivered"]


def test_a_helper_who_released_a_claim_sees_no_more_than_anybody(world: World):
    id, helper = world.open_wish(), world.volunteer()
    helper.post(f"/v1/wishes/{id}/claim")
    assert (
        not PRIVATE
        & helper.post(
            f"/v1/wishes/{id}/release", {"reason": "来不了"}
        ).json.keys()
    )
    assert not PRIVATE & seen(helper, id).keys()


def test_one_of_several_helpers_sees_their_own_part_only(world: World):
    id = world.open_wish(helpers_needed=2)
    helpers = [world.volunteer(), world.volunteer()]
    for helper in helpers:
        helper.post(f"/v1/wishes/{id}/claim")
    for helper in helpers:
        assert [claim["helper"] for claim in seen(helper, id)["claims"]] == [
            helper.me["id"]
        ]


def test_the_owner_sees_their_own_words_and_who_helps(world: World):
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident, story="住5号楼")
    helper.post(f"/v1/wishes/{id}/claim")
    view = seen(resident, id)
    assert (view["story"], view["phone"], view["address"]) == (
        "住5号楼",
        resident.me["phone"],
        "3楼302室",
    )
    (claim,) = view["claims"]
    assert (claim["helper"], claim["helper_name"], claim["state"]) == (
        helper.me["id"],
        "赵志强",
        "active",
    )
    assert claim["claimed_at"] == "2026-11-23T00:40:00Z"


def test_staff_see_everything_but_the_way_to_the_door(world: World):
    resident = world.resident()
    id = world.open_wish(resident)
    world.volunteer().post(f"/v1/wishes/{id}/claim")
    for staff in (world.staff(), world.staff(GRID, Role.GRID_WORKER)):
        view = seen(staff, id)
        assert (view["name"], view["address"]) == ("王秀英", None)
        assert "****" in view["phone"]
        assert view["claims"][0]["helper_name"] == "赵志强"


def test_staff_of_another_place_see_what_the_public_sees(world: World):
    id = world.open_wish()
    assert not PRIVATE & seen(world.staff(JINFENG), id).keys()


def test_staff_who_help_as_volunteers_see_where_to_bring_it(world: World):
    resident, person = (
        world.resident(),
        world.person(
            "陈敏", (Role.GRID_WORKER, GRID), (Role.VOLUNTEER, BAIHUA)
        ),
    )
    person = world.vet(person.id)
    id, helper = world.open_wish(resident), world.phone_of(person)
    view = helper.post(f"/v1/wishes/{id}/claim").json
    assert (view["phone"], view["address"]) == (
        resident.me["phone"],
        "3楼302室",
    )
    after = helper.post(f"/v1/wishes/{id}/deliver", {}).json
    assert after["address"] is None
    assert "****" in after["phone"]


def test_the_helper_of_a_person_without_a_phone_may_ring_the_contact(
    world: World,
):
    contact, helper = world.person("李强"), world.volunteer()
    old = world.person("李奶奶", phone=None, contact_via=contact.id)
    filed = world.phone_of(contact).post(
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
        ),
    )
    world.staff().post(f"/v1/wishes/{filed.json['id']}/approve")
    view = helper.post(f"/v1/wishes/{filed.json['id']}/claim").json
    assert (view["name"], view["phone"]) == ("李奶奶", contact.phone)
    assert seen(helper, filed.json["id"])["phone"] == contact.phone


def test_the_contact_who_may_act_is_as_the_owner(world: World):
    contact = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=contact.id)
    phone = world.phone_of(contact)
    filed = phone.post(
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
        ),
    ).json
    assert (filed["person_id"], filed["filed_by"], filed["moves"]) == (
        old.id,
        contact.id,
        ["edit", "withdraw"],
    )
    assert (
        phone.post(f"/v1/wishes/{filed['id']}/withdraw", {}).json["state"]
        == "withdrawn"
    )


def test_moves_are_what_this_caller_may_do(world: World):
    resident, helper, staff = world.resident(), world.volunteer(), world.staff()
    id = resident.post("/v1/wishes", world.wish_body()).json["id"]
    assert seen(staff, id)["moves"] == ["approve", "reject", "edit", "withdraw"]
    staff.post(f"/v1/wishes/{id}/approve")
    assert [
        seen(phone, id)["moves"] for phone in (Phone(), resident, helper, staff)
    ] == [
        [],
        ["edit", "keep", "withdraw"],
        ["claim"],
        ["edit", "keep", "unpublish", "withdraw", "hide"],
    ]
    helper.post(f"/v1/wishes/{id}/claim")
    assert seen(helper, id)["moves"] == [
        "release",
        "check-in",
        "deliver",
    ]
    assert seen(staff, id)["moves"] == [
        "release",
        "check-in",
        "deliver",
        "withdraw",
        "hide",
    ]
    assert seen(resident, id)["moves"] == ["withdraw"]


def test_the_wall_offers_to_take_a_wish_to_volunteers_only(world: World):
    """The wall is read without looking at who holds what; the wish itself refuses its owner."""
    mine = world.open_wish(helpers_needed=2)
    for phone, offered in (
        (Phone(), []),
        (world.resident(), []),
        (world.volunteer(), ["claim"]),
    ):
        (line,) = phone.get(f"/v1/wishes?place={BAIHUA}").json["items"]
        assert line["moves"] == offered
        assert seen(phone, mine)["moves"] == offered


def test_what_was_found_on_the_wall_reads_the_same_by_itself(world: World):
    window = [{"from": "2026-11-30T01:00:00Z", "to": "2026-11-30T03:00:00Z"}]
    id = world.open_wish(
        alias="老人",
        helpers_needed=3,
        dialects=["重庆话"],
        safeguarding=["alone"],
        window=window,
    )
    (line,) = Phone().get(f"/v1/wishes?place={BAIHUA}").json["items"]
    etag = line.pop("etag")
    assert line == seen(Phone(), id)
    assert etag == Phone().get(f"/v1/wishes/{id}").headers["etag"]
