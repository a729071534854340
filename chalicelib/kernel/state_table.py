"""State machines as tables. One table drives refusals, the `moves` a client may draw, the tests and the docs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from .access import ACTIONS, Party
from .errors import Conflict, Forbidden

__all__ = ["Answer", "Move", "Mover", "StateTable"]

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Move(Generic[S]):
    """One row: from a state, by a move, to the next state; who may (a narrowing of the access table), and the event."""

    source: S
    name: str
    target: S
    event: str
    who: frozenset[Party]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """Who makes a move, as what, when. A feature adds as what its timeline names her."""

    id: str
    parties: frozenset[Party]
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply to a question does: a move of her own, and the reason that stands for it where one is asked for."""

    move: str
    reason: str = ""


class StateTable(Generic[S]):
    """A transition table for one kind of thing; `kind` is the prefix of its actions in the access table."""

    def __init__(self, kind: str, rows: Sequence[tuple[S, str, S, str] | tuple[S, str, S, str, frozenset[Party]]]) -> None:
        self.kind = kind
        self.rows = tuple(
            Move(row[0], row[1], row[2], row[3], row[4] if len(row) > 4 else ACTIONS[f"{kind}.{row[1]}"]) for row in rows
        )

    def moves(self, state: S, parties: frozenset[Party]) -> list[str]:
        """Return the moves that these parties may make from a state, in table order, each once."""
        return list(dict.fromkeys(row.name for row in self.rows if row.source is state and row.who & parties))

    def apply(self, state: S, name: str, parties: frozenset[Party], moves: Sequence[str] | None = None) -> Move[S]:
        """Return the row of a move; `moves` are those that the caller may make now, where not all of the table.

        Raises:
            Conflict: the move does not leave this state.
            Forbidden: it does, but for others.

        """
        rows = [row for row in self.rows if row.source is state and row.name == name]
        if not rows:
            raise Conflict(
                f"{self.kind}.wrong_state", state=state.value, moves=self.moves(state, parties) if moves is None else [*moves]
            )
        for row in rows:
            if row.who & parties:
                return row
        raise Forbidden("action.forbidden")
