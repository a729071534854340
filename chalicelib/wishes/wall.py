"""The wall: open and taken wishes as the public sees them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from .model import VisitWindow, WishKind, WishState

__all__ = ["WallEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallEntry:
    """A wish as the index of the wall holds it: without any person and any building."""

    id: str
    version: int
    state: WishState
    kind: WishKind
    community: str
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
