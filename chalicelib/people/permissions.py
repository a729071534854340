"""Actions about people: `ME` on the own account, `READ` by staff on another. Pure.

`ME` is reading, leaving and consents; `CHANGE_ME` is all else about the own account.
"""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation

__all__ = [
    "ACT_FOR",
    "BLOCK",
    "CHANGE",
    "CHANGE_ME",
    "CREATE",
    "GRANT",
    "HOUSEHOLD",
    "LIMIT",
    "ME",
    "PERMISSIONS",
    "READ",
    "REVEAL",
    "SEE",
    "VET",
]

_OWNER_OR_STAFF = STAFF | {Relation.OWNER}

ME = Action("me", frozenset({Relation.SIGNED_IN}), always_allowed=True)
CHANGE_ME = Action("me.change", frozenset({Relation.SIGNED_IN}))
SEE = Action("person.see", _OWNER_OR_STAFF)
READ = Action("person.read", STAFF)
CREATE = Action("person.create", STAFF)
CHANGE = Action("person.change", STAFF)
GRANT = Action("person.grant", STAFF)
REVEAL = Action("person.reveal", STAFF)
VET = Action("person.vet", COMMUNITY)
LIMIT = Action("person.limit", COMMUNITY)
BLOCK = Action("person.block", COMMUNITY)
HOUSEHOLD = Action("person.household", STAFF)
ACT_FOR = Action("person.act_for", _OWNER_OR_STAFF)

PERMISSIONS = (
    ME,
    CHANGE_ME,
    SEE,
    READ,
    CREATE,
    CHANGE,
    GRANT,
    REVEAL,
    VET,
    LIMIT,
    BLOCK,
    HOUSEHOLD,
    ACT_FOR,
)
