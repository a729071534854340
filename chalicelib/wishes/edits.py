"""The edit of a wish: the changed terms. Pure."""

from dataclasses import dataclass, replace
from datetime import date

from ..kernel.unset import UNSET, Maybe, or_else
from .model import Safeguarding, VisitWindow, Wish, WishKind, WishText

__all__ = ["WishEdit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishEdit:
    """The changes to a wish; unset fields stay as they are."""

    kind: Maybe[WishKind] = UNSET
    title: Maybe[str] = UNSET
    story: Maybe[str] = UNSET
    alias: Maybe[str | None] = UNSET
    budget_fen: Maybe[int | None] = UNSET
    helpers_needed: Maybe[int] = UNSET
    needed_by: Maybe[date] = UNSET
    window: Maybe[tuple[VisitWindow, ...]] = UNSET
    dialects: Maybe[tuple[str, ...]] = UNSET
    skills: Maybe[tuple[str, ...]] = UNSET
    safeguarding: Maybe[tuple[Safeguarding, ...]] = UNSET

    def written(self, before: WishText) -> WishText:
        """Return the edited text of a wish."""
        return WishText(
            title=or_else(self.title, before.title),
            story=or_else(self.story, before.story),
            alias=or_else(self.alias, before.alias),
        )

    def applied_to(self, wish: Wish) -> Wish:
        """Return the wish with the changes, except its text."""
        return replace(
            wish,
            kind=or_else(self.kind, wish.kind),
            budget_fen=or_else(self.budget_fen, wish.budget_fen),
            helpers_needed=or_else(self.helpers_needed, wish.helpers_needed),
            needed_by=or_else(self.needed_by, wish.needed_by),
            window=or_else(self.window, wish.window),
            dialects=or_else(self.dialects, wish.dialects),
            skills=or_else(self.skills, wish.skills),
            safeguarding=or_else(self.safeguarding, wish.safeguarding),
        )
