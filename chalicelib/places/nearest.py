"""The order in which places are searched for staff on duty: up first, then downwards. Pure."""

from collections.abc import Iterable, Sequence

from ..kernel.place import PlaceKind, ancestors, kind_of
from .model import Place

__all__ = ["is_wide", "levels_below", "on_the_way"]

_NARROWEST = PlaceKind.GRID  # staff serve at grids and wider places


def on_the_way(place: str, within: str = "") -> list[str]:
    """Return the places that may have staff for a task, nearest first.

    These are the place itself, the places around it up to the street, and then those on the way
    down to `within`, where the subject of the task lies.
    """
    above = ancestors(place)
    down = [code for code in ancestors(within) if code and code not in above]
    return [*above, *reversed(down)]


def levels_below(place: str, known: Iterable[Place]) -> list[list[str]]:
    """Return the places below a wide place that have a duty list, level by level, widest first."""
    levels: dict[PlaceKind, list[str]] = {}
    for one in known:
        if one.id != place and any(one.duty.values()):
            levels.setdefault(kind_of(one.id), []).append(one.id)
    kinds = list(PlaceKind)
    wide = kinds[: kinds.index(_NARROWEST) + 1]
    return [levels[kind] for kind in wide if kind in levels]


def is_wide(place: str) -> bool:
    """Say whether places with staff of their own may lie below a place."""
    wide: Sequence[PlaceKind] = (PlaceKind.STREET, PlaceKind.COMMUNITY)
    return kind_of(place) in wide
