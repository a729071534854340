"""Where a report is: what other applications know, coordinates and written addresses, becomes a place of the tree. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..kernel.errors import Invalid
from ..kernel.place import PlaceKind, ancestors, street_of
from ..kernel.text import as_read
from ..places.model import Location, Place
from .policy import NEAR

__all__ = ["Address", "locate", "matched", "nearest"]

_BETWEEN = re.compile(r"[,、;·]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a report says about where it is."""

    point: Location | None = None
    written: str = ""
    id: str = ""  # of a place


def locate(tree: Sequence[Place], address: Address) -> str:
    """Return the code of the place that an address means: of the whole street where nothing says more.

    What names a place goes before coordinates, which name the nearest.

    Raises:
        Invalid: it says nothing at all, or only the id of a place that there is not.

    """
    if address.id in {place.id for place in tree}:
        return address.id
    if address.point is None and not address.written:
        if address.id:
            raise Invalid("open311.address_unknown", ["address_id"])
        raise Invalid("open311.location_missing", ["lat"])
    return matched(tree, address.written) or nearest(tree, address.point) or street_of(tree[0].id)


def nearest(tree: Iterable[Place], point: Location | None) -> str | None:
    """Return the place nearest to a point, of those that are on the map and near enough to be meant."""
    if point is None:
        return None
    away = [(place.location.metres_to(point), place.id) for place in tree if place.location]
    metres, code = min(away, default=(NEAR + 1.0, None))
    return code if metres <= NEAR else None


def matched(tree: Sequence[Place], written: str) -> str | None:
    """Return the deepest place whose names stand in a written address; where several do, the place that holds them all.

    People write 柏华社区5号楼1单元, and hardly ever the grid; other countries begin with the unit.
    """
    text = _plain(written)
    names = {place.id: _plain(place.name) for place in tree}
    standing = {place.id: [chain for chain in _chains(place, names) if _stands_in(text, chain)] for place in tree}
    deepest = max((code.count(".") for code, chains in standing.items() if chains), default=0)
    if not deepest:
        return None
    said = {code: max(chains, key=len) for code, chains in standing.items() if chains and code.count(".") == deepest}
    # A house called 5 is not meant where 5号楼 is.
    return _common([code for code, chain in said.items() if not any(chain in more and chain != more for more in said.values())])


def _chains(place: Place, names: Mapping[str, str]) -> set[str]:
    """Return how a place may be written: from its community or its grid on, without the grid, and the other way round."""
    whole = [names.get(code, "") for code in reversed(ancestors(place.id))][1:]
    ways = [whole]
    if len(whole) > 1:
        ways.append(whole[1:] if place.kind is PlaceKind.GRID else [whole[0], *whole[2:]])
        ways.append(whole[1:])
    return {"".join(order) for way in ways if all(way) for order in (way, way[::-1])} - {""}


def _stands_in(text: str, chain: str) -> bool:
    """Say whether a text has a chain of names, and not as a part of a longer number: building 5 is not 15 or 52."""
    at = text.find(chain)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(chain) : at + len(chain) + 1]
        if not (chain[0].isdigit() and before.isdigit()) and not (chain[-1].isdigit() and after.isdigit()):
            return True
        at = text.find(chain, at + 1)
    return False


def _plain(text: str) -> str:
    return _BETWEEN.sub("", as_read(text))


def _common(codes: Sequence[str]) -> str:
    """Return the innermost place that all of these are in."""
    shared = set.intersection(*(set(ancestors(code)) for code in codes))
    return max(shared, key=lambda code: code.count("."))
