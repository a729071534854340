"""Texts for staff about messages, in every language."""

from ..kernel.text_catalogue import text

__all__ = ["ERASED", "REFUSALS", "VISIT"]

REFUSALS = {
    "message.no_visit": text(
        zh="这条消息不需要上门告知。",
        en="This message needs no visit.",
    ),
}

VISIT = text(zh="{who}：{what}", en="{who}: {what}")
ERASED = text(zh="已注销的居民", en="a resident whose account was erased")
