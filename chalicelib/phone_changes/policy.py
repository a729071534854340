"""Numbers about phone changes, each with its reason."""

from datetime import timedelta

from ..kernel.rate_limit import RateLimit

__all__ = [
    "CHANGES_PER_DAY",
    "DECIDE_WITHIN",
    "KEPT_FOR",
    "READY_LASTS",
    "STOPPED_LASTS",
    "WAIT",
]

# A person with a bad day; each one is two SMS, and one goes to a number of their choice.
CHANGES_PER_DAY = RateLimit.fixed_window(
    "phone_change", 5, timedelta(days=1), "auth.throttled"
)
# Long enough for somebody who looks at their phone once a day.
WAIT = timedelta(hours=24)
# Two weeks to sign in with the new number: staff can ask for it again.
READY_LASTS = timedelta(days=14)
# A street administrator decides within two working days; a month is for holidays.
DECIDE_WITHIN = timedelta(days=2)
STOPPED_LASTS = timedelta(days=30)
KEPT_FOR = timedelta(days=30)  # what came of it, without the number
