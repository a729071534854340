"""What the staff desk says itself, in every language."""

from ..kernel.text_catalogue import text

__all__ = ["ERASED", "OVER", "VISIT"]

VISIT = text(zh="{who}：{what}", en="{who}: {what}")
OVER = text(zh="（内容已过时，不用再告知）", en="(no longer true; nothing to tell)")
ERASED = text(zh="已注销的居民", en="somebody who has left")
