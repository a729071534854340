"""Actions on tickets. The assignee is a helper; each reporter is an owner. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from ..kernel.access import STAFF, Action, Bar, Relation

__all__ = [
    "ACCEPT",
    "ASSIGN",
    "BOUNCE",
    "CLOSE",
    "COMMENT",
    "CONFIRM",
    "ESCALATE",
    "HIDE",
    "HOLD",
    "JOIN",
    "LIST",
    "LIST_ALL",
    "LOOK_INSIDE",
    "MERGE",
    "MOVES",
    "NEAR",
    "NOT_OWN_WORK",
    "PERMISSIONS",
    "PUBLISH",
    "REOPEN",
    "RESOLVE",
    "RESUME",
    "SEE",
    "SEE_NOW",
    "SPLIT",
    "SUBMIT",
    "TURN",
]

_OWNER_OR_STAFF = STAFF | {Relation.OWNER}
_HELPER_OR_STAFF = STAFF | {Relation.HELPER}
_INSIDE = _OWNER_OR_STAFF | {Relation.HELPER}
_SIGNED_IN = frozenset({Relation.SIGNED_IN})

SEE = Action(
    "ticket.see",
    _INSIDE | {Relation.PUBLIC, Relation.SYSTEM},
    fresh=False,
    always_allowed=True,
)
# SEE for views that name people, and for writes: the actor is read again.
SEE_NOW = replace(SEE, fresh=True)
LOOK_INSIDE = Action("ticket.look_inside", _INSIDE, always_allowed=True)
LIST = Action("ticket.list", frozenset({Relation.SIGNED_IN}))
LIST_ALL = Action("ticket.list_all", STAFF)
NEAR = Action("ticket.near", _SIGNED_IN)
SUBMIT = Action("ticket.submit", _SIGNED_IN)
ACCEPT = Action("ticket.accept", _HELPER_OR_STAFF)
ASSIGN = Action("ticket.assign", STAFF)
BOUNCE = Action("ticket.bounce", _HELPER_OR_STAFF)
COMMENT = Action("ticket.comment", _INSIDE)
HOLD = Action("ticket.hold", _HELPER_OR_STAFF)
RESUME = Action("ticket.resume", _HELPER_OR_STAFF)
RESOLVE = Action("ticket.resolve", _HELPER_OR_STAFF)
NOT_OWN_WORK = (Bar(Relation.SERVES, "ticket.own_solution"),)
CONFIRM = Action("ticket.confirm", _OWNER_OR_STAFF, bars=NOT_OWN_WORK)
REOPEN = Action("ticket.reopen", _OWNER_OR_STAFF)
CLOSE = Action("ticket.close", _OWNER_OR_STAFF, always_allowed=True)
ESCALATE = Action("ticket.escalate", _HELPER_OR_STAFF)
JOIN = Action("ticket.join", _SIGNED_IN)
MERGE = Action("ticket.merge", STAFF)
SPLIT = Action("ticket.split", STAFF)
TURN = Action("ticket.turn", STAFF)
PUBLISH = Action("ticket.publish", STAFF)
HIDE = Action("ticket.hide", STAFF)

_MOVES = (
    ACCEPT,
    ASSIGN,
    BOUNCE,
    COMMENT,
    HOLD,
    RESUME,
    RESOLVE,
    CONFIRM,
    REOPEN,
    CLOSE,
    ESCALATE,
    JOIN,
    MERGE,
    SPLIT,
    TURN,
    PUBLISH,
    HIDE,
)
MOVES: Mapping[str, Action] = {action.verb: action for action in _MOVES}

PERMISSIONS = (SEE, LOOK_INSIDE, LIST, LIST_ALL, NEAR, SUBMIT, *_MOVES)
