"""The declaration of ticket policies: a street's rules for tickets, their versions, and replays."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import access
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..tickets.feature import policies
from ..tickets.feature import queries as ticket_queries

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .book import PolicyBook
    from .service import TicketPolicies

__all__ = ["book", "feature"]

feature: "Feature[TicketPolicies]" = Feature("ticket_policy")


@feature.provide
def book(core: "Core", get: Get) -> "PolicyBook":
    """Build what looks up the rules of a street."""
    from .book import PolicyBook
    from .repository import PolicyRepository

    return PolicyBook(PolicyRepository(core.store))


@feature.fill(policies)
def fill_policies(core: "Core", get: Get) -> "PolicyBook":
    """Tell tickets what they are held to."""
    return get(book)


@feature.build
def build(core: "Core", get: Get) -> "TicketPolicies":
    """Build the service."""
    from ..store.facts import FactReader
    from .past_tickets import PastReader
    from .repository import PolicyRepository
    from .service import TicketPolicies

    return TicketPolicies(
        transaction=core.transaction,
        repository=PolicyRepository(core.store),
        clock=core.clock,
        access=get(access),
        people=get(people),
        places=get(places),
        metrics=core.metrics,
        book=get(book),
        past=PastReader(FactReader(core.store), get(ticket_queries).find_past),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    ticket_policies: "TicketPolicies", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return what fills messages now."""
    return ticket_policies.message_contexts(subjects)


feature.messages("ticket.holes_staff", templates=templates, context=context)


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import desk

    return (desk,)
