"""State machines as tables, which drive refusals, the `moves` of a client, tests and docs.

Only `StateTable.go` gives an entity another state. It refuses every target and event that its row
does not declare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from .access import Action, Bar, Relation
from .errors import Conflict, Forbidden

__all__ = [
    "SYSTEM_ONLY",
    "AnswerMove",
    "Move",
    "Mover",
    "StateTable",
    "Transition",
    "Undeclared",
]

S = TypeVar("S", bound=StrEnum)
SYSTEM_ONLY = frozenset({Relation.SYSTEM})


class Undeclared(Exception):
    """A programming error: the table does not declare the move, target or event of a decision."""


@dataclass(frozen=True)
class Move(Generic[S]):
    """One row of a table: a move from one state, its targets, its events, and its relations.

    The first target and event are the usual ones. `action` is an action of the feature, or the name
    of a move that only the system makes. `only` narrows the relations that the action allows.
    `bars` are further ones than those of the action.
    """

    source: S
    action: Action | str
    targets: tuple[S, ...]
    events: tuple[str, ...] = ()
    only: frozenset[Relation] | None = None
    bars: tuple[Bar, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the move, such as ``accept``."""
        if isinstance(self.action, str):
            return self.action
        return self.action.verb

    @property
    def relations(self) -> frozenset[Relation]:
        """Return the relations that may make the move."""
        if isinstance(self.action, str):
            return SYSTEM_ONLY
        if self.only is not None:
            return self.only
        return self.action.allowed

    def bar_of(self, relations: frozenset[Relation]) -> Bar | None:
        """Return the bar that keeps these relations from the move, None if there is none."""
        bars = self.bars
        if not isinstance(self.action, str):
            bars = (*self.action.bars, *bars)
        return next((bar for bar in bars if bar.holds_for(relations)), None)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """A move that was made: the new state, and the tag of its event ("" for none)."""

    target: S
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An actor who makes a move: their id, their relations to the entity, and the instant.

    `phone_since` is since when they have the phone that they act with; None for always.
    """

    id: str
    relations: frozenset[Relation]
    now: datetime
    phone_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerMove:
    """The move that an answer to a question makes, and its reason where the move needs one."""

    move: str
    reason: str = ""


class StateTable(Generic[S]):
    """The transition table of one kind of entity. `kind` is the prefix of its error codes."""

    def __init__(self, kind: str, rows: Sequence[Move[S]]) -> None:
        self.kind = kind
        self.rows = tuple(rows)
        self._names = frozenset(row.name for row in rows)
        # A list asks the same for each of its rows.
        self._moves: dict[tuple[S, frozenset[Relation]], list[str]] = {}

    @property
    def open_moves(self) -> frozenset[str]:
        """Return the names of all moves that people may make, for the contract."""
        rows = [row for row in self.rows if row.relations - SYSTEM_ONLY]
        return frozenset(row.name for row in rows)

    @property
    def events(self) -> frozenset[str]:
        """Return the tags of all events, for the contract."""
        tags: set[str] = set()
        for row in self.rows:
            tags.update(row.events)
        return frozenset(tags)

    def moves(self, state: S, relations: frozenset[Relation]) -> list[str]:
        """Return the moves allowed to some relations from a state, in table order, each once."""
        known = self._moves.get((state, relations))
        if known is None:
            known = self._moves_to(state, relations)
            self._moves[state, relations] = known
        return [*known]

    def _moves_to(self, state: S, relations: frozenset[Relation]) -> list[str]:
        allowed = [
            row
            for row in self._from(state)
            if row.relations & relations and not row.bar_of(relations)
        ]
        return list(dict.fromkeys(row.name for row in allowed))

    def row(
        self,
        state: S,
        name: str,
        relations: frozenset[Relation],
        moves: Sequence[str] | None = None,
    ) -> Move[S]:
        """Return the row of a move.

        `moves` are the moves to name in a Conflict, by default those of the table.

        Raises:
            Conflict: the move does not leave this state, or its mover would judge their own work.
            Forbidden: the move leaves this state, but for other relations.
            Undeclared: the table has no such move at all.

        """
        if name not in self._names:
            raise Undeclared(f"{self.kind} has no move {name}")
        rows = [row for row in self._from(state) if row.name == name]
        if moves is None:
            moves = self.moves(state, relations)
        facts: dict[str, object] = {
            "state": state.value,
            "moves": [*moves],
        }
        if not rows:
            raise Conflict(f"{self.kind}.wrong_state", **facts)
        for row in rows:
            if row.relations & relations:
                _check_bar(row.bar_of(relations), facts)
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
        """Make a move; return the new state and the event.

        `target` and `event` are by default the first of the row.

        Raises:
            Undeclared: the row does not declare that target or event, or the table no such move.
            Conflict, Forbidden: as `row`.

        """
        row = self.row(state, name, relations, moves)
        if target is None:
            target = row.targets[0]
        if event is None:
            event = next(iter(row.events), "")
        if target not in row.targets or (event and event not in row.events):
            move = f"{self.kind} {name} from {state.value}"
            raise Undeclared(f"{move} to {target.value} with event {event!r}")
        return Transition(target, event)

    def _from(self, state: S) -> list[Move[S]]:
        return [row for row in self.rows if row.source is state]


def _check_bar(bar: Bar | None, facts: dict[str, object]) -> None:
    """Refuse a move that a bar keeps the mover from."""
    if bar is None:
        return
    if bar.is_conflict:
        raise Conflict(bar.code, **facts)
    raise Forbidden(bar.code)
