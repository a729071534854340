"""Numbers and words of replies, each with its reason."""

from datetime import timedelta

__all__ = [
    "COURTESY",
    "MAX_TEXT",
    "REPLY_KEPT",
    "REPLY_WITHIN",
    "SHORT",
    "STOP",
    "STOP_INSIDE",
    "STRANGERS_PER_DAY",
]

# Alone they stop text messages to a phone. Carriers read T and R that way, too.
STOP = frozenset({"TD", "T", "R", "STOP", "UNSUBSCRIBE", "退订", "拒收"})
# Inside a short sentence, too. T is not: it begins the name of a shirt.
STOP_INSIDE = frozenset({"TD", "R", "STOP", "UNSUBSCRIBE", "退订", "拒收"})
# Chinese characters and words of other scripts. A longer text tells a story, in which these words
# may mean something else.
SHORT = 14
# Beside an answer these say nothing that somebody must read.
COURTESY = frozenset(
    {
        *("谢谢", "谢谢您", "谢谢你", "谢谢你们", "多谢", "感谢", "非常感谢"),
        *("好", "好的", "收到", "辛苦了", "OK", "THANKS", "THANKYOU"),
    }
)
MAX_TEXT = 500  # seven parts: as much as a phone sends at once
REPLY_WITHIN = timedelta(days=1)  # somebody waits who has taken the trouble
REPLY_KEPT = timedelta(days=400)  # as long as the messages that are answered
# Of a phone that nobody is registered with. Anybody can write to the number of the street.
STRANGERS_PER_DAY = 3
