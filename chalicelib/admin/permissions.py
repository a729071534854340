"""Actions about the staff queue and parked jobs. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action

__all__ = ["PERMISSIONS", "READ", "REDRIVE", "SEE"]

SEE = Action("queue.see", STAFF)
READ = Action("queue.read", STAFF)
REDRIVE = Action("queue.redrive", COMMUNITY)

PERMISSIONS = (SEE, READ, REDRIVE)
