"""What people bring: accounts, consents, volunteers, and the erasure of a person."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get, Provider

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.jobs import Event
    from ..kernel.paging import Page, Position
    from ..web.routes import Routes
    from .access import Access
    from .service import People

__all__ = ["access", "feature", "place_exists"]

feature: "Feature[People]" = Feature("people", id_prefixes={"person": "per", "consent": "con"})
place_exists: "Provider[Callable[[str], bool]]" = Provider("people.place_exists")  # filled by places


@feature.provide
def access(core: "Core", get: Get) -> "Access":
    """Build the check that every use case makes first."""
    from .access import Access
    from .repository import PersonRepository

    return Access(PersonRepository(core.store))


@feature.build
def build(core: "Core", get: Get) -> "People":
    """Build the service."""
    from .repository import PersonRepository
    from .service import People

    return People(
        transaction=core.transaction,
        repository=PersonRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        place_exists=get(place_exists),
        hooks=core.hooks,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.group("place")
def people_below(people: "People", name: str, as_of: datetime, start: "Position | None", limit: int) -> "Page[str]":
    """Return the people of a place and below."""
    return people.ids_below(name, as_of, start, limit)


@feature.erase()
def erase(people: "People", event: "Event") -> None:
    """Take the names of witnesses out of an erased person's consents."""
    people.forget_witnesses(event.subject)
