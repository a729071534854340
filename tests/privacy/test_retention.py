"""Retention: what is kept too long goes at night, in steps, and no sooner."""

from datetime import timedelta

import pytest

from chalicelib.kernel.job import Command, ScheduledJob
from chalicelib.message_log.policy import ATTEMPT_TTL
from chalicelib.people.policy import SEALED_FOR
from chalicelib.security_trail.policy import TRAIL_TTL
from chalicelib.tickets import policy as tickets
from chalicelib.wishes import policy as wishes

from ..store.scan import everything
from ..world import BUILDING, Phone, World

STORY, THANKS, TEXT = "孙女的旧书包破了", "多谢赵同志", "楼道的灯坏了很久"
NOTE, SOLUTION = "交给欧阳本人", "换了灯泡"
RELEASED = "这里有一盏路灯不亮"


def run_retention(world: World) -> int:
    """Run all parts of retention to their ends; return the number of steps."""
    steps = 0
    for name in world.services.hooks.retentions():
        position, again = None, True
        while again:
            position = world.services.hooks.retain(
                name, world.clock.now(), position
            )
            steps, again = steps + 1, position is not None
            assert steps < 1000
    return steps


def kept(world: World, table: str) -> str:
    """Return the rows of a table that have not expired; a real store deletes those."""
    now = world.clock.now().timestamp()
    rows = everything()[table]
    return str([r for r in rows if "ttl" not in r or int(r["ttl"]["N"]) > now])


def test_what_is_promised_is_the_policy():
    assert timedelta(days=400) == ATTEMPT_TTL
    assert wishes.NAMED_FOR == tickets.NAMED_FOR == timedelta(days=730)
    assert timedelta(days=1095) == TRAIL_TTL
    assert timedelta(days=180) == SEALED_FOR


def test_a_part_is_declared_by_each_feature_that_keeps_names(world: World):
    assert set(world.services.hooks.retentions()) >= {
        "call_backs",
        "tickets",
        "wishes",
    }


def retention_jobs() -> list[str]:
    return [str(row) for row in everything()["due"] if "retain" in str(row)]


def test_the_night_begins_a_job_for_each_part_once(world: World):
    world.services.container.audit()
    world.services.container.audit()
    assert len(retention_jobs()) == len(world.services.hooks.retentions())
    world.pass_time(minutes=2)
    assert retention_jobs() == []


def test_a_part_that_nothing_declares_is_an_error(world: World):
    job = Command(id="due_x", name="retain", subject="nothing")
    with pytest.raises(LookupError):
        world.services.dispatcher.run(
            ScheduledJob(job=job, at=world.clock.now())
        )


def fulfilled(world: World, resident: Phone) -> str:
    helper, wish_id = world.volunteer(), world.open_wish(resident, story=STORY)
    path = f"/v1/wishes/{wish_id}"
    assert helper.post(f"{path}/claim").status == 200
    assert helper.post(f"{path}/deliver", {"note": NOTE}).status == 200
    thanks = {"rating": 5, "thanks": THANKS}
    assert resident.post(f"{path}/confirm", thanks).status == 200
    return wish_id


def test_a_wish_names_nobody_two_years_after_its_end(world: World):
    resident = world.resident()
    wish_id = fulfilled(world, resident)
    world.clock.advance(wishes.NAMED_FOR - timedelta(days=1))
    run_retention(world)
    assert STORY in str(everything()["wishes"])
    world.clock.advance(timedelta(days=2))
    run_retention(world)
    rows = kept(world, "wishes")
    for words in (STORY, THANKS, NOTE, resident.me["id"], "b05"):
        assert words not in rows, words
    admin = world.phone_of(world.admin)
    read = admin.get(f"/v1/wishes/{wish_id}")
    assert (read.status, read.json["state"], read.json["rating"]) == (
        200,
        "fulfilled",
        5,
    )


def test_an_open_wish_keeps_its_words(world: World):
    world.open_wish(story=STORY)
    world.clock.advance(wishes.NAMED_FOR + timedelta(days=2))
    run_retention(world)
    assert STORY in str(everything()["wishes"])


def test_many_wishes_are_made_anonymous_in_steps(world: World):
    resident = world.resident()
    for _ in range(wishes.FORGOTTEN_PER_STEP + 3):
        wish_id = world.open_wish(resident, story=STORY)
        body = {"reason": "不用了"}
        resident.post(f"/v1/wishes/{wish_id}/withdraw", body)
    world.clock.advance(wishes.NAMED_FOR + timedelta(days=2))
    first = run_retention(world)
    assert STORY not in str(everything()["wishes"])
    before = everything()["wishes"]
    assert run_retention(world) == first
    assert everything()["wishes"] == before


def closed(world: World, resident: Phone, **fields: object) -> str:
    body = {"category": "light", "text": TEXT, "place": BUILDING} | fields
    answer = resident.post("/v1/tickets", body)
    assert answer.status == 201, answer.text
    ticket_id = str(answer.json["id"])
    path = f"/v1/tickets/{ticket_id}"
    assert resident.post(f"{path}/comment", {"text": NOTE}).status == 200
    assert resident.post(f"{path}/close", {"reason": SOLUTION}).status == 200
    return ticket_id


def test_a_ticket_names_nobody_two_years_after_it_was_closed(world: World):
    resident = world.resident()
    ticket_id = closed(world, resident)
    world.clock.advance(tickets.NAMED_FOR - timedelta(days=1))
    run_retention(world)
    assert TEXT in str(everything()["tickets"])
    world.clock.advance(timedelta(days=2))
    run_retention(world)
    rows = kept(world, "tickets")
    for words in (TEXT, NOTE, SOLUTION, resident.me["id"], "b05"):
        assert words not in rows, words
    admin = world.phone_of(world.admin)
    read = admin.get(f"/v1/tickets/{ticket_id}")
    assert (read.status, read.json["state"]) == (200, "closed")
    before = everything()["tickets"]
    run_retention(world)
    assert everything()["tickets"] == before


def test_what_staff_released_of_a_ticket_goes_with_its_other_words(
    world: World,
):
    resident, admin = world.resident(), world.phone_of(world.admin)
    body = {"category": "light", "text": TEXT, "place": BUILDING}
    path = f"/v1/tickets/{resident.post('/v1/tickets', body).json['id']}"
    for move, sent in (
        ("publish", {"text": RELEASED}),
        ("close", {"reason": SOLUTION, "publish": True}),
    ):
        answer = admin.post(f"{path}/{move}", sent)
        assert answer.status == 200, answer.text
    before = kept(world, "tickets")
    world.clock.advance(tickets.NAMED_FOR + timedelta(days=1))
    run_retention(world)
    rows = kept(world, "tickets")
    for words in (RELEASED, SOLUTION):
        assert words in before, "the control"
        assert words not in rows, words
    read = world.phone_of(world.admin).get(path).json
    assert (read["state"], read["public_text"]) == ("closed", None)


def test_the_audit_expires_after_three_years(world: World):
    person = world.person()
    world.phone_of(world.admin).post(
        f"/v1/people/{person.id}/reveal", {"reason": "核对地址"}
    )
    (row,) = [
        row
        for row in everything()["audit"]
        if row["kind"]["S"] == "person.revealed"
    ]
    ends = int((world.clock.now() + TRAIL_TTL).timestamp())
    assert int(row["ttl"]["N"]) == ends
