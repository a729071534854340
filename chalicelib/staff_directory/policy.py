"""Numbers about the staff directory."""

from datetime import timedelta

from ..kernel.rate_limit import RateLimit

__all__ = [
    "AUDIT_TTL",
    "REVEALS_ALONE",
    "REVEALS_OF_STAFF",
    "REVEALS_OF_WORKERS",
]

# Three years: the general limitation period (Civil Code, article 188), for who asks who looked.
AUDIT_TTL = timedelta(days=3 * 365)

# Reveals of one person in a day. A worker visits some twenty homes. At the desk, forty calls fill
# a day; more are a list being copied, or have a reason that a colleague knows.
REVEALS_ALONE = 40
REVEALS_OF_WORKERS = RateLimit.calendar_day("reveals", 30, "reveal.too_many")
REVEALS_OF_STAFF = RateLimit.calendar_day(
    "reveals", REVEALS_ALONE, "reveal.needs_second"
)
