"""Checks facts against the wishes and tickets from which they follow.

A fact is written with its entity, so it can only be wrong by an error of the code, or where a
formula has changed and the facts of the past were not written again.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

from ..kernel.clock import Clock, local_day
from ..kernel.errors import Busy
from ..kernel.fact import Fact, month_of
from ..kernel.metrics import Metrics
from ..places.service import Places
from ..store.facts import FactReader
from ..tickets.facts import TICKET, ticket_facts
from ..tickets.model import Ticket
from ..wishes.facts import WISH_ENDED, WISH_OPENED, wish_facts
from ..wishes.model import Wish

__all__ = ["FactCheck"]

_DAYS = 7  # in which everything is looked at once, a share each day
FindTickets = Callable[[Sequence[str]], list[Ticket]]
FindWishes = Callable[[Sequence[str]], dict[str, Wish]]


@dataclass(frozen=True, kw_only=True)
class FactCheck:
    """The daily work of checking the facts of this month and the last."""

    clock: Clock
    places: Places
    facts: FactReader
    find_tickets: FindTickets
    find_wishes: FindWishes
    metrics: Metrics

    def check_facts(self) -> int:
        """Check a share of the facts of every street; return the number of wrong ones."""
        wrong = 0
        for street in self.places.streets():
            with suppress(Busy):  # the same share comes again in a week
                wrong += len(self.wrong_facts(street))
        self.metrics.count("FactsWrong", wrong)
        return wrong

    def wrong_facts(self, street: str) -> set[Fact]:
        """Return the facts of a street that do not follow, or are missing.

        What differs is looked at twice, for it may have changed between the reads.
        """
        today = local_day(self.clock.now(), self.places.zone_of(street))
        before = today.replace(day=1) - timedelta(days=1)
        months = [month_of(before), month_of(today)]

        def differing(only: frozenset[str] | None) -> set[Fact]:
            read = self.facts.of_months(street, months)
            stored = {
                fact for fact in read.facts if _is_wanted(fact, today, only)
            }
            follow = self._following(stored)
            return stored ^ {one for one in follow if one.month in read.months}

        first = differing(None)
        if not first:
            return first
        return differing(frozenset(fact.id for fact in first))

    def _following(self, stored: Iterable[Fact]) -> set[Fact]:
        """Return the facts that follow from the wishes and tickets of facts, as these are."""
        tickets: dict[str, None] = {}
        wishes: dict[str, None] = {}
        for fact in stored:
            ids = tickets if fact.kind == TICKET else wishes
            ids[fact.id] = None
        facts: set[Fact] = set()
        for ticket in self.find_tickets(list(tickets)):
            facts.update(ticket_facts(ticket))
        for wish in self.find_wishes(list(wishes)).values():
            facts.update(wish_facts(wish))
        return facts


def _is_wanted(fact: Fact, today: date, only: frozenset[str] | None) -> bool:
    """Say whether a fact follows from one entity, and is of those of this day."""
    if fact.kind not in (TICKET, WISH_OPENED, WISH_ENDED):
        return False
    if only is not None:
        return fact.id in only
    return crc32(fact.id.encode()) % _DAYS == today.toordinal() % _DAYS
