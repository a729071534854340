"""The closed sets of texts in the contract of wishes."""

from typing import Annotated

from ..web.choices import Choices
from .states import PARTIES, TABLE, UNMOVED_EVENTS

__all__ = ["WishEventTag", "WishMove", "WishParty"]

WishMove = Annotated[
    str,
    Choices(
        "WishMove",
        "A move of a wish: the last part of the path of its route.",
        lambda: TABLE.open_moves,
    ),
]
WishEventTag = Annotated[
    str,
    Choices(
        "WishEventTag",
        "The kind of an event in the timeline of a wish.",
        lambda: TABLE.events | UNMOVED_EVENTS,
    ),
]
WishParty = Annotated[
    str,
    Choices(
        "WishParty",
        "The side that caused an event of a wish.",
        lambda: PARTIES,
    ),
]
