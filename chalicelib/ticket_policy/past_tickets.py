"""The past tickets of a place that are replayed: which ones facts say, then a hundred a request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..kernel.clock import local_day, start_of_day
from ..kernel.fact import instant_of, microseconds
from ..kernel.place import street_of
from ..store.facts import FactReader
from ..tickets.facts import TICKET, TicketFact
from ..tickets.model import Ticket

__all__ = ["PastReader", "PastTickets"]

_SECOND = timedelta(seconds=1)
FindTickets = Callable[[Sequence[str]], list[Ticket]]


@dataclass(frozen=True, slots=True)
class PastTickets:
    """All tickets of a place that were reported since an instant, newest first.

    `cut` says whether it is later than the instant that was asked for.
    """

    tickets: Sequence[Ticket]
    since: datetime
    cut: bool


class PastReader:
    """Reads past tickets."""

    def __init__(self, facts: FactReader, find: FindTickets) -> None:
        self._facts, self._find = facts, find

    def read(
        self, place: str, span: tuple[datetime, datetime], zone: str, limit: int
    ) -> PastTickets:
        """Read the tickets of a place from one instant to another, or the latest `limit` of them.

        Only those of the place are read, so others leave none of them out.
        """
        since, until = span
        first = local_day(since, zone)
        read = self._facts.between(
            street_of(place), first, local_day(until, zone)
        )
        read_from = read.first_day(first)
        whole = until
        if read_from is not None:
            whole = max(since, start_of_day(read_from, zone))
        reported = sorted(
            (
                (TicketFact.of(fact).reported_at, fact.id)
                for fact in read.facts
                if fact.kind == TICKET and fact.is_at(place)
            ),
            reverse=True,
        )
        begin, end = microseconds(whole), microseconds(until)
        here = [one for one in reported if begin <= one[0] <= end]
        if len(here) > limit:
            # Of those that were reported in one second, all or none are played.
            left_out = instant_of(here[limit][0])
            whole = left_out.replace(microsecond=0) + _SECOND
            begin = microseconds(whole)
        ids = [id for at, id in here[:limit] if at >= begin]
        return PastTickets(self._find(ids), whole, cut=whole != since)
