"""The house's numbers about when and how often people are told things, each with its reason."""

from datetime import time, timedelta

__all__ = [
    "ADVANCE_BY",
    "DIGEST_AT",
    "DIGEST_CLOSES",
    "DIGEST_LINES",
    "JITTER",
    "STAFF_ROLES",
    "WEEKLY_MESSAGES",
    "ZONE",
]

JITTER = timedelta(minutes=30)  # what waited for the end of quiet hours is spread over this, or providers throttle it
ADVANCE_BY = timedelta(hours=1)  # what cannot wait for the morning goes out this long before quiet hours begin
ZONE = "Asia/Shanghai"  # of somebody who belongs to no place
DIGEST_AT = time(18, 0)  # when people are at home and phones may still ring
DIGEST_CLOSES = timedelta(minutes=30)  # before it is made, or a clock that is behind would add to what is already sent
DIGEST_LINES = 4  # more would cost a further part each; the rest stands in the app
WEEKLY_MESSAGES = 14  # two a day; a resident who is told more than that stops reading
STAFF_ROLES = ("grid_worker", "community_staff", "street_admin")
