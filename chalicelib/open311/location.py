"""From coordinates or a written address to a place of the tree. Pure."""

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
    """The location of a report, as its client gave it."""

    point: Location | None = None
    written: str = ""
    id: str = ""  # of a place


def locate(tree: Sequence[Place], address: Address) -> str:
    """Return the code of the place of an address; the street where nothing is more exact.

    A named place goes before coordinates.

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
    """Return the place nearest to a point, None if it is further away than `NEAR`."""
    if point is None:
        return None
    away = [
        (place.location.metres_to(point), place.id) for place in tree if place.location
    ]
    metres, code = min(away, default=(NEAR + 1.0, None))
    return code if metres <= NEAR else None


def matched(tree: Sequence[Place], written: str) -> str | None:
    """Return the deepest place that a written address names; of several, the place around them all.

    People write 柏华社区5号楼1单元, and hardly ever the grid; other countries begin with the unit.
    """
    text = _plain(written)
    names = {place.id: _plain(place.name) for place in tree}
    longest: dict[str, str] = {}  # by place, the longest of its names in the text
    for place in tree:
        chains = [chain for chain in _chains(place, names) if _is_in(text, chain)]
        if chains:
            longest[place.id] = max(chains, key=len)
    deepest = max(map(_depth, longest), default=0)
    if not deepest:
        return None
    named = {code: chain for code, chain in longest.items() if _depth(code) == deepest}
    return _common(
        [
            code
            for code, chain in named.items()
            if not _is_part_of_another(chain, named.values())
        ]
    )


def _depth(code: str) -> int:
    return code.count(".")


def _is_part_of_another(chain: str, chains: Iterable[str]) -> bool:
    """Say whether a longer chain contains this one: a house called 5 is not meant by 5号楼."""
    return any(chain in other and chain != other for other in chains)


def _chains(place: Place, names: Mapping[str, str]) -> set[str]:
    """Return how a place may be written: from its community or its grid on, without the grid, and the other way round."""
    whole = [names.get(code, "") for code in reversed(ancestors(place.id))][1:]
    ways = [whole]
    if len(whole) > 1:
        ways.append(
            whole[1:] if place.kind is PlaceKind.GRID else [whole[0], *whole[2:]]
        )
        ways.append(whole[1:])
    return {
        "".join(order) for way in ways if all(way) for order in (way, way[::-1])
    } - {""}


def _is_in(text: str, chain: str) -> bool:
    """Say whether a text has a chain of names, and not as a part of a longer number: building 5 is not 15 or 52."""
    at = text.find(chain)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(chain) : at + len(chain) + 1]
        if not (chain[0].isdigit() and before.isdigit()) and not (
            chain[-1].isdigit() and after.isdigit()
        ):
            return True
        at = text.find(chain, at + 1)
    return False


def _plain(text: str) -> str:
    return _BETWEEN.sub("", as_read(text))


def _common(codes: Sequence[str]) -> str:
    """Return the innermost place that all of these are in."""
    shared = set.intersection(*(set(ancestors(code)) for code in codes))
    return max(shared, key=_depth)
