"""Actions about the ticket policy of a street. Pure."""

from ..kernel.access import STAFF, Action, Relation

__all__ = ["PERMISSIONS", "READ", "READ_RULES", "REPLAY", "SEE", "SET"]

_SIGNED_IN = frozenset({Relation.SIGNED_IN})

SEE = Action("ticket_policy.see", _SIGNED_IN)
READ = Action("ticket_policy.read", _SIGNED_IN)
READ_RULES = Action("ticket_policy.read_ticket_policy", STAFF)
REPLAY = Action("ticket_policy.replay", STAFF)
SET = Action("ticket_policy.set", frozenset({Relation.STREET_ADMIN}))

PERMISSIONS = (SEE, READ, READ_RULES, REPLAY, SET)
