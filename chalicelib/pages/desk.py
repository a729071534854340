"""What the pages of the desk share: the place that one shows, and the way back to a list."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..kernel.errors import NotFound
from ..web.inside import CallRefused
from .call import PageCall
from .paths import own_path
from .places import names_of

__all__ = [
    "STAFF",
    "PlaceLine",
    "category_names",
    "desk_place",
    "newest_first",
    "place_line",
    "those_seen",
    "way_back",
]

_FEW = 5  # things that a page names by a read of each
_PAGES = 5  # of a hundred events
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


def way_back(call: PageCall, default: str) -> str:
    """Return the page to which a form of the desk returns, else the default."""
    back = call.back or own_path(call.text("back"), default)
    return back if back.startswith("/admin") else default


def newest_first(call: PageCall, route: str) -> Sequence[Any]:
    """Return the timeline of a thing, newest first: its last events, five hundred at most."""
    events: list[Any] = []
    query: dict[str, Any] = {"limit": 100}
    path = {name: call.path[name] for name in call.path if name != "move"}
    for _ in range(_PAGES):
        page = call.read(route, query, **path)
        events += page.items
        if page.next is None:
            break
        query["cursor"] = page.next
    return events[::-1]


def those_seen(call: PageCall, route: str, ids: Sequence[str]) -> Sequence[Any]:
    """Return the views of a few wishes or tickets, of those that the caller may see."""
    name = route.partition("{")[2].rstrip("}")
    found = []
    for id in ids[:_FEW]:
        try:
            found.append(call.read(route, **{name: id}))
        except CallRefused:
            continue
    return found


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
