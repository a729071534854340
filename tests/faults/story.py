"""One long story over every move and most routes, request by request, with possible faults."""

import json
import re
from collections import Counter as Tally
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

from botocore.exceptions import ClientError

from chalicelib.matching.service import Matching

from ..storage import intercepted
from ..store.scan import everything
from ..world import BAIHUA, BUILDING, CHALLENGES, GRID, Answer, Phone, World

TERMS = "2026-11"
READS = ("GetItem", "BatchGetItem", "Query")
Around = Callable[[Callable[[], Any], str, dict[str, Any]], Any]
Story = Generator["Step", Answer, None]


@dataclass(frozen=True)
class Step:
    """One request of the story. `keyed`: it takes an Idempotency-Key."""

    phone: Phone
    method: str
    path: str
    body: Any = None

    @property
    def keyed(self) -> bool:
        return self.method == "POST" and not self.path.startswith("/v1/auth/")

    @property
    def name(self) -> str:
        return (
            f"{self.method} {re.sub(r'[a-z]{3}_[a-z2-7]{24}', '*', self.path)}"
        )

    def ask(self, **headers: str) -> Answer:
        return self.phone.call(self.method, self.path, self.body, **headers)


@dataclass(frozen=True)
class Telling:
    """How a story went: its visible outcomes, and what is left of it in the store and in the
    mailbox.
    """

    steps: list[tuple[Any, ...]] = field(default_factory=list)
    rows: Tally[tuple[str, str]] = field(default_factory=Tally)
    letters: Tally[tuple[str, str]] = field(default_factory=Tally)


def story(world: World) -> Story:
    """Live through it: yields each request and is sent its answer."""
    world.person(phone="+8613900009001")
    staff, anna, bo = world.staff(), world.volunteer(), world.volunteer()
    owner = world.resident()
    yield from _kettle(world, staff, owner, anna, bo)
    yield from _disputed(world, staff, owner, anna)
    yield from _withdrawn(world, staff, owner, anna, bo)
    yield from _account()
    yield from _newcomer(world)
    yield from _office(world, staff)


def _kettle(
    world: World, staff: Phone, owner: Phone, anna: Phone, bo: Phone
) -> Story:
    wish = (yield Step(owner, "POST", "/v1/wishes", world.wish_body())).json[
        "id"
    ]
    at = f"/v1/wishes/{wish}"
    yield Step(owner, "POST", f"{at}/edit", {"story": "冬天没有热水喝。"})
    yield Step(owner, "POST", f"{at}/approve")  # an owner may not approve
    yield Step(staff, "POST", f"{at}/approve")
    yield Step(owner, "POST", f"{at}/keep")
    yield Step(anna, "POST", f"{at}/claim")
    yield Step(bo, "POST", f"{at}/claim")  # too late
    yield Step(anna, "POST", f"{at}/release", {"reason": "出差了"})
    yield Step(bo, "POST", f"{at}/claim")
    yield Step(bo, "POST", f"{at}/check-in", {})
    yield Step(bo, "POST", f"{at}/check-out", {})
    code = world.delivery_code(owner.me["phone"])
    yield Step(
        bo, "POST", f"{at}/deliver", {"code": f"{(int(code) + 1) % 10_000:04}"}
    )
    yield Step(
        bo, "POST", f"{at}/deliver", {"code": code, "note": "放在门口了"}
    )
    yield Step(
        owner, "POST", f"{at}/confirm", {"rating": 5, "thanks": "谢谢你"}
    )
    yield Step(owner, "GET", at)
    yield Step(bo, "GET", at)
    yield Step(Phone(), "GET", at)
    yield Step(owner, "GET", f"{at}/timeline")
    yield Step(bo, "GET", "/v1/me/hours")


def _disputed(world: World, staff: Phone, owner: Phone, anna: Phone) -> Story:
    wish = (
        yield Step(
            owner,
            "POST",
            "/v1/wishes",
            world.wish_body(title="陪我下棋", kind="company", budget_fen=None),
        )
    ).json["id"]
    at = f"/v1/wishes/{wish}"
    yield Step(staff, "POST", f"{at}/reject", {"reason": "请写清楚时间"})
    yield Step(owner, "POST", f"{at}/reopen", {})
    yield Step(staff, "POST", f"{at}/approve")
    yield Step(staff, "POST", f"{at}/unpublish", {"reason": "再看一下"})
    yield Step(staff, "POST", f"{at}/approve")
    yield Step(anna, "POST", f"{at}/claim")
    yield Step(anna, "POST", f"{at}/deliver", {})
    yield Step(owner, "POST", f"{at}/dispute", {"reason": "没有人来"})
    yield Step(staff, "GET", f"/v1/admin/queue?place={BAIHUA}")
    yield Step(staff, "POST", f"{at}/reopen", {})
    yield Step(anna, "POST", f"{at}/claim")
    yield Step(anna, "POST", f"{at}/deliver", {})
    yield Step(staff, "POST", f"{at}/confirm", {})
    yield Step(anna, "GET", "/v1/me/claims")


