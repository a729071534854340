"""Actions about uploads. The feature that shows a photo has permissions of its own. Pure."""

from ..kernel.access import Action, Relation

__all__ = ["CREATE", "PERMISSIONS", "READ", "SEE"]

_OWNER = frozenset({Relation.OWNER})

SEE = Action("upload.see", _OWNER)
READ = Action("upload.read", _OWNER)
CREATE = Action("upload.create", frozenset({Relation.SIGNED_IN}))

PERMISSIONS = (SEE, READ, CREATE)
