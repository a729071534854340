"""The instant by which staff must have looked at a wish, in working days of its street."""

from collections.abc import Callable
from dataclasses import replace

from ..kernel.changes import Changes
from ..kernel.office_days import OfficeDays
from ..kernel.place import street_of
from .model import Wish, WishState
from .policy import APPROVE_WITHIN_DAYS

__all__ = ["ReviewDays"]


class ReviewDays:
    """Sets the instant for wishes that come to staff, new ones or again."""

    def __init__(self, office_days: Callable[[], OfficeDays]) -> None:
        self._office_days = office_days

    def set_in(self, changes: Changes[Wish]) -> Changes[Wish]:
        """Return the changes of a move with the instant, if the wish came to staff by it."""
        wish, before = changes.entity, changes.previous
        if wish.state is not WishState.SUBMITTED:
            return changes
        if before and before.submitted_at == wish.submitted_at:
            return changes
        due_at = self._office_days().after(
            street_of(wish.place), wish.submitted_at, APPROVE_WITHIN_DAYS
        )
        return replace(changes, entity=replace(wish, approve_by=due_at))
