"""The life of a ticket: its states, the table of its moves, who may make them, and what is not there all the same. Pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from ..kernel import state_table
from ..kernel.access import STAFF, Party
from ..kernel.state_table import Answer, StateTable
from .policy import BOUNCES, Level

__all__ = ["ANSWERS", "MACHINE", "OPEN_STATES", "SYSTEM_ONLY", "WAITING", "Ending", "Movable", "Mover", "State"]


class State(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Ending(StrEnum):
    """How it ended."""

    CONFIRMED = "confirmed"  # everybody who reported it says that it is solved
    SILENT = "silent"  # nobody has said that it is not
    UNSOLVED = "unsolved"  # staff have closed it
    WITHDRAWN = "withdrawn"  # by whoever reported it
    MERGED = "merged"
    WISH = "wish"  # neighbours help instead


OPEN_STATES = frozenset({State.OPEN, State.ACCEPTED, State.ASSIGNED, State.ON_HOLD})
WAITING = frozenset({State.OPEN, State.ACCEPTED, State.ASSIGNED})  # for somebody who works on it
SYSTEM_ONLY = frozenset({Party.SYSTEM})
_OWNER = frozenset({Party.OWNER})
LEVEL_PARTIES = {
    Level.GRID: Party.GRID_WORKER,
    Level.COMMUNITY: Party.COMMUNITY_STAFF,
    Level.STREET: Party.STREET_ADMIN,
}
S = State
_WORKED_ON = (S.ACCEPTED, S.ASSIGNED)
_UNSOLVED = (S.OPEN, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD)
MACHINE: StateTable[State] = StateTable(
    "ticket",
    [
        (S.OPEN, "accept", S.ACCEPTED, "ticket.accepted"),
        *((state, "assign", S.ASSIGNED, "ticket.assigned") for state in (S.OPEN, *_WORKED_ON)),
        (S.OPEN, "bounce", S.OPEN, "ticket.bounced"),
        (S.ACCEPTED, "bounce", S.OPEN, "ticket.bounced"),
        (S.ASSIGNED, "bounce", S.ACCEPTED, "ticket.bounced"),
        *((state, "comment", state, "ticket.commented") for state in (*_UNSOLVED, S.RESOLVED)),
        *((state, "hold", S.ON_HOLD, "ticket.held") for state in _WORKED_ON),
        (S.ON_HOLD, "resume", S.ACCEPTED, "ticket.resumed"),
        (S.ON_HOLD, "release", S.ACCEPTED, "ticket.resumed", SYSTEM_ONLY),  # its time is over
        *((state, "resolve", S.RESOLVED, "ticket.resolved") for state in _UNSOLVED),
        (S.RESOLVED, "confirm", S.RESOLVED, "ticket.confirmed"),  # closed with the last answer
        (S.CLOSED, "confirm", S.CLOSED, "ticket.confirmed", _OWNER),
        (S.RESOLVED, "reopen", S.ACCEPTED, "ticket.reopened"),
        (S.CLOSED, "reopen", S.ACCEPTED, "ticket.reopened"),
        *((state, "close", S.CLOSED, "ticket.closed") for state in _UNSOLVED),
        (S.RESOLVED, "close", S.CLOSED, "ticket.closed", STAFF),
        *((state, "escalate", state, "ticket.escalated") for state in _UNSOLVED),
        *((state, "join", state, "ticket.joined") for state in (*_UNSOLVED, S.RESOLVED)),
        *((state, "merge", S.CLOSED, "ticket.merged") for state in _UNSOLVED),
        (S.CLOSED, "split", S.OPEN, "ticket.split"),
        *((state, "turn", S.CLOSED, "ticket.turned") for state in _UNSOLVED),
        *((state, "climb", state, "ticket.climbed", SYSTEM_ONLY) for state in (S.OPEN, *_WORKED_ON)),
        (S.RESOLVED, "end", S.CLOSED, "ticket.ended", SYSTEM_ONLY),
    ],
)


# Question and whether the answer is yes (1) or no (2) -> what it does.
ANSWERS: Mapping[tuple[str, bool], Answer] = {
    ("ticket.resolved", True): Answer("confirm"),
    ("ticket.resolved", False): Answer("reopen", "短信回复：没有解决"),
    ("ticket.unanswered", True): Answer("confirm"),
    ("ticket.unanswered", False): Answer("reopen", "短信回复：没有解决"),
}


class Movable:
    """What is enough of a ticket to say which moves somebody may make."""

    __slots__ = ()
    state: State
    level: Level
    bounces: int
    merged_into: str | None
    ending: Ending | None
    person_id: str | None

    @property
    def must_be_assigned(self) -> bool:
        """Say whether it was sent back so often that its level has to name somebody."""
        return self.bounces >= BOUNCES and self.state in (S.OPEN, S.ACCEPTED)

    def moves(self, parties: frozenset[Party]) -> list[str]:
        """Return what somebody who is this towards it may do now."""
        return [move for move in MACHINE.moves(self.state, parties) if not self.hidden(move, parties)]

    def hidden(self, move: str, parties: frozenset[Party]) -> bool:
        """Say whether a move that its state allows is not there all the same."""
        return move in _HIDDEN and _HIDDEN[move](self, parties)


_HIDDEN: Mapping[str, Callable[[Movable, frozenset[Party]], bool]] = {
    "accept": lambda ticket, parties: ticket.must_be_assigned,
    "bounce": lambda ticket, parties: ticket.bounces >= BOUNCES,
    "assign": lambda ticket, parties: ticket.must_be_assigned and LEVEL_PARTIES[ticket.level] not in parties,
    "escalate": lambda ticket, parties: ticket.level is Level.STREET,
    "join": lambda ticket, parties: Party.OWNER in parties,
    "split": lambda ticket, parties: ticket.merged_into is None,
    "reopen": lambda ticket, parties: ticket.ending in (Ending.MERGED, Ending.WISH),
    "confirm": lambda ticket, parties: ticket.ending not in (None, Ending.CONFIRMED, Ending.SILENT),  # no solution, no opinion
    "turn": lambda ticket, parties: ticket.person_id is None,
}


class Mover(state_table.Mover):
    """Who makes a move, as what, when."""

    __slots__ = ()

    @property
    def party(self) -> str:
        """Return as what the timeline names her."""
        if self.parties & STAFF:
            return "staff"
        if Party.SYSTEM in self.parties:
            return "system"
        return "assignee" if Party.HELPER in self.parties else "reporter"
