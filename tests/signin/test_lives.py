"""How long a session lives, by the role of its person, and the list of one's sessions."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.signin.model import open_session
from chalicelib.signin.model import refresh as rotate
from chalicelib.signin.policy import life_of

from ..world import (
    BAIHUA,
    CHALLENGES,
    GRID,
    JINFENG,
    NO_CHALLENGE,
    START,
    STREET,
    Phone,
    World,
)
from .builders import NUMBER, refresh, sign_up

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
POCKET, WORKER = timedelta(days=180), timedelta(days=30)
IDLE, SHIFT = timedelta(minutes=60), timedelta(hours=12)
ROLES = {
    "resident": ((), POCKET),
    "volunteer": ([(Role.VOLUNTEER, BAIHUA)], POCKET),
    "property": ([(Role.PROPERTY, BAIHUA)], WORKER),
    "grid worker": ([(Role.GRID_WORKER, GRID)], WORKER),
    "worker and volunteer": (
        [(Role.GRID_WORKER, GRID), (Role.VOLUNTEER, JINFENG)],
        WORKER,
    ),
    "staff": ([(Role.COMMUNITY_STAFF, BAIHUA)], IDLE),
    "staff and volunteer": (
        [(Role.VOLUNTEER, BAIHUA), (Role.COMMUNITY_STAFF, BAIHUA)],
        IDLE,
    ),
    "administrator": ([(Role.STREET_ADMIN, STREET)], IDLE),
}
by_role = pytest.mark.parametrize(
    ("roles", "idle"), ROLES.values(), ids=ROLES.keys()
)


def signed_in(world: World, roles) -> Phone:
    if any(role is Role.STREET_ADMIN for role, _ in roles):
        return world.sign_in(world.admin.phone or "")
    return world.sign_in(world.person("陈敏", *roles).phone or "")


@by_role
def test_a_session_that_is_not_used_ends_by_the_role(
    world: World, roles, idle: timedelta
):
    last, late = signed_in(world, roles), signed_in(world, roles)
    world.clock.advance(idle - SECOND)
    assert refresh(last).status == 201
    world.clock.advance(SECOND)
    assert refresh(late).code == "auth.refresh_invalid"


@by_role
def test_each_use_begins_the_idle_time_anew(
    world: World, roles, idle: timedelta
):
    phone = signed_in(world, roles)
    for _ in range(3):
        world.clock.advance(idle - SECOND)
        answer = refresh(phone)
        assert answer.status == 201
        phone.refresh = answer.json["refresh_token"]


def test_a_shift_at_the_desk_ends_after_twelve_hours_of_work(world: World):
    phone = signed_in(world, [(Role.COMMUNITY_STAFF, BAIHUA)])
    for _ in range(int(SHIFT / MINUTE) // 40 - 1):
        world.clock.advance(40 * MINUTE)
        phone.refresh = refresh(phone).json["refresh_token"]
    world.clock.advance(40 * MINUTE - SECOND)
    answer = refresh(phone)
    assert answer.json["expires_in"] == 1  # no access token outlives the shift
    world.clock.advance(SECOND)
    late = Phone(token=answer.json["access_token"])
    assert late.get("/v1/me").status == 401
    assert refresh(phone, answer.json["refresh_token"]).status == 401


def test_a_role_that_rises_shortens_the_life_from_the_next_refresh_on(
    world: World,
):
    person = world.person()
    phone = world.sign_in(person.phone or "")
    world.ask_for(person, Role.COMMUNITY_STAFF, BAIHUA)
    world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/roles",
        [{"role": "community_staff", "place": BAIHUA}],
    )
    world.clock.advance(2 * IDLE)
    answer = refresh(phone)
    assert answer.status == 201
    world.clock.advance(IDLE)
    assert refresh(phone, answer.json["refresh_token"]).status == 401


def test_a_role_that_rises_ends_a_session_of_last_week_at_the_refresh(
    world: World,
):
    person = world.person()
    phone = world.sign_in(person.phone or "")
    world.clock.advance(timedelta(days=7))
    world.ask_for(person, Role.COMMUNITY_STAFF, BAIHUA)
    world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/roles",
        [{"role": "community_staff", "place": BAIHUA}],
    )
    assert refresh(phone).code == "auth.refresh_invalid"


@pytest.mark.parametrize("hours", [0, 5, 11])
def test_rotation_never_passes_the_absolute_end(hours: int):
    life = life_of([Grant(Role.STREET_ADMIN, STREET)])
    session = open_session(
        id="ses_1",
        person_id="per_a",
        token_version=0,
        life=life_of(()),
        device="dev_1",
        now=START,
    )
    now = START + timedelta(hours=hours)
    rotated = rotate(session, 1, life, now)
    assert rotated.expires_at == min(now + IDLE, START + SHIFT)
    with pytest.raises(Unauthenticated):
        rotate(session, 1, life, START + SHIFT)


# the list


def listed(phone: Phone, query: str = "") -> list[dict]:
    answer = phone.get(f"/v1/me/sessions{query}")
    assert answer.status == 200, answer.text
    return answer.json["items"]


def test_the_list_shows_where_one_is_signed_in_and_which_is_this_one(
    world: World,
):
    first = sign_up(world)
    world.clock.advance(MINUTE)
    second = world.sign_in(NUMBER)
    items = listed(second)
    assert [item["current"] for item in items] == [True, False]
    assert [item["current"] for item in listed(first)] == [False, True]
    assert {*items[0]} == {
        "id",
        "created_at",
        "last_used_at",
        "expires_at",
        "current",
        "device",
    }
    world.clock.advance(MINUTE)
    refresh(first)
    used = {item["id"]: item for item in listed(second)}[items[1]["id"]]
    assert used["created_at"] < used["last_used_at"]


def test_the_list_names_the_system_of_a_device(world: World):
    sign_up(world)
    phone = Phone()
    phone.post("/v1/auth/codes", {"phone": NUMBER})
    body = {
        "phone": NUMBER,
        "code": world.code_in_sms(NUMBER),
        "challenge": CHALLENGES[NUMBER],
    }
    agent = "Mozilla/5.0 (Linux; Android 14; PGT-AN10) Chrome/125"
    signed = phone.post("/v1/auth/tokens", body, user_agent=agent)
    phone.token = signed.json["access_token"]
    assert {item["device"] for item in listed(phone)} == {None, "Android"}


def test_the_list_has_pages(world: World):
    phone = sign_up(world)
    for _ in range(4):
        phone = world.sign_in(NUMBER)
    found, cursor = [], ""
    while True:
        answer = phone.get(f"/v1/me/sessions?limit=2{cursor}").json
        found += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert len(found) == len(set(found)) == 5


def test_an_ended_or_expired_session_is_not_listed(world: World):
    first = sign_up(world)
    world.clock.advance(POCKET - timedelta(days=1))
    second, third = world.sign_in(NUMBER), world.sign_in(NUMBER)
    assert len(listed(third)) == 3
    second.delete("/v1/auth/tokens")
    assert len(listed(third)) == 2
    world.clock.advance(timedelta(days=1))
    third.token = refresh(third).json["access_token"]
    assert [item["current"] for item in listed(third)] == [True]
    assert refresh(first).status == 401


def test_ending_one_session_ends_its_tokens_and_no_other(world: World):
    lost, mine = sign_up(world), world.sign_in(NUMBER)
    (other,) = [item["id"] for item in listed(mine) if not item["current"]]
    assert mine.delete(f"/v1/me/sessions/{other}").status == 204
    assert lost.get("/v1/me").status == 401
    assert refresh(lost).status == 401
    assert mine.get("/v1/me").status == 200
    assert refresh(mine).status == 201
    assert mine.delete(f"/v1/me/sessions/{other}").status == 404


def test_ending_the_current_session_is_signing_out(world: World):
    phone = sign_up(world)
    (mine,) = listed(phone)
    assert phone.delete(f"/v1/me/sessions/{mine['id']}").status == 204
    assert phone.get("/v1/me").status == 401


def test_the_session_of_another_person_is_not_found_and_goes_on(
    world: World,
):
    theirs = sign_up(world)
    (item,) = listed(theirs)
    staff = world.sign_in(world.admin.phone or "")
    for id in (item["id"], f"ses_{'a' * 24}", NO_CHALLENGE, theirs.me["id"]):
        assert staff.delete(f"/v1/me/sessions/{id}").status == 404
    assert theirs.get("/v1/me").status == 200


def test_an_erased_person_has_no_session(world: World):
    phone = sign_up(world)
    assert world.erase(phone).status == 202
    assert refresh(phone).status == 401
    assert phone.get("/v1/me/sessions").status == 401
