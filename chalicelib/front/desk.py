"""The desk's rarer pages: an index of them, and what is printed."""

from typing import Any

from ..kernel.errors import NotFound
from ..kernel.place import community_of
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import place_line
from .desk_texts import INDEX, WORDS

__all__ = ["desk"]

desk = Pages("front", Shell.DESK, WORDS)
_ON_A_POSTER = 8  # open wishes that fit on a sheet of A4
# What has a page of its own that can be printed.
_ELSEWHERE = {
    "doors": "/m/doors?under={place}",
    "visits": "/m/visits",
    "month": "/admin/figures?place={place}",
}


@desk.get("/admin/more")
def show_index(call: PageCall) -> Sheet:
    """List the pages that are needed less often."""
    return sheet("front/desk_more.html", place=place_line(call), index=INDEX)


@desk.get("/admin/print/{document}")
def show_paper(call: PageCall) -> Sheet | SeeOther:
    """Show a poster of open wishes, or lead to another page for paper."""
    document, place = call.path["document"], place_line(call)
    if document in _ELSEWHERE:
        path = _ELSEWHERE[document].format(place=place.code)
        return SeeOther(path=path)
    if document != "wall":
        raise NotFound
    query: dict[str, Any] = {
        "place": community_of(place.code),  # a smaller place has no wall
        "state": "open",
        "limit": _ON_A_POSTER,
    }
    # What anybody may read: a poster hangs in the street.
    wishes = call.read_as_public("GET /v1/wishes", query).items
    door = call.read("GET /v1/places/{code}", code=place.code)
    return sheet(
        "front/desk_wall_poster.html",
        wishes=wishes,
        place=place,
        hotline=door.hotline,
    )
