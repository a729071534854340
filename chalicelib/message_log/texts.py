"""Texts for staff about messages, in every language."""

from ..kernel.text_catalogue import text

__all__ = ["ERASED", "OVER", "REFUSALS", "VISIT"]

REFUSALS = {
    "message.no_visit": text(
        zh="这条消息不需要上门告知。",
        en="Nobody has to be visited about this message.",
    ),
}

VISIT = text(zh="{who}：{what}", en="{who}: {what}")
OVER = text(zh="（内容已过时，不用再告知）", en="(no longer true; nothing to tell)")
ERASED = text(zh="已注销的居民", en="somebody who has left")
