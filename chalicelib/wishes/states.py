"""The states of a wish, the table of its moves, and the relations that may make them. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from ..kernel.access import STAFF, Relation
from ..kernel.state_table import SYSTEM_ONLY, Answer, Move, Mover, StateTable
from . import permissions as can

__all__ = [
    "ANSWERS",
    "FORGET_OWNER",
    "PUBLIC_STATES",
    "SYSTEM_ONLY",
    "TABLE",
    "WALL_STATES",
    "ClaimState",
    "State",
    "WishMover",
]


class State(StrEnum):
    """The state of a wish, in the order of lists."""

    SUBMITTED = "submitted"
    OPEN = "open"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    DISPUTED = "disputed"
    FULFILLED = "fulfilled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ClaimState(StrEnum):
    """The state of a claim."""

    ACTIVE = "active"
    RELEASED = "released"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"


WALL_STATES = (State.OPEN, State.CLAIMED, State.FULFILLED)
PUBLIC_STATES = frozenset({State.OPEN, State.CLAIMED, State.DELIVERED, State.FULFILLED})
_OWNER = frozenset({Relation.OWNER})
FORGET_OWNER = "forget_owner"

_LIVE = (State.SUBMITTED, State.OPEN, State.CLAIMED, State.DELIVERED, State.DISPUTED)
_ENDED = (State.FULFILLED, State.REJECTED, State.WITHDRAWN, State.EXPIRED)
S = State
M = Move[State]
TABLE: StateTable[State] = StateTable(
    "wish",
    [
        M(S.SUBMITTED, can.APPROVE, (S.OPEN,), ("wish.approved",)),
        M(S.SUBMITTED, can.REJECT, (S.REJECTED,), ("wish.rejected",)),
        M(S.SUBMITTED, can.EDIT, (S.SUBMITTED,), ("wish.edited",)),
        M(S.SUBMITTED, can.WITHDRAW, (S.WITHDRAWN,), ("wish.withdrawn",)),
        M(S.SUBMITTED, "expire", (S.EXPIRED,), ("wish.expired",)),
        M(S.OPEN, can.CLAIM, (S.CLAIMED, S.OPEN), ("wish.claimed",)),
        M(S.OPEN, can.RELEASE, (S.OPEN,), ("wish.released",)),
        M(
            S.OPEN, can.EDIT, (S.SUBMITTED,), ("wish.edited",), _OWNER
        ),  # staff look at it again
        M(
            S.OPEN, can.EDIT, (S.OPEN, S.CLAIMED), ("wish.edited",), STAFF
        ),  # claimed: fewer helpers
        M(S.OPEN, can.KEEP, (S.OPEN,), ("wish.kept",)),
        M(S.OPEN, can.UNPUBLISH, (S.SUBMITTED,), ("wish.unpublished",)),
        M(S.OPEN, can.WITHDRAW, (S.WITHDRAWN,), ("wish.withdrawn",)),
        M(S.OPEN, "expire", (S.EXPIRED,), ("wish.expired",)),
        M(S.CLAIMED, can.RELEASE, (S.OPEN,), ("wish.released",)),
        M(S.CLAIMED, can.CHECK_IN, (S.CLAIMED,), ("wish.checked_in",)),
        M(S.CLAIMED, can.CHECK_OUT, (S.CLAIMED,), ("wish.checked_out",)),
        M(
            S.CLAIMED,
            can.DELIVER,
            (S.DELIVERED, S.CLAIMED, S.FULFILLED),
            ("wish.delivered", "wish.fulfilled"),
        ),
        M(S.CLAIMED, can.WITHDRAW, (S.WITHDRAWN,), ("wish.withdrawn",)),
        M(S.CLAIMED, "tell_late", (S.CLAIMED,), ("wish.late",)),
        M(S.DELIVERED, can.CONFIRM, (S.FULFILLED,), ("wish.fulfilled",)),
        M(S.DELIVERED, can.DISPUTE, (S.DISPUTED,), ("wish.disputed",)),
        M(S.DELIVERED, "ask_staff", (S.DELIVERED,), ("wish.unconfirmed",)),
        M(S.DISPUTED, can.CONFIRM, (S.FULFILLED,), ("wish.fulfilled",), STAFF),
        M(S.DISPUTED, can.REOPEN, (S.OPEN,), ("wish.reopened",), STAFF),
        M(S.FULFILLED, can.CONFIRM, (S.FULFILLED,), ("wish.thanked",), _OWNER),
        M(S.REJECTED, can.REOPEN, (S.SUBMITTED,), ("wish.reopened",)),
        M(S.WITHDRAWN, can.REOPEN, (S.SUBMITTED,), ("wish.reopened",)),
        M(S.EXPIRED, can.REOPEN, (S.SUBMITTED,), ("wish.reopened",)),
        *(
            M(state, FORGET_OWNER, (S.WITHDRAWN,), ("wish.owner_erased",))
            for state in _LIVE
        ),
        *(M(state, FORGET_OWNER, (state,), ("wish.owner_erased",)) for state in _ENDED),
    ],
)


# Question and whether the answer is yes (1) or no (2) -> what it does.
ANSWERS: Mapping[tuple[str, bool], Answer] = {
    ("wish.delivered", True): Answer("confirm"),
    ("wish.delivered", False): Answer("dispute", "短信回复：未收到"),
    ("wish.unconfirmed", True): Answer("confirm"),
    ("wish.unconfirmed", False): Answer("dispute", "短信回复：未收到"),
    ("wish.expiring", True): Answer("keep"),
    ("wish.expiring", False): Answer("withdraw", "短信回复：不需要了"),
}


class WishMover(Mover):
    """An actor who moves a wish."""

    __slots__ = ()

    @property
    def party(self) -> str:
        """Return the name of the actor's relation in the timeline."""
        if Relation.OWNER in self.relations:
            return "owner"
        if Relation.HELPER in self.relations:
            return "helper"
        if self.relations & STAFF:
            return "staff"
        return "system" if Relation.SYSTEM in self.relations else "helper"
