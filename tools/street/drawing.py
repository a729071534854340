"""All rows of a street, in the order in which they are finished."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.settings import Settings

from .inhabitants import settle_town
from .scale import StreetScale
from .tickets import make_tickets
from .town import build_town
from .wishes import make_wishes
from .workshop import open_workshop

__all__ = ["draw_street"]


def draw_street(
    settings: Settings, scale: StreetScale, seed: int, now: datetime
) -> Iterator[object]:
    """Yield the things whose rows are a street as it is at an instant, after a year.

    The same seed, scale, secrets and instant give the same rows. No timer is overdue.
    """
    shop = open_workshop(settings, scale, seed, now)
    town = build_town(shop)
    people = settle_town(shop, town)
    yield from shop.ledger.take(shop.now)
    for _ in make_wishes(shop, town, people):
        yield from shop.ledger.take(shop.now)
    for _ in make_tickets(shop, town, people):
        yield from shop.ledger.take(shop.now)
    yield from shop.ledger.take_shared(shop.now)
