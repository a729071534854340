"""Export and erasure of people who are blocked or have no phone, by staff."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.privacy.policy import ERASURE_WAITS

from ..store.scan import everything
from ..world import BAIHUA, CHALLENGES, JINFENG, Phone, World

REASON = {"reason": "本人到社区申请"}


def phoneless(world: World) -> Person:
    return world.person("欧阳秀英", phone=None)


def blocked(world: World) -> Person:
    person = world.person("欧阳秀英")
    body = {"blocked": True, "reason": "多次爽约"}
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/blocked", body
    )
    assert answer.status == 200
    return person


@pytest.fixture(params=[phoneless, blocked])
def person(world: World, request: pytest.FixtureRequest) -> Person:
    return request.param(world)


def erase(staff: Phone, person: Person, **fields: str) -> tuple[int, str]:
    answer = staff.post(f"/v1/people/{person.id}/erase", REASON | fields)
    if answer.status >= 400:
        return answer.status, answer.code
    return answer.status, answer.json["state"]


def queued(staff: Phone) -> list[str]:
    answer = staff.get(f"/v1/admin/queue?place={BAIHUA}")
    return [
        task["id"]
        for task in answer.json["items"]
        if task["kind"] == "person.erase"
    ]


def test_staff_export_the_data_and_the_look_is_audited(
    world: World, person: Person
):
    answer = world.staff().get(f"/v1/people/{person.id}/data")
    assert answer.status == 200
    assert answer.json["person"]["name"] == person.name
    assert {"consents", "wishes", "tickets"} <= set(answer.json)
    lines = [str(row) for row in everything()["audit"]]
    assert [line for line in lines if "person.exported" in line]


def test_one_asks_and_another_approves(world: World, person: Person):
    first, second = world.staff(), world.staff()
    assert erase(first, person) == (202, "pending")
    assert erase(first, person) == (403, "erasure.needs_second")
    assert queued(first) == []
    assert queued(second) == [person.id]
    assert first.get(f"/v1/people/{person.id}").status == 200
    assert erase(second, person) == (202, "erased")
    world.pass_time(minutes=5)
    assert first.get(f"/v1/people/{person.id}").status == 404
    assert queued(second) == queued(first) == []


def test_a_named_colleague_approves_and_nobody_else(
    world: World, person: Person
):
    first, second, other = world.staff(), world.staff(), world.staff()
    own = first.me["id"]
    assert erase(first, person, second=own) == (422, "erasure.needs_second")
    named = second.me["id"]
    assert erase(first, person, second=named) == (202, "pending")
    assert erase(other, person) == (403, "erasure.second_named")
    assert erase(second, person) == (202, "erased")


def test_a_request_lapses_and_begins_anew(world: World, person: Person):
    erase(world.staff(), person)
    world.clock.advance(ERASURE_WAITS)
    first, second = world.staff(), world.staff()
    assert queued(first) == []
    assert erase(first, person) == (202, "pending")
    assert erase(second, person) == (202, "erased")


def test_a_repeated_request_is_answered_alike(world: World, person: Person):
    first, second = world.staff(), world.staff()
    path = f"/v1/people/{person.id}/erase"
    for staff, state in ((first, "pending"), (second, "erased")):
        answers = [
            staff.post(path, REASON, idempotency_key=f"key-{state}-123456")
            for _ in range(2)
        ]
        assert [answer.json["state"] for answer in answers] == [state] * 2


@pytest.mark.parametrize("call", ["data", "erase"])
def test_people_with_a_phone_do_it_themselves(world: World, call: str):
    person = world.person()
    staff, path = world.staff(), f"/v1/people/{person.id}/{call}"
    answer = staff.get(path) if call == "data" else staff.post(path, REASON)
    assert (answer.status, answer.code) == (409, "person.has_account")


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.GRID_WORKER, BAIHUA, 403),
        (Role.COMMUNITY_STAFF, JINFENG, 404),
    ],
)
def test_staff_below_or_elsewhere_do_neither(
    world: World, person: Person, role: Role, place: str, status: int
):
    staff = world.staff(place, role)
    assert staff.get(f"/v1/people/{person.id}/data").status == status
    assert erase(staff, person)[0] == status


def test_staff_cannot_be_erased_by_their_equals(world: World):
    clerk = world.person(
        "陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA, phone=None
    )
    assert erase(world.staff(), clerk) == (403, "role.above_own")


def test_a_blocked_person_erased_by_staff_is_barred_by_their_phone(
    world: World,
):
    person = blocked(world)
    erase(world.staff(), person)
    assert erase(world.staff(), person) == (202, "erased")
    world.pass_time(minutes=5)
    number, phone = person.phone or "", Phone()
    phone.post("/v1/auth/codes", {"phone": number})
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
        "consent": {"text_version": "2026-11"},
    }
    answer = phone.post("/v1/auth/tokens", body)
    assert (answer.status, answer.code) == (403, "person.blocked")
    world.clock.advance(timedelta(minutes=1))
