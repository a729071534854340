"""Numbers of the watch over the staff queue, each with its reason."""

from datetime import timedelta

__all__ = [
    "CHECK_MINUTES",
    "CLOSED_AT_A_LOOK",
    "DAYS_OF_A_LEVEL",
    "SETTLED_AFTER",
]

# Office time between two looks at the queue. What came up at night or on days off is one message
# of the first look. An hour is short beside tasks that have days.
CHECK_MINUTES = 60
# Working days that a level has a task that is due, before the next level is reminded.
DAYS_OF_A_LEVEL = 1
# A look passes over what is younger: its commit may end after the look, and the next one has it.
SETTLED_AFTER = timedelta(minutes=1)
# Obsolete tasks that one look closes, each with a read and a write. More wait for the next look.
CLOSED_AT_A_LOOK = 200
