"""Actions about the phone of a person. Pure."""

from ..kernel.access import COMMUNITY, Action, Relation

__all__ = [
    "CHANGE",
    "CORRECT",
    "FORCE",
    "PERMISSIONS",
    "STOP",
    "WITHDRAW",
]

CHANGE = Action("me.change_phone", frozenset({Relation.SIGNED_IN}))
# Also for people who must agree to new terms first: the 24 hours run.
STOP = Action(
    "phone_change.stop", frozenset({Relation.OWNER}), always_allowed=True
)
CORRECT = Action("phone_change.correct", COMMUNITY, factor=True)
WITHDRAW = Action("phone_change.withdraw", COMMUNITY)
FORCE = Action(
    "phone_change.force", frozenset({Relation.STREET_ADMIN}), factor=True
)

PERMISSIONS = (CHANGE, STOP, CORRECT, WITHDRAW, FORCE)
