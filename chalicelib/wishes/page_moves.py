"""The moves of wishes on pages, in one order that never changes. Pure."""

__all__ = ["ASKING", "MOVES"]

# The first that is possible is the main button.
MOVES = (
    "claim",
    "deliver",
    "check-in",
    "check-out",
    "confirm",
    "dispute",
    "keep",
    "approve",
    "edit",
    "reject",
    "unpublish",
    "release",
    "reopen",
    "withdraw",
)
# These ask something on a page of their own. All others act at one tap.
ASKING = frozenset(
    {
        "deliver",
        "dispute",
        "edit",
        "reject",
        "unpublish",
        "release",
        "reopen",
        "withdraw",
    }
)
