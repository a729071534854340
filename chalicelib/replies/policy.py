"""Reply words that stop text messages."""

__all__ = ["STOP"]

STOP = frozenset({"TD", "T", "R", "STOP", "退订", "拒收"})
