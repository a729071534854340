"""Numbers about when and how often messages go out, each with its reason."""

from datetime import timedelta

__all__ = ["ADVANCE_BY", "JITTER", "STAFF_ROLES", "WEEKLY_MESSAGES"]

# What waited for the end of quiet hours is spread over this, or providers throttle it.
JITTER = timedelta(minutes=30)
ADVANCE_BY = timedelta(
    hours=1
)  # how long before quiet hours a message goes out that cannot wait for their end
WEEKLY_MESSAGES = 14  # two a day; a resident who gets more stops reading
STAFF_ROLES = ("grid_worker", "community_staff", "street_admin")
