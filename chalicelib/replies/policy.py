"""Words of replies that are no answer to a question."""

__all__ = ["STOP"]

STOP = frozenset({"TD", "T", "R", "STOP", "退订", "拒收"})
