"""Numbers of the interface: those of the specification, and ours where it is open."""

from datetime import UTC, datetime, timedelta

__all__ = [
    "CHANGED",
    "DECIMALS",
    "LONGEST_SPAN",
    "MAX_CHARACTERS",
    "MAX_METRES",
    "MAX_READ",
    "MAX_RESULTS",
]

# The last change of the default categories or the routes.
CHANGED = datetime(2026, 11, 24, tzinfo=UTC)
LONGEST_SPAN = timedelta(days=90)  # "may not span more than 90 days"
MAX_RESULTS = 1000  # "first 1000 requests returned"
# Characters of texts in one response. In any escaping they fit into the six megabytes of Lambda.
MAX_CHARACTERS = 300_000
# Tickets read for one list, with any filter. The list is public, so its time must be bounded.
MAX_READ = 5000
MAX_METRES = 300  # from coordinates to the place that they mean
DECIMALS = 3  # of public coordinates: about a hundred metres
