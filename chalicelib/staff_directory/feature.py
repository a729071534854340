"""The declaration of the staff directory: records of staff about people."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..feature import Feature, Get, ServiceProvider
from ..people.feature import access, consents, lists, phones, registration
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..security_trail.feature import audit

if TYPE_CHECKING:
    from ..core import Core
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .pending_phone import PendingPhone
    from .reveals import Reveals
    from .service import PersonAdmin

__all__ = ["ReadPendingPhone", "feature", "pending_phone"]

feature: "Feature[PersonAdmin]" = Feature("staff_directory")
ReadPendingPhone: TypeAlias = "Callable[[str], PendingPhone | None]"
pending_phone: "ServiceProvider[ReadPendingPhone]" = ServiceProvider(
    "staff_directory.pending_phone"
)  # filled by phone_changes


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

    def read(person_id: str) -> "PendingPhone | None":
        """Load the phone changes for one person's view only."""
        return get(pending_phone)(person_id)

    return PersonAdmin(
        transaction=core.transaction,
        clock=core.clock,
        ids=core.ids,
        access=get(access),
        people=get(people),
        lists=get(lists),
        consents=get(consents),
        phones=get(phones),
        registration=get(registration),
        audit=get(audit),
        reveals=get(reveals),
        places=get(places),
        pending_phone=read,
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
    from .pages import pages

    return (pages, desk)
