"""The cost of text messages: a budget for each street and month."""

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
    """The spending of a street in a month (UTC, ``2026-11``), and its budget or None; in li."""

    month: str
    spent_li: int
    budget_li: int | None


class _CachedSum(NamedTuple):
    read_at: datetime
    spent_li: int

    def is_fresh(self, now: datetime) -> bool:
        if now.month != self.read_at.month:
            return False
        return now - self.read_at < policy.SPENDING_CACHE_TTL


class Bill:
    """The cost of one job's attempts, by street."""

    def __init__(self) -> None:
        self.by_street = Counter[str]()

    def add(self, attempt: MessageAttempt) -> None:
        """Add an attempt that has just been made."""
        if attempt.is_billed:
            self.by_street[street_of(attempt.place)] += attempt.cost_li


class SmsBudget:
    """Keeps the spending of each street on text messages. A budget of None is no limit."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        budget_li: int | None,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self.budget_li = budget_li
        self._cache: dict[str, _CachedSum] = {}  # by street

    def is_exceeded(self, template: Template, place: str) -> bool:
        """Say whether a street's budget stops a message. It never stops an urgent one."""
        if self.budget_li is None or template.urgency is Urgency.URGENT:
            return False
        spent_li = self.spent_li(street_of(place))
        return decisions.over_budget(template, spent_li, self.budget_li)

    @contextmanager
    def billing(self) -> Iterator[Bill]:
        """Collect the cost of one job's attempts and book it at the end.

        The cost of a job that fails is booked too: its attempts were made.
        """
        bill = Bill()
        try:
            yield bill
        finally:
            self.book(bill)

    def book(self, bill: Bill) -> None:
        """Add a bill to each street's month."""
        now = self._clock.now()
        expires_at = now + policy.SPENDING_TTL
        for street, li in bill.by_street.items():
            if li:
                self._repository.add_spent(
                    _subject(street), _month(now), li, expires_at
                )
                self._add_to_cache(street, li)

    def _add_to_cache(self, street: str, li: int) -> None:
        """Add to the cached sum: a burst must not outrun the sum that was read a minute ago."""
        cached = self._cache.get(street)
        if cached:
            self._cache[street] = cached._replace(spent_li=cached.spent_li + li)

    def spent_li(self, street: str) -> int:
        """Return the spending of a street this month (厘), at most a minute old."""
        now = self._clock.now()
        cached = self._cache.get(street)
        if cached is None or not cached.is_fresh(now):
            spent = self._repository.read_spent(_subject(street), _month(now))
            cached = self._cache[street] = _CachedSum(now, spent)
        return cached.spent_li

    def spending(self, street: str) -> StreetSpending:
        """Return the spending of a street this month, and its budget."""
        month = f"{self._clock.now():%Y-%m}"
        return StreetSpending(month, self.spent_li(street), self.budget_li)


def _subject(street: str) -> str:
    return f"spent#{street or '-'}"


def _month(now: datetime) -> str:
    return f"sms#{now:%Y-%m}"
