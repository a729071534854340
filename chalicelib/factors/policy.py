"""The numbers of the second factor, each with its reason. Pure."""

from datetime import timedelta

from ..kernel.rate_limit import RateLimit

__all__ = [
    "CODES",
    "DRIFT",
    "FRESH_FOR",
    "PENDING_LASTS",
    "RECOVERY_CODES",
    "RECOVERY_LENGTH",
    "RESET_DUE",
    "RESET_WAITS",
    "SIGNED_IN_WITHIN",
]

FRESH_FOR = timedelta(minutes=10)  # a visit at the desk
# A first factor follows the code by SMS at once. An older session may be on a phone left lying.
SIGNED_IN_WITHIN = timedelta(minutes=10)
PENDING_LASTS = timedelta(minutes=10)  # an app is installed meanwhile
DRIFT = 1  # steps of 30 seconds by which the clock of a phone may be wrong
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10  # of 32 characters: 50 bits, beyond guessing
RESET_WAITS = timedelta(hours=24)  # for the second person
RESET_DUE = timedelta(
    hours=4
)  # half a day at work: the colleague can reveal nothing meanwhile

# Codes of one person, right or wrong. Six right ones an hour keep a factor fresh in a session.
# A hundred a day at three valid codes in a million leave a guess 1 in 3,000 days.
CODES = (
    RateLimit.fixed_window(
        "factor_hour", 20, timedelta(hours=1), "auth.throttled"
    ),
    RateLimit.fixed_window(
        "factor_day", 100, timedelta(days=1), "auth.throttled"
    ),
)
