"""The declaration of the front: pages of several features together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..feature import Feature

if TYPE_CHECKING:
    from ..pages.declaration import Pages

__all__ = ["feature"]

feature: "Feature[None]" = Feature("front")


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import desk
    from .pocket import pocket
    from .printing import printing
    from .reporting import reporting
    from .wall import wall

    return (wall, pocket, reporting, printing, desk)
