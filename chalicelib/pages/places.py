"""Places on pages: the street of an installation, and names in forms."""

from ..kernel.place import PlaceKind, ancestors, kind_of
from .call import PageCall

__all__ = ["door_names", "first_street"]


def first_street(call: PageCall) -> str:
    """Return the code of the installation's street; "" before one is founded."""
    streets = call.read("GET /v1/streets", {"limit": 1}).items
    return streets[0].code if streets else ""


def door_names(call: PageCall, code: str | None) -> str:
    """Return the names of a place as one would ask the way to it: community, building, unit.

    "" where no place is known.
    """
    if not code:
        return ""
    path = call.read("GET /v1/places/{code}", code=code)
    codes = ancestors(code)[::-1]
    unasked = (PlaceKind.STREET, PlaceKind.GRID)
    named = zip(codes, path.names, strict=False)
    return " ".join(
        name for each, name in named if kind_of(each) not in unasked
    )
