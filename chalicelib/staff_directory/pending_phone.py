"""The correction of a phone that is not over, as the view of a person shows it. Pure."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["PendingPhone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPhone:
    """A correction of a phone: its state, the new number, and its times."""

    state: str
    phone: str
    asked_by: str
    asked_at: datetime
    ready_at: datetime
    ends_at: datetime | None
    stopped_for: str | None
