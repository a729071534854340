"""Actions about signing in. Pure."""

from ..kernel.access import STAFF, Action

__all__ = ["PERMISSIONS", "READ_OUT"]

READ_OUT = Action("person.read_out_code", STAFF, factor=True)

PERMISSIONS = (READ_OUT,)
