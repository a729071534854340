"""Actions about wishes, the moves of the state table included. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from ..kernel.access import STAFF, Action, Bar, Relation

__all__ = [
    "APPROVE",
    "CHECK",
    "CHECK_IN",
    "CHECK_OUT",
    "CLAIM",
    "CONFIRM",
    "DELIVER",
    "DISPUTE",
    "EDIT",
    "HIDE",
    "KEEP",
    "LIST",
    "LIST_ALL",
    "MOVES",
    "PERMISSIONS",
    "READ_MATCHING",
    "READ_TIMELINE",
    "REJECT",
    "RELEASE",
    "REOPEN",
    "SEE",
    "SEE_INSIDE",
    "SETTLE_HOURS",
    "SUBMIT",
    "UNPUBLISH",
    "WITHDRAW",
]

_OWNER_OR_STAFF = STAFF | {Relation.OWNER}
_HELPER_OR_STAFF = STAFF | {Relation.HELPER}
_PUBLIC = frozenset({Relation.PUBLIC})

SEE = Action(
    "wish.see",
    _OWNER_OR_STAFF | _PUBLIC | {Relation.HELPER, Relation.SYSTEM},
    fresh=False,
    always_allowed=True,
)
SEE_INSIDE = replace(SEE, fresh=True)  # with names and addresses in view
LIST = Action("wish.list", _PUBLIC, fresh=False)
LIST_ALL = Action("wish.list_all", STAFF)
SUBMIT = Action("wish.submit", _OWNER_OR_STAFF)
READ_TIMELINE = Action(
    "wish.read_timeline",
    _OWNER_OR_STAFF | {Relation.HELPER},
    always_allowed=True,
)
READ_MATCHING = Action("wish.read_matching", STAFF)
APPROVE = Action(
    "wish.approve",
    STAFF,
    bars=(
        Bar(Relation.OWNER, "wish.approve_own"),
        Bar(Relation.FILER, "wish.approve_own"),
    ),
)
REJECT = Action("wish.reject", STAFF)
EDIT = Action("wish.edit", _OWNER_OR_STAFF)
KEEP = Action("wish.keep", _OWNER_OR_STAFF)
UNPUBLISH = Action("wish.unpublish", STAFF)
HIDE = Action("wish.hide", STAFF)
CLAIM = Action("wish.claim", frozenset({Relation.VOLUNTEER}))
RELEASE = Action("wish.release", _HELPER_OR_STAFF, always_allowed=True)
DELIVER = Action("wish.deliver", _HELPER_OR_STAFF, always_allowed=True)
CHECK_IN = Action("wish.check-in", _HELPER_OR_STAFF, always_allowed=True)
CHECK_OUT = Action("wish.check-out", _HELPER_OR_STAFF, always_allowed=True)
CONFIRM = Action(
    "wish.confirm",
    _OWNER_OR_STAFF,
    bars=(
        Bar(Relation.SERVES, "wish.own_delivery", is_conflict=False),
        Bar(Relation.FILER, "wish.confirm_own", staff_only=True),
    ),
)
# Another member of staff asks the resident about an answer that was recorded for them.
CHECK = Action(
    "wish.check",
    STAFF,
    bars=(
        Bar(Relation.OWNER, "wish.check_own"),
        Bar(Relation.FILER, "wish.check_own"),
        Bar(Relation.SERVES, "wish.check_own"),
    ),
)
# The hours of a stay that was longer than its cap.
SETTLE_HOURS = Action(
    "wish.settle-hours",
    STAFF,
    bars=(Bar(Relation.SERVES, "wish.own_hours"),),
)
DISPUTE = Action("wish.dispute", _OWNER_OR_STAFF)
WITHDRAW = Action("wish.withdraw", _OWNER_OR_STAFF, always_allowed=True)
REOPEN = Action("wish.reopen", _OWNER_OR_STAFF)

_MOVES = (
    APPROVE,
    REJECT,
    EDIT,
    KEEP,
    UNPUBLISH,
    HIDE,
    CLAIM,
    RELEASE,
    DELIVER,
    CHECK_IN,
    CHECK_OUT,
    CONFIRM,
    CHECK,
    SETTLE_HOURS,
    DISPUTE,
    WITHDRAW,
    REOPEN,
)
MOVES: Mapping[str, Action] = {action.verb: action for action in _MOVES}

PERMISSIONS = (
    SEE,
    LIST,
    LIST_ALL,
    SUBMIT,
    READ_TIMELINE,
    READ_MATCHING,
    *_MOVES,
)
