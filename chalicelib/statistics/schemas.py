"""Statistics as staff ask for them and see them."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from ..kernel.text_catalogue import text
from ..web.fields import Day, Instant, PlaceCode, Request, View
from .hot_spots import HotSpot
from .rates import StatisticsGrouping, TicketStatistics
from .service import HotSpots, Rates
from .texts import ROOT_CAUSE

__all__ = [
    "HotSpotList",
    "NearDay",
    "RateView",
    "RatesQuery",
    "RatesView",
]

_TICKETS_SHOWN = 50


def _near(day: date) -> date:
    if not 2000 <= day.year < 2200:
        raise ValueError("not in reach")
    return day


NearDay = Annotated[Day, AfterValidator(_near)]


class RatesQuery(Request):
    """The place and days of the tickets, and the grouping of their statistics."""

    place: PlaceCode
    start: NearDay = Field(alias="from")
    end: NearDay = Field(alias="to")
    by: StatisticsGrouping = StatisticsGrouping.COMMUNITY


class RateView(View):
    """A share of `n`, from 0 to 1, with its 95 % Wilson interval; null if `n` is 0."""

    n: int
    hits: int
    value: float | None
    low: float | None
    high: float | None


class StatisticsView(View):
    """The statistics of a group of tickets. docs/tickets.md has the formulas."""

    key: str = Field(
        description="A place, a category's code or a month; empty for all together."
    )
    reported: int
    open: int
    waiting: int = Field(
        description="Resolved, and waiting for the answers of the reporters."
    )
    merged: int
    withdrawn: int
    turned: int = Field(description="Converted to wishes.")
    unanswered: int = Field(
        description="Closed without any answer: neither solved nor unsolved."
    )
    response: RateView = Field(
        description="Contacted within the promised time."
    )
    solution: RateView = Field(
        description="Solved at the first attempt, as confirmed by reporters."
    )
    satisfaction: RateView = Field(
        description="Ratings of 4 and 5; `n` counts ratings."
    )
    bounces: RateView = Field(
        description="Returned to the dispatcher at least once."
    )


class RatesView(View):
    """The statistics of a place, in total and by group."""

    total: StatisticsView
    groups: list[StatisticsView]
    read_from: date | None = Field(
        description="The first day that was read; null if none was."
    )
    cut: bool = Field(
        description="There are more facts than are read: the days before `read_from` are missing."
    )

    @classmethod
    def of(cls, rates: Rates) -> "RatesView":
        """Return the view of rates."""
        return cls(
            total=_statistics(rates.total),
            groups=[_statistics(group) for group in rates.groups],
            read_from=rates.read_from,
            cut=rates.cut,
        )


def _statistics(group: TicketStatistics) -> StatisticsView:
    return StatisticsView.model_validate(group)


class SuggestionView(View):
    """A body for `POST /v1/tickets`."""

    category: str
    text: str
    place: PlaceCode


class HotSpotView(View):
    """A building with many recent reports of one category."""

    place: PlaceCode
    category: str
    reports: int = Field(description="Tickets, and people who joined them.")
    tickets: list[str] = Field(description="The newest tickets, 50 at most.")
    first_at: Instant
    last_at: Instant
    suggestion: SuggestionView | None = Field(
        description="A ticket about the cause; null if the category was removed."
    )


class HotSpotList(View):
    """The hot spots of a place, most reports first."""

    items: list[HotSpotView]
    since: Instant | None = Field(
        description="All reports from then on were read; null if none were."
    )
    cut: bool = Field(
        description="There are more hot spots than these, or reports before `since` that count."
    )

    @classmethod
    def of(cls, hot_spots: HotSpots, locale: str) -> "HotSpotList":
        """Return the view of hot spots."""
        items = [
            HotSpotView(
                place=spot.place,
                category=spot.category,
                reports=spot.reports,
                tickets=list(spot.tickets[:_TICKETS_SHOWN]),
                first_at=spot.first_at,
                last_at=spot.last_at,
                suggestion=_suggestion(spot, hot_spots, locale),
            )
            for spot in hot_spots.spots
        ]
        return cls(items=items, since=hot_spots.since, cut=hot_spots.cut)


def _suggestion(
    spot: HotSpot, hot_spots: HotSpots, locale: str
) -> SuggestionView | None:
    category = hot_spots.policy.category(spot.category)
    if category is None:
        return None
    facts = {
        "building": hot_spots.names.get(spot.place, spot.place),
        "days": hot_spots.policy.hot_spot_days,
        "reports": spot.reports,
        "category": text(zh=category.zh, en=category.en).format(locale),
    }
    return SuggestionView(
        category=spot.category,
        text=ROOT_CAUSE.format(locale, facts),
        place=spot.place,
    )
