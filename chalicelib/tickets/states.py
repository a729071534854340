"""The states of a ticket, the table of its moves, and the moves that are unavailable. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from ..kernel import state_table
from ..kernel.access import STAFF, Action, Relation
from ..kernel.state_table import SYSTEM_ONLY, AnswerMove, Move, StateTable
from . import permissions as can
from .policy import MAX_BOUNCES, Level, SlaKind, TicketUrgency

__all__ = [
    "ANSWERS",
    "DEADLINES",
    "END_OF_HOLD",
    "LOOK",
    "NEW_PHONE",
    "OPEN_STATES",
    "PARTIES",
    "SYSTEM_ONLY",
    "TABLE",
    "TIMER_STATES",
    "UNMOVED_EVENTS",
    "WAITING",
    "Ending",
    "TicketMover",
    "TicketState",
    "TicketStatus",
]


class TicketStatus(StrEnum):
    """The state of a ticket."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Ending(StrEnum):
    """The ending of a closed ticket."""

    CONFIRMED = "confirmed"  # every reporter confirmed the solution
    SILENT = "silent"  # nobody reopened it
    UNSOLVED = "unsolved"  # staff have closed it
    WITHDRAWN = "withdrawn"  # by its only reporter
    MERGED = "merged"
    WISH = "wish"  # a wish took its place


OPEN_STATES = frozenset(
    {
        TicketStatus.OPEN,
        TicketStatus.ACCEPTED,
        TicketStatus.ASSIGNED,
        TicketStatus.ON_HOLD,
    }
)
# The states that wait for staff or the assignee.
WAITING = frozenset(
    {TicketStatus.OPEN, TicketStatus.ACCEPTED, TicketStatus.ASSIGNED}
)
_OWNER = frozenset({Relation.OWNER})
LEVEL_PARTIES = {
    Level.GRID: Relation.GRID_WORKER,
    Level.COMMUNITY: Relation.COMMUNITY_STAFF,
    Level.STREET: Relation.STREET_ADMIN,
}
S = TicketStatus
M = Move[TicketStatus]
_WORKED_ON = (S.ACCEPTED, S.ASSIGNED)
# A hold ends in the state in which it began.
_BEFORE_HOLD = (S.ACCEPTED, S.ASSIGNED)
_UNSOLVED = (S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD)
_COMMENTED = ("ticket.commented", "ticket.noted", "ticket.instructed")


def _each(
    states: tuple[TicketStatus, ...],
    move: Action | str,
    target: TicketStatus,
    event: str,
) -> list[Move[TicketStatus]]:
    """Return the rows of a move that leads from each of several states to one."""
    return [M(state, move, (target,), (event,)) for state in states]


def _staying(
    states: tuple[TicketStatus, ...],
    move: Action | str,
    events: tuple[str, ...] = (),
) -> list[Move[TicketStatus]]:
    """Return the rows of a move that keeps the state."""
    return [M(state, move, (state,), events) for state in states]


TABLE: StateTable[TicketStatus] = StateTable(
    "ticket",
    [
        M(S.OPEN, can.ACCEPT, (S.ACCEPTED,), ("ticket.accepted",)),
        *_each(
            (S.OPEN, *_WORKED_ON), can.ASSIGN, S.ASSIGNED, "ticket.assigned"
        ),
        M(S.OPEN, can.BOUNCE, (S.OPEN,), ("ticket.bounced",)),
        M(S.ACCEPTED, can.BOUNCE, (S.OPEN,), ("ticket.bounced",)),
        # to open if the dispatcher is gone
        M(S.ASSIGNED, can.BOUNCE, (S.ACCEPTED, S.OPEN), ("ticket.bounced",)),
        *_staying((*_UNSOLVED, S.RESOLVED), can.COMMENT, _COMMENTED),
        *_each(_WORKED_ON, can.HOLD, S.ON_HOLD, "ticket.held"),
        M(S.ON_HOLD, can.RESUME, _BEFORE_HOLD, ("ticket.resumed",)),
        # by the timer, at the end of the hold
        M(S.ON_HOLD, "release", _BEFORE_HOLD, ("ticket.resumed",)),
        *_each(_UNSOLVED, can.RESOLVE, S.RESOLVED, "ticket.resolved"),
        # to closed by the last answer
        M(
            S.RESOLVED,
            can.CONFIRM,
            (S.RESOLVED, S.CLOSED),
            ("ticket.confirmed", "ticket.confirmation_held"),
        ),
        M(S.CLOSED, can.CONFIRM, (S.CLOSED,), ("ticket.confirmed",), _OWNER),
        M(S.RESOLVED, can.REOPEN, (S.ACCEPTED,), ("ticket.reopened",)),
        # What was not solved returns to where it was.
        M(
            S.CLOSED,
            can.REOPEN,
            (S.ACCEPTED, S.OPEN, S.ASSIGNED),
            ("ticket.reopened",),
        ),
        # by the system: the wish that took its place came to nothing
        M(S.CLOSED, "return", (S.OPEN,), ("ticket.returned",)),
        *_each(_UNSOLVED, can.CLOSE, S.CLOSED, "ticket.closed"),
        # before the reporters have answered
        M(
            S.RESOLVED,
            can.CLOSE,
            (S.CLOSED,),
            ("ticket.closed",),
            STAFF,
            can.NOT_OWN_WORK,
        ),
        *_staying(_UNSOLVED, can.ESCALATE, ("ticket.escalated",)),
        *_staying((*_UNSOLVED, S.RESOLVED), can.JOIN),
        *_each(_UNSOLVED, can.MERGE, S.CLOSED, "ticket.merged"),
        M(
            S.CLOSED,
            can.SPLIT,
            (S.OPEN, S.ACCEPTED, S.ASSIGNED),
            ("ticket.split",),
        ),
        *_each(_UNSOLVED, can.TURN, S.CLOSED, "ticket.turned"),
        *_staying(tuple(S), can.PUBLISH, ("ticket.published",)),
        *_staying(tuple(S), can.HIDE, ("ticket.hidden",)),
        # On hold only for reporters of a merged ticket: nobody has contacted them.
        *_staying(_UNSOLVED, "escalate", ("ticket.climbed",)),
        M(S.RESOLVED, "end", (S.CLOSED,), ("ticket.ended",)),
    ],
)


