"""Numbers about the security trail."""

from datetime import timedelta

__all__ = ["LINES_READ_MAX", "LINES_SHOWN_MAX", "REVEALS_WINDOW", "TRAIL_TTL"]

# Three years: the general limitation period (Civil Code, article 188), for who asks who looked.
TRAIL_TTL = timedelta(days=3 * 365)
# Each line names two people at most. With the reader they are read in one request, of 100 keys.
LINES_SHOWN_MAX = 40
# Lines that a filter looks through for one page, in one request of 0.2 MB at most. It reads on only
# while it finds nothing.
LINES_READ_MAX = 500
# The window of the metric of reveals. A day: what a person needs by day is usually the same.
REVEALS_WINDOW = timedelta(days=1)
