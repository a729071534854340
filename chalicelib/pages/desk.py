"""What the pages of the desk share: the place that one shows, and the way back to a list."""

from collections.abc import Sequence
from typing import Any

from .call import PageCall
from .paths import own_path

__all__ = ["STAFF", "desk_place", "newest_first", "way_back"]

_PAGES = 5  # of a hundred events
STAFF = ("community_staff", "street_admin")


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
