"""Numbers of the interface: those of the specification, and ours where it leaves them open."""

from datetime import UTC, datetime, timedelta

__all__ = [
    "CHANGED",
    "CHARACTERS",
    "DECIMALS",
    "LONGEST_SPAN",
    "MOST",
    "MOST_READ",
    "NEAR",
]

CHANGED = datetime(
    2026, 11, 24, tzinfo=UTC
)  # the last change of the default categories or the routes
LONGEST_SPAN = timedelta(days=90)  # "may not span more than 90 days"
MOST = 1000  # "first 1000 requests returned"
CHARACTERS = 300_000  # of texts in one answer: however they are escaped, they fit into the six megabytes that Lambda hands on
MOST_READ = 5000  # tickets read for one list, with any filter: anybody may ask, so the time must be bounded
NEAR = 300  # metres within which coordinates mean a place
DECIMALS = 3  # of public coordinates: about a hundred metres
