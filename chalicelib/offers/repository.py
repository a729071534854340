"""How offers, searches and standings are stored."""

from collections.abc import Iterator, Sequence

from ..kernel.errors import NotFound
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..store.repository import Repository
from ..store.table import Key, Table, index
from .decisions import OfferContext
from .model import Offer, OfferRound, VolunteerHistory

__all__ = ["OFFER", "SEARCH", "STANDING", "OfferRepository"]

# All of a search: it is small, and holds ids only.
_SEARCH = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "timer",
    "community",
    "open",
    "asked",
    "before",
)
# PK the offer, SK `offer`; PK the wish, SK `search`; PK `standing#<street>`, SK the volunteer.
_OFFERS = Table(
    "offers",
    indexes=(
        index("by_volunteer", hash_key="volunteer", range_key="created_at"),
        # The searches of a community that may still go on: what a run looks at. Sparse.
        index("by_community", hash_key="searching", include=_SEARCH),
    ),
)


def _search_keys(search: OfferRound) -> dict[str, str | None]:
    searching = search.community if search.open else None
    return {"pk": search.id, "sk": "search", "searching": searching}


def _street(street: str) -> str:
    return f"standing#{street}"


OFFER = _OFFERS.row(Offer, keys=lambda offer: {"pk": offer.id, "sk": "offer"})
SEARCH = _OFFERS.row(OfferRound, keys=_search_keys)
STANDING = _OFFERS.row(VolunteerHistory, keys=lambda standing: {"pk": _street(standing.street), "sk": standing.id})
_KEY = OFFER.view(Key)


class OfferRepository(Repository):
    """Reads offers, searches and standings."""

    rows = (OFFER, SEARCH, STANDING)

    def find_offer(self, offer_id: str) -> Offer | None:
        """Read one offer."""
        return self._store.get(OFFER, offer_id, "offer")

    def find_offers(self, offer_ids: Sequence[str]) -> list[Offer]:
        """Read several offers, a hundred in a request."""
        return self._store.get_many(OFFER, [(id, "offer") for id in offer_ids])

    def offers_of(self, volunteer: str, start: Position | None, limit: int) -> Page[Offer]:
        """Read the offers of a volunteer, newest first."""
        keys = self._store.page(_KEY, volunteer, index="by_volunteer", start=start, limit=limit, newest_first=True)
        return Page(self.find_offers([key.pk for key in keys.items]), keys.next)

    def find_search(self, wish_id: str) -> OfferRound | None:
        """Read the search for a wish's helpers."""
        return self._store.get(SEARCH, wish_id, "search")

    def open_searches(self, community: str) -> Iterator[OfferRound]:
        """Read the searches of a community that may still go on; every commit checks them again."""

        def read(start: Position | None) -> Page[OfferRound]:
            return self._store.page(SEARCH, community, index="by_community", start=start, limit=1000)

        return every(read)

    def find_standing(self, street: str, volunteer: str) -> VolunteerHistory | None:
        """Read what is known of a volunteer."""
        return self._store.get(STANDING, _street(street), volunteer)

    def standing_of(self, offer: Offer) -> VolunteerHistory | None:
        """Read what is known of the volunteer of an offer."""
        return self.find_standing(street_of(offer.place), offer.volunteer)

    def context_of(self, offer: Offer) -> OfferContext:
        """Read the two records that change with an offer; raise NotFound without a search."""
        search = self.find_search(offer.wish_id)
        if search is None:
            raise NotFound
        return OfferContext(offer=offer, search=search, standing=self.standing_of(offer))

    def standings_of(self, street: str) -> Iterator[VolunteerHistory]:
        """Read what is known of the volunteers of a street; every commit checks it again."""

        def read(start: Position | None) -> Page[VolunteerHistory]:
            return self._store.page(STANDING, _street(street), start=start, limit=1000, consistent=False)

        return every(read)
