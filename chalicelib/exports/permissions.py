"""Actions about exports. A person's own data go by `people.permissions.EXPORT_ME`. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation

__all__ = [
    "CREATE",
    "DELETE",
    "FULL",
    "LIST",
    "PERMISSIONS",
    "READ",
    "SEE",
    "SEE_PLACE",
]

_OWNER = frozenset({Relation.OWNER})

SEE_PLACE = Action("export.see_place", STAFF)
CREATE = Action("export.create", COMMUNITY, factor=True)
# With phones in full.
FULL = Action("export.full", COMMUNITY, factor=True, reveals=True)
LIST = Action("export.list", frozenset({Relation.SIGNED_IN}))
SEE = Action("export.see", _OWNER)
READ = Action("export.read", _OWNER)
DELETE = Action("export.delete", _OWNER)

PERMISSIONS = (SEE_PLACE, CREATE, FULL, LIST, SEE, READ, DELETE)
