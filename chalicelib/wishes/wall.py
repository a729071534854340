"""The wall: open and taken wishes as the public sees them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from .model import VisitWindow, WishKind, WishState

__all__ = ["GridEntry", "WallEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallEntry:
    """A wish as the index of the wall holds it: without any person and any building.

    `wall_community` is its partition of the wall, which begins with its community.
    """

    id: str
    version: int
    state: WishState
    kind: WishKind
    wall_community: str
    community_name: str
    title: str
    story: str = ""
    alias: str | None = None
    budget_fen: int | None = None
    helpers_needed: int
    places_left: int
    needed_by: date
    window: tuple[VisitWindow, ...] = ()
    dialects: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    submitted_at: datetime
    opened_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def community(self) -> str:
        """Return the community that it belongs to."""
        return self.wall_community.partition("#")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridEntry:
    """A wish in the list of its grid, for staff: its place, and nothing that it says."""

    id: str
    state: WishState
    kind: WishKind
    place: str
