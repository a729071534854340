"""The moves of tickets on the desk, in one order that never changes."""

__all__ = ["ASKING", "FIELD_OF", "MOVES", "TAPS"]

# The first that is possible is the main button. A comment has its form on the page itself.
MOVES = (
    "accept",
    "resume",
    "confirm",
    "resolve",
    "assign",
    "hold",
    "bounce",
    "escalate",
    "merge",
    "turn",
    "reopen",
    "split",
    "publish",
    "hide",
    "close",
    "comment",
)
# These act at one tap. All others ask something on a page of their own.
TAPS = frozenset({"accept", "resume", "split"})
ASKING = frozenset(MOVES) - TAPS
# The field with the words of a move that asks for words alone.
FIELD_OF = {
    "resolve": "note",
    "bounce": "reason",
    "escalate": "reason",
    "reopen": "reason",
    "close": "reason",
    "hold": "reason",
}
