"""The cost of text messages: a budget for each street and month, in separate pots."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from ..kernel.clock import Clock
from ..kernel.fact import months_between
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.template import Pot, Template
from ..places.reader import PlaceReader
from . import decisions, policy
from .model import MessageAttempt
from .repository import MessageRepository

__all__ = ["Bill", "PotOfStreet", "SmsBudget", "StreetSpending"]


class StreetSpending(NamedTuple):
    """The spending of a street in a month (UTC, ``2026-11``), and its budget; in li."""

    month: str
    spent_li: int
    budget_li: int


class PotOfStreet(NamedTuple):
    """A pot of a street's budget."""

    street: str
    pot: Pot

    @property
    def subject(self) -> str:
        """Return the subject of the pot's counter."""
        return f"spent#{self.street or '-'}#{self.pot}"


class _CachedSum(NamedTuple):
    read_at: datetime
    spent_li: int

    def is_fresh(self, now: datetime) -> bool:
        if now.month != self.read_at.month:
            return False
        return now - self.read_at < policy.SPENDING_CACHE_TTL


class Bill:
    """The cost of one job's attempts, by street and pot."""

    def __init__(self) -> None:
        self.by_pot = Counter[PotOfStreet]()

    def add(self, attempt: MessageAttempt, pot: Pot) -> None:
        """Add an attempt that has just been made, to the pot that pays for it."""
        if attempt.is_billed:
            paid_by = PotOfStreet(street_of(attempt.place), pot)
            self.by_pot[paid_by] += attempt.cost_li


class SmsBudget:
    """Keeps the spending of each street on text messages, one sum for each pot."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        clock: Clock,
        metrics: Metrics,
        places: PlaceReader,
        budget_li: int,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._metrics = metrics
        self._places = places
        self.budget_li = budget_li  # of a street without a budget of its own
        self._cache: dict[PotOfStreet, _CachedSum] = {}

    def is_exceeded(self, template: Template, place: str) -> bool:
        """Say whether the pot of a message is spent. That of codes never is.

        The urgent pot raises an alarm long before it stops anything.
        """
        street, pot = street_of(place), template.paid_from
        budget_li = self.budget_of(street)
        holds_li = decisions.pot_li(pot, budget_li)
        if holds_li is None:
            return False
        spent_li = self._spent_li(PotOfStreet(street, pot))
        alarm_li = holds_li * policy.URGENT_ALARM_AT
        if pot is Pot.URGENT and spent_li >= alarm_li:
            self._metrics.count("UrgentSmsSpent")
        return decisions.over_budget(template, spent_li, budget_li)

    def budget_of(self, street: str, *, fresh: bool = False) -> int:
        """Return what a street may spend in a month (厘).

        A changed budget counts within ten minutes, and with `fresh` at once.
        """
        messaging = self._places.messaging_of(street, fresh=fresh)
        if messaging.sms_budget_fen is None:
            return self.budget_li
        return messaging.sms_budget_fen * 10

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
        """Add a bill to each pot's month. The metric is its share of a street's monthly budget."""
        now = self._clock.now()
        expires_at = now + policy.SPENDING_TTL
        booked = {paid_by: li for paid_by, li in bill.by_pot.items() if li}
        for paid_by, li in booked.items():
            self._repository.add_spent(
                paid_by.subject, _month(now), li, expires_at
            )
            self._add_to_cache(paid_by, li)
        # Afterwards, as it may read the street: a failed read must not lose what was spent.
        for paid_by, li in booked.items():
            # A street that pays for nothing but codes still sends those.
            budget_li = self.budget_of(paid_by.street) or self.budget_li
            share = 100 * li / max(1, budget_li)
            self._metrics.observe("SmsBudgetSpent", share, "Percent")

    def _add_to_cache(self, paid_by: PotOfStreet, li: int) -> None:
        """Add to the cached sum: a burst must not outrun the sum that was read a minute ago."""
        cached = self._cache.get(paid_by)
        if cached:
            after = cached._replace(spent_li=cached.spent_li + li)
            self._cache[paid_by] = after

    def _spent_li(self, paid_by: PotOfStreet) -> int:
        """Return the spending from a pot this month (厘), at most a minute old."""
        now = self._clock.now()
        cached = self._cache.get(paid_by)
        if cached is None or not cached.is_fresh(now):
            spent = self._repository.read_spent(paid_by.subject, _month(now))
            cached = self._cache[paid_by] = _CachedSum(now, spent)
        return cached.spent_li

    def spent_li(self, street: str) -> int:
        """Return the spending of a street this month (厘), at most a minute old."""
        return sum(self._spent_li(PotOfStreet(street, pot)) for pot in Pot)

    def spending(self, street: str) -> StreetSpending:
        """Return the spending of a street this month, and its budget."""
        month = f"{self._clock.now():%Y-%m}"
        budget_li = self.budget_of(street, fresh=True)
        return StreetSpending(month, self.spent_li(street), budget_li)

    def spent_between(self, street: str, first: date, last: date) -> int | None:
        """Return the spending of a street in the months of a span (厘), in one request.

        None if the counters of the first month are no longer kept.
        """
        if self._clock.now().date() - first >= policy.SPENDING_TTL:
            return None
        subjects = [PotOfStreet(street, pot).subject for pot in Pot]
        names = [f"sms#{month}" for month in months_between(first, last)]
        keys = [(subject, name) for subject in subjects for name in names]
        return self._repository.sum_spent(keys)


def _month(now: datetime) -> str:
    return f"sms#{now:%Y-%m}"
