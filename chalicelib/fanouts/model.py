"""The fan-out: one message to a large group. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from ..kernel.audiences import GroupMembers
from ..kernel.changes import Entity
from ..kernel.paging import Position

__all__ = ["Fanout", "FanoutEstimate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout(Entity):
    """The progress of a message to a group. The members before `position` are in frozen shares.

    `next_at` is when the next share is sent. `go_on_at` is when the fan-out is resumed if its
    present job dies.
    """

    entity_kind: ClassVar[str] = "fanout"

    message: str  # its key in the message log, the same for every member
    kind: str
    about: str
    params: Mapping[str, str] = field(default_factory=dict)
    audience: str  # kind and name of the group, ``place:chunhui``
    zone: str
    published_at: datetime
    not_after: datetime | None = None
    next_at: datetime
    go_on_at: datetime
    position: Position | None = None
    expanded: int = 0
    done: bool = False

    @property
    def group(self) -> GroupMembers:
        """Return the group."""
        kind, _, name = self.audience.partition(":")
        return GroupMembers(kind, name)

    def deadlines(self) -> Mapping[str, datetime]:
        """Return when the fan-out is resumed."""
        if self.done:
            return {}
        return {"go_on": self.go_on_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class FanoutEstimate:
    """The most that a message to a group will take, with every member notified by SMS."""

    recipients: int
    parts: int  # of each message
    cost_li: int
    begins_at: datetime
    ends_at: datetime