def _withdrawn(
    world: World, staff: Phone, owner: Phone, anna: Phone, bo: Phone
) -> Story:
    body = world.wish_body(title="大米两袋", helpers_needed=2)
    wish = (yield Step(owner, "POST", "/v1/wishes", body)).json["id"]
    at = f"/v1/wishes/{wish}"
    yield Step(staff, "POST", f"{at}/approve")
    yield Step(anna, "POST", f"{at}/claim")
    yield Step(Phone(), "GET", f"/v1/wishes?place={BAIHUA}")
    yield Step(bo, "POST", f"{at}/claim")
    yield Step(staff, "GET", f"/v1/wishes?place={BAIHUA}&state=claimed")
    yield Step(owner, "POST", f"{at}/withdraw", {"reason": "女儿买了"})
    yield Step(owner, "GET", "/v1/me/wishes")


def _account() -> Story:
    phone = Phone()
    number = "+8613900009001"
    yield Step(phone, "POST", "/v1/auth/codes", {"phone": number})


def _newcomer(world: World) -> Story:
    phone, number = Phone(), "+8613900009002"
    yield Step(phone, "POST", "/v1/auth/codes", {"phone": number})
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
        "name": "新邻居",
    }
    yield Step(
        phone,
        "POST",
        "/v1/auth/tokens",
        body | {"code": "000000" if body["code"] != "000000" else "000001"},
    )
    yield Step(phone, "POST", "/v1/auth/tokens", body)  # without consent
    signed = (
        yield Step(
            phone,
            "POST",
            "/v1/auth/tokens",
            body | {"consent": {"text_version": TERMS}},
        )
    ).json
    signed = (
        yield Step(
            phone,
            "POST",
            "/v1/auth/tokens",
            {"refresh_token": signed["refresh_token"]},
        )
    ).json
    phone.token = signed["access_token"]
    yield Step(phone, "PATCH", "/v1/me", {"home": BUILDING, "address": "2楼"})
    yield Step(
        phone, "PUT", "/v1/me/volunteer", {"places": [BAIHUA], "capacity": 2}
    )
    yield Step(
        phone, "POST", "/v1/me/email", {"address": "neighbour@example.com"}
    )
    letter = world.mailbox.read("neighbour@example.com")[0].text
    found = re.search(r"\d{6}", letter)
    assert found
    yield Step(phone, "POST", "/v1/me/email/verify", {"code": found[0]})
    yield Step(phone, "GET", "/v1/me")
    yield Step(phone, "GET", "/v1/me/consents")
    yield Step(phone, "DELETE", "/v1/auth/tokens")
    yield Step(phone, "GET", "/v1/me")  # signed out


