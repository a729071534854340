"""Numbers of notes, as data."""

from datetime import timedelta

__all__ = ["OVERDUE_AFTER"]

OVERDUE_AFTER = timedelta(
    days=2
)  # two working days; the owner is then told that the note is not forgotten
