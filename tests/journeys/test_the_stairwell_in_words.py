"""Story 3, where both neighbours answer the question in words instead of a digit."""

import pytest

from chalicelib.kernel.access import Role

from ..replies.builders import PROVIDERS, reply
from ..world import GRID, UNIT, Phone, World

WORDS = [
    ("解决了", "已解决，谢谢你们"),
    ("好的，解决了", "解决了👍"),
    ("已经解决了！", "都解决了。"),
]


@pytest.fixture
def world() -> World:
    return World(sms_providers=PROVIDERS)


def resolved(world: World) -> tuple[str, Phone, Phone]:
    """Have a stairwell swept that two neighbours reported."""
    first, second = world.resident(), world.resident()
    body = {"category": "rubbish", "text": "楼道有垃圾", "place": UNIT}
    ticket = first.post("/v1/tickets", body).json["id"]
    assert second.post(f"/v1/tickets/{ticket}/join").status == 200
    worker = world.staff(GRID, Role.GRID_WORKER)
    property_staff = world.phone_of(
        world.person("物业小赵", (Role.PROPERTY, GRID))
    )
    assert worker.post(f"/v1/tickets/{ticket}/accept").status == 200
    to = {"to": property_staff.me["id"]}
    assert worker.post(f"/v1/tickets/{ticket}/assign", to).status == 200
    note = {"note": "已清运"}
    done = property_staff.post(f"/v1/tickets/{ticket}/resolve", note)
    assert done.status == 200, done.text
    world.pass_time(minutes=1)
    return ticket, first, second


def state(phone: Phone, ticket: str) -> str:
    return str(phone.get(f"/v1/tickets/{ticket}").json["state"])


@pytest.mark.parametrize(("one", "other"), WORDS)
def test_two_yeses_in_words_close_the_ticket(
    world: World, one: str, other: str
):
    ticket, first, second = resolved(world)
    reply(world, first.me["phone"], one)
    assert state(first, ticket) == "resolved"
    reply(world, second.me["phone"], other)
    assert state(first, ticket) == "closed"


@pytest.mark.parametrize("words", ["没解决", "还没有解决", "2 还是有味道"])
def test_a_no_in_words_reopens_it_with_its_reason(world: World, words: str):
    ticket, first, second = resolved(world)
    reply(world, first.me["phone"], "解决了")
    reply(world, second.me["phone"], words)
    assert state(first, ticket) == "accepted"
    worker = world.staff(GRID, Role.GRID_WORKER)
    assert worker.get(f"/v1/tickets/{ticket}").json["level"] != "grid"


def test_words_that_say_nothing_wait_for_staff(world: World):
    ticket, first, _ = resolved(world)
    reply(world, first.me["phone"], "你们什么时候来")
    assert state(first, ticket) == "resolved"
    worker = world.staff(GRID, Role.GRID_WORKER)
    path = f"/v1/admin/queue?place={GRID}&limit=100"
    kinds = [task["kind"] for task in worker.get(path).json["items"]]
    assert "message.reply" in kinds
