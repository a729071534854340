"""What a reply means, as data."""

__all__ = ["NO", "STOP", "YES"]

YES = frozenset({"1", "Y", "YES", "是", "收到", "需要"})
NO = frozenset({"2", "N", "NO", "否", "没收到", "不需要"})
STOP = frozenset({"TD", "T", "R", "STOP", "退订", "拒收"})
