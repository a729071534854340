"""Working days of a street: a protocol, for the features below the one that knows calendars."""

from datetime import datetime
from typing import Protocol

__all__ = ["OfficeDays"]


class OfficeDays(Protocol):
    """Counts the working days of streets, by their calendar and office hours."""

    def after(self, street: str, start: datetime, days: int) -> datetime:
        """Return the instant by which so many working days have passed in a street."""
        ...
