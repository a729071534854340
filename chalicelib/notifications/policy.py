"""Numbers about when and how often messages go out, each with its reason."""

from datetime import timedelta

__all__ = [
    "ADVANCE_BY",
    "JITTER",
    "MORNING_AFTER",
    "STAFF_ROLES",
    "WEEKLY_MESSAGES",
]

# Messages that waited for the end of quiet hours are spread over this time. Otherwise
# providers throttle them.
JITTER = timedelta(minutes=30)
# What the end of quiet hours releases is collected for this long.
MORNING_AFTER = timedelta(minutes=2)
# A message that cannot wait for the end of quiet hours goes out this long before they begin.
ADVANCE_BY = timedelta(hours=1)
WEEKLY_MESSAGES = 14  # two a day; a resident who gets more stops reading
STAFF_ROLES = ("grid_worker", "community_staff", "street_admin")
