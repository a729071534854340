"""Wall time: the instants at which clocks in a zone show it. Pure."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["TimeSpan", "shown_spans"]

_SECOND = timedelta(seconds=1)

# Start and end in UTC; the start belongs to the span, the end does not.
TimeSpan = tuple[datetime, datetime]


def shown_spans(
    start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[TimeSpan]:
    """Yield the spans in which clocks show a wall time (naive) from `start` until before `end`.

    A span that ends before it begins is empty.
    """
    before = _offset(start.replace(tzinfo=zone, fold=0))
    after = _offset(end.replace(tzinfo=zone, fold=1))
    # As if the offset were 0, to be moved by it.
    start, end = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
    if before == after:
        yield start - before, end - before
        return
    # The clocks change in between, or at an edge. Each side of the change has a plain offset.
    earliest = min(start - before, start - after)
    latest = max(end - before, end - after)

    def has_changed(passed: int) -> bool:
        return _offset((earliest + passed * _SECOND).astimezone(zone)) == after

    seconds = range((latest - earliest) // _SECOND)
    change = earliest + bisect_left(seconds, True, key=has_changed) * _SECOND
    yield start - before, min(end - before, change)
    yield max(start - after, change), end - after


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
