"""An access token from before a relation ended opens no operation: every route."""

from dataclasses import replace

import pytest

from app import api
from chalicelib.kernel.access import Role
from chalicelib.people.moves import TERMS, agree
from chalicelib.web.routes import Operation

from ..cases import ADMIN, STAFF, WORKER, merged
from ..hostile.evidence import assert_problem, unchanged
from ..hostile.good import GOOD, READS, WRITES, by_name
from ..store.scan import save
from ..test_permissions import QUERIES, Stage
from ..world import GRID, Phone, World

WITHOUT_ACCOUNT = {"read_person_data"}  # staff read it of such people only
NOBODY_SIGNED_IN = {"send_code", "sign_in", "unsubscribe", "sign_out"}
WHO = merged("who")
FOR_STAFF = [
    operation
    for operation in READS
    if WHO.get(operation.name) in (WORKER, STAFF, ADMIN)
]


def leave(world: World, phone: Phone) -> None:
    """Withdraw the terms of somebody without roles; the token itself stays valid."""
    person = world.services.people.find(phone.me["id"])
    assert person
    save(agree(replace(person, grants=()), TERMS, None))


@pytest.mark.parametrize(
    "operation",
    [one for one in WRITES if one.name not in NOBODY_SIGNED_IN],
    ids=by_name,
)
def test_nobody_writes_who_has_withdrawn_the_terms(
    world: World, operation: Operation
):
    good = GOOD[operation.name](world)
    leave(world, good.phone)
    with unchanged(world):
        assert_problem(good.send(operation.method), 401)


@pytest.mark.parametrize("operation", FOR_STAFF, ids=by_name)
def test_nobody_reads_as_staff_whose_roles_were_taken(
    world: World, operation: Operation
):
    stage = Stage(world, "grid worker")
    if WHO[operation.name] != WORKER:
        stage = Stage(world, "administrator")
    target = stage.owner
    if operation.name in WITHOUT_ACCOUNT:
        target = world.person("魏爷爷", phone=None)
    path = stage.path(operation, target)
    path += QUERIES.get(operation.name, "").format(target=target.id)
    assert stage.phone.get(path).status == 200, "the control"
    person = world.services.people.find(stage.phone.me["id"])
    assert person
    save(replace(person, grants=()))
    assert stage.phone.get(path).status in (403, 404)


def test_former_staff_do_not_see_duty_lists_in_the_list_of_places(world: World):
    person = world.person("周涛", (Role.GRID_WORKER, GRID), home=GRID)
    world.services.places.assign_duty(
        world.boss, GRID, {"grid_worker": [person.id]}
    )
    phone = world.phone_of(person)
    path = f"/v1/places?under={GRID}"
    assert person.id in phone.get(path).text
    save(replace(person, grants=()))
    assert person.id not in phone.get(path).text


def test_there_are_reads_for_staff():
    assert len(FOR_STAFF) >= 5
    assert len(api.operations) > len(FOR_STAFF)
