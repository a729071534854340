"""The permission cases of offers: the volunteer answers, staff of the place read."""

from typing import Any

from ..cases import MEMBER, Cases, Good
from ..world import World

# Of one offer: the permitted roles.
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
    return _answer(
        world, "decline", {"reason": "这周不在家", "never_again": True}
    )


CASES = Cases(
    who={"list_my_offers": MEMBER},
    elsewhere=OFFERS.keys(),
    good={"accept_offer": _accept, "decline_offer": _decline},
)