# Events that come without a move of the table.
UNMOVED_EVENTS = frozenset(
    {
        "ticket.submitted",
        "ticket.joined_by",
        "ticket.left_by",
        "ticket.agreed_urgent",
        "ticket.rehanded",
        "ticket.contact_removed",
        "ticket.reported_again",
        "ticket.reporter_known",
        "ticket.wish_ended",
        "ticket.reporter_erased",
        "ticket.anonymised",
    }
)
PARTIES = frozenset({"reporter", "assignee", "staff", "system", "outside"})
NEW_PHONE = "new_phone"  # waits for staff: a phone set after the work confirmed
LOOK = "look"  # waits for staff: nobody is left who reported it
END_OF_HOLD = "resume"
DEADLINES = frozenset({*SlaKind, NEW_PHONE, LOOK, END_OF_HOLD})
TIMER_STATES = frozenset({"running", "overdue", "paused", "met", "met_late"})

# Question and whether the answer is yes (1) or no (2) -> what it does.
ANSWERS: Mapping[tuple[str, bool], AnswerMove] = {
    ("ticket.resolved", True): AnswerMove("confirm"),
    ("ticket.resolved", False): AnswerMove("reopen", "短信回复：没有解决"),
    ("ticket.unanswered", True): AnswerMove("confirm"),
    ("ticket.unanswered", False): AnswerMove("reopen", "短信回复：没有解决"),
}


class TicketState:
    """The part of a ticket that decides which moves are available."""

    __slots__ = ()
    state: TicketStatus
    level: Level
    bounces: int
    merged_into: str | None
    ending: Ending | None
    wish_ended_at: datetime | None
    person_id: str | None
    private: bool
    source: str
    urgency: TicketUrgency
    urgency_requested: bool
    silent: bool

    @property
    def waits_for_agreement(self) -> bool:
        """Say whether it rings as soon as staff or a second household agree that it is urgent."""
        is_urgent = self.urgency is TicketUrgency.URGENT
        return self.silent or (self.urgency_requested and not is_urgent)

    @property
    def is_anonymous(self) -> bool:
        """Say whether another application reported it for an unknown person."""
        return bool(self.source) and self.person_id is None

    @property
    def must_be_assigned(self) -> bool:
        """Say whether it was bounced so often that the staff of its level must assign it."""
        return self.bounces >= MAX_BOUNCES and self.state in (
            S.OPEN,
            S.ACCEPTED,
        )

    def moves(self, relations: frozenset[Relation]) -> list[str]:
        """Return the moves that these relations may make now."""
        return [
            move
            for move in TABLE.moves(self.state, relations)
            if not self.is_unavailable(move, relations)
        ]

    def is_unavailable(self, move: str, relations: frozenset[Relation]) -> bool:
        """Say whether a move is unavailable although the state allows it."""
        check = _UNAVAILABLE.get(move)
        return check is not None and check(self, relations)


_Check = Callable[[TicketState, frozenset[Relation]], bool]


def _no_accept(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return ticket.must_be_assigned


def _no_bounce(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return ticket.bounces >= MAX_BOUNCES


def _no_assign(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return (
        ticket.must_be_assigned and LEVEL_PARTIES[ticket.level] not in relations
    )


def _no_escalate(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    """Say whether there is neither a level above nor an alarm to agree to."""
    return ticket.level is Level.STREET and not ticket.waits_for_agreement


def _no_close(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    """Say whether those who joined may not end it: the reporter is somebody else."""
    return ticket.is_anonymous and not relations & STAFF


def _no_join(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return Relation.OWNER in relations


def _no_split(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return ticket.merged_into is None


def _no_reopen(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    """Say whether it goes on elsewhere: in another ticket, or in a wish that is not over."""
    if ticket.ending is Ending.WISH:
        return ticket.wish_ended_at is None
    return ticket.ending is Ending.MERGED


def _no_return(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return ticket.ending is not Ending.WISH


def _no_confirm(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    """Say whether there is no solution to confirm, or only the unknown reporter could."""
    if ticket.is_anonymous and not relations & STAFF:
        return True
    return ticket.ending not in (None, Ending.CONFIRMED, Ending.SILENT)


def _no_conversion(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return ticket.person_id is None


def _is_private(ticket: TicketState, relations: frozenset[Relation]) -> bool:
    return ticket.private


_UNAVAILABLE: Mapping[str, _Check] = {
    "accept": _no_accept,
    "bounce": _no_bounce,
    "assign": _no_assign,
    "escalate": _no_escalate,
    "join": _no_join,
    "split": _no_split,
    "reopen": _no_reopen,
    "return": _no_return,
    "close": _no_close,
    "confirm": _no_confirm,
    "turn": _no_conversion,
    "publish": _is_private,
    "hide": _is_private,
}


class TicketMover(state_table.Mover):
    """An actor who makes a move on a ticket."""

    __slots__ = ()

    @property
    def party(self) -> str:
        """Return the party under which the timeline names the mover."""
        if self.relations & STAFF:
            return "staff"
        if Relation.SYSTEM in self.relations:
            return "system"
        return "assignee" if Relation.HELPER in self.relations else "reporter"
