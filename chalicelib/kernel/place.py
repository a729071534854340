"""Place codes: dotted paths like ``street.community.grid.building[.unit]``.

The code alone tells which places lie below a place.
"""

from enum import StrEnum

__all__ = [
    "CODE_PATTERN",
    "PlaceKind",
    "ancestors",
    "building_of",
    "community_of",
    "covers",
    "depth_below",
    "grid_of",
    "kind_of",
    "parent_of",
    "sort_key",
    "street_of",
    "subtree",
]

CODE_PATTERN = r"[a-z0-9-]{1,24}(\.[a-z0-9-]{1,24}){0,4}"


class PlaceKind(StrEnum):
    """The five levels of the tree, outermost first."""

    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"
    UNIT = "unit"


_LEVELS = tuple(PlaceKind)


def kind_of(code: str) -> PlaceKind:
    """Return the level that a code names."""
    return _LEVELS[code.count(".")]


def covers(scope: str, code: str) -> bool:
    """Say whether a place is the scope or lies below it."""
    return code == scope or code.startswith(scope + ".")


def parent_of(code: str) -> str | None:
    """Return the code of the place one level up, or None for a street."""
    return code.rpartition(".")[0] or None


def depth_below(scope: str, code: str) -> int:
    """Return how many levels a place lies below another."""
    return code.count(".") - scope.count(".")


def ancestors(code: str) -> list[str]:
    """Return the codes of a place and all places above it, innermost first."""
    parts = code.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


def street_of(code: str) -> str:
    """Return the street of a place."""
    return code.split(".", 1)[0]


def community_of(code: str) -> str:
    """Return the community of a place (of a street: the street itself)."""
    return ".".join(code.split(".")[:2])


def grid_of(code: str) -> str | None:
    """Return the grid of a place, None for a wider place."""
    parts = code.split(".")
    return ".".join(parts[:3]) if len(parts) > 2 else None


def building_of(code: str) -> str:
    """Return the building of a place, or a wider place itself."""
    return ".".join(code.split(".")[:4])


def sort_key(code: str) -> str:
    """Return a text that sorts a place directly after everything below it.

    ``!`` and ``#`` sort before every character of a code, so ``g1`` and its buildings never mix
    with ``g1-a`` or ``g10``.
    """
    return code.replace(".", "!") + "#"


def subtree(code: str) -> tuple[str, str]:
    """Return the first and last sort key of a place and everything below it."""
    start = code.replace(".", "!")
    return start + "!", start + "#~"
