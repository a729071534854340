"""The place that a page of the desk shows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..kernel.errors import NotFound
from .call import PageCall
from .places import names_of

__all__ = ["STAFF", "PlaceLine", "category_names", "desk_place", "place_line"]

STAFF = ("community_staff", "street_admin")
_WORKERS = ("grid_worker", *STAFF)


class PlaceLine(NamedTuple):
    """The place that a page shows, with its name."""

    code: str
    name: str


def desk_place(call: PageCall) -> str:
    """Return the place that was asked for, else the first of the caller's; "" for nobody's.

    The API says whether the caller may see it.
    """
    places = call.places_of(*STAFF)
    return call.text("place") or next(iter(places), "")


def place_line(call: PageCall) -> PlaceLine:
    """Return the place of a page for staff, with its name. A form may name it, too.

    Raises:
        NotFound: the caller is no staff, or there is no such place.

    """
    own = call.places_of(*STAFF) or call.places_of(*_WORKERS)
    if not own:
        raise NotFound
    code = call.field("place") or desk_place(call) or own[0]
    return PlaceLine(code, names_of(call, [code])[code])


def category_names(call: PageCall, categories: Sequence[Any]) -> dict[str, str]:
    """Return the names of categories of tickets by code, in the language of the page."""
    names = {}
    for each in categories:
        names[each.code] = each.zh if call.look.locale == "zh-CN" else each.en
    return names
