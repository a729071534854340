"""Numbers about the staff directory."""

from ..kernel.rate_limit import RateLimit

__all__ = [
    "REVEALS_ALONE",
    "REVEALS_OF_STAFF",
    "REVEALS_OF_WORKERS",
]

# Reveals of one person in a day. A worker visits some twenty homes. At the desk, forty calls fill
# a day; more are a list being copied, or have a reason that a colleague knows.
REVEALS_ALONE = 40
REVEALS_OF_WORKERS = RateLimit.calendar_day("reveals", 30, "reveal.too_many")
REVEALS_OF_STAFF = RateLimit.calendar_day(
    "reveals", REVEALS_ALONE, "reveal.needs_second"
)
