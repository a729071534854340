"""Numbers and words of the message log, each with its reason."""

from datetime import time, timedelta

from ..kernel.text_catalogue import text

__all__ = [
    "ATTEMPTS_KEPT",
    "DIGEST_AT",
    "DIGEST_CLOSES",
    "DIGEST_LINES",
    "HOLD",
    "LEASE",
    "NO",
    "PROMOTIONS_STOP_AT",
    "QUESTION_CLASH",
    "QUESTION_LASTS",
    "RETRY_FIRST",
    "RETRY_FOR",
    "RETRY_MAX",
    "SPENDING_FRESH",
    "SPENDING_KEPT",
    "SUFFIX",
    "YES",
]

LEASE = timedelta(
    minutes=2
)  # longer than any attempt: a provider is given seven seconds
HOLD = timedelta(
    minutes=2
)  # after which an urgent message of unknown fate is sent once more
# Longer than a queue (4 days) and its dead letters (14 days) can bring anything back.
ATTEMPTS_KEPT = timedelta(days=30)
RETRY_FOR = timedelta(
    hours=24
)  # long enough to mend a key or a contract; then staff visit
RETRY_FIRST, RETRY_MAX = (
    timedelta(seconds=20),
    timedelta(hours=2),
)  # doubling between them, with jitter

DIGEST_AT = time(18, 0)  # when people are at home and phones may still ring
DIGEST_CLOSES = timedelta(
    minutes=30,
)  # earlier, or a slow clock adds to a sent digest
DIGEST_LINES = 4  # more would cost a further part each; the rest is in the app

YES = frozenset({"1", "Y", "YES", "是"})  # to any question
NO = frozenset({"2", "N", "NO", "否"})
QUESTION_LASTS = timedelta(days=7)  # a "1" that comes later answers nothing
QUESTION_CLASH = timedelta(
    hours=1
)  # of two questions read together, a "1" may mean either

PROMOTIONS_STOP_AT = (
    0.8  # of a street's monthly budget; the rest is for what people wait for
)
SPENDING_FRESH = timedelta(
    minutes=1
)  # how old a street's sum may be when a budget is checked
SPENDING_KEPT = timedelta(
    days=400
)  # so that a month can be compared with the same of last year
# MIIT Order 31, article 20: an easy refusal in every promotion.
SUFFIX = text(zh="拒收请回复R", en=" Reply R to stop")
