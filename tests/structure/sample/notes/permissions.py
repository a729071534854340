"""Actions about notes. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["ANSWER", "PERMISSIONS", "SEE", "WITHDRAW", "WRITE"]

_OWNER = frozenset({Relation.OWNER})

WRITE = Action("note.write", frozenset({Relation.SIGNED_IN}))
SEE = Action("note.see", STAFF | _OWNER)
ANSWER = Action("note.answer", STAFF)
WITHDRAW = Action("note.withdraw", _OWNER)

PERMISSIONS = (WRITE, SEE, ANSWER, WITHDRAW)
