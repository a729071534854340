"""Numbers about when and how often messages go out, each with its reason."""

from datetime import timedelta

__all__ = ["ADVANCE_BY", "JITTER", "STAFF_ROLES", "WEEKLY_MESSAGES", "ZONE"]

# What waited for the end of quiet hours is spread over this, or providers throttle it.
JITTER = timedelta(minutes=30)
ADVANCE_BY = timedelta(
    hours=1,
)  # what cannot wait for the morning goes out this long before quiet hours
ZONE = "Asia/Shanghai"  # of a person who belongs to no place
WEEKLY_MESSAGES = 14  # two a day; a resident who gets more stops reading
STAFF_ROLES = ("grid_worker", "community_staff", "street_admin")
