"""The cases of offers. An offer is its volunteer's alone; staff of the place look on."""

from typing import Any

from ..cases import MEMBER, Cases, Good
from ..world import World

# About one offer: who may.
OFFERS = {
    "read_offer": {"asked", "worker"},
    "accept_offer": {"asked"},
    "decline_offer": {"asked"},
}


def _answer(world: World, answer: str, body: Any) -> Good:
    helper = world.volunteer()
    offer_id = world.offer(world.open_wish(), helper)
    return Good(helper, f"/v1/offers/{offer_id}/{answer}", body, (offer_id,))


def _accept(world: World) -> Good:
    return _answer(world, "accept", {})


def _decline(world: World) -> Good:
    return _answer(world, "decline", {"reason": "这周不在家", "never_again": True})


CASES = Cases(
    who={"my_offers": MEMBER},
    elsewhere=OFFERS.keys(),
    good={"accept_offer": _accept, "decline_offer": _decline},
)
