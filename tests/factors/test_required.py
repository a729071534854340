"""Each action that needs a fresh second factor, derived from the declarations."""

from datetime import timedelta

import pytest

from chalicelib.factors.policy import FRESH_FOR
from chalicelib.kernel.access import Action, Role

from ..cases import Good, merged, number
from ..every_permission import actions
from ..exports.builders import QUERY
from ..storage import counted_storage
from ..world import BAIHUA, GRID, Phone, World
from .builders import (
    clerk,
    enrolled,
    freshen,
    require_factor,
    reveal,
)

SECOND = timedelta(seconds=1)
FLAGGED = [action for action in actions() if action.factor]
# TRUST: reveal, roles, vetting, erase, export, and what is as strong as they are.
NEEDED = {
    "export.create",
    "export.full",
    "me.change_phone",
    "me.erase",
    "me.export",
    "person.allow_reveals",
    "person.erase",
    "person.export",
    "person.grant",
    "person.let_reveal",
    "person.read_out_code",
    "person.reset_factor",
    "person.reveal",
    "person.unseal",
    "person.vet",
    "person.correct_phone",
    "person.force_phone_correction",
}


def _own_export(world: World) -> Good:
    return Good(world.staff(), "/v1/me/data")


def _own_erasure(world: World) -> Good:
    phone = world.staff()
    return Good(phone, "/v1/me", world.fresh_code(phone))


def _export(world: World) -> Good:
    ward = world.person(phone=None)
    return Good(world.staff(), f"/v1/people/{ward.id}/data")


def _rows(world: World) -> Good:
    return Good(world.staff(), f"/v1/admin/exports/wishes.csv?{QUERY}")


def _own_phone(world: World) -> Good:
    return Good(world.staff(), "/v1/me/phone", {"phone": number(world)})


_GOOD = merged("good")
# A good request of staff for each action. Without one here a new action fails the tests.
REQUESTS = {
    "export.create": ("GET", _rows),
    "export.full": ("POST", _GOOD["create_export"]),
    "me.change_phone": ("POST", _own_phone),
    "me.erase": ("DELETE", _own_erasure),
    "me.export": ("GET", _own_export),
    "person.allow_reveals": ("POST", _GOOD["allow_reveals"]),
    "person.erase": ("POST", _GOOD["erase_person"]),
    "person.export": ("GET", _export),
    "person.grant": ("PUT", _GOOD["grant_roles"]),
    "person.let_reveal": ("PUT", _GOOD["let_reveal"]),
    "person.read_out_code": ("POST", _GOOD["read_out_code"]),
    "person.reset_factor": ("POST", _GOOD["reset_factor"]),
    "person.reveal": ("POST", _GOOD["reveal"]),
    "person.unseal": ("POST", _GOOD["unseal"]),
    "person.vet": ("PUT", _GOOD["vet"]),
    "person.correct_phone": ("POST", _GOOD["correct_phone"]),
    "person.force_phone_correction": ("POST", _GOOD["force_phone_correction"]),
}
flagged = pytest.mark.parametrize("action", FLAGGED, ids=lambda one: one.name)


def test_reveal_roles_vetting_erasure_and_export_need_a_factor():
    assert {action.name for action in FLAGGED} >= NEEDED


def test_an_action_that_needs_a_factor_reads_the_actor_again():
    assert all(action.fresh for action in FLAGGED)


@flagged
def test_staff_without_a_fresh_factor_are_refused_and_with_one_allowed(
    world: World, action: Action
):
    method, make = REQUESTS[action.name]
    good = make(world)
    require_factor(world)
    refused = good.send(method)
    assert (refused.status, refused.code) == (403, "auth.factor_required")
    assert refused.json["has_factor"] is False
    freshen(world, good.phone)
    world.clock.advance(FRESH_FOR)
    late = good.send(method)
    assert (late.code, late.json["has_factor"]) == (
        "auth.factor_required",
        True,
    )
    freshen(world, good.phone)
    world.clock.advance(timedelta(seconds=30))
    allowed = good.send(method)
    # A code by SMS lives for five minutes, so the erasure asks for another.
    if action.name == "me.erase":
        assert allowed.code == "auth.code_wrong"
        freshen(world, good.phone)
        allowed = good.phone.call(
            method, good.path, world.fresh_code(good.phone)
        )
    assert allowed.status < 300, allowed.text


@flagged
def test_where_no_factor_is_required_nobody_is_asked_for_one(
    world: World, action: Action
):
    method, make = REQUESTS[action.name]
    assert make(world).send(method).status < 300


def test_a_factor_is_fresh_for_ten_minutes_in_its_session_only(world: World):
    phone = clerk(world)
    other = world.sign_in(phone.me["phone"])
    resident = world.person()
    require_factor(world)
    app = enrolled(world, phone)
    assert reveal(phone, resident.id).status == 200
    assert reveal(other, resident.id).code == "auth.factor_required"
    app.refresh(other)
    assert reveal(other, resident.id).status == 200
    app.refresh()
    world.clock.advance(FRESH_FOR - SECOND)
    assert reveal(phone, resident.id).status == 200
    world.clock.advance(SECOND)
    assert reveal(phone, resident.id).code == "auth.factor_required"


def test_a_refresh_of_the_tokens_keeps_the_factor_fresh(world: World):
    phone, resident = clerk(world), world.person()
    require_factor(world)
    enrolled(world, phone)
    answer = phone.post("/v1/auth/tokens", {"refresh_token": phone.refresh})
    phone.token = answer.json["access_token"]
    assert reveal(phone, resident.id).status == 200


PEOPLE = {
    "resident": (),
    "volunteer": ((Role.VOLUNTEER, BAIHUA),),
    "property": ((Role.PROPERTY, BAIHUA),),
    "grid worker": ((Role.GRID_WORKER, GRID),),
}


@pytest.mark.parametrize("roles", PEOPLE.values(), ids=PEOPLE.keys())
def test_workers_and_residents_need_no_factor_for_their_own_data(
    world: World, roles: tuple
):
    phone = world.phone_of(world.person("李娜", *roles))
    require_factor(world)
    assert phone.get("/v1/me/data").status == 200
    assert phone.post("/v1/me/factor").status == 403  # nor can they have one


def test_a_worker_here_who_is_staff_elsewhere_needs_a_factor(world: World):
    roles = (
        (Role.GRID_WORKER, GRID),
        (Role.COMMUNITY_STAFF, "chunhui.jinfeng"),
    )
    phone = world.phone_of(world.person("李娜", *roles))
    require_factor(world)
    assert phone.get("/v1/me/data").code == "auth.factor_required"


def test_who_may_not_do_something_is_not_asked_for_a_factor(world: World):
    elsewhere, resident = world.staff("chunhui.jinfeng"), world.person()
    require_factor(world)
    assert reveal(elsewhere, resident.id).status == 404


def _reads(phone: Phone, method: str, path: str, body: object = None) -> int:
    with counted_storage() as storage:
        assert phone.call(method, path, body).status < 300
    return storage.reads


def test_a_factor_costs_one_read_and_other_requests_none(world: World):
    phone, resident = clerk(world), world.person()
    path, body = f"/v1/people/{resident.id}/reveal", {"reason": "上门送药"}
    _reads(phone, "POST", path, body)  # caches the zone
    before = _reads(phone, "POST", path, body)
    plain = _reads(phone, "GET", f"/v1/people/{resident.id}")
    require_factor(world)
    enrolled(world, phone)
    _reads(phone, "POST", path, body)
    assert _reads(phone, "POST", path, body) == before + 1
    assert _reads(phone, "GET", f"/v1/people/{resident.id}") == plain
