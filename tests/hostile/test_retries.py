"""A phone that sends everything twice, and somebody who was blocked a minute ago: every route."""

from dataclasses import replace

import pytest

from chalicelib.web.routes import Operation

from ..cases import an_id
from ..store.scan import everything, save
from ..test_permissions import PATH_VALUES, QUERIES, Stage
from ..world import UNIT, Phone, World
from .evidence import assert_problem, unchanged
from .good import GOOD, READS, WRITES, by_name

NO_KEY = {
    "send_code",
    "sign_in",
}  # nobody has signed in yet; tests/web/test_idempotency.py
POSTS = [
    operation
    for operation in WRITES
    if operation.method == "POST" and operation.name not in NO_KEY
]
ANYBODY = {"unsubscribe"} | NO_KEY  # without a token
PERSONAL = ("魏秀英", "3楼302室")


def rows() -> list[str]:
    return sorted(str(row) for row in everything())


def block(world: World, phone: Phone) -> None:
    """Block somebody whose access token is still valid for half an hour."""
    person = world.services.people.find(phone.me["id"])
    assert person
    save(replace(person, blocked=True, token_version=person.token_version + 1))


@pytest.mark.parametrize("operation", POSTS, ids=by_name)
def test_a_post_that_is_sent_again_with_its_key_is_done_once(
    world: World, operation: Operation
):
    good = GOOD[operation.name](world)
    first = good.send("POST", idempotency_key="tap")
    assert first.status < 300
    before, sent = rows(), len(world.mailbox.read())
    for _ in range(2):
        assert good.send("POST", idempotency_key="tap").status == first.status
    assert (rows(), len(world.mailbox.read())) == (before, sent)


@pytest.mark.parametrize("operation", POSTS, ids=by_name)
def test_a_key_is_refused_with_any_other_body(
    world: World, operation: Operation
):
    good = GOOD[operation.name](world)
    assert good.send("POST", idempotency_key="tap").status < 300
    before = rows()
    texts = {
        name: value
        for name, value in (good.body or {}).items()
        if isinstance(value, str)
    }
    for name, value in texts.items():
        other = good.body | {name: f"{value}a"}
        assert_problem(
            good.send("POST", body=other, idempotency_key="tap"),
            403,
            404,
            422,
            about=name,
        )
    assert rows() == before


@pytest.mark.parametrize(
    "operation",
    [op for op in WRITES if op.name not in ANYBODY | {"sign_out"}],
    ids=by_name,
)
def test_nobody_who_is_blocked_writes_with_a_token_that_is_still_valid(
    world: World, operation: Operation
):
    good = GOOD[operation.name](world)
    block(world, good.phone)
    with unchanged(world):
        assert_problem(good.send(operation.method), 401, 403)


@pytest.mark.parametrize(
    "who", ["owner", "helper", "grid worker", "staff", "administrator"]
)
def test_nobody_who_is_blocked_reads_about_others(world: World, who: str):
    stage = Stage(world, who)
    body = {"category": "rubbish", "text": "楼道里有垃圾", "place": UNIT}
    ticket = world.phone_of(stage.owner).post("/v1/tickets", body).json["id"]
    values = {
        name: make(world, stage.owner, stage.owner)
        for name, make in PATH_VALUES.items()
    }
    values |= {
        "wish_id": stage.wish("claimed"),
        "ticket_id": ticket,
        "run_id": an_id(world, "run"),
    }
    values["offer_id"] = world.offer(
        world.open_wish(world.phone_of(stage.owner)), stage.helper
    )

    def shown() -> set[str]:
        """Return the reads that show something personal."""
        found = set()
        for operation in READS:
            query = QUERIES.get(operation.name, "").format(
                target=stage.owner.id
            )
            answer = stage.phone.get(operation.path.format(**values) + query)
            assert answer.status < 500, operation.name
            if any(
                word in answer.text for word in (*PERSONAL, stage.owner.phone)
            ):
                found.add(operation.name)
        return found

    assert shown()
    block(world, stage.phone)
    assert shown() == set()
