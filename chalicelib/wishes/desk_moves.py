"""The moves of wishes on the desk, in one order that never changes."""

__all__ = ["ASKING", "MOVES", "OF_CLAIMS"]

# The first that is possible is the main button.
MOVES = (
    "approve",
    "confirm",
    "reopen",
    "check",
    "settle-hours",
    "edit",
    "reject",
    "dispute",
    "keep",
    "unpublish",
    "release",
    "deliver",
    "check-in",
    "check-out",
    "hide",
    "withdraw",
)
# These ask something on a page of their own. All others act at one tap.
ASKING = frozenset(MOVES) - {"approve", "keep"}
# These are about one claim: where there are several, it is named.
OF_CLAIMS = frozenset(
    {
        "confirm",
        "reopen",
        "settle-hours",
        "dispute",
        "release",
        "deliver",
        "check-in",
        "check-out",
    }
)
