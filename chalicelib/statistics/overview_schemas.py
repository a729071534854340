"""The overview as staff ask for it and see it."""

from datetime import date

from pydantic import Field

from ..web.fields import Instant, PlaceCode, QueryFlag, Request, View
from .overview import GroupFigures, Overview, OverviewGrouping
from .overview_reader import OverviewRequest
from .schemas import NearDay, RateView
from .seals import Seal
from .service import PlaceOverview

__all__ = ["OverviewQuery", "OverviewView"]


class OverviewQuery(Request):
    """The place and local days of an overview, and its grouping."""

    place: PlaceCode
    start: NearDay = Field(alias="from")
    end: NearDay = Field(alias="to")
    by: OverviewGrouping = OverviewGrouping.TOTAL
    live: QueryFlag = Field(
        False,
        description="Count sealed months anew, and show their sealed figures beside.",
    )

    def request(self) -> OverviewRequest:
        """Return the request."""
        return OverviewRequest(
            place=self.place,
            first=self.start,
            last=self.end,
            grouping=self.by,
            live=self.live,
        )


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


class FiguresView(View):
    """The figures of wishes and tickets."""

    wishes: WishFiguresView
    tickets: TicketFiguresView


class OverviewGroupView(View):
    """The figures of one group."""

    key: str = Field(
        description="A place, a month, a category or kind; empty for the total."
    )
    name: str | None = Field(description="The name of a place; else null.")
    wishes: WishFiguresView
    tickets: TicketFiguresView
    sealed: FiguresView | None = Field(
        description="With `live`, the figures as they were sealed; null if not all months are."
    )


class SealedMonthView(View):
    """A month whose figures were sealed on the first of the next."""

    month: str
    sealed_at: Instant
    formulas: int = Field(description="The version of the formulas.")
    digest: str = Field(
        description="The SHA-256 of what was sealed. It never changes."
    )


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
    sealed: list[SealedMonthView] = Field(
        description="The sealed months of the span. Without `live` their figures are the sealed "
        "ones, with waits that are up to 2.5 % off."
    )
    groups: list[OverviewGroupView]
    sms: SmsSpendingView | None = Field(
        description="Of a whole street; null for a place below it."
    )
    read_from: date | None = Field(
        description="The first day that was read; null if none was."
    )
    cut: bool = Field(
        description="There are more facts than are read: the days before `read_from` are missing."
    )

    @classmethod
    def of(cls, overview: PlaceOverview) -> "OverviewView":
        """Return the view of an overview."""
        request, read = overview.request, overview.read
        sms = None
        if request.place.count(".") == 0:
            sms = SmsSpendingView(fen=overview.sms_fen, approximate=True)
        groups = [
            _group(group, overview.names.get(group.key))
            for group in read.groups
        ]
        return cls(
            place=request.place,
            start=request.first,
            end=request.last,
            zone=overview.zone,
            as_of=overview.as_of,
            sealed=[_seal(seal) for seal in read.seals],
            groups=groups,
            sms=sms,
            read_from=read.read_from,
            cut=overview.cut,
        )


def _group(group: Overview, name: str | None) -> OverviewGroupView:
    today = _figures(group.figures)
    return OverviewGroupView(
        key=group.key,
        name=name,
        wishes=today.wishes,
        tickets=today.tickets,
        sealed=_figures(group.sealed) if group.sealed else None,
    )


def _figures(figures: GroupFigures) -> FiguresView:
    return FiguresView.model_validate(figures)


def _seal(seal: Seal) -> SealedMonthView:
    return SealedMonthView.model_validate(seal)
