"""What the staff directory brings: what staff write down about people."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import feature as people

if TYPE_CHECKING:
    from ..core import Core
    from ..web.routes import Routes
    from .service import PersonAdmin

__all__ = ["feature"]

feature: "Feature[PersonAdmin]" = Feature("staff_directory")


@feature.build
def build(core: "Core", get: Get) -> "PersonAdmin":
    """Build the service."""
    from .repository import AuditRepository
    from .service import PersonAdmin

    return PersonAdmin(
        transaction=core.transaction, repository=AuditRepository(core.store), clock=core.clock, ids=core.ids, people=get(people)
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes
