"""The numbers of privacy, each with its reason."""

from datetime import timedelta

__all__ = ["ERASURE_WAITS"]

# Two weeks: PIPL asks for an answer in time, and a colleague may be on holiday for one.
ERASURE_WAITS = timedelta(days=14)
