"""The declaration of statistics: rates and hot spots of tickets."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
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
    from .service import Statistics

    return Statistics(
        clock=core.clock,
        access=get(access),
        places=get(places),
        tickets=get(ticket_queries),
        current_policy=get(policies).current,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes
