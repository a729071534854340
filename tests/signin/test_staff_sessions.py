"""Sessions of a person as staff see and end them."""

import pytest

from chalicelib.kernel.access import Role

from ..storage import counted_storage
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Answer, Phone, World
from .builders import refresh

NUMBER = "+8613811112222"


@pytest.fixture
def lost(world: World) -> Phone:
    """Hand over the first phone of somebody who has two."""
    phone = world.sign_in(NUMBER, consent="2026-11", name="王秀英")
    assert phone.patch("/v1/me", {"home": UNIT}).status == 200
    return phone


def listed(staff: Phone, person: str) -> list[dict[str, str]]:
    answer = staff.get(f"/v1/people/{person}/sessions")
    assert answer.status == 200, answer.text
    return answer.json["items"]


def end(staff: Phone, person: str, session: str) -> Answer:
    return staff.delete(f"/v1/people/{person}/sessions/{session}")


def test_staff_see_where_somebody_is_signed_in_and_no_address_of_theirs(
    world: World, lost: Phone
) -> None:
    world.sign_in(NUMBER)
    items = listed(world.staff(), lost.me["id"])
    own = lost.get("/v1/me/sessions").json["items"]
    for each in own:
        del each["current"]
    assert items == own
    assert len(items) == 2
    assert {*items[0]} == {
        "id",
        "created_at",
        "last_used_at",
        "expires_at",
        "device",
    }


def test_a_session_that_staff_end_is_over_and_the_others_go_on(
    world: World, lost: Phone
) -> None:
    (session,) = listed(world.staff(), lost.me["id"])
    kept = world.sign_in(NUMBER)
    staff = world.staff()
    assert end(staff, kept.me["id"], session["id"]).status == 204
    assert lost.get("/v1/me").status == 401
    assert refresh(lost).status == 401
    assert kept.get("/v1/me").status == 200
    assert refresh(kept).status == 201
    again = end(staff, kept.me["id"], session["id"])
    assert again.status == 404


def test_the_trail_says_who_has_ended_which_session(
    world: World, lost: Phone
) -> None:
    person, staff = lost.me["id"], world.staff()
    (session,) = listed(staff, person)
    end(staff, person, session["id"])
    query = f"place={BAIHUA}&kind=person.session_ended"
    admin = world.phone_of(world.admin)
    (event,) = admin.get(f"/v1/admin/audit?{query}").json["items"]
    assert event["actor"]["id"] == staff.me["id"]
    assert event["subject"]["id"] == person
    assert session["id"] in event["reason"]


def test_a_session_of_somebody_else_is_not_found_by_way_of_a_person(
    world: World, lost: Phone
) -> None:
    staff, other = world.staff(), world.person("孙桂兰")
    (session,) = listed(staff, lost.me["id"])
    assert end(staff, other.id, session["id"]).status == 404
    assert end(staff, other.id, f"ses_{'a' * 24}").status == 404
    assert lost.get("/v1/me").status == 200


def test_a_block_leaves_no_session_to_be_listed(
    world: World, lost: Phone
) -> None:
    person, staff = lost.me["id"], world.staff()
    body = {"blocked": True, "reason": "核对"}
    (session,) = listed(staff, person)
    assert staff.put(f"/v1/people/{person}/blocked", body).status == 200
    assert listed(staff, person) == []
    assert end(staff, person, session["id"]).status == 404
    body["blocked"] = False
    assert staff.put(f"/v1/people/{person}/blocked", body).status == 200
    new = world.sign_in(NUMBER)
    assert [
        one["current"] for one in new.get("/v1/me/sessions").json["items"]
    ] == [True]


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.GRID_WORKER, GRID),
        (Role.PROPERTY, GRID),
        (Role.COMMUNITY_STAFF, JINFENG),
    ],
)
def test_no_other_role_and_no_other_place_sees_or_ends_a_session(
    world: World, lost: Phone, role: Role, place: str
) -> None:
    (session,) = listed(world.staff(), lost.me["id"])
    other = world.phone_of(world.person("钱卫国", (role, place), home=place))
    path = f"/v1/people/{lost.me['id']}/sessions"
    assert other.get(path).status in (403, 404)
    assert end(other, lost.me["id"], session["id"]).status in (403, 404)
    assert lost.get("/v1/me").status == 200


def test_a_colleague_of_the_same_rank_is_left_to_an_administrator(
    world: World,
) -> None:
    staff = world.staff()
    colleague = world.person("周洁", (Role.COMMUNITY_STAFF, BAIHUA))
    path = f"/v1/people/{colleague.id}/sessions"
    assert staff.get(path).status == 403
    assert world.phone_of(world.admin).get(path).status == 200
    assert world.admin.places == (STREET,)


def test_a_list_of_six_costs_two_requests_more_than_the_people(
    world: World, lost: Phone
) -> None:
    staff = world.staff()
    for _ in range(5):
        world.sign_in(NUMBER)
    path = f"/v1/people/{lost.me['id']}/sessions"
    staff.get(path)
    with counted_storage() as storage:
        assert len(staff.get(path).json["items"]) == 6
    assert storage.names == {"GetItem": 2, "Query": 1, "BatchGetItem": 1}
