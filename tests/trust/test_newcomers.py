"""A newcomer asks for their role, or agrees by a code; and reveals nothing at first."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.people.policy import ROLE_REQUEST_LASTS

from ..signin.cases import role_code
from ..store.scan import everything
from ..world import BAIHUA, GRID, STREET, UNIT, Answer, Phone, World

WORKER = {"role": "grid_worker", "place": GRID}
WORDS = {"reason": "核对登记"}


def grant(world: World, person: Person, *roles: dict[str, str]) -> Answer:
    boss = world.phone_of(world.admin)
    return boss.put(f"/v1/people/{person.id}/roles", list(roles))


def as_now(world: World, person: Person) -> Phone:
    found = world.services.people.find(person.id)
    assert found
    return world.phone_of(found)


@pytest.mark.parametrize(
    "asked",
    [
        None,
        {"role": "property", "place": GRID},
        {"role": "grid_worker", "place": BAIHUA},
    ],
    ids=["nothing", "another role", "another place"],
)
def test_a_newcomer_gets_no_role_that_they_have_not_asked_for(
    world: World, asked: dict[str, str] | None
):
    person = world.person()
    if asked:
        phone = world.phone_of(person)
        assert phone.post("/v1/me/role-requests", asked).status == 200
    answer = grant(world, person, WORKER)
    assert (answer.status, answer.code) == (409, "role.not_requested")


@pytest.mark.parametrize("late", [False, True])
def test_a_request_counts_for_a_month(world: World, late: bool):
    person = world.person()
    world.ask_for(person, Role.GRID_WORKER, GRID)
    world.clock.advance(ROLE_REQUEST_LASTS - timedelta(seconds=1))
    world.clock.advance(timedelta(seconds=2 if late else 0))
    assert grant(world, person, WORKER).status == (409 if late else 200)


def test_a_request_is_seen_and_used_once(world: World):
    person = world.person()
    world.ask_for(person, Role.GRID_WORKER, GRID)
    path = f"/v1/people/{person.id}"
    (shown,) = world.staff().get(path).json["role_requests"]
    assert (shown["role"], shown["place"]) == ("grid_worker", GRID)
    assert grant(world, person, WORKER).status == 200
    assert world.staff().get(path).json["role_requests"] == []


def test_who_has_worked_in_the_street_needs_no_request(world: World):
    person = world.person("吴刚", (Role.GRID_WORKER, GRID), home=GRID)
    assert grant(world, person).status == 200
    assert grant(world, person, WORKER).status == 200


def test_another_street_is_another_matter(world: World):
    person = world.person("吴刚", (Role.GRID_WORKER, GRID), home=GRID)
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    other = world.services.person_admin.bootstrap_admin(
        "+8613700000001", "外街", "qingfeng"
    )
    world.phone_of(person).patch("/v1/me", {"home": "qingfeng"})
    role = {"role": "grid_worker", "place": "qingfeng"}
    path = f"/v1/people/{person.id}/roles"
    answer = world.phone_of(other).put(path, [role])
    # Of higher rank in a place that is not theirs: only that street decides.
    assert (answer.status, answer.code) == (403, "role.above_own")


def test_a_role_of_a_volunteer_is_no_appointment(world: World):
    person = world.person()
    role = {"role": "volunteer", "place": BAIHUA}
    assert grant(world, person, role).status == 200


# by a code


def verify(staff: Phone, person: Person, body: Any) -> Answer:
    return staff.post(f"/v1/people/{person.id}/role-code/verify", body)


def test_a_newcomer_agrees_with_a_code_that_they_read_out(world: World):
    person, staff = world.person(), world.staff()
    body = role_code(world, staff, person)
    agreed = verify(staff, person, body)
    assert agreed.status == 200
    assert agreed.json["role_requests"][0]["role"] == "grid_worker"
    assert verify(staff, person, body).code == "auth.code_wrong"
    assert grant(world, person, WORKER).status == 200
    lines = [
        row["kind"]["S"]
        for row in everything()["audit"]
        if row["subject"]["S"] == person.id
    ]
    assert {"person.role_code_sent", "person.role_agreed"} <= set(lines)


def test_a_code_is_about_one_person_and_one_role(world: World):
    person, other, staff = world.person(), world.person(), world.staff()
    body = role_code(world, staff, person)
    assert verify(staff, other, body).code == "auth.code_wrong"
    assert verify(staff, person, body).status == 200
    clerk = {"role": "property", "place": BAIHUA}
    assert grant(world, person, clerk).code == "role.not_requested"


def test_a_sign_in_code_is_no_agreement(world: World):
    """Nobody who is asked for the code of a sign-in agrees to a role by it."""
    person, staff = world.person(), world.staff()
    body = world.fresh_code(world.phone_of(person))
    assert verify(staff, person, body).code == "auth.code_wrong"
    spoken = role_code(world, staff, person)
    signed = Phone().post("/v1/auth/tokens", {"phone": person.phone} | spoken)
    assert signed.code == "auth.code_wrong"


def test_wrong_codes_end_a_challenge(world: World):
    person, staff = world.person(), world.staff()
    body = role_code(world, staff, person)
    wrong = body | {"code": f"{(int(body['code']) + 1) % 10**6:06}"}
    for _ in range(5):
        assert verify(staff, person, wrong).status in (422, 429)
        world.clock.advance(timedelta(seconds=61))
    assert verify(staff, person, body).status == 429


def test_staff_send_no_code_for_a_role_they_cannot_give(world: World):
    person = world.person()
    path = f"/v1/people/{person.id}/role-code"
    worker = world.staff(GRID, Role.GRID_WORKER)
    for role in (WORKER, {"role": "property", "place": BAIHUA}):
        answer = worker.post(path, role)
        assert (answer.status, answer.code) == (403, "role.above_own")
    assert world.sms_to(person.phone or "") == []
    nobody = world.person(phone=None)
    sent = world.staff().post(f"/v1/people/{nobody.id}/role-code", WORKER)
    assert (sent.status, sent.code) == (409, "person.no_phone")


def test_three_codes_a_day_about_one_person(world: World):
    person, staff = world.person(), world.staff()
    path = f"/v1/people/{person.id}/role-code"
    for n in range(4):
        assert staff.post(path, WORKER).status == (202 if n < 3 else 429)
        world.clock.advance(timedelta(minutes=2))


# the right to reveal


def newcomer(world: World) -> tuple[Person, Phone]:
    """Return a community staff member who is new in the street."""
    person = world.person("新来的", home=BAIHUA)
    world.ask_for(person, Role.COMMUNITY_STAFF, BAIHUA)
    role = {"role": "community_staff", "place": BAIHUA}
    answer = grant(world, person, role)
    assert answer.json["reveal_off"] == [STREET]
    return person, as_now(world, person)


def right(phone: Phone, person: Person, *, allowed: bool) -> Answer:
    body = WORDS | {"allowed": allowed, "place": BAIHUA}
    return phone.put(f"/v1/people/{person.id}/reveal-right", body)


def doors(world: World, phone: Phone) -> list[Answer]:
    """Try every way to the full phone and address of somebody."""
    resident = world.person("王秀英", home=UNIT)
    nobody = world.person("李奶奶", home=UNIT, phone=None)
    path = f"/v1/people/{resident.id}"
    return [
        phone.post(f"{path}/reveal", WORDS),
        phone.post(f"{path}/sign-in-code", WORDS),
        phone.get(f"/v1/people/{nobody.id}/data"),
    ]


def test_a_newcomer_reveals_nothing_until_an_administrator_lets_them(
    world: World,
):
    person, phone = newcomer(world)
    for answer in doors(world, phone):
        assert (answer.status, answer.code) == (403, "role.no_reveal")
    boss = world.phone_of(world.admin)
    assert right(boss, person, allowed=True).json["reveal_off"] == []
    for answer in doors(world, phone):
        assert answer.status < 300, answer.text
    assert right(boss, person, allowed=False).status == 200
    for answer in doors(world, phone):
        assert answer.code == "role.no_reveal"


def test_nobody_lets_themself_reveal(world: World):
    person, phone = newcomer(world)
    assert right(phone, person, allowed=True).code == "action.forbidden"
    assert right(world.staff(), person, allowed=True).status == 403
    second = world.person("林二", home=STREET)
    world.ask_for(second, Role.STREET_ADMIN, STREET)
    role = {"role": "street_admin", "place": STREET}
    assert grant(world, second, role).status == 200
    own = right(as_now(world, second), second, allowed=True)
    assert (own.status, own.code) == (403, "role.above_own")
    boss = world.phone_of(world.admin)
    assert right(boss, second, allowed=True).json["reveal_off"] == []


def test_a_dismissed_newcomer_comes_back_without_the_right(world: World):
    person, _ = newcomer(world)
    role = {"role": "community_staff", "place": BAIHUA}
    assert grant(world, person).status == 200
    again = grant(world, person, role)
    assert (again.status, again.json["reveal_off"]) == (200, [STREET])
