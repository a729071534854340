"""Pages of offers: a wish that is offered to one volunteer."""

from ..pages.call import PageCall
from ..pages.declaration import Pages, Sheet, Shell, sheet
from .page_texts import WORDS

__all__ = ["pages"]

pages = Pages("offers", Shell.POCKET, WORDS)


@pages.get("/m/offers/{offer_id}")
def show_offer(call: PageCall) -> Sheet:
    """Show an offer with its reasons and its end."""
    offer_id = call.path["offer_id"]
    offer = call.read("GET /v1/offers/{offer_id}", offer_id=offer_id)
    similar = (call.problem or {}).get("similar", [])
    return sheet("offers/offer.html", offer=offer, similar=similar)


pages.act(
    "/m/offers/{offer_id}/{move}",
    "POST /v1/offers/{offer_id}/{move}",
    asks=show_offer,
    then="/m/offers/{offer_id}",
    moves=frozenset({"accept", "decline"}),
)
