"""What the staff desk says itself, in both languages."""

from ..kernel.words import Words

__all__ = ["ERASED", "OVER", "VISIT"]

VISIT = Words("{who}：{what}", "{who}: {what}")
OVER = Words("（内容已过时，不用再告知）", "(no longer true; nothing to tell)")
ERASED = Words("已注销的居民", "somebody who has left")
