"""The states of a wish, the table of its moves, and the relations that may make them. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from ..kernel.access import STAFF, Relation
from ..kernel.state_table import (
    SYSTEM_ONLY,
    AnswerMove,
    Move,
    Mover,
    StateTable,
)
from . import permissions as can

__all__ = [
    "ANSWERS",
    "ENDED",
    "FORGET_OWNER",
    "PUBLIC_STATES",
    "SYSTEM_ONLY",
    "TABLE",
    "WALL_STATES",
    "ClaimState",
    "WishMover",
    "WishState",
]


class WishState(StrEnum):
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


WALL_STATES = (WishState.OPEN, WishState.CLAIMED, WishState.FULFILLED)
PUBLIC_STATES = frozenset(
    {
        WishState.OPEN,
        WishState.CLAIMED,
        WishState.DELIVERED,
        WishState.FULFILLED,
    }
)
_OWNER = frozenset({Relation.OWNER})
FORGET_OWNER = "forget_owner"

_LIVE = (
    WishState.SUBMITTED,
    WishState.OPEN,
    WishState.CLAIMED,
    WishState.DELIVERED,
    WishState.DISPUTED,
)
# The states of a wish that waits for nobody any more.
ENDED = (
    WishState.FULFILLED,
    WishState.REJECTED,
    WishState.WITHDRAWN,
    WishState.EXPIRED,
)
S = WishState
M = Move[WishState]
TABLE: StateTable[WishState] = StateTable(
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
        # claimed: fewer helpers; submitted: by staff who filed it
        M(
            S.OPEN,
            can.EDIT,
            (S.OPEN, S.CLAIMED, S.SUBMITTED),
            ("wish.edited",),
            STAFF,
        ),
        M(S.OPEN, can.KEEP, (S.OPEN,), ("wish.kept",)),
        M(S.OPEN, can.UNPUBLISH, (S.SUBMITTED,), ("wish.unpublished",)),
        M(S.OPEN, can.WITHDRAW, (S.WITHDRAWN,), ("wish.withdrawn",)),
        M(S.OPEN, "expire", (S.EXPIRED,), ("wish.expired",)),
        M(S.CLAIMED, can.RELEASE, (S.OPEN,), ("wish.released",)),
        # A helper may not help any more: see `ended_relations`.
        M(S.OPEN, "end_claim", (S.OPEN,), ("wish.released",)),
        M(S.CLAIMED, "end_claim", (S.OPEN,), ("wish.released",)),
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
        M(
            S.DELIVERED,
            can.CONFIRM,
            (S.FULFILLED, S.DELIVERED),  # delivered: by a new phone
            ("wish.fulfilled", "wish.confirmation_held"),
        ),
        M(S.DELIVERED, can.DISPUTE, (S.DISPUTED,), ("wish.disputed",)),
        M(S.DELIVERED, "ask_staff", (S.DELIVERED,), ("wish.unconfirmed",)),
        M(S.DISPUTED, can.CONFIRM, (S.FULFILLED,), ("wish.fulfilled",), STAFF),
        M(S.DISPUTED, can.REOPEN, (S.OPEN,), ("wish.reopened",), STAFF),
        M(S.FULFILLED, can.CONFIRM, (S.FULFILLED,), ("wish.thanked",), _OWNER),
        M(
            S.FULFILLED,
            can.CHECK,
            (S.FULFILLED, S.DISPUTED),
            ("wish.checked", "wish.check_failed"),
        ),
        M(S.REJECTED, can.REOPEN, (S.SUBMITTED,), ("wish.reopened",)),
        M(S.WITHDRAWN, can.REOPEN, (S.SUBMITTED,), ("wish.reopened",)),
        M(S.EXPIRED, can.REOPEN, (S.SUBMITTED,), ("wish.reopened",)),
        *(
            M(state, can.HIDE, (state,), ("wish.hidden",))
            for state in WishState
            if state in PUBLIC_STATES
        ),
        *(
            M(state, FORGET_OWNER, (S.WITHDRAWN,), ("wish.owner_erased",))
            for state in _LIVE
        ),
        *(
            M(state, FORGET_OWNER, (state,), ("wish.owner_erased",))
            for state in ENDED
        ),
    ],
)


# Question and whether the answer is yes (1) or no (2) -> what it does.
ANSWERS: Mapping[tuple[str, bool], AnswerMove] = {
    ("wish.delivered", True): AnswerMove("confirm"),
    ("wish.delivered", False): AnswerMove("dispute", "短信回复：未收到"),
    ("wish.unconfirmed", True): AnswerMove("confirm"),
    ("wish.unconfirmed", False): AnswerMove("dispute", "短信回复：未收到"),
    ("wish.expiring", True): AnswerMove("keep"),
    ("wish.expiring", False): AnswerMove("withdraw", "短信回复：不需要了"),
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
