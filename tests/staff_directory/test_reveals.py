"""How often staff reveal contacts: workers for their tasks, others with a second person."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.staff_directory.policy import REVEALS_ALONE, REVEALS_OF_WORKERS

from ..security_trail.trail import events
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Answer, Phone, World

DAY = timedelta(days=1)


def reveal(phone: Phone, person_id: str, **headers: str) -> Answer:
    body = {"reason": "上门送药"}
    return phone.post(f"/v1/people/{person_id}/reveal", body, **headers)


def allow(phone: Phone, person_id: str, **headers: str) -> Answer:
    body = {"reason": "疫苗通知"}
    path = f"/v1/people/{person_id}/reveals/allow"
    return phone.post(path, body, **headers)


def revealed(phone: Phone, person_id: str, times: int) -> None:
    for _ in range(times):
        answer = reveal(phone, person_id)
        assert answer.status == 200, answer.text


# workers


def worker_of(world: World) -> Phone:
    return world.staff(GRID, Role.GRID_WORKER)


def a_ticket(world: World, person: Phone, worker: Phone) -> str:
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    made = person.post("/v1/tickets", body)
    assert made.status == 201, made.text
    return str(made.json["id"])


def accepted(world: World, resident: Phone, worker: Phone) -> None:
    ticket = a_ticket(world, resident, worker)
    assert worker.post(f"/v1/tickets/{ticket}/accept").status == 200


def merged(world: World, resident: Phone, worker: Phone) -> None:
    """The resident's report is merged into a ticket of the worker."""
    staff = world.staff()
    other, own = (
        a_ticket(world, world.resident(), worker),
        a_ticket(world, resident, worker),
    )
    assert worker.post(f"/v1/tickets/{other}/accept").status == 200
    moved = staff.post(f"/v1/tickets/{own}/merge", {"into": other})
    assert moved.status == 200, moved.text


def submitted(world: World, resident: Phone, worker: Phone) -> None:
    made = resident.post("/v1/wishes", world.wish_body())
    assert made.status == 201, made.text


def spoken(world: World, resident: Phone, worker: Phone) -> None:
    body = {"household": "h7", "consent": {"how": "spoken"}}
    path = f"/v1/people/{resident.me['id']}/household"
    assert world.phone_of(world.admin).put(path, body).status == 200


def unreached(world: World, resident: Phone, worker: Phone) -> None:
    from ..message_log.cases import a_visit

    a_visit(world, resident.me["id"])


TASKS = {
    "a ticket": accepted,
    "a merged ticket": merged,
    "a wish to approve": submitted,
    "a call-back": spoken,
    "a visit": unreached,
}


@pytest.mark.parametrize("make", TASKS.values(), ids=TASKS.keys())
def test_a_worker_reveals_the_person_of_a_task(world: World, make):
    worker, resident = worker_of(world), world.resident()
    person_id = resident.me["id"]
    assert reveal(worker, person_id).code == "reveal.no_task"
    make(world, resident, worker)
    assert reveal(worker, person_id).status == 200
    assert reveal(worker, world.person().id).code == "reveal.no_task"


def test_a_task_that_is_over_reveals_nobody(world: World):
    worker, resident = worker_of(world), world.resident()
    ticket = a_ticket(world, resident, worker)
    person_id = resident.me["id"]
    assert reveal(worker, person_id).code == "reveal.no_task"  # not accepted
    worker.post(f"/v1/tickets/{ticket}/accept")
    assert reveal(worker, person_id, idempotency_key="k").status == 200
    body = {"reason": "重复"}
    world.phone_of(world.admin).post(f"/v1/tickets/{ticket}/close", body)
    assert reveal(worker, person_id).code == "reveal.no_task"
    repeated = reveal(worker, person_id, idempotency_key="k")
    assert repeated.code == "reveal.no_task"


def test_a_worker_does_not_call_back_about_their_own_record(world: World):
    worker, resident = worker_of(world), world.resident()
    body = {"household": "h7", "consent": {"how": "spoken"}}
    path = f"/v1/people/{resident.me['id']}/household"
    assert worker.put(path, body).status == 200
    assert reveal(worker, resident.me["id"]).code == "reveal.no_task"


def test_a_worker_of_another_grid_has_no_task_here(world: World):
    resident = world.resident()
    submitted(world, resident, worker_of(world))
    other = world.staff(f"{JINFENG}.g01", Role.GRID_WORKER)
    assert reveal(other, resident.me["id"]).status == 404


