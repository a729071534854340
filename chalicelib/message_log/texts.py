"""Texts for staff about messages, in every language."""

from ..kernel.text_catalogue import text

__all__ = ["ERASED", "OVER", "REFUSALS", "VISIT"]

REFUSALS = {
    "message.no_visit": text(
        zh="这条消息不需要上门告知。",
        en="This message needs no visit.",
    ),
}

VISIT = text(zh="{who}：{what}", en="{who}: {what}")
OVER = text(
    zh="（内容已过时，不用再告知）",
    en="(no longer true: no visit is needed)",
)
ERASED = text(zh="已注销的居民", en="a resident whose account was erased")
