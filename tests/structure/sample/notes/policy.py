"""Numbers of notes, as data."""

from datetime import timedelta

__all__ = ["OVERDUE_AFTER"]

OVERDUE_AFTER = timedelta(
    days=2
)  # two working days; then the owner is sent a message
