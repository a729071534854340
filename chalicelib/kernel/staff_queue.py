"""The staff queue as features see it: one task, and the question that each feature's line answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .access import Actor

__all__ = ["QueueQuery", "Task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits for staff, and until when."""

    kind: str
    id: str
    title: str
    place: str
    due_at: datetime
    moves: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """What a member of staff asks: the tasks of a place and below, behind an order, soonest due first.

    `is_street_admin` says that they administer the street and look at all of it: then a line also shows what belongs to
    no place yet.
    """

    actor: Actor
    place: str
    locale: str
    is_street_admin: bool
    after: str = ""
    limit: int = 20
