"""A replay of a ticket policy as clients see it."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import Field

from ..tickets.policy import Level, SlaKind, TicketUrgency
from ..web.fields import Instant, View
from .replay import OutcomeCounts, ReplayPair, ReplayResult

__all__ = ["PolicyReplayView"]

N = TypeVar("N")


class TicketCountsView(View):
    """The number of tickets under their own policy (`then`) and under the other one (`now`)."""

    then: int
    now: int


class OutcomeCountsView(View):
    """The outcomes of a number of replayed tickets."""

    tickets: int
    moved: int = Field(
        description="Tickets with another first level or assignee."
    )
    over: dict[SlaKind, TicketCountsView] = Field(
        description="Tickets with an overdue SLA timer, by timer."
    )
    reached: dict[Level, TicketCountsView] = Field(
        description="Tickets by the highest level that they reached."
    )

    @classmethod
    def of(cls, counts: OutcomeCounts) -> "OutcomeCountsView":
        """Return the view of the counts."""
        return cls(
            tickets=counts.tickets,
            moved=counts.moved,
            over=_both(counts.over),
            reached=_both(counts.reached),
        )


def _both(counted: Mapping[N, list[int]]) -> dict[N, TicketCountsView]:
    return {
        name: TicketCountsView(then=then, now=now)
        for name, (then, now) in counted.items()
    }


class ReplayedEscalationView(View):
    """An escalation of a replayed ticket."""

    at: Instant
    level: Level


class ReplayedTicketView(View):
    """The outcome of one replay of a ticket."""

    urgency: TicketUrgency
    begins: Level
    holder: str | None
    due: dict[SlaKind, Instant] = Field(
        description="The deadlines at the beginning, without holds."
    )
    over: dict[SlaKind, Instant] = Field(
        description="The overdue SLA timers, and since when."
    )
    climbs: list[ReplayedEscalationView]
    level: Level


class ReplayExampleView(View):
    """A ticket whose outcome differs between the policies."""

    ticket: str
    then: ReplayedTicketView
    now: ReplayedTicketView

    @classmethod
    def of(cls, pair: ReplayPair) -> "ReplayExampleView":
        """Return the view of a ticket and its two replays."""
        return cls(
            ticket=pair.ticket_id,
            then=ReplayedTicketView.model_validate(pair.then),
            now=ReplayedTicketView.model_validate(pair.now),
        )


class PolicyReplayView(View):
    """The effect of another policy on the tickets that were reported in a span."""

    since: Instant = Field(
        description="All tickets of the place that were reported from then on were replayed."
    )
    until: Instant
    days: int = Field(
        description="The whole days from `since` to `until`: 90, or fewer if `cut`."
    )
    cut: bool = Field(
        description="There are more tickets in 90 days than are replayed; these are the latest."
    )
    total: OutcomeCountsView
    by_urgency: dict[TicketUrgency, OutcomeCountsView]
    examples: list[ReplayExampleView]

    @classmethod
    def of(cls, result: ReplayResult) -> "PolicyReplayView":
        """Return the view of a replay."""
        by_urgency = {
            urgency: OutcomeCountsView.of(counts)
            for urgency, counts in result.by_urgency.items()
        }
        return cls(
            since=result.since,
            until=result.until,
            days=result.days,
            cut=result.cut,
            total=OutcomeCountsView.of(result.total),
            by_urgency=by_urgency,
            examples=[ReplayExampleView.of(pair) for pair in result.examples],
        )
