"""The same key again: a replay shows what is true now, does nothing twice, and lasts for seven
days.
"""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.wishes.model import Wish

from ..world import BAIHUA, STREET, Answer, World
from .facts import check, count_of, every
from .story import just_before_commit

WEEK = 7 * 24 * 3600


def test_a_replayed_claim_shows_the_wish_as_it_is_now(
    embedded_world: World,
) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()

    def claim() -> Answer:
        return helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap")

    first = claim()
    assert (first.status, first.json["address"]) == (200, "3楼302室")
    assert claim().text == first.text
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    after = claim()
    assert (after.status, after.json["state"]) == (200, "delivered")
    assert not {"address", "phone", "name"} & set(after.json)
    check()


def test_a_replayed_claim_does_not_take_again_what_was_given_back(
    embedded_world: World,
) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()
    assert (
        helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap").status
        == 200
    )
    assert (
        helper.post(f"/v1/wishes/{wish}/release", {"reason": "临时有事"}).status
        == 200
    )
    again = helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap")
    assert (again.status, again.json["state"], again.json["places_left"]) == (
        200,
        "open",
        1,
    )
    assert "address" not in again.json
    assert count_of(helper.me["id"]) == 0
    check()


def test_a_replay_is_seen_with_todays_permissions(
    embedded_world: World,
) -> None:
    world, resident, person = (
        embedded_world,
        embedded_world.resident(),
        embedded_world.person("陈敏"),
    )
    admin = world.phone_of(world.admin)
    world.ask_for(person, Role.COMMUNITY_STAFF, BAIHUA)
    role = {"role": "community_staff", "place": BAIHUA}
    at = f"/v1/people/{person.id}"
    assert admin.put(f"{at}/roles", [role]).status == 200
    right = {"allowed": True, "place": STREET, "reason": "试用期满"}
    assert admin.put(f"{at}/reveal-right", right).status == 200
    fresh = world.services.people.find(person.id)
    assert fresh
    clerk = world.phone_of(fresh)
    wish = resident.post("/v1/wishes", world.wish_body()).json["id"]
    assert (
        "name"
        in clerk.post(f"/v1/wishes/{wish}/approve", idempotency_key="a").json
    )
    reveal = f"/v1/people/{resident.me['id']}/reveal"
    assert (
        clerk.post(reveal, {"reason": "上门核实"}, idempotency_key="r").json[
            "phone"
        ]
        == resident.me["phone"]
    )
    assert admin.put(f"/v1/people/{person.id}/roles", []).status == 200
    again = clerk.post(f"/v1/wishes/{wish}/approve", idempotency_key="a")
    assert again.status == 200
    assert not {"name", "phone", "claims"} & set(again.json)
    assert clerk.post(
        reveal, {"reason": "上门核实"}, idempotency_key="r"
    ).status in (
        403,
        404,
    )


def test_the_same_key_with_another_body_is_a_mismatch_for_any_body(
    embedded_world: World,
) -> None:
    world, resident, helper = (
        embedded_world,
        embedded_world.resident(),
        embedded_world.volunteer(),
    )
    body = world.wish_body()
    assert resident.post("/v1/wishes", body, idempotency_key="k").status == 201
    for other in (
        {"title": "两个电热水壶"},
        {"kind": "service"},
        {"place": "chunhui.nowhere.g01"},
    ):
        answer = resident.post("/v1/wishes", body | other, idempotency_key="k")
        assert (answer.status, answer.code) == (422, "idempotency.mismatch"), (
            other
        )
    assert len(every(Wish)) == 1
    wish = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    release = f"/v1/wishes/{wish}/release"
    assert (
        helper.post(release, {"reason": "临时有事"}, idempotency_key="k").status
        == 200
    )
    assert (
        helper.post(release, {"reason": "不想去了"}, idempotency_key="k").code
        == "idempotency.mismatch"
    )


