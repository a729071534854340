"""Actions about uploads. The feature that shows a photo has permissions of its own. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["CREATE", "PERMISSIONS", "READ", "SEE"]

_OWNER_OR_STAFF = STAFF | {Relation.OWNER}  # staff: of the place of a proof

SEE = Action("upload.see", _OWNER_OR_STAFF)
READ = Action("upload.read", _OWNER_OR_STAFF)
CREATE = Action("upload.create", frozenset({Relation.SIGNED_IN}))

PERMISSIONS = (SEE, READ, CREATE)
