"""Actions about statistics. Pure."""

from ..kernel.access import STAFF, Action

__all__ = ["PERMISSIONS", "READ", "SEE"]

SEE = Action("statistics.see", STAFF)
READ = Action("statistics.read", STAFF)

PERMISSIONS = (SEE, READ)
