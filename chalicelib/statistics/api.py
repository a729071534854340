"""Routes of statistics, for staff."""

from ..kernel.request import RequestContext
from ..web.fields import PlaceQuery
from ..web.routes import Routes
from .schemas import HotSpotList, RatesQuery, RatesView
from .service import Statistics
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Statistics] = Routes("tickets", REFUSALS)


@routes.get("/v1/admin/tickets/rates")
def read_rates(
    statistics: Statistics, context: RequestContext, query: RatesQuery
) -> RatesView:
    """Response, solution and satisfaction of what was reported between two days, with sample sizes and intervals."""
    return RatesView.of(
        statistics.rates(context, query.place, query.start, query.end, query.by)
    )


@routes.get("/v1/admin/tickets/hot-spots")
def list_hot_spots(
    statistics: Statistics, context: RequestContext, query: PlaceQuery
) -> HotSpotList:
    """Buildings where the same was reported again and again lately, each with a ticket for the cause."""
    return HotSpotList.of(statistics.hot_spots(context, query.place), context.locale)
