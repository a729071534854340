"""Permissions of the visits that staff have to make. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["NOTE_VISIT", "NOTE_VISIT_NOWHERE", "PERMISSIONS", "SEE"]

SEE = Action("visit.see", STAFF)
NOTE_VISIT = Action("visit.note", STAFF)
# The person to visit has no known place.
NOTE_VISIT_NOWHERE = Action(
    "visit.note_nowhere",
    frozenset({Relation.STREET_ADMIN}),
)

PERMISSIONS = (SEE, NOTE_VISIT, NOTE_VISIT_NOWHERE)
