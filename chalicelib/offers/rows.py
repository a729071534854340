"""How offers, searches and standings lie in the store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from ..kernel.paging import Page, Position, every
from ..store.rows import InstantAttribute, Table, load, load_many, page
from .model import Offer, OfferRound, VolunteerHistory

__all__ = [
    "find_offer",
    "find_offers",
    "find_search",
    "find_searches",
    "find_standing",
    "offers_of",
    "open_searches",
    "standings_of",
]


class ByVolunteer(GlobalSecondaryIndex["OfferTable"]):
    """Somebody's offers."""

    class Meta:
        """Keys only."""

        index_name = "by_volunteer"
        projection = KeysOnlyProjection()

    volunteer = UnicodeAttribute(hash_key=True)
    created_at = InstantAttribute(range_key=True)


class ByCommunity(GlobalSecondaryIndex["OfferTable"]):
    """The searches of a community that may still go on: what a run looks at, in one list. Sparse."""

    class Meta:
        """All of a search; it is small, and holds ids only."""

        index_name = "by_community"
        projection = IncludeProjection(
            ["id", "version", "created_at", "updated_at", "timer", "community", "open", "asked", "before"]
        )

    searching = UnicodeAttribute(hash_key=True)


class OfferTable(Table):
    """PK the offer, SK `offer`; PK the wish, SK `search`; PK `standing#<street>`, SK the volunteer."""

    class Meta:
        """Name."""

        table_name = "offers"

    volunteer = UnicodeAttribute(null=True)
    created_at = InstantAttribute(null=True)
    searching = UnicodeAttribute(null=True)
    by_volunteer = ByVolunteer()
    by_community = ByCommunity()


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str


OfferTable.holding(Offer, lambda offer: {"pk": offer.id, "sk": "offer"})
OfferTable.holding(
    OfferRound, lambda search: {"pk": search.id, "sk": "search", "searching": search.community if search.open else None}
)
OfferTable.holding(VolunteerHistory, lambda standing: {"pk": _street(standing.street), "sk": standing.id})


def _street(street: str) -> str:
    return f"standing#{street}"


def find_offer(offer_id: str) -> Offer | None:
    """Read one offer."""
    return load(Offer, offer_id, "offer")


def find_offers(offer_ids: Sequence[str]) -> list[Offer]:
    """Read several offers together."""
    return load_many(Offer, [(id, "offer") for id in offer_ids])


def offers_of(volunteer: str, start: Position | None, limit: int) -> Page[Offer]:
    """Read somebody's offers, newest first."""
    keys = page(_Key, volunteer, index="by_volunteer", start=start, limit=limit, newest_first=True, row_kind=Offer)
    return Page(find_offers([key.pk for key in keys.items]), keys.next)


def find_search(wish_id: str) -> OfferRound | None:
    """Read the search for a wish's helpers."""
    return load(OfferRound, wish_id, "search")


def find_searches(wish_ids: Sequence[str]) -> list[OfferRound]:
    """Read several searches together."""
    return load_many(OfferRound, [(id, "search") for id in wish_ids])


def open_searches(community: str) -> Iterator[OfferRound]:
    """Read the searches of a community that may still go on; what they say is checked again by every commit."""
    return every(lambda start: page(OfferRound, community, index="by_community", start=start, limit=1000))


def find_standing(street: str, volunteer: str) -> VolunteerHistory | None:
    """Read what is known of a volunteer."""
    return load(VolunteerHistory, _street(street), volunteer)


def standings_of(street: str) -> Iterator[VolunteerHistory]:
    """Read what is known of all volunteers of a street who were ever asked; every commit checks it again."""
    return every(lambda start: page(VolunteerHistory, _street(street), start=start, limit=1000, consistent=False))
