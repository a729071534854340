"""The cases of what staff do about the data of others."""

from ..cases import STAFF, Cases, Good
from ..world import World


def erased_helper(world: World) -> str:
    """Return somebody who was shown a home and has erased their account."""
    helper = world.volunteer()
    wish_id = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert world.erase(helper).status == 202
    return str(helper.me["id"])


def _erase(world: World) -> Good:
    ward = world.person(phone=None)
    body = {"reason": "本人到社区申请", "second": world.admin.id}
    return Good(world.staff(), f"/v1/people/{ward.id}/erase", body, (ward.id,))


def _unseal(world: World) -> Good:
    person_id = erased_helper(world)
    body = {"reason": "居民报失窃"}
    path = f"/v1/people/{person_id}/unseal"
    return Good(world.phone_of(world.admin), path, body, (person_id,))


CASES = Cases(
    who={"read_person_data": STAFF, "erase_person": STAFF},
    elsewhere={"unseal"},  # tests/privacy/test_sealed.py
    bodies={"erase_person": {"reason": "本人申请"}},
    good={"erase_person": _erase, "unseal": _unseal},
)
