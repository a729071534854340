"""Actions about matching runs and their weights. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["PERMISSIONS", "READ", "RUN", "SEE", "WEIGH"]

SEE = Action("matching.see", STAFF)
READ = Action("matching.read", STAFF)
RUN = Action("matching.run", STAFF)
WEIGH = Action("matching.weigh", frozenset({Relation.STREET_ADMIN}))

PERMISSIONS = (SEE, READ, RUN, WEIGH)
