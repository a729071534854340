"""The declaration of statistics: overviews, and rates and hot spots of tickets."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..message_log.feature import sms_budget
from ..people.feature import access
from ..places.feature import feature as places
from ..tickets.feature import policies
from ..tickets.feature import queries as ticket_queries

if TYPE_CHECKING:
    from ..core import Core
    from ..web.routes import Routes
    from .service import Statistics

__all__ = ["feature"]

feature: "Feature[Statistics]" = Feature("statistics")


@feature.build
def build(core: "Core", get: Get) -> "Statistics":
    """Build the service."""
    from ..store.facts import FactReader
    from .service import Statistics

    return Statistics(
        clock=core.clock,
        access=get(access),
        places=get(places),
        facts=FactReader(core.store),
        tickets=get(ticket_queries),
        current_policy=get(policies).current,
        sms_budget=get(sms_budget),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes
