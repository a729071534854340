"""What text messages may cost: a budget for each street and month."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from ..kernel.clock import Clock
from ..kernel.place import street_of
from ..kernel.template import Template, Urgency
from . import decisions, policy
from .model import MessageAttempt
from .repository import MessageRepository

__all__ = ["Bill", "SmsBudget", "StreetSpending"]


class StreetSpending(NamedTuple):
    """What a street has spent in a month (UTC, ``2026-11``), and its budget or None; in li."""

    month: str
    spent_li: int
    budget_li: int | None


class Bill:
    """What the attempts of one job cost, by street."""

    def __init__(self) -> None:
        self.by_street = Counter[str]()

    def add(self, attempt: MessageAttempt) -> None:
        """Add an attempt that has just been made."""
        if attempt.is_billed:
            self.by_street[street_of(attempt.place)] += attempt.cost_li


class SmsBudget:
    """Keeps what each street spends on text messages. A budget of None is no limit."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        budget_li: int | None,
    ) -> None:
        self._repository, self._clock, self.budget_li = repository, clock, budget_li
        self._known: dict[
            str, tuple[datetime, int]
        ] = {}  # by street, read again once a minute

    def is_exceeded(self, template: Template, place: str) -> bool:
        """Say whether the budget of a place's street stops a message."""
        if self.budget_li is None or template.urgency is Urgency.URGENT:
            return False
        return decisions.over_budget(
            template, self.spent_li(street_of(place)), self.budget_li
        )

    @contextmanager
    def billing(self) -> Iterator[Bill]:
        """Collect what the attempts of one job cost, and book it at the end, also of a job that fails: they were made."""
        bill = Bill()
        try:
            yield bill
        finally:
            self.book(bill)

    def book(self, bill: Bill) -> None:
        """Add a bill to each street's month."""
        now = self._clock.now()
        for street, li in bill.by_street.items():
            if li:
                expires_at = now + policy.SPENDING_KEPT
                self._repository.add_spent(
                    _subject(street), _month(now), li, expires_at
                )
                self._note(street, li)

    def _note(self, street: str, li: int) -> None:
        """Add to the known sum, so that a burst does not outrun what is read once a minute."""
        if street in self._known:
            read_at, spent = self._known[street]
            self._known[street] = (read_at, spent + li)

    def spent_li(self, street: str) -> int:
        """Return what a street has spent this month (厘), as of a minute ago at most."""
        now = self._clock.now()
        known = self._known.get(street)
        if (
            known is None
            or now - known[0] >= policy.SPENDING_FRESH
            or now.month != known[0].month
        ):
            spent = self._repository.read_spent(_subject(street), _month(now))
            known = self._known[street] = (now, spent)
        return known[1]

    def spending(self, street: str) -> StreetSpending:
        """Return what a street has spent this month, and its budget."""
        return StreetSpending(
            f"{self._clock.now():%Y-%m}", self.spent_li(street), self.budget_li
        )


def _subject(street: str) -> str:
    return f"spent#{street or '-'}"


def _month(now: datetime) -> str:
    return f"sms#{now:%Y-%m}"
