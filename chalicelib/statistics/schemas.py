"""Statistics as staff ask for them and see them."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from ..kernel.text_catalogue import text
from ..web.fields import Day, Instant, PlaceCode, Request, View
from .model import By, HotSpot, TicketStatistics
from .service import HotSpots, Rates
from .texts import ROOT_CAUSE

__all__ = ["HotSpotList", "RatesQuery", "RatesView"]

_TICKETS_SHOWN = 50


def _near(day: date) -> date:
    if not 2000 <= day.year < 2200:
        raise ValueError("not in reach")
    return day


NearDay = Annotated[Day, AfterValidator(_near)]


class RatesQuery(Request):
    """Whose figures, of what was reported when, and by what they are told apart."""

    place: PlaceCode
    start: NearDay = Field(alias="from")
    end: NearDay = Field(alias="to")
    by: By = By.COMMUNITY


class RateView(View):
    """A share of `n`, from 0 to 1, with its 95 % Wilson interval; of nothing there is none."""

    n: int
    hits: int
    value: float | None
    low: float | None
    high: float | None


class FiguresView(View):
    """What a number of tickets come to; see docs/tickets.md for the formulas."""

    key: str = Field(
        description="A place, a category's code or a month; empty for all together."
    )
    reported: int
    open: int
    waiting: int = Field(description="Said to be solved, and asked about.")
    merged: int
    withdrawn: int
    turned: int = Field(description="Became wishes.")
    unanswered: int = Field(
        description="Ended because nobody said anything; neither solved nor unsolved."
    )
    response: RateView = Field(description="Contacted within the promised time.")
    solution: RateView = Field(
        description="Solved at the first go, as those say who reported it."
    )
    satisfaction: RateView = Field(
        description="Ratings of 4 and 5; `n` counts ratings."
    )
    bounces: RateView = Field(description="Sent back at least once.")


class RatesView(View):
    """The figures of a place."""

    total: FiguresView
    groups: list[FiguresView]
    cut: bool = Field(
        description="There were more tickets than are read; these are the newest."
    )

    @classmethod
    def of(cls, rates: Rates) -> "RatesView":
        """Return the view of rates."""
        return cls(
            total=_statistics(rates.total),
            groups=[_statistics(group) for group in rates.groups],
            cut=rates.cut,
        )


def _statistics(group: TicketStatistics) -> FiguresView:
    return FiguresView.model_validate(group)


class SuggestionView(View):
    """A body for `POST /v1/tickets`."""

    category: str
    text: str
    place: PlaceCode


class HotSpotView(View):
    """A building where the same is reported again and again."""

    place: PlaceCode
    category: str
    reports: int = Field(description="Tickets, and those who joined them.")
    tickets: list[str] = Field(description="The latest.")
    first_at: Instant
    last_at: Instant
    suggestion: SuggestionView | None = Field(
        description="One ticket for the cause; none where there is no such category any more."
    )


class HotSpotList(View):
    """The hot spots of a place, most reports first."""

    items: list[HotSpotView]
    cut: bool = Field(
        description="There were more tickets than are read; these are the newest."
    )

    @classmethod
    def of(cls, found: HotSpots, locale: str) -> "HotSpotList":
        """Return the view of hot spots."""
        items = [
            HotSpotView(
                place=spot.place,
                category=spot.category,
                reports=spot.reports,
                tickets=list(spot.tickets[:_TICKETS_SHOWN]),
                first_at=spot.first_at,
                last_at=spot.last_at,
                suggestion=_suggestion(spot, found, locale),
            )
            for spot in found.spots
        ]
        return cls(items=items, cut=found.cut)


def _suggestion(spot: HotSpot, found: HotSpots, locale: str) -> SuggestionView | None:
    category = found.policy.category(spot.category)
    if category is None:
        return None
    facts = {
        "building": found.names.get(spot.place, spot.place),
        "days": found.policy.hot_spot_days,
        "reports": spot.reports,
        "category": text(zh=category.zh, en=category.en).format(locale),
    }
    return SuggestionView(
        category=spot.category, text=ROOT_CAUSE.format(locale, facts), place=spot.place
    )
