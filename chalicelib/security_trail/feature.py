"""The declaration of the security trail."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get, ServiceProvider
from ..people.feature import access, phones, trail_line

if TYPE_CHECKING:
    from ..core import Core
    from ..pages.declaration import Pages
    from ..people.accounts import TrailLine
    from ..web.routes import Routes
    from .audit import AuditLog
    from .service import EventSource, SecurityTrail

__all__ = ["audit", "claims_shown", "feature"]

feature: "Feature[SecurityTrail]" = Feature("security_trail")
# A claim shows a home. Its own row is its line in the trail, so that nothing is written twice.
claims_shown: "ServiceProvider[EventSource]" = ServiceProvider(
    "security_trail.claims_shown"
)  # filled by wishes


@feature.provide
def audit(core: "Core", get: Get) -> "AuditLog":
    """Build what makes the lines of the trail."""
    from .audit import AuditLog
    from .repository import TrailRepository

    return AuditLog(
        repository=TrailRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        phones=get(phones),
    )


@feature.fill(trail_line)
def make_trail_line(core: "Core", get: Get) -> "TrailLine":
    """Return what makes the line of a person's deed about their own account."""
    return get(audit).record_own


@feature.build
def build(core: "Core", get: Get) -> "SecurityTrail":
    """Build the service."""
    from .repository import TrailRepository
    from .service import SecurityTrail

    return SecurityTrail(
        transaction=core.transaction,
        repository=TrailRepository(core.store),
        access=get(access),
        audit=get(audit),
        claims=get(claims_shown),
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
