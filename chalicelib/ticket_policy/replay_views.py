"""A replay of a ticket policy as clients see it."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import Field

from ..tickets.policy import Level, SlaKind, TicketUrgency
from ..web.fields import Instant, View
from .replay import Pair, ReplayResult, Tally

__all__ = ["ReplayView"]

N = TypeVar("N")


class BothView(View):
    """A number of tickets: under the rules that they had, and under the others."""

    then: int
    now: int


class TallyView(View):
    """What it comes to for a number of tickets."""

    tickets: int
    moved: int = Field(description="Which somebody else would have had first.")
    over: dict[SlaKind, BothView] = Field(description="Whose clock was over.")
    reached: dict[Level, BothView] = Field(
        description="By the highest level that they reached."
    )

    @classmethod
    def of(cls, tally: Tally) -> "TallyView":
        """Return the view of a tally."""
        return cls(
            tickets=tally.tickets,
            moved=tally.moved,
            over=_both(tally.over),
            reached=_both(tally.reached),
        )


def _both(counted: Mapping[N, list[int]]) -> dict[N, BothView]:
    return {name: BothView(then=then, now=now) for name, (then, now) in counted.items()}


class ClimbView(View):
    """That it would have come to a level."""

    at: Instant
    level: Level


class PlayedView(View):
    """What became of a ticket, or would have."""

    urgency: TicketUrgency
    begins: Level
    holder: str | None
    due: dict[SlaKind, Instant] = Field(
        description="As promised at the beginning, without holds."
    )
    over: dict[SlaKind, Instant] = Field(
        description="Which clocks were over, and since when."
    )
    climbs: list[ClimbView]
    level: Level


class ExampleView(View):
    """A ticket that would have come out otherwise."""

    ticket: str
    then: PlayedView
    now: PlayedView

    @classmethod
    def of(cls, pair: Pair) -> "ExampleView":
        """Return the view of a ticket that was played twice."""
        return cls(
            ticket=pair.ticket_id,
            then=PlayedView.model_validate(pair.then),
            now=PlayedView.model_validate(pair.now),
        )


class ReplayView(View):
    """What other rules would have done to the tickets since an instant."""

    since: Instant
    cut: bool = Field(
        description="There were more than are read; these are the newest."
    )
    total: TallyView
    by_urgency: dict[TicketUrgency, TallyView]
    examples: list[ExampleView]

    @classmethod
    def of(cls, found: ReplayResult) -> "ReplayView":
        """Return the view of a replay."""
        return cls(
            since=found.since,
            cut=found.cut,
            total=TallyView.of(found.total),
            by_urgency={
                urgency: TallyView.of(tally)
                for urgency, tally in found.by_urgency.items()
            },
            examples=[ExampleView.of(pair) for pair in found.examples],
        )
