"""The house's numbers about telling very many, each with its reason."""

from datetime import timedelta

__all__ = ["PAGE", "SHARE", "STEPS", "STEP_LASTS"]

SHARE = 50  # people in one due row: two kilobytes, and as many as a worker tells well within its time
PAGE = 10 * SHARE  # people read, and frozen into shares, in one transaction
STEPS = 40  # pages in one job: 20,000 people in a few seconds
STEP_LASTS = timedelta(minutes=1)  # after which a job that has died is taken up again
