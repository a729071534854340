"""Checks of office hours that a street sets. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from .worktime import OfficeHours

__all__ = ["check_office_hours", "check_week"]

_MINUTE = timedelta(minutes=1)
_MONDAY, _SUNDAY = 1, 7  # ISO


def check_week(week: Mapping[int, tuple[OfficeHours, ...]]) -> None:
    """Check the office hours of an ordinary week, which needs a minute of work.

    Raises:
        ValueError: a day is wrong, there is no work, or a key is no ISO weekday.

    """
    total = timedelta()
    for weekday, spans in week.items():
        if not _MONDAY <= weekday <= _SUNDAY:
            raise ValueError(f"{weekday} is no ISO weekday")
        check_office_hours(spans)
        for span in spans:
            total += span.ends - span.begins
    if total < _MINUTE:
        raise ValueError("a week needs at least a minute of work")


def check_office_hours(spans: tuple[OfficeHours, ...]) -> None:
    """Check the office hours of one day, which may have none.

    Raises:
        ValueError: a span ends before it starts, or overlaps or precedes the one before.

    """
    free_from = timedelta()
    for span in spans:
        if span.ends <= span.begins:
            raise ValueError(
                f"office hours from {span.start} end at {span.end}, which is not later"
            )
        if span.begins < free_from:
            raise ValueError(
                f"office hours from {span.start} overlap or precede those before them"
            )
        free_from = span.ends
