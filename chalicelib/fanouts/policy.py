"""Numbers about messages to large groups, each with its reason."""

from datetime import timedelta

__all__ = ["ESTIMATE_SLICE", "PAGE", "SHARE", "STEPS", "STEP_LASTS"]

SHARE = 50  # people in one job: two kilobytes, and as many as a worker tells well within its time
PAGE = 10 * SHARE  # people read, and frozen into shares, in one transaction
STEPS = 40  # pages in one job: 20,000 people in a few seconds
STEP_LASTS = timedelta(minutes=1)  # after which a job that has died is resumed
ESTIMATE_SLICE = timedelta(
    minutes=15
)  # how far an estimate looks ahead for the next night
