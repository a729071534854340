"""Routes about offers."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from ..wishes.views import PublicWish
from .schemas import DeclineIn, OfferList, OfferView, offer_view
from .service import Offers
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(offers: Offers, context: RequestContext, offer_id: str) -> OfferView:
    return offer_view(offers.read_offer(context, offer_id))


routes: Routes[Offers] = Routes("offers", REFUSALS, _reread)


@routes.get("/v1/offers/{offer_id}")
def read_offer(offers: Offers, context: RequestContext, offer_id: str) -> OfferView:
    """Read an offer; for its volunteer and for staff."""
    return _reread(offers, context, offer_id)


@routes.post("/v1/offers/{offer_id}/accept", shows={"similar": PublicWish.of})
def accept_offer(
    offers: Offers, context: RequestContext, offer_id: str, body: NoFields
) -> OfferView:
    """Accept an offer and claim its wish. A refusal that comes too late shows similar ones."""
    return offer_view(offers.accept_offer(context, offer_id))


@routes.post("/v1/offers/{offer_id}/decline")
def decline_offer(
    offers: Offers, context: RequestContext, offer_id: str, body: DeclineIn
) -> OfferView:
    """Decline an offer; the next volunteer is asked."""
    return offer_view(
        offers.decline_offer(
            context, offer_id, body.reason, never_again=body.never_again
        )
    )


@routes.get("/v1/me/offers")
def my_offers(offers: Offers, context: RequestContext, query: PageQuery) -> OfferList:
    """List the caller's own offers, newest first."""
    page = offers.my_offers(context, query.limit)
    return OfferList(
        items=[offer_view(seen) for seen in page.items],
        next=context.cursor_of(page.next),
    )
