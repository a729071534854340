"""Routes of statistics, for staff."""

from ..kernel.request import RequestContext
from ..web.fields import PlaceQuery
from ..web.routes import Routes
from .overview_schemas import OverviewQuery, OverviewView
from .schemas import HotSpotList, RatesQuery, RatesView
from .service import Statistics
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Statistics] = Routes("tickets", REFUSALS)


@routes.get("/v1/admin/tickets/rates")
def read_rates(
    statistics: Statistics, context: RequestContext, query: RatesQuery
) -> RatesView:
    """Read the rates of response, solution and satisfaction of tickets, with intervals."""
    rates = statistics.rates(
        context, query.place, query.start, query.end, query.by
    )
    return RatesView.of(rates)


@routes.get("/v1/admin/overview")
def read_overview(
    statistics: Statistics, context: RequestContext, query: OverviewQuery
) -> OverviewView:
    """Read the figures of wishes and tickets of a place, for its staff."""
    overview = statistics.overview(context, query.request())
    return OverviewView.of(overview)


@routes.get("/v1/admin/tickets/hot-spots")
def list_hot_spots(
    statistics: Statistics, context: RequestContext, query: PlaceQuery
) -> HotSpotList:
    """List the buildings with many recent reports of one category."""
    return HotSpotList.of(
        statistics.hot_spots(context, query.place), context.locale
    )
