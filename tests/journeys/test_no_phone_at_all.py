"""Story 1 for a resident with an address and no phone, through the grid worker's list alone."""

import pytest

from chalicelib.kernel.access import Role

from ..world import GRID, Phone, World

SPOKEN = {"how": "spoken", "witness": "许见证"}
NOTE = "座机0755-26001234"


@pytest.fixture
def world() -> World:
    return World()


def queue(worker: Phone) -> list[dict]:
    answer = worker.get(f"/v1/admin/queue?place={GRID}&limit=100")
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


def visits(worker: Phone) -> list[dict]:
    return [task for task in queue(worker) if task["kind"] == "message.visit"]


def pay(worker: Phone, task: dict) -> dict:
    """Open a visit, say what it says, and mark it as made; return what it showed."""
    opened = worker.post(f"/v1/messages/{task['id']}/visit", {})
    assert opened.status == 200, opened.text
    done = worker.post(f"/v1/messages/{task['id']}/visited", {})
    assert done.status < 300, done.text
    return dict(opened.json)


def registered(clerk: Phone, home: str) -> str:
    body = {"name": "刘桂芳", "home": home, "address": "2楼201室"}
    body |= {"consent": SPOKEN, "contact_note": NOTE}
    answer = clerk.post("/v1/people", body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def test_the_kettle_reaches_a_resident_without_any_phone(world: World):
    clerk, worker = world.staff(), world.staff(GRID, Role.GRID_WORKER)
    ward = registered(clerk, f"{GRID}.b05")
    body = world.wish_body(on_behalf_of=ward, consent=SPOKEN)
    wish = clerk.post("/v1/wishes", body).json["id"]

    # The worker finds it in their list and approves it; nobody can send the news.
    assert [task["id"] for task in queue(worker)] == [wish]
    assert worker.post(f"/v1/wishes/{wish}/approve").status == 200
    (news,) = visits(worker)
    told = pay(worker, news)
    assert (told["person"], told["code"]) == (ward, None)
    assert visits(worker) == []

    # A volunteer claims it. The worker brings the code and the helper's name.
    helper = world.volunteer()
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert helper.get(f"/v1/wishes/{wish}").json["address"] == "2楼201室"
    (task,) = visits(worker)
    assert task["subject"] == ward
    told = pay(worker, task)
    assert (told["name"], told["address"]) == ("刘桂芳", "2楼201室")
    assert (told["phone"], told["contact_note"]) == (None, NOTE)
    assert told["code"] in told["text"]
    assert helper.me["name"][0] in told["text"]

    # The resident reads the code to the volunteer: one hour is booked, the address is gone.
    delivered = helper.post(
        f"/v1/wishes/{wish}/deliver", {"code": told["code"]}
    )
    assert (delivered.status, delivered.json["state"]) == (200, "fulfilled")
    hours = helper.get("/v1/me/hours").json["items"]
    assert [line["minutes"] for line in hours] == [60]
    assert "address" not in helper.get(f"/v1/wishes/{wish}").json

    # What is left is said at the door as well; then nothing waits for the worker.
    for rest in visits(worker):
        pay(worker, rest)
    assert queue(worker) == []


def test_without_the_code_staff_record_the_answer(world: World):
    clerk, worker = world.staff(), world.staff(GRID, Role.GRID_WORKER)
    ward = registered(clerk, f"{GRID}.b05")
    body = world.wish_body(on_behalf_of=ward, consent=SPOKEN)
    wish = clerk.post("/v1/wishes", body).json["id"]
    assert worker.post(f"/v1/wishes/{wish}/approve").status == 200
    helper = world.volunteer()
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200

    asked = [task for task in visits(worker) if "1" not in task["moves"]]
    assert any("收到" in task["title"] for task in asked), queue(worker)
    for task in visits(worker):
        pay(worker, task)
    confirmed = worker.post(f"/v1/wishes/{wish}/confirm", {"rating": 5})
    assert (confirmed.status, confirmed.json["state"]) == (200, "fulfilled")
