"""State machines as tables. One table drives refusals, the `moves` a client may draw, the tests and the docs.

Only `StateTable.go` gives an entity another state. It refuses every target and event that its row does not declare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from .access import Action, Relation
from .errors import Conflict, Forbidden

__all__ = [
    "SYSTEM_ONLY",
    "Answer",
    "Move",
    "Mover",
    "StateTable",
    "Transition",
    "Undeclared",
]

S = TypeVar("S", bound=StrEnum)
SYSTEM_ONLY = frozenset({Relation.SYSTEM})


class Undeclared(Exception):
    """Programming error: a decision made a move, or reached a state or event, that its table does not declare."""


@dataclass(frozen=True)
class Move(Generic[S]):
    """One row: a move from one state, every target it can lead to, every event it can raise, and who may make it.

    The first target and event are the usual ones. `action` is an action of the feature, or the bare name of a move
    that only the system makes. `only` narrows the relations that the action allows.
    """

    source: S
    action: Action | str
    targets: tuple[S, ...]
    events: tuple[str, ...] = ()
    only: frozenset[Relation] | None = None

    @property
    def name(self) -> str:
        """Return the name of the move, such as ``accept``."""
        return self.action if isinstance(self.action, str) else self.action.verb

    @property
    def who(self) -> frozenset[Relation]:
        """Return the relations that may make the move."""
        if isinstance(self.action, str):
            return SYSTEM_ONLY
        return self.action.allowed if self.only is None else self.only


@dataclass(frozen=True)
class Transition(Generic[S]):
    """A move that was made: the new state and the tag of its event (empty where the row raises none)."""

    target: S
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An actor who makes a move: their id, their relations to the entity, and the instant."""

    id: str
    relations: frozenset[Relation]
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The move that a reply to a question makes, and its reason where the move needs one."""

    move: str
    reason: str = ""


class StateTable(Generic[S]):
    """The transition table of one kind of entity. `kind` is the prefix of its error codes."""

    def __init__(self, kind: str, rows: Sequence[Move[S]]) -> None:
        self.kind = kind
        self.rows = tuple(rows)
        self._names = frozenset(row.name for row in rows)

    def moves(self, state: S, relations: frozenset[Relation]) -> list[str]:
        """Return the moves that these relations may make from a state, in table order, each once."""
        rows = self._from(state)
        return list(dict.fromkeys(row.name for row in rows if row.who & relations))

    def row(
        self,
        state: S,
        name: str,
        relations: frozenset[Relation],
        moves: Sequence[str] | None = None,
    ) -> Move[S]:
        """Return the row of a move. `moves` are those that the caller may make now, where not all of the table.

        Raises:
            Conflict: the move does not leave this state.
            Forbidden: it does, but for others.
            Undeclared: the table has no such move at all.

        """
        if name not in self._names:
            raise Undeclared(f"{self.kind} has no move {name}")
        rows = [row for row in self._from(state) if row.name == name]
        if not rows:
            listed = self.moves(state, relations) if moves is None else [*moves]
            raise Conflict(f"{self.kind}.wrong_state", state=state.value, moves=listed)
        for row in rows:
            if row.who & relations:
                return row
        raise Forbidden("action.forbidden")

    def go(
        self,
        state: S,
        name: str,
        relations: frozenset[Relation],
        *,
        target: S | None = None,
        event: str | None = None,
        moves: Sequence[str] | None = None,
    ) -> Transition[S]:
        """Make a move: return the new state and the event. Without `target` or `event`, take the row's first.

        Raises:
            Undeclared: the row does not declare that target or event, or the table no such move.
            Conflict, Forbidden: as `row`.

        """
        row = self.row(state, name, relations, moves)
        reached = row.targets[0] if target is None else target
        raised = _first(row.events) if event is None else event
        if reached not in row.targets or (raised and raised not in row.events):
            made = f"{self.kind} {name} from {state.value}"
            raise Undeclared(f"{made} to {reached.value} with event {raised!r}")
        return Transition(reached, raised)

    def _from(self, state: S) -> list[Move[S]]:
        return [row for row in self.rows if row.source is state]


def _first(events: tuple[str, ...]) -> str:
    return events[0] if events else ""
