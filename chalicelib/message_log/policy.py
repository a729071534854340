"""Numbers and words of the message log, each with its reason."""

from datetime import time, timedelta

from ..kernel.template import Pot
from ..kernel.text_catalogue import text

__all__ = [
    "ATTEMPT_LEASE",
    "ATTEMPT_TTL",
    "BUNDLE_FOR",
    "DIGEST_AT",
    "DIGEST_CUTOFF",
    "HELD_KEPT",
    "MAX_DIGEST_ITEMS",
    "NEXT_BUNDLE_AFTER",
    "NO",
    "NUMBER_REST",
    "NUMBER_WAIT",
    "POT_SHARES",
    "PROMOTIONS_STOP_AT",
    "PROMOTION_SUFFIX",
    "QUESTION_KEPT",
    "QUESTION_TTL",
    "RESEND_AFTER",
    "RETRY_FIRST",
    "RETRY_FOR",
    "RETRY_MAX",
    "SAME_WORDS_FOR",
    "SPENDING_CACHE_TTL",
    "SPENDING_TTL",
    "STAFF_SMS_PER_DAY",
    "URGENT_ALARM_AT",
    "URGENT_BUNDLE_FOR",
    "VISIT_WITHIN",
    "YES",
]

# Longer than any attempt: a provider is given seven seconds.
ATTEMPT_LEASE = timedelta(minutes=2)
# An urgent message of unknown fate is sent once more after this.
RESEND_AFTER = timedelta(minutes=2)
# Longer than a queue (4 days) and its dead letters (14 days) can bring anything back, and than
# a year: what was sent last winter can be looked up. The privacy notice promises it.
ATTEMPT_TTL = timedelta(days=400)
# Long enough to mend a key or a contract; after that, staff visit.
RETRY_FOR = timedelta(hours=24)
# The wait between two attempts doubles from the first to the second, with jitter.
RETRY_FIRST = timedelta(seconds=20)
RETRY_MAX = timedelta(hours=2)

DIGEST_AT = time(18, 0)  # when people are at home and phones may still ring
# A shorter cutoff would let a slow clock add to a digest that was sent.
DIGEST_CUTOFF = timedelta(minutes=30)
# More would cost a further part each; the rest is in the app.
MAX_DIGEST_ITEMS = 4

# Long enough for a flood to become one message, short enough for an SLA of two hours.
BUNDLE_FOR = timedelta(minutes=10)
# A reminder of an urgent ticket that nobody took is repeated each hour. Those of all tickets share
# one message of the hour: the phone has rung for each of them already.
URGENT_BUNDLE_FOR = timedelta(hours=1)
# Further alarms with the same words: the phone has just rung, and each minute counts.
SAME_WORDS_FOR = timedelta(minutes=2)
# No message waits longer for a bundle or a digest, quiet hours and an outage included.
HELD_KEPT = timedelta(days=14)
# What has no room in a bundle, or came after it, is in the next one.
NEXT_BUNDLE_AFTER = timedelta(minutes=2)
# Not urgent, to a phone or mailbox of staff, the digest included: about one in each hour awake. Who
# is rung more often stops looking.
STAFF_SMS_PER_DAY = 12

# News that nobody could be sent: staff pass by on the day after.
VISIT_WITHIN = timedelta(days=1)

# Words that answer the only open question of a phone; numbers say which question they answer.
YES = frozenset({"Y", "YES", "是", "是的"})
NO = frozenset({"N", "NO", "否"})
QUESTION_TTL = timedelta(days=7)  # an answer that comes later is for staff
# Somebody answers an old SMS by its numbers: they mean the old question.
NUMBER_REST = timedelta(hours=48)
# How often a question that found no free numbers looks again.
NUMBER_WAIT = timedelta(hours=3)
# A late answer is shown beside what it was about for this long after the last question.
QUESTION_KEPT = timedelta(days=60)

# The share of each pot of a street's monthly budget. Codes have none: they never wait for money,
# and limits of sign-in and of wishes bound them. Tickets, which strangers cause, get the smaller
# half of what is not urgent.
POT_SHARES = {Pot.URGENT: 0.3, Pot.TICKETS: 0.3, Pot.OTHER: 0.4}
# A third of the urgent pot is more than a street needs in a bad month; people look before the rest
# is gone.
URGENT_ALARM_AT = 0.33
# A share of the pot of promotions; the rest is for what people wait for.
PROMOTIONS_STOP_AT = 0.8
# How old a street's sum may be when a budget is checked.
SPENDING_CACHE_TTL = timedelta(minutes=1)
# A month can be compared with the same month of last year.
SPENDING_TTL = timedelta(days=400)
# MIIT Order 31, article 20: every promotion says how to refuse further ones.
PROMOTION_SUFFIX = text(zh="拒收请回复R", en=" Reply R to stop")
