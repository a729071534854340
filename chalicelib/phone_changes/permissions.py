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

# A phone left lying must not carry the account of staff away.
CHANGE = Action("me.change_phone", frozenset({Relation.SIGNED_IN}), factor=True)
# Also for people who must agree to new terms first: the 24 hours run.
STOP = Action(
    "me.stop_phone_correction", frozenset({Relation.OWNER}), always_allowed=True
)
CORRECT = Action("person.correct_phone", COMMUNITY, factor=True)
WITHDRAW = Action("person.withdraw_phone_correction", COMMUNITY)
FORCE = Action(
    "person.force_phone_correction",
    frozenset({Relation.STREET_ADMIN}),
    factor=True,
)

PERMISSIONS = (CHANGE, STOP, CORRECT, WITHDRAW, FORCE)
