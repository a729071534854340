"""The declaration of places: the tree of a street, and the people on duty at each place."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import access, place_exists, streets
from ..people.feature import feature as people

if TYPE_CHECKING:
    from ..core import Core
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .service import Places

__all__ = ["feature"]

feature: "Feature[Places]" = Feature("places")


@feature.build
def build(core: "Core", get: Get) -> "Places":
    """Build the service."""
    from .repository import PlaceRepository
    from .service import Places

    def sms_provider_names() -> list[str]:
        """Read the secret only when a street names its provider."""
        return [one.name for one in core.settings.secrets.sms_providers]

    return Places(
        transaction=core.transaction,
        repository=PlaceRepository(core.store),
        clock=core.clock,
        access=get(access),
        people=get(people),
        sms_provider_names=sms_provider_names,
        default_contact=core.settings.open311_contact,
    )


@feature.fill(place_exists)
def fill_place_exists(core: "Core", get: Get) -> Callable[[str], bool]:
    """Return the check whether a place exists, which people use."""
    from .repository import PlaceRepository

    return PlaceRepository(core.store).place_exists


@feature.fill(streets)
def fill_streets(core: "Core", get: Get) -> Callable[[], Iterable[str]]:
    """Fill the port by which people find the streets."""
    from .repository import PlaceRepository

    return PlaceRepository(core.store).streets


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
