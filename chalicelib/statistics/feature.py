"""The declaration of statistics: overviews, and rates and hot spots of tickets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..message_log.feature import sms_budget
from ..people.feature import access
from ..places.feature import feature as places
from ..tickets.feature import policies
from ..tickets.feature import queries as ticket_queries
from ..wishes.feature import queries as wish_queries

if TYPE_CHECKING:
    from ..core import Core
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .fact_check import FactCheck
    from .sealing import Sealing
    from .service import Statistics

__all__ = ["fact_check", "feature", "sealing"]

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
        current_policy=get(policies).current,
        sms_budget=get(sms_budget),
    )


@feature.provide
def sealing(core: "Core", get: Get) -> "Sealing":
    """Build what seals the figures of months."""
    from ..store.facts import FactReader
    from .sealing import Sealing

    return Sealing(
        clock=core.clock,
        places=get(places),
        facts=FactReader(core.store),
    )


@feature.provide
def fact_check(core: "Core", get: Get) -> "FactCheck":
    """Build what checks facts."""
    from ..store.facts import FactReader
    from .fact_check import FactCheck

    return FactCheck(
        clock=core.clock,
        places=get(places),
        facts=FactReader(core.store),
        find_tickets=get(ticket_queries).find_past,
        find_wishes=get(wish_queries).find_many,
        metrics=core.metrics,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import desk

    return (desk,)
