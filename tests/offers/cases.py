"""The permission cases of offers: the volunteer answers, staff of the place read."""

from typing import Any

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.offers.model import Offer, OfferState

from ..cases import MEMBER, Cases, Good
from ..replies.builders import reply
from ..store.scan import find
from ..trust.held import Held, shows, succeeds
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


def _held_offer(world: World, kind: RelationKind) -> Held:
    helper, wish_id = world.volunteer(), world.open_wish()
    offer_id = world.offer(wish_id, helper)
    path = f"/v1/offers/{offer_id}"
    world.pass_time(minutes=1)
    assert world.sms_to(helper.me["phone"], "offer.made")

    def offer() -> Offer:
        found = find(Offer, offer_id, "offer")
        assert found
        return found

    def accept_by_sms() -> bool:
        reply(world, helper.me["phone"], "1")
        return offer().state is OfferState.ACCEPTED

    return Held(
        subject=world.services.people.find(helper.me["id"]),
        phone=helper,
        doors={
            "view": succeeds(lambda: helper.get(path)),
            "list": shows(lambda: helper.get("/v1/me/offers"), offer_id),
            "accept": succeeds(lambda: helper.post(f"{path}/accept", {})),
            "decline": succeeds(lambda: helper.post(f"{path}/decline", {})),
            "SMS reply": accept_by_sms,
        },
        once=frozenset({"accept", "decline", "SMS reply"}),
        is_released=lambda: offer().state is OfferState.SUPERSEDED,
    )


CASES = Cases(
    who={"list_my_offers": MEMBER},
    elsewhere=OFFERS.keys(),
    good={"accept_offer": _accept, "decline_offer": _decline},
    held={"offer": _held_offer},
)
