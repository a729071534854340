"""The numbers of privacy, each with its reason."""

from datetime import timedelta

__all__ = [
    "CALL_BACKS_PER_STEP",
    "ERASURE_WAITS",
    "NUMBER_KEPT",
    "PERSON_WAITS",
]

# Two weeks: PIPL asks for an answer in time, and a colleague may be on holiday for one.
ERASURE_WAITS = timedelta(days=14)
CALL_BACKS_PER_STEP = 25  # commits in one job, well inside a minute
# An erasure that fails is a parked job, which staff redrive. Nobody waits longer for its SMS.
NUMBER_KEPT = timedelta(days=30)
# Who has just asked holds the phone in their hand, at night too.
PERSON_WAITS = timedelta(minutes=10)
