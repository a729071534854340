"""Actions about people: `ME` on the own account, `READ` by staff on another. Pure.

`ME` is reading and consents; `CHANGE_ME` is all else about the own account. Staff export and leave
with a fresh second factor.
"""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation

__all__ = [
    "ACT_FOR",
    "ALLOW_REVEALS",
    "BLOCK",
    "CHANGE",
    "CHANGE_ME",
    "CREATE",
    "ERASE_ME",
    "EXPORT_ME",
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
EXPORT_ME = Action("me.export", ME.allowed, always_allowed=True, factor=True)
ERASE_ME = Action("me.erase", ME.allowed, always_allowed=True, factor=True)
SEE = Action("person.see", _OWNER_OR_STAFF)
READ = Action("person.read", STAFF)
CREATE = Action("person.create", STAFF)
CHANGE = Action("person.change", STAFF)
GRANT = Action("person.grant", STAFF, factor=True)
REVEAL = Action("person.reveal", STAFF, factor=True)
ALLOW_REVEALS = Action("person.allow_reveals", COMMUNITY, factor=True)
VET = Action("person.vet", COMMUNITY, factor=True)
LIMIT = Action("person.limit", COMMUNITY)
BLOCK = Action("person.block", COMMUNITY)
HOUSEHOLD = Action("person.household", STAFF)
ACT_FOR = Action("person.act_for", _OWNER_OR_STAFF)

PERMISSIONS = (
    ME,
    CHANGE_ME,
    EXPORT_ME,
    ERASE_ME,
    SEE,
    READ,
    CREATE,
    CHANGE,
    GRANT,
    REVEAL,
    ALLOW_REVEALS,
    VET,
    LIMIT,
    BLOCK,
    HOUSEHOLD,
    ACT_FOR,
)
