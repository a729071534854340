"""Pages for paper: a poster with a QR code for each door."""

from collections.abc import Sequence
from typing import Any

from ..kernel.place import PlaceKind, kind_of
from ..pages.call import PageCall
from ..pages.declaration import Pages, Sheet, Shell, sheet
from ..pages.places import name_in, tree
from .page_texts import WORDS

__all__ = ["printing"]

printing = Pages("front", Shell.POCKET, WORDS)
_STAFF = ("grid_worker", "community_staff", "street_admin")


@printing.get("/m/doors")
def show_doors(call: PageCall) -> Sheet:
    """Show a poster for each unit below a place, and for each building without units."""
    places = call.places_of(*_STAFF)
    under = call.text("under") or next(iter(places), "")
    found = tree(call, under) if places and under else []
    names = {place.code: place.name for place in found}
    hotline = None
    if found:
        hotline = call.read("GET /v1/places/{code}", code=under).hotline
    return sheet(
        "front/doors.html",
        doors=[(code, name_in(names, code)) for code in _doors(found)],
        hotline=hotline,
        is_staff=bool(places),
    )


def _doors(places: Sequence[Any]) -> list[str]:
    """Return the codes of doors: all units, and buildings without any."""
    codes = [place.code for place in places]
    doors: list[str] = []
    for code in codes:
        kind = kind_of(code)
        has_units = any(other.startswith(f"{code}.") for other in codes)
        if kind is PlaceKind.UNIT or (
            kind is PlaceKind.BUILDING and not has_units
        ):
            doors.append(code)
    return doors
