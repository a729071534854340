"""Numbers about messages to large groups, each with its reason."""

from datetime import timedelta

__all__ = [
    "ESTIMATE_SLICE",
    "MAX_PAGES",
    "PAGE_SIZE",
    "SHARE_SIZE",
    "STEP_LEASE",
]

# People in one job: two kilobytes, and as many as a worker notifies well within its time.
SHARE_SIZE = 50
# People read, and frozen into shares, in one transaction.
PAGE_SIZE = 10 * SHARE_SIZE
MAX_PAGES = 40  # in one job: 20,000 people in a few seconds
STEP_LEASE = timedelta(minutes=1)  # after which a job that has died is resumed
# How far an estimate looks ahead for the next night.
ESTIMATE_SLICE = timedelta(minutes=15)
