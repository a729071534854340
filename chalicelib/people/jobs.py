"""What events have the people's feature do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .service import People

__all__ = ["forget_witnesses"]


def forget_witnesses(people: "People", due: Due) -> None:
    """Somebody was erased."""
    people.forget_witnesses(due.subject)
