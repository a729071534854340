"""The request and response models of offers."""

from datetime import date
from typing import Annotated

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..web.choices import Choices
from ..web.fields import (
    Flag,
    Instant,
    Line,
    PersonId,
    PlaceCode,
    Request,
    VersionedView,
    View,
)
from ..wishes.model import Wish, WishKind
from ..wishes.schemas import WishId
from ..wishes.views import VisitWindowView
from .model import TABLE, OfferState, grid_of
from .policy import OfferUrgency
from .service import OfferForViewer
from .texts import why_text

__all__ = ["DeclineOfferIn", "OfferList", "OfferView", "offer_view"]

OfferMove = Annotated[
    str,
    Choices(
        "OfferMove",
        "A move of an offer: the last part of the path of its route.",
        lambda: TABLE.open_moves,
    ),
]
OfferId = Annotated[str, Field(pattern=f"^off_{ID_PATTERN}$")]


class DeclineOfferIn(Request):
    """An optional reason. With `never_again` no wish of this kind is offered again."""

    reason: Annotated[Line, Field(min_length=2, max_length=200)] | None = None
    never_again: Flag = False


class OfferedWishView(View):
    """An offered wish as the volunteer sees it: its grid and days, no person and no building."""

    kind: WishKind
    title: str
    story: str
    budget_fen: int | None
    community_name: str
    grid: PlaceCode | None = Field(
        description="Not shown on the wall; left out once the offer has ended."
    )
    needed_by: date
    window: list[VisitWindowView]
    dialects: list[str]
    skills: list[str]
    helpers_needed: int
    places_left: int

    @classmethod
    def of(cls, wish: Wish, *, ended: bool) -> "OfferedWishView":
        """Return the view of a wish."""
        same = set(cls.model_fields) - {"grid", "window"}
        window = [
            VisitWindowView(start=slot.start, end=slot.end)
            for slot in wish.window
        ]
        return cls(
            **{name: getattr(wish, name) for name in same},
            grid=None if ended else grid_of(wish.place),
            window=window,
        )


class OfferView(VersionedView):
    """A wish offered to one volunteer. `about` is left out once the wish is not public."""

    id: OfferId
    wish: WishId
    volunteer: PersonId
    state: OfferState
    urgency: OfferUrgency
    expires_at: Instant
    why: list[str]
    about: OfferedWishView | None
    answered_at: Instant | None
    moves: list[OfferMove]
    created_at: Instant
    updated_at: Instant


def offer_view(seen: OfferForViewer) -> OfferView:
    """Return the view of an offer."""
    offer, state = seen.offer, seen.offer.state_at(seen.now)
    about = None
    if seen.wish:
        ended = state not in (OfferState.OFFERED, OfferState.ACCEPTED)
        about = OfferedWishView.of(seen.wish, ended=ended)
    return OfferView(
        id=offer.id,
        version=offer.version,
        wish=offer.wish_id,
        volunteer=offer.volunteer,
        state=state,
        urgency=offer.urgency,
        expires_at=offer.expires_at,
        why=[why_text(reason, seen.locale) for reason in offer.why],
        about=about,
        answered_at=offer.answered_at,
        moves=offer.moves(seen.relations, seen.now),
        created_at=offer.created_at,
        updated_at=offer.updated_at,
    )


class OfferList(View):
    """A page of offers."""

    items: list[OfferView]
    next: str | None
