"""The overview as staff ask for it and see it."""

from datetime import date

from pydantic import Field

from ..web.fields import Instant, PlaceCode, Request, View
from .overview import Overview, OverviewGrouping
from .rates import TicketStatistics
from .schemas import NearDay, RateView
from .service import PlaceOverview

__all__ = ["OverviewQuery", "OverviewView"]


class OverviewQuery(Request):
    """The place and local days of an overview, and its grouping."""

    place: PlaceCode
    start: NearDay = Field(alias="from")
    end: NearDay = Field(alias="to")
    by: OverviewGrouping = OverviewGrouping.TOTAL


class WaitsView(View):
    """Waiting times in hours; null where `n` is 0."""

    n: int
    median: float | None = Field(
        description="Of an even number, the lower of the two in the middle."
    )
    p90: float | None = Field(description="The 90th percentile, nearest rank.")


class WishFiguresView(View):
    """Wishes in the span."""

    opened: int = Field(description="Came to the wall for the first time.")
    fulfilled: int
    ended: int = Field(
        description="Ended in another way: withdrawn, rejected or expired."
    )
    wait_hours: WaitsView = Field(
        description="From the wall to the fulfilment, of those fulfilled in the span."
    )


class TicketFiguresView(View):
    """Tickets reported in the span, and what became of them until now."""

    reported: int
    response: RateView = Field(
        description="Contacted within the promised time."
    )
    solution: RateView = Field(
        description="Solved at the first attempt, as confirmed by reporters."
    )
    satisfaction: RateView = Field(
        description="Ratings of 4 and 5; `n` counts ratings."
    )

    @classmethod
    def of(cls, tickets: TicketStatistics) -> "TicketFiguresView":
        """Return the view of the statistics of tickets."""
        return cls.model_validate(tickets)


class OverviewGroupView(View):
    """The figures of one group."""

    key: str = Field(
        description="A place, a month, a category or kind; empty for the total."
    )
    name: str | None = Field(description="The name of a place; else null.")
    wishes: WishFiguresView
    tickets: TicketFiguresView


class SmsSpendingView(View):
    """The spending of a street on SMS in the months (UTC) of the span."""

    fen: int | None = Field(
        description="Null where it is not known any more, after 400 days."
    )
    approximate: bool = Field(
        description="Whether it may be a little short; the provider's bill is exact."
    )


class OverviewView(View):
    """The figures of a place from one local day to another."""

    place: PlaceCode
    start: date = Field(serialization_alias="from")
    end: date = Field(serialization_alias="to")
    zone: str
    as_of: Instant
    groups: list[OverviewGroupView]
    sms: SmsSpendingView | None = Field(
        description="Of a whole street; null for a place below it."
    )
    cut: bool = Field(
        description="There are more facts than are read; the latest are missing."
    )

    @classmethod
    def of(cls, overview: PlaceOverview) -> "OverviewView":
        """Return the view of an overview."""
        sms = None
        if overview.place.count(".") == 0:
            sms = SmsSpendingView(fen=overview.sms_fen, approximate=True)
        groups = [
            _group(group, overview.names.get(group.key))
            for group in overview.groups
        ]
        return cls(
            place=overview.place,
            start=overview.first,
            end=overview.last,
            zone=overview.zone,
            as_of=overview.as_of,
            groups=groups,
            sms=sms,
            cut=overview.cut,
        )


def _group(group: Overview, name: str | None) -> OverviewGroupView:
    return OverviewGroupView(
        key=group.key,
        name=name,
        wishes=WishFiguresView.model_validate(group.wishes),
        tickets=TicketFiguresView.of(group.tickets),
    )
