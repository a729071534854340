"""A server that dies before or after any write of a form: sent again, the form has worked once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import pytest

from ..storage import intercepted
from ..world import BAIHUA, UNIT, World
from .browser import Browser, Form

WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "BatchWriteItem"}


class Died(BaseException):
    """The process is gone: nothing catches it, and nobody gets an answer."""


@dataclass
class NthWrite:
    """Dies at the nth write, before or after it is done."""

    n: int
    written: bool
    seen: int = 0

    def __call__(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        self.seen += name in WRITES
        if name not in WRITES or self.seen != self.n:
            return call()
        if self.written:
            call()
        raise Died


@dataclass
class Act:
    """A form as the browser holds it, and how often what it is for has happened."""

    browser: Browser
    path: str
    fields: dict[str, str]
    done: Callable[[], int]


def desk(world: World) -> Browser:
    person = world.services.people.find(world.staff(BAIHUA).me["id"])
    return Browser(world).enter(person)


def filled(form: Form, **typed: str) -> dict[str, str]:
    more = {name.replace("__", "."): said for name, said in typed.items()}
    assert set(more) <= form.names, form.names
    return form.fields | more


def registering(world: World) -> Act:
    browser, path = desk(world), "/admin/people/new"
    form = browser.get(path).form(path)
    fields = filled(
        form,
        name="赵奶奶",
        home=UNIT,
        address="3楼301室",
        agreed="true",
        consent__how="written",
    )
    return Act(browser, path, fields, partial(named, world, "赵奶奶"))


def named(world: World, name: str) -> int:
    listed = world.phone_of(world.admin).get(f"/v1/people?place={UNIT}")
    return [each["name"] for each in listed.json["items"]].count(name)


def filing(world: World) -> Act:
    browser, ward = desk(world), world.person("孙桂兰", phone=None)
    path = "/m/wishes/new"
    form = browser.get(f"{path}?for={ward.id}").form(path)
    fields = filled(
        form,
        title="一床棉被",
        kind="goods",
        needed_by="2026-12-20",
        budget_fen="120",
        consent__how="spoken",
        consent__witness="李明",
    )
    return Act(browser, path, fields, partial(titled, world, "一床棉被"))


def titled(world: World, title: str) -> int:
    listed = world.phone_of(world.admin).get(
        f"/v1/wishes?state=submitted&place={BAIHUA}"
    )
    assert listed.status == 200, listed.text
    return [each["title"] for each in listed.json["items"]].count(title)


def approving(world: World) -> Act:
    answer = world.resident().post("/v1/wishes", world.wish_body())
    wish = str(answer.json["id"])
    browser = desk(world)
    path = "/admin/queue/approve"
    form = browser.get(f"/admin?item={wish}").form(path, "批准上墙")
    return Act(browser, path, form.fields, partial(told, world, "wish", wish))


def accepting(world: World) -> Act:
    body = {"category": "rubbish", "text": "楼道里有垃圾", "place": UNIT}
    answer = world.resident().post("/v1/tickets", body)
    ticket = str(answer.json["id"])
    browser = desk(world)
    path = f"/admin/tickets/{ticket}/accept"
    form = browser.get(f"/admin/tickets/{ticket}").form(path)
    return Act(
        browser, path, form.fields, partial(told, world, "ticket", ticket)
    )


def told(world: World, kind: str, id: str) -> int:
    """Return how often it is in the timeline that staff moved a thing on."""
    path = "wishes" if kind == "wish" else "tickets"
    lines = world.phone_of(world.admin).get(f"/v1/{path}/{id}/timeline")
    moves = [line["event"] for line in lines.json["items"]]
    return sum(
        move in (f"{kind}.approved", f"{kind}.accepted") for move in moves
    )


ACTS = [registering, filing, approving, accepting]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
def test_a_form_that_died_at_any_write_has_been_done_once_after_the_next_try(
    act: Callable[[World], Act], written: bool
) -> None:
    for n in count(1):
        world = World()
        given, fault = act(world), NthWrite(n, written)
        with suppress(Died), intercepted(fault):
            given.browser.post(given.path, given.fields)
        again = given.browser.post(given.path, given.fields)
        assert again.status == 303, (n, again.words)
        assert given.done() == 1, n
        world.pass_time(minutes=5)
        assert given.done() == 1, n
        if fault.seen < n:
            break
    assert n > 1
