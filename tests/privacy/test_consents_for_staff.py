"""The consents of a person, as staff of their place read them."""

from chalicelib.kernel.access import Role

from ..world import GRID, OTHER_GRID, World
from .cases import spoken_consent


def test_a_consent_that_waits_has_its_id_and_its_end(world: World):
    ward = world.person(phone=None)
    consent_id = spoken_consent(world, ward)
    listed = world.staff().get(f"/v1/people/{ward.id}/consents").json
    waiting = [each for each in listed["items"] if each["confirm_by"]]
    assert [each["id"] for each in waiting] == [consent_id]
    assert waiting[0]["purpose"] == "household"


def test_only_staff_of_the_place_read_them(world: World):
    ward = world.person(phone=None)
    path = f"/v1/people/{ward.id}/consents"
    near = world.person("钱卫国", (Role.GRID_WORKER, GRID), home=GRID)
    far = world.person("钱卫民", (Role.GRID_WORKER, OTHER_GRID))
    assert world.phone_of(near).get(path).status == 200
    assert world.phone_of(far).get(path).status == 404
    assert world.resident().get(path).status == 404