def test_a_key_means_nothing_in_the_hands_of_somebody_else_or_on_another_wish(
    embedded_world: World,
) -> None:
    world, one, other = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    wishes = [world.open_wish(), world.open_wish()]
    assert (
        one.post(f"/v1/wishes/{wishes[0]}/claim", idempotency_key="k").status
        == 200
    )
    assert (
        other.post(f"/v1/wishes/{wishes[0]}/claim", idempotency_key="k").code
        == "wish.already_claimed"
    )
    assert (
        one.post(f"/v1/wishes/{wishes[1]}/claim", idempotency_key="k").json[
            "id"
        ]
        == wishes[1]
    )
    assert (
        other.post("/v1/wishes", world.wish_body(), idempotency_key="k").status
        == 201
    )


def test_a_refused_request_does_not_use_up_its_key(
    embedded_world: World,
) -> None:
    world, one, other = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    wish = world.open_wish()
    assert other.post(f"/v1/wishes/{wish}/claim").status == 200
    assert (
        one.post(f"/v1/wishes/{wish}/claim", idempotency_key="k").status == 409
    )
    assert (
        other.post(f"/v1/wishes/{wish}/release", {"reason": "临时有事"}).status
        == 200
    )
    assert (
        one.post(f"/v1/wishes/{wish}/claim", idempotency_key="k").json["state"]
        == "claimed"
    )


@pytest.mark.parametrize(
    ("after", "wishes"),
    [(WEEK - 1, 1), (WEEK, 2), (WEEK + 0.5, 2), (WEEK + 1, 2), (2 * WEEK, 2)],
)
def test_a_key_lasts_for_seven_days(
    embedded_world: World, after: float, wishes: int
) -> None:
    world, person = embedded_world, embedded_world.person()
    body = world.wish_body()
    assert (
        world.phone_of(person)
        .post("/v1/wishes", body, idempotency_key="k")
        .status
        == 201
    )
    world.pass_time(seconds=after)
    answer = world.phone_of(person).post(
        "/v1/wishes", body, idempotency_key="k"
    )
    assert answer.status == 201, answer.text
    assert len(every(Wish)) == wishes


def test_a_new_wish_under_an_expired_key_is_remembered_in_its_turn(
    embedded_world: World,
) -> None:
    world, person = embedded_world, embedded_world.person()
    body = world.wish_body()
    first = (
        world.phone_of(person)
        .post("/v1/wishes", body, idempotency_key="k")
        .json["id"]
    )
    world.pass_time(days=8)
    second = (
        world.phone_of(person)
        .post("/v1/wishes", body, idempotency_key="k")
        .json["id"]
    )
    world.pass_time(days=6)
    assert (
        world.phone_of(person)
        .post("/v1/wishes", body, idempotency_key="k")
        .json["id"]
        == second
        != first
    )


def test_a_refusal_comes_from_fresh_state_when_another_claim_comes_in_between(
    embedded_world: World,
) -> None:
    """A volunteer has room at the request, and none when the transaction fails: the second read
    decides.
    """
    world, helper = embedded_world, embedded_world.volunteer(capacity=1)
    other, wanted = world.open_wish(), world.open_wish()

    def meanwhile() -> int:
        return helper.post(f"/v1/wishes/{other}/claim").status

    with just_before_commit(meanwhile) as happened:
        late = helper.post(f"/v1/wishes/{wanted}/claim")
    assert (late.status, late.code) == (409, "volunteer.too_many_claims")
    assert happened == [200]
    check()


def test_a_release_between_the_read_of_a_claim_and_its_commit_is_counted(
    embedded_world: World,
) -> None:
    """The release adds to the record without a read. The claim must not overwrite that."""
    world, helper = embedded_world, embedded_world.volunteer(capacity=2)
    held, wanted = world.open_wish(), world.open_wish()
    assert helper.post(f"/v1/wishes/{held}/claim").status == 200
    staff = world.staff(role=Role.COMMUNITY_STAFF)

    def meanwhile() -> int:
        return staff.post(
            f"/v1/wishes/{held}/release", {"reason": "志愿者生病"}
        ).status

    with just_before_commit(meanwhile) as happened:
        assert helper.post(f"/v1/wishes/{wanted}/claim").status == 200
    assert (happened, count_of(helper.me["id"])) == ([200], 1)
    check()
