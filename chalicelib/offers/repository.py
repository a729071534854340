"""How offers, offer rounds and histories are stored."""

from collections.abc import Iterator, Sequence

from ..kernel.errors import NotFound
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from .decisions import OfferContext
from .model import Offer, OfferRound, VolunteerHistory

__all__ = ["HISTORY", "OFFER", "ROUND", "OfferRepository"]

# The index holds whole offer rounds: they are small, and contain ids only. Their own is the key.
_ROUND_ATTRIBUTES = (
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
        # The open offer rounds of a community, for a run. Sparse.
        index("by_community", hash_key="searching", include=_ROUND_ATTRIBUTES),
    ),
)


def _round_keys(offer_round: OfferRound) -> dict[str, str | None]:
    searching = offer_round.community if offer_round.open else None
    return {"pk": offer_round.id, "sk": "search", "searching": searching}


def _offer_keys(offer: Offer) -> dict[str, str]:
    return {"pk": offer.id, "sk": "offer"}


def _history_keys(history: VolunteerHistory) -> dict[str, str]:
    return {"pk": _histories_key(history.street), "sk": history.id}


def _histories_key(street: str) -> str:
    return f"standing#{street}"


OFFER = _OFFERS.row(Offer, keys=_offer_keys)
ROUND = _OFFERS.row(OfferRound, keys=_round_keys)
HISTORY = _OFFERS.row(VolunteerHistory, keys=_history_keys)
_KEY, _OPEN_ROUND = OFFER.view(Key), ROUND.view(OfferRound, id="pk")


class OfferRepository(Repository):
    """Reads offers, offer rounds and histories."""

    rows = (OFFER, ROUND, HISTORY)

    def find_offer(self, offer_id: str) -> Offer | None:
        """Read one offer."""
        return self._store.get(OFFER, offer_id, "offer")

    def find_offers(self, offer_ids: Sequence[str]) -> list[Offer]:
        """Read several offers, a hundred in a request."""
        return self._store.get_many(OFFER, [(id, "offer") for id in offer_ids])

    def offers_of(
        self, volunteer: str, start: Position | None, limit: int
    ) -> Page[Offer]:
        """Read the offers of a volunteer, newest first."""
        keys = self._store.page(
            _KEY,
            volunteer,
            index="by_volunteer",
            start=start,
            limit=limit,
            newest_first=True,
        )
        return Page(self.find_offers([key.pk for key in keys.items]), keys.next)

    def find_round(self, wish_id: str) -> OfferRound | None:
        """Read the offer round of a wish."""
        return self._store.get(ROUND, wish_id, "search")

    def open_rounds(self, community: str) -> Iterator[OfferRound]:
        """Read the open offer rounds of a community; every commit checks them again."""

        def read(start: Position | None) -> Page[OfferRound]:
            return self._store.page(
                _OPEN_ROUND,
                community,
                index="by_community",
                start=start,
                limit=1000,
            )

        return every(read)

    def find_history(
        self, street: str, volunteer: str
    ) -> VolunteerHistory | None:
        """Read the history of a volunteer in a street."""
        return self._store.get(HISTORY, _histories_key(street), volunteer)

    def history_of(self, offer: Offer) -> VolunteerHistory | None:
        """Read the history of the volunteer of an offer."""
        return self.find_history(street_of(offer.place), offer.volunteer)

    def context_of(self, offer: Offer) -> OfferContext:
        """Read the records that change with an offer; raise NotFound without an offer round."""
        offer_round = self.find_round(offer.wish_id)
        if offer_round is None:
            raise NotFound
        return OfferContext(
            offer=offer, offer_round=offer_round, history=self.history_of(offer)
        )

    def histories_of(self, street: str) -> Iterator[VolunteerHistory]:
        """Read the histories of the volunteers of a street; every commit checks them again."""

        def read(start: Position | None) -> Page[VolunteerHistory]:
            return self._store.page(
                HISTORY,
                _histories_key(street),
                start=start,
                limit=1000,
                consistent=False,
            )

        return every(read)
