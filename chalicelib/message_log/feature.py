"""What the message log brings: one line per message and address, the attempts, and who has to be visited."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import feature as people

if TYPE_CHECKING:
    from ..adapters.choice import Providers
    from ..adapters.console import DevMailbox
    from ..adapters.ports import EmailSender
    from ..core import Core
    from ..kernel.paging import Page
    from ..kernel.staff_queue import QueueQuery, Task
    from ..web.routes import Routes
    from .sending import Sender
    from .service import MessageLog

__all__ = ["dev_mailbox", "email", "feature", "sender", "sms"]

feature: "Feature[MessageLog]" = Feature("message_log", id_prefixes={"message": "msg"})


@feature.provide
def dev_mailbox(core: "Core", get: Get) -> "DevMailbox":
    """Build the mailbox into which console providers write."""
    from ..adapters.console import DevMailbox

    return DevMailbox(core.clock.now)


@feature.provide
def sms(core: "Core", get: Get) -> "Providers":
    """Build the providers of text messages."""
    from ..adapters.outlets import sms_providers

    return sms_providers(core.settings, core.ids, core.clock, lambda: get(dev_mailbox))


@feature.provide
def email(core: "Core", get: Get) -> "EmailSender":
    """Build what sends e-mail."""
    from ..adapters.outlets import email_sender

    return email_sender(core.settings, core.clock, lambda: get(dev_mailbox))


@feature.provide
def sender(core: "Core", get: Get) -> "Sender":
    """Build what makes attempts."""
    from .repository import MessageRepository
    from .sending import Sender, Tolls

    settings = core.settings
    return Sender(
        repository=MessageRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        outbox=core.outbox,
        sms=get(sms),
        email=get(email),
        templates=core.templates,
        tolls=Tolls(
            budget_li=None if settings.sms_budget_fen is None else settings.sms_budget_fen * 10,
            signature=settings.sms_signature,
            public_url=settings.public_url,
        ),
        metrics=core.metrics,
        log=core.log,
    )


@feature.build
def build(core: "Core", get: Get) -> "MessageLog":
    """Build the service."""
    from .repository import MessageRepository
    from .service import MessageLog

    return MessageLog(
        repository=MessageRepository(core.store),
        clock=core.clock,
        people=get(people),
        sender=get(sender),
        templates=core.templates,
        hooks=core.hooks,
        metrics=core.metrics,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.export()
def export(message_log: "MessageLog", person_id: str) -> Mapping[str, Any]:
    """Return what the person was told."""
    return message_log.export_data(person_id)


def visits_page(message_log: "MessageLog", query: "QueueQuery") -> "Page[tuple[str, Task]]":
    """Return the people whom somebody has to visit."""
    from .staff_queue import visits_page

    return visits_page(message_log, query)


def visits_count(message_log: "MessageLog", query: "QueueQuery") -> Mapping[str, int]:
    """Return how many people have to be visited."""
    from .staff_queue import visits_count

    return visits_count(message_log, query)


feature.queue(page=visits_page, count=visits_count)
