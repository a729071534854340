"""A lost factor is removed by two persons, or by the operator; its owner is notified."""

import sys
from datetime import timedelta

import pytest

from chalicelib.factors.policy import RESET_WAITS
from chalicelib.kernel.access import Role
from tools import bootstrap

from ..security_trail.trail import events
from ..world import BAIHUA, GRID, JINFENG, STREET, Answer, Phone, World
from .builders import (
    App,
    administrator,
    clerk,
    enrolled,
    freshen,
    require_factor,
    reveal,
)

SECOND = timedelta(seconds=1)
REASON = {"reason": "手机丢失，当面核实"}


@pytest.fixture
def lost(world: World) -> App:
    """A member of staff with a factor."""
    return enrolled(world, clerk(world))


def reset(world: World, phone: Phone, of: App, **headers: str) -> Answer:
    freshen(world, phone)
    path = f"/v1/people/{of.phone.me['id']}/factor/reset"
    return phone.post(path, REASON, **headers)


def test_one_asks_another_approves_and_a_new_factor_is_set_up(
    world: World, lost: App
):
    first, second = clerk(world), administrator(world)
    resident, number = world.person(), lost.phone.me["phone"]
    require_factor(world)
    asked = reset(world, first, lost)
    assert (asked.status, asked.json) == (
        202,
        {
            "id": lost.phone.me["id"],
            "state": "pending",
            "requested_by": first.me["id"],
            "expires_at": "2026-11-24T00:40:00Z",
        },
    )
    assert len(world.sms_to(number, "account.factor_reset_asked")) == 1
    lost.refresh()  # it still counts
    done = reset(world, second, lost)
    assert (done.status, done.json["state"]) == (202, "reset")
    assert len(world.sms_to(number, "account.factor_reset")) == 1
    assert lost.phone.get("/v1/me").status == 401  # every session has ended
    again = world.sign_in(number)
    assert reveal(again, resident.id).json["has_factor"] is False
    enrolled(world, again)
    assert reveal(again, resident.id).status == 200
    (request,) = events("person.factor_reset_requested")
    (approval,) = events("person.factor_reset")
    assert (request.actor, approval.actor) == (first.me["id"], second.me["id"])
    assert {request.reason, approval.reason} == {REASON["reason"]}


PAIRS = {
    "two administrators": ("admin", "admin", "reset"),
    "staff, then an administrator": ("staff", "admin", "reset"),
    "an administrator, then staff": ("admin", "staff", "reset"),
    "two of the staff": ("staff", "staff", "factor.needs_admin"),
}


@pytest.mark.parametrize(
    ("first", "second", "ends"), PAIRS.values(), ids=PAIRS.keys()
)
def test_one_of_the_two_is_an_administrator(
    world: World, lost: App, first: str, second: str, ends: str
):
    make = {"admin": administrator, "staff": clerk}
    one, other = make[first](world), make[second](world)
    assert reset(world, one, lost).json["state"] == "pending"
    answer = reset(world, other, lost)
    assert ends in (answer.json.get("state"), answer.json.get("code"))
    if ends != "reset":
        third = reset(world, administrator(world), lost)
        assert third.json["state"] == "reset"


def test_nobody_approves_their_own_request(world: World, lost: App):
    boss = administrator(world)
    reset(world, boss, lost)
    again = reset(world, boss, lost)
    assert (again.status, again.code) == (403, "factor.needs_second")
    lost.refresh()


def test_nobody_takes_part_in_the_reset_of_their_own_factor(
    world: World, lost: App
):
    path = f"/v1/people/{lost.phone.me['id']}/factor/reset"
    assert lost.phone.post(path, REASON).code == "factor.needs_others"
    reset(world, administrator(world), lost)
    assert lost.phone.post(path, REASON).code == "factor.needs_others"


