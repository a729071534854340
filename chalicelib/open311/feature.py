"""The declaration of Open311: other applications report and follow tickets (GeoReport v2)."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..places.feature import feature as places
from ..tickets.feature import policies, public_tickets

if TYPE_CHECKING:
    from ..core import Core
    from ..web.routes import Routes
    from .service import Open311

__all__ = ["feature"]

feature: "Feature[Open311]" = Feature("open311")


@feature.build
def build(core: "Core", get: Get) -> "Open311":
    """Build the service."""
    from .reports import Operator
    from .service import Open311

    settings = core.settings
    return Open311(
        clock=core.clock,
        places=get(places),
        tickets=get(public_tickets),
        rules_changed_at=get(policies).changed_at,
        tokens=core.tokens,
        keys=settings.secrets.open311_keys,
        operator=Operator(
            url=settings.public_url,
            contact=settings.open311_contact,
            key_service=settings.open311_key_service,
            live=settings.stage == "prod",
        ),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes
