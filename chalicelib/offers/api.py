"""Routes about offers."""

from ..kernel.call import Call
from ..web.api import Routes
from ..web.fields import NoFields, PageQuery
from ..wishes.schemas import PublicWish
from .schemas import DeclineIn, OfferList, OfferView, offer_view
from .service import Offers
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(offers: Offers, call: Call, offer_id: str) -> OfferView:
    return offer_view(offers.read_offer(call, offer_id))


routes: Routes[Offers] = Routes("offers", lambda services: services.offers, REFUSALS, _reread)


@routes.get("/v1/offers/{offer_id}")
def read_offer(offers: Offers, call: Call, offer_id: str) -> OfferView:
    """An offer, to whom it was made and to staff."""
    return _reread(offers, call, offer_id)


@routes.post("/v1/offers/{offer_id}/accept", shows={"similar": PublicWish.of})
def accept_offer(offers: Offers, call: Call, offer_id: str, body: NoFields) -> OfferView:
    """Take the wish that was offered; too late, and similar ones are shown."""
    return offer_view(offers.accept_offer(call, offer_id))


@routes.post("/v1/offers/{offer_id}/decline")
def decline_offer(offers: Offers, call: Call, offer_id: str, body: DeclineIn) -> OfferView:
    """Say no; the next person is asked."""
    return offer_view(offers.decline_offer(call, offer_id, body.reason, never_again=body.never_again))


@routes.get("/v1/me/offers")
def my_offers(offers: Offers, call: Call, query: PageQuery) -> OfferList:
    """One's own offers, newest first."""
    page = offers.my_offers(call, query.limit)
    return OfferList(items=[offer_view(seen) for seen in page.items], next=call.cursor_of(page.next))
