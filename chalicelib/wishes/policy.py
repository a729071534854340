"""The house's numbers about wishes, each with its reason."""

from datetime import timedelta

__all__ = [
    "APPROVE_WITHIN",
    "ASK_STAFF_AFTER",
    "BUDGET_CAP_FEN",
    "CODE_DIGITS",
    "CODE_TRIES",
    "DUPLICATE_OVERLAP",
    "DUPLICATE_WITHIN",
    "HOURS_DEFAULT",
    "HOURS_STEP",
    "LISTED_AT_LEAST",
    "NEEDED_WITHIN",
    "SETTLE_DISPUTE_WITHIN",
    "SUBMITTED_LASTS",
    "UNCLAIMED_LASTS_DAYS",
]

BUDGET_CAP_FEN = 100_000  # a micro-wish is small: 1,000 yuan
NEEDED_WITHIN = timedelta(days=366)
APPROVE_WITHIN = timedelta(days=2)
SETTLE_DISPUTE_WITHIN = timedelta(days=2)
SUBMITTED_LASTS = timedelta(days=30)
UNCLAIMED_LASTS_DAYS = 3  # after the day it was needed by: a late kettle is better than none
LISTED_AT_LEAST = timedelta(days=3)  # however late it came (back) to the wall
ASK_STAFF_AFTER = timedelta(days=3)  # delivered, and the resident has not answered
DUPLICATE_OVERLAP = 0.5  # Dice of title 2-grams; "电热水壶一个" and "一个电热水壶" are 0.8 alike
DUPLICATE_WITHIN = timedelta(days=180)
CODE_DIGITS = 4  # read aloud at a door; five tries make a guess 1 in 2,000
CODE_TRIES = 5
HOURS_DEFAULT = 60  # minutes booked where nobody checked in and out
HOURS_STEP = 30  # minutes; time is booked in half hours, rounded up
