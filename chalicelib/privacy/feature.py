"""The declaration of privacy: what staff do about the data of others."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import access, erasure, personal_data
from ..people.feature import feature as people
from ..staff_directory.feature import audit

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.changes import Delete
    from ..kernel.staff_queue import QueuePart, QueueQuery
    from ..people.model import Person
    from ..web.routes import Routes
    from .service import Privacy

__all__ = ["feature"]

feature: "Feature[Privacy]" = Feature("privacy")


@feature.build
def build(core: "Core", get: Get) -> "Privacy":
    """Build the service."""
    from .repository import PrivacyRepository
    from .service import Privacy

    return Privacy(
        transaction=core.transaction,
        repository=PrivacyRepository(core.store),
        clock=core.clock,
        access=get(access),
        people=get(people),
        erasure=get(erasure),
        personal_data=get(personal_data),
        audit=get(audit),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.queue_line()
def pending(privacy: "Privacy", query: "QueueQuery") -> "QueuePart":
    """Return the erasures that wait for a second member of staff."""
    return privacy.pending(query)


@feature.erase_with()
def pending_of(privacy: "Privacy", person: "Person") -> "Iterable[Delete]":
    """Drop the request for the person's erasure."""
    return privacy.pending_of(person)
