"""Actions about the security trail. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action

__all__ = ["PERMISSIONS", "READ", "SEE"]

SEE = Action("trail.see", STAFF)
READ = Action("trail.read", COMMUNITY)

PERMISSIONS = (SEE, READ)