def test_a_request_waits_for_a_day(world: World, lost: App):
    reset(world, administrator(world), lost)
    world.clock.advance(RESET_WAITS)
    other = world.phone_of(world.admin)
    asked = reset(world, other, lost)
    assert asked.json["state"] == "pending"
    assert asked.json["requested_by"] == other.me["id"]
    world.clock.advance(RESET_WAITS - SECOND)
    boss = administrator(world)
    assert reset(world, boss, lost).json["state"] == "reset"


def test_a_request_counts_while_its_author_could_still_make_it(
    world: World, lost: App
):
    author, boss = clerk(world), administrator(world)
    reset(world, author, lost)
    body = {"blocked": True, "reason": "离职"}
    path = f"/v1/people/{author.me['id']}/blocked"
    assert boss.put(path, body).status == 200
    assert reset(world, boss, lost).json["state"] == "pending"


OTHERS = {
    "a worker of the community": (Role.GRID_WORKER, BAIHUA, "action.forbidden"),
    "grid worker": (Role.GRID_WORKER, GRID, "resource.not_found"),
    "property": (Role.PROPERTY, BAIHUA, "resource.not_found"),
    "volunteer": (Role.VOLUNTEER, BAIHUA, "resource.not_found"),
    "staff elsewhere": (Role.COMMUNITY_STAFF, JINFENG, "resource.not_found"),
}


@pytest.mark.parametrize(
    ("role", "place", "code"), OTHERS.values(), ids=OTHERS.keys()
)
def test_others_reset_nothing(
    world: World, lost: App, role: Role, place: str, code: str
):
    phone = clerk(world, place, role)
    path = f"/v1/people/{lost.phone.me['id']}/factor/reset"
    assert phone.post(path, REASON).code == code


def test_staff_have_no_part_in_the_reset_of_an_administrator(world: World):
    boss = enrolled(world, administrator(world))
    staff = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    # Their home makes the administrator visible to the staff of a community.
    answer = reset(world, world.phone_of(staff), boss)
    assert answer.status in (403, 404)
    first, second = administrator(world), administrator(world)
    assert reset(world, first, boss).json["state"] == "pending"
    assert reset(world, second, boss).json["state"] == "reset"


def test_somebody_without_a_factor_has_none_to_reset(world: World):
    phone = clerk(world)
    path = f"/v1/people/{phone.me['id']}/factor/reset"
    answer = administrator(world).post(path, REASON)
    assert (answer.status, answer.code) == (409, "factor.none")
    phone.post("/v1/me/factor")  # not confirmed
    assert administrator(world).post(path, REASON).code == "factor.none"


def test_a_repeated_request_is_no_approval(world: World, lost: App):
    boss = administrator(world)
    answers = [
        reset(world, boss, lost, idempotency_key="k").json for _ in range(2)
    ]
    assert answers[0] == answers[1]
    number = lost.phone.me["phone"]
    assert len(world.sms_to(number, "account.factor_reset_asked")) == 1


def run_bootstrap(world: World, monkeypatch, *more: str) -> None:
    given = ["--street", STREET, "--name", "春晖路街道", "--admin-name", "林晖"]
    given += ["--admin-phone", world.admin.phone or "", *more]
    monkeypatch.setattr(sys, "argv", ["bootstrap", *given])
    bootstrap.main()


def test_the_operator_removes_the_factor_of_the_only_administrator(
    world: World, monkeypatch, capsys
):
    number = world.admin.phone or ""
    boss = enrolled(world, world.sign_in(number))
    run_bootstrap(world, monkeypatch)
    assert "factor" not in capsys.readouterr().out
    boss.refresh()
    run_bootstrap(world, monkeypatch, "--reset-factor")
    assert "second factor removed" in capsys.readouterr().out
    assert boss.phone.get("/v1/me").status == 401
    assert len(world.sms_to(number, "account.factor_reset")) == 1
    (line,) = events("person.factor_reset")
    assert line.actor == "operator"
    assert enrolled(world, world.sign_in(number)).recovery_codes
    run_bootstrap(world, monkeypatch, "--reset-factor")
    run_bootstrap(world, monkeypatch, "--reset-factor")
    assert capsys.readouterr().out.rstrip().endswith("no second factor")
