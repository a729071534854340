"""Counts of wishes and tickets: what every figure is made of, from facts or from a seal. Pure."""

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime

from ..tickets.facts import TicketFact
from ..tickets.states import OPEN_STATES, Ending, TicketStatus
from ..wishes.facts import EndedWish

__all__ = ["FigureCounts", "TicketCounts", "WishCounts"]

_OPEN = frozenset(state.value for state in OPEN_STATES)
_RESOLVED = TicketStatus.RESOLVED.value


@dataclass(slots=True)
class TicketCounts:
    """Counts of tickets. Each rate is its hits and the number of which they are a share."""

    reported: int = 0
    open: int = 0
    waiting: int = 0
    merged: int = 0
    withdrawn: int = 0
    turned: int = 0
    unanswered: int = 0
    contacted: int = 0
    contacts: int = 0
    solved: int = 0
    solutions: int = 0
    satisfied: int = 0
    ratings: int = 0
    bounced: int = 0

    def add(self, course: TicketFact, now: datetime) -> None:
        """Count one more ticket, as it is at an instant."""
        contacted, solved = course.was_contacted(now), course.is_solved
        self.reported += 1
        self.open += course.state in _OPEN
        self.waiting += course.state == _RESOLVED
        self.merged += course.state == Ending.MERGED.value
        self.withdrawn += course.state == Ending.WITHDRAWN.value
        self.turned += course.state == Ending.WISH.value
        self.unanswered += course.unanswered
        self.contacted += contacted is True
        self.contacts += contacted is not None
        self.solved += solved is True
        self.solutions += solved is not None
        self.satisfied += course.satisfied
        self.ratings += course.ratings
        self.bounced += bool(course.bounced)

    def merge(self, other: "TicketCounts") -> None:
        """Add the counts of other tickets."""
        for one in fields(self):
            total = getattr(self, one.name) + getattr(other, one.name)
            setattr(self, one.name, total)


@dataclass(slots=True)
class WishCounts:
    """Counts of wishes; `waits` counts those fulfilled by their waiting time in minutes."""

    opened: int = 0
    fulfilled: int = 0
    ended: int = 0
    waits: Counter[int] = field(default_factory=Counter)

    def add_ended(self, wish: EndedWish) -> None:
        """Count one more wish that was fulfilled or ended otherwise."""
        if not wish.is_fulfilled:
            self.ended += 1
            return
        self.fulfilled += 1
        if wish.wait is not None:
            self.waits[wish.wait] += 1

    def merge(self, other: "WishCounts") -> None:
        """Add the counts of other wishes."""
        self.opened += other.opened
        self.fulfilled += other.fulfilled
        self.ended += other.ended
        self.waits.update(other.waits)


@dataclass(slots=True)
class FigureCounts:
    """The counts of one group."""

    wishes: WishCounts = field(default_factory=WishCounts)
    tickets: TicketCounts = field(default_factory=TicketCounts)

    def merge(self, other: "FigureCounts") -> None:
        """Add the counts of another group."""
        self.wishes.merge(other.wishes)
        self.tickets.merge(other.tickets)
