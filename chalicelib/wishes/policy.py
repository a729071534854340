"""The numbers of wishes, each with its reason."""

from datetime import time, timedelta

from ..kernel.rate_limit import AttemptLimit, RateLimit
from ..kernel.reminder_steps import DayBefore

__all__ = [
    "APPROVE_WITHIN_DAYS",
    "ASK_AGAIN_AFTER",
    "ASK_IF_NEEDED_DAYS",
    "ASK_STAFF_AFTER",
    "BUDGET_CAP_FEN",
    "CHECKED_ONE_IN",
    "CHECK_WITHIN",
    "CLAIMS_PER_WISH",
    "CODE_DIGITS",
    "CODE_TRIES",
    "DUPLICATE_OVERLAP",
    "DUPLICATE_WITHIN",
    "FILED_FOR_OTHERS",
    "FILING_TTL",
    "FILING_WEEK",
    "FORGOTTEN_PER_STEP",
    "GIVEN_BACK_MAX",
    "GIVEN_BACK_WINDOW",
    "HOMES_IN_WINDOW",
    "HOMES_KEPT",
    "HOMES_OF_NEWCOMER",
    "HOMES_SEALED",
    "HOMES_WINDOW",
    "HOURS_DEFAULT",
    "HOURS_MAX",
    "HOURS_OVER",
    "HOURS_STEP",
    "KEPT_FOR",
    "LISTED_AT_LEAST",
    "LISTED_BEFORE_ASKING",
    "NAMED_FOR",
    "NAMED_LOOK_BACK",
    "NEAR_MISSES",
    "NEEDED_WITHIN",
    "NEWCOMER_RETRY",
    "OPEN_WISHES",
    "REMINDERS",
    "REMIND_AT",
    "RETRY_OPEN_SECONDS",
    "SETTLE_DISPUTE_WITHIN",
    "SETTLE_HOURS_WITHIN",
    "SUBMITTED_LASTS",
    "UNCLAIMED_LASTS_DAYS",
    "UNDO_WITHIN",
    "WISHES_PER_WEEK",
]

BUDGET_CAP_FEN = 100_000  # a micro-wish is small: 1,000 yuan
NEEDED_WITHIN = timedelta(days=366)
# Staff who see a slip at once undo it in this time, and the resident never reads of it.
UNDO_WITHIN = timedelta(seconds=60)
APPROVE_WITHIN_DAYS = 2  # working days of the street
SETTLE_DISPUTE_WITHIN = timedelta(days=2)
# Of the answers that staff record for others, one in ten: few calls, and nobody knows which.
CHECKED_ONE_IN = 10
CHECK_WITHIN = timedelta(days=7)  # a visit may have to wait for the next round
SUBMITTED_LASTS = timedelta(days=30)
UNCLAIMED_LASTS_DAYS = (
    3  # after the day it was needed by: a late kettle is better than none
)
LISTED_AT_LEAST = timedelta(days=3)  # however late it came (back) to the wall
ASK_AGAIN_AFTER = timedelta(
    days=1
)  # delivered, and the resident has not answered: they may have been out
ASK_STAFF_AFTER = timedelta(
    days=3
)  # and still has not: somebody should ring them
# Helpers are reminded while they can still buy the goods, and while they can still cancel.
REMIND_AT = time(9)  # where people live: awake, and with the day before them
REMINDERS = (
    DayBefore(name="due_in_2_days", days=2, at=REMIND_AT),
    DayBefore(name="due_tomorrow", days=1, at=REMIND_AT),
)
# Before expiry: a day to answer, and a day for staff to find a volunteer.
ASK_IF_NEEDED_DAYS = 2
LISTED_BEFORE_ASKING = timedelta(
    days=1
)  # who has just filed it need not be asked whether it is still needed
KEPT_FOR = timedelta(days=7)  # what is still needed gets another week
DUPLICATE_OVERLAP = 0.5  # Dice of title 2-grams; "电热水壶一个" and "一个电热水壶" are 0.8 alike
DUPLICATE_WITHIN = timedelta(days=180)
# By one helper: each claim and each release is a message to the resident.
CLAIMS_PER_WISH = 3
NEAR_MISSES = 3  # shown to a volunteer who came too late: as many as a phone shows at once
# For oneself. A micro-wish is granted in days; a fourth waits for the first.
OPEN_WISHES = 3
WISHES_PER_WEEK = 5
FILING_WEEK = timedelta(days=7)
# Longer than any wish stays open: after this none of them is.
FILING_TTL = NEEDED_WITHIN + timedelta(days=60)
RETRY_OPEN_SECONDS = 86_400  # nobody knows when an open wish ends
# By one of staff for others: as many as a day of visits brings.
FILED_FOR_OTHERS = RateLimit.calendar_day("wishes_filed", 60, "wish.too_many")
CODE_DIGITS = 4  # read aloud at a door; five tries make a guess 1 in 2,000
CODE_TRIES = AttemptLimit("code", 5)
HOURS_DEFAULT = 60  # minutes booked where nobody checked in and out
HOURS_OVER = (
    60  # beyond the appointment: a visit may begin late, or have no quick end
)
HOURS_MAX = 240  # a longer stay is rare, and a forgotten check-out is not
SETTLE_HOURS_WITHIN = timedelta(days=7)  # nobody waits at a door for it
HOURS_STEP = 30  # minutes; time is booked in half hours, rounded up
# A claim shows a name, a phone and a door.
HOMES_OF_NEWCOMER = (
    2  # until a resident or staff have confirmed a first delivery
)
HOMES_IN_WINDOW = (
    5  # as many as the largest capacity, each delivered within the week
)
HOMES_WINDOW = timedelta(days=7)
HOMES_KEPT = (
    60  # more than staff may allow (people.policy.HOMES_MAX); a row stays small
)
NEWCOMER_RETRY = timedelta(
    days=1
)  # Retry-After where only a confirmation helps
GIVEN_BACK_MAX = 3  # life happens twice a month; the third time staff ask
GIVEN_BACK_WINDOW = timedelta(days=30)
HOMES_SEALED = 100  # of an erased helper: half a year of four a week
# Two years after its end a wish loses all that names anybody: the longest question about a
# certificate of hours, and what the privacy notice promises.
NAMED_FOR = timedelta(days=2 * 365)
# A wish lives for hardly more than a year. Older ones were made anonymous by an earlier night.
NAMED_LOOK_BACK = timedelta(days=2 * 365)
FORGOTTEN_PER_STEP = 10  # wishes in one job, each of a few commits
