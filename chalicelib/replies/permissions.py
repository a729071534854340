"""Permissions of the replies that wait for staff. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["HANDLE", "HANDLE_NOWHERE", "PERMISSIONS", "SEE"]

SEE = Action("reply.see", STAFF)
HANDLE = Action("reply.handle", STAFF)
# Nobody is registered with the phone, or they have no known place.
HANDLE_NOWHERE = Action(
    "reply.handle_nowhere", frozenset({Relation.STREET_ADMIN})
)

PERMISSIONS = (SEE, HANDLE, HANDLE_NOWHERE)
