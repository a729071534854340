"""The base of every feature: pure Python, the standard library only, nothing of AWS or HTTP."""
