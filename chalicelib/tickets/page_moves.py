"""The moves of tickets on pages, in one order that never changes. Pure."""

__all__ = ["ASKING", "MOVES"]

MOVES = (
    "accept",
    "confirm",
    "reopen",
    "join",
    "resume",
    "resolve",
    "comment",
    "assign",
    "hold",
    "bounce",
    "escalate",
    "split",
    "close",
)
# These ask something on a page of their own. All others act at one tap.
ASKING = frozenset(
    {
        "reopen",
        "resolve",
        "comment",
        "assign",
        "hold",
        "bounce",
        "escalate",
        "close",
    }
)
