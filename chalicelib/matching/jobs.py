"""What due entries have matching do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .service import Matching

__all__ = ["match_community"]


def match_community(matching: "Matching", due: Due) -> None:
    """It is time to look for somebody to ask in a community."""
    matching.match_community(due.subject)
