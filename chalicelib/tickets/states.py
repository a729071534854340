"""The states of a ticket, the table of its moves, and the moves that are unavailable. Pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from ..kernel import state_table
from ..kernel.access import STAFF, Relation
from ..kernel.state_table import SYSTEM_ONLY, Answer, Move, StateTable
from . import permissions as can
from .policy import MAX_BOUNCES, Level

__all__ = [
    "ANSWERS",
    "OPEN_STATES",
    "SYSTEM_ONLY",
    "TABLE",
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
WAITING = frozenset(
    {TicketStatus.OPEN, TicketStatus.ACCEPTED, TicketStatus.ASSIGNED}
)  # for somebody who works on it
_OWNER = frozenset({Relation.OWNER})
LEVEL_PARTIES = {
    Level.GRID: Relation.GRID_WORKER,
    Level.COMMUNITY: Relation.COMMUNITY_STAFF,
    Level.STREET: Relation.STREET_ADMIN,
}
S = TicketStatus
M = Move[TicketStatus]
_WORKED_ON = (S.ACCEPTED, S.ASSIGNED)
_BEFORE_HOLD = (S.ACCEPTED, S.ASSIGNED)  # a hold ends in the state in which it began
_UNSOLVED = (S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD)
_SAID = ("ticket.commented", "ticket.noted")
TABLE: StateTable[TicketStatus] = StateTable(
    "ticket",
    [
        M(S.OPEN, can.ACCEPT, (S.ACCEPTED,), ("ticket.accepted",)),
        *(
            M(state, can.ASSIGN, (S.ASSIGNED,), ("ticket.assigned",))
            for state in (S.OPEN, *_WORKED_ON)
        ),
        M(S.OPEN, can.BOUNCE, (S.OPEN,), ("ticket.bounced",)),
        M(S.ACCEPTED, can.BOUNCE, (S.OPEN,), ("ticket.bounced",)),
        M(
            S.ASSIGNED, can.BOUNCE, (S.ACCEPTED, S.OPEN), ("ticket.bounced",)
        ),  # open: no dispatcher
        *(M(state, can.COMMENT, (state,), _SAID) for state in (*_UNSOLVED, S.RESOLVED)),
        *(M(state, can.HOLD, (S.ON_HOLD,), ("ticket.held",)) for state in _WORKED_ON),
        M(S.ON_HOLD, can.RESUME, _BEFORE_HOLD, ("ticket.resumed",)),
        M(S.ON_HOLD, "release", _BEFORE_HOLD, ("ticket.resumed",)),  # its time is over
        *(
            M(state, can.RESOLVE, (S.RESOLVED,), ("ticket.resolved",))
            for state in _UNSOLVED
        ),
        M(
            S.RESOLVED, can.CONFIRM, (S.RESOLVED, S.CLOSED), ("ticket.confirmed",)
        ),  # closed: last answer
        M(S.CLOSED, can.CONFIRM, (S.CLOSED,), ("ticket.confirmed",), _OWNER),
        M(S.RESOLVED, can.REOPEN, (S.ACCEPTED,), ("ticket.reopened",)),
        M(S.CLOSED, can.REOPEN, (S.ACCEPTED,), ("ticket.reopened",)),
        *(M(state, can.CLOSE, (S.CLOSED,), ("ticket.closed",)) for state in _UNSOLVED),
        M(S.RESOLVED, can.CLOSE, (S.CLOSED,), ("ticket.closed",), STAFF),
        *(
            M(state, can.ESCALATE, (state,), ("ticket.escalated",))
            for state in _UNSOLVED
        ),
        *(M(state, can.JOIN, (state,)) for state in (*_UNSOLVED, S.RESOLVED)),
        *(M(state, can.MERGE, (S.CLOSED,), ("ticket.merged",)) for state in _UNSOLVED),
        M(S.CLOSED, can.SPLIT, (S.OPEN, S.ACCEPTED), ("ticket.split",)),
        *(M(state, can.TURN, (S.CLOSED,), ("ticket.turned",)) for state in _UNSOLVED),
        *(
            M(state, "escalate", (state,), ("ticket.climbed",))
            for state in (S.OPEN, *_WORKED_ON)
        ),
        M(S.RESOLVED, "end", (S.CLOSED,), ("ticket.ended",)),
    ],
)


# Question and whether the answer is yes (1) or no (2) -> what it does.
ANSWERS: Mapping[tuple[str, bool], Answer] = {
    ("ticket.resolved", True): Answer("confirm"),
    ("ticket.resolved", False): Answer("reopen", "短信回复：没有解决"),
    ("ticket.unanswered", True): Answer("confirm"),
    ("ticket.unanswered", False): Answer("reopen", "短信回复：没有解决"),
}


class TicketState:
    """The part of a ticket that decides which moves are available."""

    __slots__ = ()
    state: TicketStatus
    level: Level
    bounces: int
    merged_into: str | None
    ending: Ending | None
    person_id: str | None

    @property
    def must_be_assigned(self) -> bool:
        """Say whether it was bounced so often that the staff of its level must assign it."""
        return self.bounces >= MAX_BOUNCES and self.state in (S.OPEN, S.ACCEPTED)

    def moves(self, relations: frozenset[Relation]) -> list[str]:
        """Return the moves that these relations may make now."""
        return [
            move
            for move in TABLE.moves(self.state, relations)
            if not self.is_unavailable(move, relations)
        ]

    def is_unavailable(self, move: str, relations: frozenset[Relation]) -> bool:
        """Say whether a move is unavailable although the state allows it."""
        return move in _UNAVAILABLE and _UNAVAILABLE[move](self, relations)


_UNAVAILABLE: Mapping[str, Callable[[TicketState, frozenset[Relation]], bool]] = {
    "accept": lambda ticket, relations: ticket.must_be_assigned,
    "bounce": lambda ticket, relations: ticket.bounces >= MAX_BOUNCES,
    "assign": lambda ticket, relations: (
        ticket.must_be_assigned and LEVEL_PARTIES[ticket.level] not in relations
    ),
    "escalate": lambda ticket, relations: ticket.level is Level.STREET,
    "join": lambda ticket, relations: Relation.OWNER in relations,
    "split": lambda ticket, relations: ticket.merged_into is None,
    "reopen": lambda ticket, relations: ticket.ending in (Ending.MERGED, Ending.WISH),
    "confirm": lambda ticket, relations: (
        ticket.ending not in (None, Ending.CONFIRMED, Ending.SILENT)
    ),  # no solution, no opinion
    "turn": lambda ticket, relations: ticket.person_id is None,
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
