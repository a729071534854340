"""Actions about people: `ME` on the own account, `READ` by staff on another. Pure.

`ME` is reading and consents; `CHANGE_ME` is all else about the own account. Staff export and leave
with a fresh second factor.
"""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation, Toward

__all__ = [
    "ACT_FOR",
    "ALLOW_REVEALS",
    "ASK_ROLE",
    "BLOCK",
    "CHANGE",
    "CHANGE_ME",
    "CREATE",
    "ERASE_ME",
    "EXPORT_ME",
    "GRANT",
    "HOUSEHOLD",
    "LET_REVEAL",
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
CHANGE = Action("person.change", STAFF, toward=Toward.BELOW_OR_SELF)
GRANT = Action("person.grant", STAFF, factor=True, toward=Toward.BELOW)
# A code to a newcomer's phone, by which they agree to a role.
ASK_ROLE = Action("person.ask_role", STAFF, toward=Toward.BELOW)
REVEAL = Action(
    "person.reveal",
    STAFF,
    factor=True,
    toward=Toward.BELOW_OR_SELF,
    reveals=True,
)
ALLOW_REVEALS = Action("person.allow_reveals", COMMUNITY, factor=True)
# A newcomer to a street may reveal nothing until an administrator lets them.
LET_REVEAL = Action(
    "person.let_reveal",
    frozenset({Relation.STREET_ADMIN}),
    factor=True,
    toward=Toward.OTHERS,
)
VET = Action("person.vet", COMMUNITY, factor=True, toward=Toward.BELOW)
LIMIT = Action("person.limit", COMMUNITY, toward=Toward.BELOW)
BLOCK = Action("person.block", COMMUNITY, toward=Toward.BELOW)
HOUSEHOLD = Action("person.household", STAFF, toward=Toward.BELOW)
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
    ASK_ROLE,
    REVEAL,
    ALLOW_REVEALS,
    LET_REVEAL,
    VET,
    LIMIT,
    BLOCK,
    HOUSEHOLD,
    ACT_FOR,
)
