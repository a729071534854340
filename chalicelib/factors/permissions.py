"""Actions about second factors. Pure."""

from ..kernel.access import COMMUNITY, Action

__all__ = ["FACTOR", "PERMISSIONS", "RESET"]

# Of one's own factor. Staff of communities and streets have one.
FACTOR = Action("me.factor", COMMUNITY, always_allowed=True)
RESET = Action("person.reset_factor", COMMUNITY, factor=True)

PERMISSIONS = (FACTOR, RESET)
