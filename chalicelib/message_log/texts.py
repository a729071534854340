"""What the house says to staff about messages, in both languages."""

from ..kernel.words import Words

__all__ = ["ERASED", "OVER", "REFUSALS", "VISIT"]

REFUSALS = {
    "message.no_visit": Words("这条消息不需要上门告知。", "Nobody has to be visited about this message."),
}

VISIT = Words("{who}：{what}", "{who}: {what}")
OVER = Words("（内容已过时，不用再告知）", "(no longer true; nothing to tell)")
ERASED = Words("已注销的居民", "somebody who has left")
