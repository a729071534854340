"""One message to an audience, on its way. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.paging import Position

__all__ = ["Estimate", "Fanout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout(Entity):
    """How far an audience has been read. Whoever was on a page that is behind `position` stands in a share that is frozen.

    `next_at` is when the next share has its turn; `go_on_at` when it is taken up again, should its present job die.
    """

    entity_kind: ClassVar[str] = "fanout"

    message: str  # the ledger's key for everybody
    kind: str
    about: str
    params: Mapping[str, str] = field(default_factory=dict)
    audience: str
    zone: str
    published_at: datetime
    not_after: datetime | None = None
    next_at: datetime
    go_on_at: datetime
    position: Position | None = None
    expanded: int = 0
    done: bool = False

    def deadlines(self) -> Mapping[str, datetime]:
        """Return when it is taken up (again)."""
        return {} if self.done else {"go_on": self.go_on_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What telling an audience will take, at most: everybody by SMS."""

    recipients: int
    parts: int  # of each message
    cost_li: int
    begins_at: datetime
    ends_at: datetime
