"""The house's numbers about attempts, each with its reason."""

from datetime import timedelta

from ..kernel.text_catalogue import text

__all__ = [
    "HOLD",
    "LEASE",
    "LEDGER_LASTS",
    "PROMOTIONS_STOP_AT",
    "QUESTION_LASTS",
    "RETRY_FIRST",
    "RETRY_FOR",
    "RETRY_MOST",
    "SPENDING_FRESH",
    "SPENDING_LASTS",
    "SUFFIX",
]

LEASE = timedelta(minutes=2)  # longer than any attempt: a provider is given seven seconds
HOLD = timedelta(minutes=2)  # after which an urgent message of unknown fate is sent once more
LEDGER_LASTS = timedelta(days=30)  # longer than a queue (4 days) and its dead letters (14 days) can bring anything back
RETRY_FOR = timedelta(hours=24)  # long enough for somebody to mend a key or a contract; then it is told at her door
RETRY_FIRST, RETRY_MOST = timedelta(seconds=20), timedelta(hours=2)  # doubling between them, with jitter
QUESTION_LASTS = timedelta(days=7)  # a "1" that comes later answers nothing
PROMOTIONS_STOP_AT = 0.8  # of a street's monthly budget; the rest of it belongs to what people wait for
SUFFIX = text(zh="拒收请回复R", en=" Reply R to stop")  # MIIT Order 31, article 20: an easy refusal in every promotion
SPENDING_FRESH = timedelta(minutes=1)  # how old a street's sum may be when a message is held against its budget
SPENDING_LASTS = timedelta(days=400)  # so that a month can be compared with the same of last year
