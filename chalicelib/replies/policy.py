"""Numbers and words of replies, each with its reason."""

from datetime import timedelta

__all__ = [
    "MAX_TEXT",
    "REFUSING",
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
# Beside a request for silence these say nothing that somebody must read.
REFUSING = (
    *(
        "请你们",
        "请帮我",
        "麻烦",
        "请",
        "帮我",
        "我要",
        "我想",
        "回复",
        "给我",
        "我",
    ),
    *(
        "不要再发送",
        "不要再发",
        "不要发",
        "不想收",
        "不需要",
        "不用",
        "别再发",
        "别发",
    ),
    *(
        "你们的",
        "短信",
        "信息",
        "消息",
        "通知",
        "所有",
        "这种",
        "这些",
        "了",
        "吧",
        "啊",
        "再",
    ),
    *(
        "PLEASE",
        "SENDING",
        "MESSAGES",
        "MESSAGE",
        "TEXTS",
        "TEXTING",
        "ME",
        "THESE",
    ),
    *("THIS", "NOW", "THE", "ALL", "SMS", "TO", "FROM", "I", "WANT"),
)
MAX_TEXT = 500  # seven parts: as much as a phone sends at once
REPLY_WITHIN = timedelta(days=1)  # somebody waits who has taken the trouble
REPLY_KEPT = timedelta(days=400)  # as long as the messages that are answered
# Of a phone that nobody is registered with. Anybody can write to the number of the street.
STRANGERS_PER_DAY = 3
