"""Actions about the list of visits that staff have to make. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["NOTE_VISIT", "NOTE_VISIT_NOWHERE", "PERMISSIONS", "SEE"]

SEE = Action("visit.see", STAFF)
NOTE_VISIT = Action("visit.note", STAFF)
NOTE_VISIT_NOWHERE = Action(
    "visit.note_nowhere",
    frozenset({Relation.STREET_ADMIN}),
)  # of no known place

PERMISSIONS = (SEE, NOTE_VISIT, NOTE_VISIT_NOWHERE)
