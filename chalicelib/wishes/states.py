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
    "LIVE",
    "MOVE_HOME",
    "PARTIES",
    "PUBLIC_STATES",
    "SYSTEM_ONLY",
    "TABLE",
    "UNMOVED_EVENTS",
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
MOVE_HOME = "move_home"

LIVE = (
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
# Moves of one claim of a listed wish. The state of the wish follows from all of them: see
# `transitions.settled`. From `claimed` no place is left, so that some of these end in it.
_IN_PLACE = ("wish.released", "wish.fulfilled")
_CLAIMS = (
    M(S.OPEN, can.RELEASE, (S.OPEN, S.DISPUTED), ("wish.released",)),
    M(
        S.CLAIMED,
        can.RELEASE,
        (S.OPEN, S.CLAIMED, S.DELIVERED, S.DISPUTED, S.FULFILLED),
        _IN_PLACE,
    ),
    # A helper may not help any more: see `ended_relations`.
    M(S.OPEN, "end_claim", (S.OPEN, S.DISPUTED), ("wish.released",)),
    M(
        S.CLAIMED,
        "end_claim",
        (S.OPEN, S.CLAIMED, S.DELIVERED, S.DISPUTED, S.FULFILLED),
        _IN_PLACE,
    ),
    M(S.OPEN, can.CHECK_IN, (S.OPEN,), ("wish.checked_in",)),
    M(S.CLAIMED, can.CHECK_IN, (S.CLAIMED,), ("wish.checked_in",)),
    M(S.OPEN, can.CHECK_OUT, (S.OPEN,), ("wish.checked_out",)),
    M(S.CLAIMED, can.CHECK_OUT, (S.CLAIMED,), ("wish.checked_out",)),
    M(
        S.OPEN,
        can.DELIVER,
        (S.OPEN, S.DISPUTED, S.FULFILLED),
        ("wish.delivered", "wish.fulfilled"),
    ),
    M(
        S.CLAIMED,
        can.DELIVER,
        (S.DELIVERED, S.CLAIMED, S.DISPUTED, S.FULFILLED),
        ("wish.delivered", "wish.fulfilled"),
    ),
    *(
        M(
            state,
            can.WITHDRAW,
            (S.WITHDRAWN, S.DELIVERED, S.DISPUTED, S.FULFILLED),
            ("wish.withdrawn", "wish.fulfilled"),
        )
        for state in (S.OPEN, S.CLAIMED)
    ),
    M(S.OPEN, "tell_late", (S.OPEN,), ("wish.late",)),
    M(S.CLAIMED, "tell_late", (S.CLAIMED,), ("wish.late",)),
)
_CONFIRMED = ("wish.fulfilled", "wish.confirmed", "wish.confirmation_held")
_DISPUTED = ("wish.disputed",)
_ANSWERS_TO_DELIVERIES = (
    # The same state: others are active or unanswered, or a new phone confirms.
    M(S.OPEN, can.CONFIRM, (S.FULFILLED, S.OPEN, S.DISPUTED), _CONFIRMED),
    M(S.CLAIMED, can.CONFIRM, (S.CLAIMED,), _CONFIRMED[1:]),
    M(
        S.DELIVERED,
        can.CONFIRM,
        (S.FULFILLED, S.DELIVERED, S.DISPUTED),
        _CONFIRMED,
    ),
    M(
        S.DISPUTED,
        can.CONFIRM,
        (S.FULFILLED, S.DISPUTED),
        _CONFIRMED[:2],
        STAFF,
    ),
    M(S.OPEN, can.DISPUTE, (S.OPEN, S.DISPUTED), _DISPUTED),
    M(S.CLAIMED, can.DISPUTE, (S.CLAIMED,), _DISPUTED),
    M(S.DELIVERED, can.DISPUTE, (S.DISPUTED, S.DELIVERED), _DISPUTED),
    *(
        M(state, "ask_staff", (state,), ("wish.unconfirmed",))
        for state in (S.OPEN, S.CLAIMED, S.DELIVERED)
    ),
    # Staff do not believe that a claim was delivered.
    *(
        M(state, can.REOPEN, (S.OPEN,), ("wish.reopened",), STAFF)
        for state in (S.OPEN, S.CLAIMED, S.DELIVERED)
    ),
    M(
        S.DISPUTED,
        can.REOPEN,
        (S.OPEN, S.DISPUTED),
        ("wish.reopened",),
        STAFF,
    ),
)
# The resident has moved: see `moving`.
_MOVED = ("wish.moved", "wish.fulfilled")
_MOVES_OF_HOME = (
    M(S.SUBMITTED, MOVE_HOME, (S.SUBMITTED,), ("wish.moved",)),
    M(
        S.OPEN,
        MOVE_HOME,
        (S.OPEN, S.SUBMITTED, S.DELIVERED, S.DISPUTED, S.FULFILLED),
        _MOVED,
    ),
    M(
        S.CLAIMED,
        MOVE_HOME,
        (
            *(S.CLAIMED, S.OPEN, S.SUBMITTED),
            *(S.DELIVERED, S.DISPUTED, S.FULFILLED),
        ),
        _MOVED,
    ),
)
# A recorded answer is checked while others still help.
_CHECKED_EARLY = {
    S.OPEN: (S.OPEN, S.DISPUTED),
    S.CLAIMED: (S.CLAIMED,),
    S.DELIVERED: (S.DELIVERED,),
    S.DISPUTED: (S.DISPUTED,),
}
TABLE: StateTable[WishState] = StateTable(
    "wish",
    [
        M(S.SUBMITTED, can.APPROVE, (S.OPEN,), ("wish.approved",)),
        M(S.SUBMITTED, can.REJECT, (S.REJECTED,), ("wish.rejected",)),
        M(S.SUBMITTED, can.EDIT, (S.SUBMITTED,), ("wish.edited",)),
        M(
            S.SUBMITTED,
            can.WITHDRAW,
            (S.WITHDRAWN, S.FULFILLED),
            ("wish.withdrawn", "wish.fulfilled"),
        ),
        M(
            S.SUBMITTED,
            "expire",
            (S.EXPIRED, S.FULFILLED),
            ("wish.expired", "wish.places_closed", "wish.fulfilled"),
        ),
        M(S.OPEN, can.CLAIM, (S.CLAIMED, S.OPEN), ("wish.claimed",)),
        M(
            S.OPEN, can.EDIT, (S.SUBMITTED,), ("wish.edited",), _OWNER
        ),  # staff look at it again
        # Others than open: fewer helpers; submitted: by staff who filed it
        M(
            S.OPEN,
            can.EDIT,
            (S.OPEN, S.CLAIMED, S.DELIVERED, S.FULFILLED, S.SUBMITTED),
            ("wish.edited", "wish.fulfilled"),
            STAFF,
        ),
        M(S.OPEN, can.KEEP, (S.OPEN,), ("wish.kept",)),
        M(S.OPEN, can.UNPUBLISH, (S.SUBMITTED,), ("wish.unpublished",)),
        # Where somebody has come, or still will, only the places that are left end.
        M(
            S.OPEN,
            "expire",
            (S.EXPIRED, S.CLAIMED, S.DELIVERED, S.FULFILLED),
            ("wish.expired", "wish.places_closed", "wish.fulfilled"),
        ),
        *_CLAIMS,
        *_ANSWERS_TO_DELIVERIES,
        *_MOVES_OF_HOME,
        M(S.FULFILLED, can.CONFIRM, (S.FULFILLED,), ("wish.thanked",), _OWNER),
        M(
            S.FULFILLED,
            can.CHECK,
            (S.FULFILLED, S.DISPUTED),
            ("wish.checked", "wish.check_failed"),
        ),
        *(
            M(
                state,
                can.CHECK,
                targets,
                ("wish.checked", "wish.check_failed"),
            )
            for state, targets in _CHECKED_EARLY.items()
        ),
        *(
            M(state, can.SETTLE_HOURS, (state,), ("wish.hours_settled",))
            for state in WishState
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
            for state in LIVE
        ),
        *(
            M(state, FORGET_OWNER, (state,), ("wish.owner_erased",))
            for state in ENDED
        ),
    ],
)


# Events that come without a move of the table.
UNMOVED_EVENTS = frozenset(
    {
        "wish.submitted",
        "wish.anonymised",
        "wish.helper_erased",
        "wish.contact_removed",
        "wish.suspended",
        "wish.resumed",
    }
)
PARTIES = frozenset({"owner", "helper", "staff", "system"})

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
