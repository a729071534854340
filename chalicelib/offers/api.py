"""Routes about offers."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from ..wishes.views import PublicWish
from .schemas import DeclineOfferIn, OfferList, OfferView, offer_view
from .service import Offers
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(
    offers: Offers, context: RequestContext, offer_id: str
) -> OfferView:
    return offer_view(offers.read_offer(context, offer_id))


routes: Routes[Offers] = Routes("offers", REFUSALS, _reread)


@routes.get("/v1/offers/{offer_id}")
def read_offer(
    offers: Offers, context: RequestContext, offer_id: str
) -> OfferView:
    """Read an offer, as its volunteer or as staff."""
    return _reread(offers, context, offer_id)


@routes.post("/v1/offers/{offer_id}/accept", shows={"similar": PublicWish.of})
def accept_offer(
    offers: Offers, context: RequestContext, offer_id: str, body: NoFields
) -> OfferView:
    """Accept an offer and claim its wish; an answer that is too late gets similar wishes."""
    return offer_view(offers.accept_offer(context, offer_id))


@routes.post("/v1/offers/{offer_id}/decline")
def decline_offer(
    offers: Offers, context: RequestContext, offer_id: str, body: DeclineOfferIn
) -> OfferView:
    """Decline an offer; the wish goes to the next volunteer."""
    declined = offers.decline_offer(
        context, offer_id, body.reason, never_again=body.never_again
    )
    return offer_view(declined)


@routes.get("/v1/me/offers")
def list_my_offers(
    offers: Offers, context: RequestContext, query: PageQuery
) -> OfferList:
    """List the caller's own offers, newest first."""
    page = offers.list_my_offers(context, query.limit)
    return OfferList(
        items=[offer_view(offer) for offer in page.items],
        next=context.cursor_of(page.next),
    )
