"""Offers as clients send and see them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..web.fields import Flag, Instant, Line, PersonId, PlaceCode, Request, View
from ..wishes.model import Wish, WishKind
from ..wishes.schemas import WishId
from ..wishes.views import WindowView
from .model import OfferState, grid_of
from .policy import OfferUrgency
from .service import OfferForViewer
from .texts import why_text

__all__ = ["DeclineIn", "OfferList", "OfferView", "offer_view"]

OfferId = Annotated[str, Field(pattern=f"^off_{ID_PATTERN}$")]


class DeclineIn(Request):
    """Why not, if one likes to say; and whether to be asked for wishes of this kind again."""

    reason: Annotated[Line, Field(min_length=2, max_length=200)] | None = None
    never_again: Flag = False


class OfferedWish(View):
    """An offered wish as the volunteer sees it: its grid and days, but no person and no building."""

    kind: WishKind
    title: str
    story: str
    budget_fen: int | None
    community_name: str
    grid: PlaceCode | None = Field(
        description="Which the wall does not show; left out once the offer has ended."
    )
    needed_by: date
    window: list[WindowView]
    dialects: list[str]
    skills: list[str]
    helpers_needed: int
    places_left: int

    @classmethod
    def of(cls, wish: Wish, *, ended: bool) -> "OfferedWish":
        """Return the view of a wish."""
        same = set(cls.model_fields) - {"grid", "window"}
        window = [WindowView(start=slot.start, end=slot.end) for slot in wish.window]
        return cls(
            **{name: getattr(wish, name) for name in same},
            grid=None if ended else grid_of(wish.place),
            window=window,
        )


class OfferView(View):
    """A wish that was offered to somebody. `about` is left out once its wish is not public any more."""

    id: OfferId
    version: int
    wish: WishId
    volunteer: PersonId
    state: OfferState
    urgency: OfferUrgency
    expires_at: Instant
    why: list[str]
    about: OfferedWish | None
    answered_at: Instant | None
    moves: list[str]
    created_at: Instant
    updated_at: Instant


def offer_view(seen: OfferForViewer) -> OfferView:
    """Return the view of an offer."""
    offer, state = seen.offer, seen.offer.state_at(seen.now)
    same = (
        "id",
        "version",
        "volunteer",
        "urgency",
        "expires_at",
        "answered_at",
        "created_at",
        "updated_at",
    )
    return OfferView(
        **{name: getattr(offer, name) for name in same},
        wish=offer.wish_id,
        state=state,
        why=[why_text(reason, seen.locale) for reason in offer.why],
        about=OfferedWish.of(
            seen.wish, ended=state not in (OfferState.OFFERED, OfferState.ACCEPTED)
        )
        if seen.wish
        else None,
        moves=offer.moves(seen.relations, seen.now),
    )


class OfferList(View):
    """A page of offers."""

    items: list[OfferView]
    next: str | None
