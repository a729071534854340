"""The declaration of replies: delivery reports, answers by SMS, and unsubscribing."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..message_log.feature import delivery_reports, questions, unsubscribe_links
from ..people.feature import feature as people

if TYPE_CHECKING:
    from ..core import Core
    from ..web.routes import Routes
    from .service import Replies

__all__ = ["feature"]

feature: "Feature[Replies]" = Feature("replies")


@feature.build
def build(core: "Core", get: Get) -> "Replies":
    """Build the use cases of replies."""
    from .service import Replies

    keys = {}
    for provider in core.settings.secrets.sms_providers:
        if provider.key:
            keys[provider.name] = provider.key
    return Replies(
        transaction=core.transaction,
        clock=core.clock,
        people=get(people),
        questions=get(questions),
        reports=get(delivery_reports),
        links=get(unsubscribe_links),
        provider_keys=keys,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes
