"""What events have the people's feature do."""

from ..kernel.outcome import Due
from .service import People

__all__ = ["forget_witnesses"]


def forget_witnesses(people: People, due: Due) -> None:
    """Somebody was erased."""
    people.forget_witnesses(due.subject)