def _office(world: World, staff: Phone) -> Story:
    admin = world.phone_of(world.admin)
    new = {
        "name": "李桂兰",
        "phone": "+8613900009003",
        "home": BUILDING,
        "consent": {"how": "spoken", "witness": "许见证"},
    }
    person = (yield Step(staff, "POST", "/v1/people", new)).json["id"]
    at = f"/v1/people/{person}"
    yield Step(staff, "POST", "/v1/people", new)  # the phone is taken
    yield Step(staff, "PATCH", at, {"name": "李桂兰婆婆"})
    role = {"role": "grid_worker", "place": GRID}
    yield Step(admin, "PUT", f"{at}/roles", [role])  # nobody has asked for it
    found = world.services.people.find(person)
    newcomer = world.phone_of(found)
    yield Step(newcomer, "POST", "/v1/me/role-requests", role)
    yield Step(admin, "PUT", f"{at}/roles", [role])
    yield Step(staff, "POST", f"{at}/reveal", {"reason": "上门核实"})
    yield Step(
        staff,
        "PUT",
        f"{at}/vetting",
        {"level": "basic", "how": "document", "note": "看过身份证"},
    )
    yield Step(
        staff,
        "PUT",
        f"{at}/household",
        {
            "household": "hh-1",
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )
    yield Step(
        admin, "PUT", f"/v1/places/{GRID}/duty", {"grid_worker": [person]}
    )
    yield Step(
        admin,
        "PUT",
        f"{at}/blocked",
        {"blocked": True, "reason": "借给他人使用"},
    )
    yield Step(admin, "PUT", f"/v1/places/{GRID}.b09", {"name": "9号楼"})
    yield Step(staff, "GET", f"/v1/people?place={BAIHUA}")
    yield Step(staff, "GET", f"/v1/places?under={BAIHUA}")


def tell(
    world: World,
    ask: Callable[[Step], Answer] = Step.ask,
    around: Around | None = None,
) -> Telling:
    """Tell the whole story, each request asked by `ask` and with `around` in the place of its AWS
    calls.

    Nobody is asked by matching meanwhile: of equals it takes the one whose id comes first, and
    ids are drawn anew each time.
    """
    with mock.patch.object(Matching, "match_community", return_value=None):
        return _tell(world, ask, around)


def _tell(
    world: World, ask: Callable[[Step], Answer], around: Around | None
) -> Telling:
    telling, told = Telling(), story(world)
    step = next(told)
    while True:
        with intercepted(around) if around else nullcontext():
            answer = ask(step)
        telling.steps.append((step.name, answer.status, *_visible(answer)))
        world.clock.advance(
            timedelta(seconds=1)
        )  # lists are in the order of instants
        _sweep_what_is_left(world)
        try:
            step = told.send(answer)
        except StopIteration:
            break
    passing = ("receipts", "due")
    counted = (("counters", "sms"), ("counters", "failure"))  # by each try
    telling.rows.update(
        {
            sort: n
            for sort, n in rows().items()
            if sort[0] not in passing and sort not in counted
        }
    )
    telling.letters.update(
        Tally((letter.to, letter.kind) for letter in world.mailbox.read())
    )
    return telling


def rows() -> Tally[tuple[str, str]]:
    """Return how many rows of each sort there are, by table and the beginning of the sort key.

    Visits are left out: if a fault hid the end of an attempt, the person is visited.
    """
    return Tally(
        (name, _sort(item["sk"]["S"]))
        for name, items in everything().items()
        for item in items
        if name != "tasks" or "message.visit" not in str(item)
    )


def _sort(key: str) -> str:
    return (
        key.split("#", maxsplit=1)[0].split("_", maxsplit=1)[0]
        if key[0].isalpha()
        else "instant"
    )


def _sweep_what_is_left(world: World) -> None:
    """Let half a minute pass if a message was not handed over by the request itself."""
    due = world.services.outbox.next_at()
    if due and due <= world.clock.now() + timedelta(seconds=30):
        world.pass_time(seconds=30)


def _visible(answer: Answer) -> tuple[Any, ...]:
    """Return the part of an answer that is the same in every run of the story."""
    body = answer.json
    if not isinstance(body, dict):
        return (body,)
    # If a fault hid the end of an attempt the person is visited; the story covers the rest.
    items = [
        item
        for item in body.get("items", ())
        if item.get("kind") != "message.visit"
    ]
    lines = tuple(item.get("event", item.get("state")) for item in items)
    counts = {
        kind: count
        for kind, count in body.get("counts", {}).items()
        if kind != "message.visit"
    }
    names = ("code", "state", "moves", "places_left")
    claims = [claim["state"] for claim in body.get("claims", ())]
    return (
        tuple(json.dumps(body.get(name)) for name in names),
        claims,
        counts,
        sorted(body),
        lines,
    )


def failure(
    code: str,
    operation: str = "TransactWriteItems",
    reasons: list[str] | None = None,
) -> ClientError:
    """Return an error as botocore raises it."""
    response: dict[str, Any] = {"Error": {"Code": code, "Message": "injected"}}
    if reasons:
        response["CancellationReasons"] = [
            {"Code": reason} for reason in reasons
        ]
    return ClientError(response, operation)  # type: ignore[arg-type]


def cancelled(reason: str, items: int) -> ClientError:
    """Return a cancelled transaction, whose last item is to blame."""
    return failure(
        "TransactionCanceledException",
        reasons=["None"] * (items - 1) + [reason],
    )


def assert_same(told: Telling, calm: Telling) -> None:
    for mine, theirs in zip(told.steps, calm.steps, strict=True):
        assert mine == theirs, (mine, theirs)
    assert told.rows == calm.rows, (
        told.rows - calm.rows,
        calm.rows - told.rows,
    )
    assert told.letters == calm.letters


@contextmanager
def just_before_commit(
    do: Callable[[], Any], table: str = ""
) -> Iterator[list[Any]]:
    """Let something else happen between the reading and the first transaction; its result is put
    into the list.

    With a `table`, the first transaction that touches it.
    """
    happened: list[Any] = []

    def touches(kwargs: dict[str, Any]) -> bool:
        return any(
            part["TableName"].endswith(table)
            for item in kwargs["TransactItems"]
            for part in item.values()
        )

    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name == "TransactWriteItems" and not happened and touches(kwargs):
            happened.append(None)
            happened[0] = do()
        return call()

    with intercepted(around):
        yield happened
