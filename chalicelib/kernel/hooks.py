"""Hooks: calls from one feature to all others, by way of their declarations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from .access import Actor
from .changes import Write
from .message_context import MessageContext, MessageSubject
from .paging import Page, Position
from .question import QuestionRound, QuestionStatus
from .staff_queue import QueueKind

__all__ = ["Hooks"]


class Hooks(Protocol):
    """The declared hooks of all features. Nothing is loaded before a hook is called."""

    def contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the contexts of messages, in order; None for a message that is no longer true."""
        ...

    def question_status(self, asked: QuestionRound) -> QuestionStatus:
        """Return whether a person may still answer a round of a question."""
        ...

    def members(
        self,
        kind: str,
        name: str,
        as_of: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[str]:
        """Return a page of the ids of a group's members."""
        ...

    def direct_up_to(self, kind: str) -> int:
        """Return the largest size of a group that is sent to by name; 0 for never."""
        ...

    def zone_of(self, kind: str, name: str) -> str | None:
        """Return the time zone of a group, None where its kind has none."""
        ...

    def export(self, person_id: str) -> dict[str, Any]:
        """Return all data of the features about a person, by section."""
        ...

    def erased_with(self, person: Any) -> list[Write]:
        """Return the writes of all features in the commit that erases a person."""
        ...

    def handlers_of(self, tag: str) -> list[str]:
        """Return the names of the features that handle an event."""
        ...

    def has_task_about(self, worker: Actor, person: Any) -> bool:
        """Say whether a worker has an open task about a person, in any feature."""
        ...

    def retentions(self) -> list[str]:
        """Return the names of all nightly work that removes what is kept too long."""
        ...

    def retain(
        self, name: str, now: datetime, position: Position | None
    ) -> Position | None:
        """Do one step of such work; return the position of the next, None at the end."""
        ...

    def rearm(self) -> int:
        """Arm lost timers of every feature; return their number."""
        ...

    def place_of(self, subject: str) -> str:
        """Return the place of the object with an id, "" where it is unknown."""
        ...

    def queue_kinds(self) -> Mapping[str, QueueKind]:
        """Return the declared kinds of tasks that wait for staff, by name."""
        ...
