"""The numbers of privacy, each with its reason."""

from datetime import timedelta

__all__ = ["CALL_BACKS_PER_STEP", "ERASURE_WAITS"]

# Two weeks: PIPL asks for an answer in time, and a colleague may be on holiday for one.
ERASURE_WAITS = timedelta(days=14)
CALL_BACKS_PER_STEP = 25  # commits in one job, well inside a minute