def test_a_worker_reveals_thirty_times_a_day(world: World):
    worker, resident = worker_of(world), world.resident()
    spoken(world, resident, worker)
    revealed(worker, resident.me["id"], REVEALS_OF_WORKERS.limit)
    answer = reveal(worker, resident.me["id"])
    assert (answer.status, answer.code) == (429, "reveal.too_many")
    assert answer.headers["retry-after"]
    world.clock.advance(DAY)
    worker = world.phone_of(world.services.people.find(worker.me["id"]))
    assert reveal(worker, resident.me["id"]).status == 200


def test_another_account_of_the_same_phone_begins_no_new_count(world: World):
    worker = worker_of(world)
    person = world.services.people.find(worker.me["id"])
    resident = world.resident()
    spoken(world, resident, worker)
    revealed(worker, resident.me["id"], REVEALS_OF_WORKERS.limit)
    assert world.erase(worker).status == 202
    again = world.sign_in(person.phone, consent="2026-11", name="李娜")
    path = f"/v1/people/{again.me['id']}/roles"
    role = [{"role": "grid_worker", "place": GRID}]
    assert again.post("/v1/me/role-requests", role[0]).status == 200
    boss = world.phone_of(world.admin)
    assert boss.put(path, role).status == 200
    right = {"allowed": True, "place": GRID, "reason": "试用期满"}
    path = f"/v1/people/{again.me['id']}/reveal-right"
    assert boss.put(path, right).status == 200
    again = world.phone_of(world.services.people.find(again.me["id"]))
    assert reveal(again, resident.me["id"]).code == "reveal.too_many"


# at the desk


def test_staff_reveal_forty_times_a_day_and_then_with_a_colleague(
    world: World,
):
    staff, colleague = world.staff(), world.staff()
    resident = world.person()
    revealed(staff, resident.id, REVEALS_ALONE)
    refused = reveal(staff, resident.id)
    assert (refused.status, refused.code) == (403, "reveal.needs_second")
    assert reveal(colleague, resident.id).status == 200
    allowed = allow(colleague, staff.me["id"])
    assert (allowed.status, allowed.json) == (
        200,
        {"id": staff.me["id"], "more": REVEALS_ALONE, "day": "2026-11-23"},
    )
    revealed(staff, resident.id, REVEALS_ALONE)
    assert reveal(staff, resident.id).code == "reveal.needs_second"
    (line,) = events("person.reveals_allowed")
    assert (line.actor, line.subject, line.reason) == (
        colleague.me["id"],
        staff.me["id"],
        "疫苗通知",
    )


def test_an_allowance_ends_with_the_day_of_the_street(world: World):
    staff, colleague = world.staff(), world.staff()
    resident = world.person()
    allow(colleague, staff.me["id"])
    revealed(staff, resident.id, REVEALS_ALONE)
    world.clock.advance(timedelta(hours=15, minutes=20))  # midnight there
    staff = world.phone_of(world.services.people.find(staff.me["id"]))
    revealed(staff, resident.id, REVEALS_ALONE)
    assert reveal(staff, resident.id).code == "reveal.needs_second"


ALLOWERS = {
    "staff there": (Role.COMMUNITY_STAFF, BAIHUA, 200),
    "an administrator": (Role.STREET_ADMIN, STREET, 200),
    "staff elsewhere": (Role.COMMUNITY_STAFF, JINFENG, 404),
    "a worker there": (Role.GRID_WORKER, GRID, 404),
    "property": (Role.PROPERTY, BAIHUA, 404),
    "a resident": (Role.RESIDENT, UNIT, 404),
}


@pytest.mark.parametrize(
    ("role", "place", "status"), ALLOWERS.values(), ids=ALLOWERS.keys()
)
def test_staff_of_the_same_place_allow_more(
    world: World, role: Role, place: str, status: int
):
    staff = world.staff()
    other = world.phone_of(world.person("李娜", (role, place), home=place))
    if role is Role.STREET_ADMIN:
        other = world.phone_of(world.admin)
    assert allow(other, staff.me["id"]).status == status


def test_nobody_allows_themself_more(world: World):
    staff = world.staff()
    answer = allow(staff, staff.me["id"])
    assert (answer.status, answer.code) == (403, "reveal.needs_second")


def test_a_home_in_a_community_makes_nobody_its_staff(world: World):
    """The staff of the home of a colleague are no colleagues."""
    person = world.person("陈敏", (Role.COMMUNITY_STAFF, JINFENG), home=BAIHUA)
    assert allow(world.staff(BAIHUA), person.id).status in (403, 404)
    assert allow(world.staff(JINFENG), person.id).status == 200


def test_a_repeated_request_allows_no_more(world: World):
    staff, colleague = world.staff(), world.staff()
    resident = world.person()
    for _ in range(2):
        assert (
            allow(colleague, staff.me["id"], idempotency_key="k").status == 200
        )
    revealed(staff, resident.id, 2 * REVEALS_ALONE)
    assert reveal(staff, resident.id).code == "reveal.needs_second"
