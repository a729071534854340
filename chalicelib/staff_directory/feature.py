"""The declaration of the staff directory: records of staff about people."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import access, consents, phones, registration
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..security_trail.feature import audit

if TYPE_CHECKING:
    from ..core import Core
    from ..web.routes import Routes
    from .reveals import Reveals
    from .service import PersonAdmin

__all__ = ["feature"]

feature: "Feature[PersonAdmin]" = Feature("staff_directory")


@feature.provide
def reveals(core: "Core", get: Get) -> "Reveals":
    """Build the limits of reveals."""
    from .reveals import Reveals

    return Reveals(
        transaction=core.transaction,
        clock=core.clock,
        access=get(access),
        people=get(people),
        places=get(places),
        audit=get(audit),
        hooks=core.hooks,
        metrics=core.metrics,
    )


@feature.build
def build(core: "Core", get: Get) -> "PersonAdmin":
    """Build the service."""
    from .service import PersonAdmin

    return PersonAdmin(
        transaction=core.transaction,
        clock=core.clock,
        ids=core.ids,
        access=get(access),
        people=get(people),
        consents=get(consents),
        phones=get(phones),
        registration=get(registration),
        audit=get(audit),
        reveals=get(reveals),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes
