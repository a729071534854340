"""A spoken consent needs a witness who is not the recorder, or a call-back within three days."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.people.policy import CALL_BACK_WITHIN

from ..admin.test_queue import exact_counts
from ..world import BAIHUA, BUILDING, JINFENG, Phone, World

HOUSEHOLD = {"household": "h7"}


def record(
    world: World, staff: Phone, person: Person, **consent: str
) -> tuple[int, str]:
    body = HOUSEHOLD | {"consent": {"how": "spoken", **consent}}
    answer = staff.put(f"/v1/people/{person.id}/household", body)
    return answer.status, answer.code if answer.status >= 400 else ""


def waiting(staff: Phone) -> list[dict[str, object]]:
    queue = staff.get(f"/v1/admin/queue?place={BAIHUA}")
    tasks = [
        task
        for task in queue.json["items"]
        if task["kind"] == "consent.call_back"
    ]
    assert exact_counts(queue).get("consent.call_back", 0) == len(tasks)
    return tasks


def confirm(
    staff: Phone, task: dict[str, object], **body: bool
) -> tuple[int, str]:
    path = f"/v1/people/{task['subject']}/consents/{task['id']}/confirm"
    answer = staff.post(path, body)
    return answer.status, answer.code if answer.status >= 400 else ""


def household(world: World, person: Person) -> str | None:
    return world.services.people.find(person.id).household


@pytest.mark.parametrize("witness", ["陈敏", " 陈 敏 ", "王秀英"])
def test_the_witness_is_neither_the_recorder_nor_the_person(
    world: World, witness: str
):
    refused = (422, "consent.witness_is_recorder")
    person, staff = world.person(phone=None), world.staff()
    assert record(world, staff, person, witness=witness) == refused
    assert household(world, person) is None


@pytest.mark.parametrize("place", ["wishes", "tickets", "people"])
def test_the_rule_of_the_witness_holds_for_every_use_case(
    world: World, place: str
):
    person, staff = world.person(phone=None), world.staff()
    consent = {"how": "spoken", "witness": "陈敏"}
    own = {"on_behalf_of": person.id, "consent": consent}
    body = {
        "wishes": world.wish_body(**own),
        "tickets": {
            "category": "rubbish",
            "text": "楼道有纸箱",
            "place": BUILDING,
            **own,
        },
        "people": {"name": "周小红", "home": BAIHUA, "consent": consent},
    }[place]
    answer = staff.post(f"/v1/{place}", body)
    assert (answer.status, answer.code) == (
        422,
        "consent.witness_is_recorder",
    )


def test_a_witness_is_enough(world: World):
    person, staff = world.person(phone=None), world.staff()
    assert record(world, staff, person, witness="邻居周")[0] == 200
    assert waiting(world.staff()) == []


def test_another_member_of_staff_calls_back(world: World):
    person, staff, other = (
        world.person(phone=None),
        world.staff(),
        world.staff(),
    )
    assert record(world, staff, person)[0] == 200
    (own,), (task,) = waiting(staff), waiting(other)
    assert (own["moves"], task["moves"]) == ([], ["confirm"])
    assert task["subject"] == person.id
    assert confirm(staff, task) == (403, "consent.needs_other")
    assert confirm(other, task) == (204, "")
    assert waiting(other) == []
    assert confirm(other, task)[0] == 404
    joined = household(world, person)
    assert joined is not None
    world.pass_time(days=5)
    assert household(world, person) == joined
    ledger = world.services.consents.read_all(person.id)
    assert {line.how for line in ledger if line.purpose == "household"} == {
        "call_back",
        "spoken",
    }


def test_a_no_ends_the_consent_at_once(world: World):
    person, staff = world.person(phone=None), world.staff()
    record(world, world.staff(), person)
    (task,) = waiting(staff)
    assert confirm(staff, task, given=False) == (204, "")
    assert household(world, person) is None


def test_without_a_call_back_it_lapses_and_staff_are_notified(world: World):
    clerk = world.person("李明", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    world.phone_of(world.admin).put(
        f"/v1/places/{BAIHUA}/duty", {"community_staff": [clerk.id]}
    )
    person = world.person(phone=None)
    record(world, world.staff(), person)
    (task,) = waiting(world.staff())
    world.clock.advance(CALL_BACK_WITHIN)
    assert confirm(world.staff(), task) == (409, "consent.lapsed")
    world.pass_time(days=1)
    assert household(world, person) is None
    assert "household" not in world.services.people.find(person.id).consents
    assert waiting(world.staff()) == []
    assert world.sms_to(clerk.phone or "", "consent.lapsed")


def test_many_call_backs_lapse_in_steps(world: World):
    staff = world.staff()
    people = [world.person(phone=None) for _ in range(27)]
    for person in people:
        record(world, staff, person)
    world.pass_time(days=4, hours=1)
    assert {household(world, person) for person in people} == {None}


def test_a_consent_that_was_given_again_does_not_lapse(world: World):
    person, staff = world.person(phone=None), world.staff()
    record(world, staff, person)
    spoken = household(world, person)
    world.clock.advance(timedelta(hours=1))
    body = {"household": "h8", "consent": {"how": "written"}}
    world.staff().put(f"/v1/people/{person.id}/household", body)
    written = household(world, person)
    assert written not in (None, spoken)
    world.pass_time(days=5)
    assert household(world, person) == written


def test_staff_elsewhere_confirm_nothing(world: World):
    person = world.person(phone=None)
    record(world, world.staff(), person)
    (task,) = waiting(world.staff())
    assert confirm(world.staff(JINFENG), task)[0] == 404
    assert confirm(world.resident(), task)[0] == 404


def test_an_erased_person_waits_for_no_call_back(world: World):
    resident = world.resident()
    person = world.services.people.find(resident.me["id"])
    record(world, world.staff(), person)
    world.erase(resident)
    world.pass_time(minutes=5)
    assert waiting(world.staff()) == []
