"""Places on pages: the street of an installation, and names in forms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..kernel.place import PlaceKind, ancestors, kind_of
from .call import PageCall

__all__ = [
    "door_names",
    "first_street",
    "is_cut",
    "name_in",
    "named_places",
    "names_of",
    "spoken_names",
    "tree",
]

_PAGES = 5  # of a hundred places


def first_street(call: PageCall) -> str:
    """Return the code of the installation's street; "" before one is founded."""
    streets = call.read("GET /v1/streets", {"limit": 1}).items
    return streets[0].code if streets else ""


def tree(
    call: PageCall, under: str, levels: int | None = None
) -> Sequence[Any]:
    """Return a place and everything below it, or some levels of it, up to five hundred places.

    Each is before those below it.
    """
    found: list[Any] = []
    query: dict[str, Any] = {"under": under, "limit": 100}
    if levels:
        query["levels"] = levels
    for _ in range(_PAGES):
        page = call.read("GET /v1/places", query)
        found += page.items
        if page.next is None:
            break
        query["cursor"] = page.next
    return sorted(found, key=_outermost_first)


def is_cut(places: Sequence[Any]) -> bool:
    """Say whether a tree has more places than are listed: then a narrower place is chosen first."""
    return len(places) >= _PAGES * 100


def _outermost_first(place: Any) -> list[str]:
    code: str = place.code
    return code.split(".")


def door_names(call: PageCall, code: str | None) -> str:
    """Return the names of a place as one would ask the way to it: community, building, unit.

    "" where no place is known.
    """
    if not code:
        return ""
    path = call.read("GET /v1/places/{code}", code=code)
    return spoken_names(code, path.names)


def spoken_names(code: str, names: Sequence[str]) -> str:
    """Return the names of a place, given those from the street down, without street and grid."""
    codes = ancestors(code)[::-1]
    unasked = (PlaceKind.STREET, PlaceKind.GRID)
    named = zip(codes, names, strict=False)
    return " ".join(
        name for each, name in named if kind_of(each) not in unasked
    )


def name_in(names: Mapping[str, str], code: str) -> str:
    """Return the name of a place, a unit's with its building, as far as they are in a list."""
    building = code.rpartition(".")[0]
    if kind_of(code) is not PlaceKind.UNIT or building not in names:
        return names.get(code, code)
    return f"{names[building]} {names.get(code, code)}"


def names_of(call: PageCall, codes: Iterable[str | None]) -> dict[str, str]:
    """Return the names of places by code, as one would ask the way to each."""
    wanted = dict.fromkeys(code for code in codes if code)
    return {code: _full_name(call, code) for code in wanted}


def _full_name(call: PageCall, code: str) -> str:
    names = call.read("GET /v1/places/{code}", code=code).names
    return spoken_names(code, names) or names[-1]


def named_places(places: Sequence[Any]) -> list[tuple[str, str]]:
    """Return the code of each listed place with its name, and those of the places around it.

    For a list in which one is chosen: the widest of the list is named with every place.
    """
    own = {place.code: place.name for place in places}
    named = []
    for code in own:
        around = [own[each] for each in ancestors(code)[::-1] if each in own]
        named.append((code, " ".join(around[1:] or around)))
    return named
