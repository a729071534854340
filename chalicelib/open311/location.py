"""Location of reports: from coordinates or a written address to a place of the tree. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..kernel.errors import Invalid
from ..kernel.place import PlaceKind, ancestors, street_of
from ..kernel.text import as_read
from ..places.model import Location, Place
from .policy import MAX_METRES

__all__ = ["Address", "locate", "matched", "nearest"]

_BETWEEN = re.compile(r"[,、;·]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The location of a report, as its client gave it."""

    point: Location | None = None
    written: str = ""
    id: str = ""  # of a place

    @property
    def latitude(self) -> float | None:
        """Return the latitude in degrees, None without coordinates."""
        if self.point is None:
            return None
        return self.point.lat

    @property
    def longitude(self) -> float | None:
        """Return the longitude in degrees, None without coordinates."""
        if self.point is None:
            return None
        return self.point.long


def locate(tree: Sequence[Place], address: Address) -> str:
    """Return the code of the place of an address; the street if no place is more exact.

    A named place has priority over coordinates.

    Raises:
        Invalid: the address is empty, or has only the id of an unknown place.

    """
    if address.id in {place.id for place in tree}:
        return address.id
    if address.point is None and not address.written:
        if address.id:
            raise Invalid("open311.address_unknown", ["address_id"])
        raise Invalid("open311.location_missing", ["lat"])
    return (
        matched(tree, address.written)
        or nearest(tree, address.point)
        or street_of(tree[0].id)
    )


def nearest(tree: Iterable[Place], point: Location | None) -> str | None:
    """Return the place nearest to a point, None if it is further away than `MAX_METRES`."""
    if point is None:
        return None
    distances = [
        (place.location.metres_to(point), place.id)
        for place in tree
        if place.location
    ]
    if not distances:
        return None
    metres, code = min(distances)
    if metres > MAX_METRES:
        return None
    return code


def matched(tree: Sequence[Place], written: str) -> str | None:
    """Return the deepest place that a written address names; of several, their common ancestor.

    Chinese addresses go inwards, such as 柏华社区5号楼1单元, and rarely name the grid. Those of
    other countries begin with the unit.
    """
    text = _plain(written)
    names = {place.id: _plain(place.name) for place in tree}
    longest: dict[
        str, str
    ] = {}  # by place, the longest of its names in the text
    for place in tree:
        chains = [
            chain for chain in _chains(place, names) if _is_in(text, chain)
        ]
        if chains:
            longest[place.id] = max(chains, key=len)
    deepest = max(map(_depth, longest), default=0)
    if not deepest:
        return None
    named = {
        code: chain
        for code, chain in longest.items()
        if _depth(code) == deepest
    }
    codes = [
        code
        for code, chain in named.items()
        if not _is_part_of_another(chain, named.values())
    ]
    return _common_ancestor(codes)


def _depth(code: str) -> int:
    return code.count(".")


def _is_part_of_another(chain: str, chains: Iterable[str]) -> bool:
    """Tell whether a longer chain contains this one: 5号楼 does not name a place called 5."""
    return any(chain in other and chain != other for other in chains)


def _chains(place: Place, names: Mapping[str, str]) -> set[str]:
    """Return the spellings of a place, inwards and outwards.

    They begin at the community or at the grid, or leave out the grid.
    """
    inwards = [names.get(code, "") for code in reversed(ancestors(place.id))]
    from_community = inwards[1:]
    paths = [from_community]
    if len(from_community) > 1:
        paths.append(from_community[1:])
        if place.kind is not PlaceKind.GRID:
            paths.append([from_community[0], *from_community[2:]])
    chains = set()
    for path in paths:
        if path and all(path):
            chains |= {"".join(path), "".join(reversed(path))}
    return chains


def _is_in(text: str, chain: str) -> bool:
    """Tell whether a text contains a chain, but not inside a longer number, as 5 in 15 or 52."""
    start = text.find(chain)
    while start >= 0:
        end = start + len(chain)
        before, after = text[start - 1 : start], text[end : end + 1]
        splits_first = chain[0].isdigit() and before.isdigit()
        splits_last = chain[-1].isdigit() and after.isdigit()
        if not splits_first and not splits_last:
            return True
        start = text.find(chain, start + 1)
    return False


def _plain(text: str) -> str:
    return _BETWEEN.sub("", as_read(text))


def _common_ancestor(codes: Sequence[str]) -> str:
    """Return the innermost place that contains all the given ones."""
    shared = set.intersection(*(set(ancestors(code)) for code in codes))
    return max(shared, key=_depth)
