"""How wishes have ended, for the features that wait for them."""

from enum import StrEnum

from .repository import WishRepository
from .states import WishState

__all__ = ["WishEnd", "WishOutcomes"]

_WITHDRAWN = frozenset({"wish.withdrawn", "wish.owner_erased"})
_FAILED = frozenset({WishState.REJECTED, WishState.EXPIRED})


class WishEnd(StrEnum):
    """The end of a wish, as those see it who wait for its help."""

    NONE = "none"  # it goes on
    HELPED = "helped"
    CAME_TO_NOTHING = "came_to_nothing"  # by staff, or by its date
    WITHDRAWN_BY_RESIDENT = "withdrawn_by_resident"
    RESIDENT_ERASED = "resident_erased"


class WishOutcomes:
    """Reads how wishes have ended; grants nothing."""

    def __init__(self, repository: WishRepository) -> None:
        self._repository = repository

    def end_of(self, wish_id: str) -> WishEnd:
        """Return how a wish has ended. Its timeline says who withdrew it."""
        wish = self._repository.find_wish(wish_id)
        if wish is None or wish.state in _FAILED:
            return WishEnd.CAME_TO_NOTHING
        if wish.state is WishState.FULFILLED:
            return WishEnd.HELPED
        if wish.state is not WishState.WITHDRAWN:
            return WishEnd.NONE
        return self._withdrawn(wish_id)

    def _withdrawn(self, wish_id: str) -> WishEnd:
        last = None
        for event in self._repository.every_event_of(wish_id):
            if event.tag in _WITHDRAWN:
                last = event
        if last is None or last.tag == "wish.owner_erased":
            return WishEnd.RESIDENT_ERASED
        if last.party == "staff":
            return WishEnd.CAME_TO_NOTHING
        return WishEnd.WITHDRAWN_BY_RESIDENT
