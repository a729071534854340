"""The declaration of notifications: recipients, channels and times of messages."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..feature import Feature, Get, ServiceProvider
from ..kernel.job import Send
from ..kernel.template import Lane
from ..message_log.feature import digest, message_log, sms_budget, staff_phones
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..signin.feature import challenges

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.job import ScheduledJob
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.template import Templates
    from .recipients import Recipients
    from .service import Notifier

__all__ = ["feature", "recipients", "start_fanout"]

feature: "Feature[Notifier]" = Feature("notifications")
# The feature fanouts fills it.
start_fanout: "ServiceProvider[Callable[[Send], None]]" = ServiceProvider(
    "notifications.start_fanout"
)


@feature.provide
def recipients(core: "Core", get: Get) -> "Recipients":
    """Build the finder of routes."""
    from .recipients import Recipients

    return Recipients(
        people=get(people),
        places=get(places),
        hooks=core.hooks,
        metrics=core.metrics,
    )


@feature.build
def build(core: "Core", get: Get) -> "Notifier":
    """Build the notifier."""
    from .digest_notifier import DigestNotifier
    from .service import Notifier

    digest_notifier = DigestNotifier(
        clock=core.clock,
        recipients=get(recipients),
        log=get(message_log),
        digest=get(digest),
        staff_phones=get(staff_phones),
        budget=get(sms_budget),
    )
    return Notifier(
        clock=core.clock,
        recipients=get(recipients),
        challenges=get(challenges),
        log=get(message_log),
        digest=get(digest),
        staff_phones=get(staff_phones),
        digest_notifier=digest_notifier,
        budget=get(sms_budget),
        templates=core.templates,
        hooks=core.hooks,
        start_fanout=get(start_fanout),
    )


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def bundles() -> "Templates":
    """Load the templates of bundles."""
    from .texts import BUNDLES

    return BUNDLES


def context(
    notifier: "Notifier",
    subjects: "Sequence[MessageSubject]",
) -> "Sequence[MessageContext | None]":
    """Return no contexts: a digest or bundle consists of the messages that it holds."""
    return [None] * len(subjects)


feature.messages(
    "reminders.digest", templates=templates, context=context, lane=Lane.BULK
)
feature.messages(
    "reminders.bundle",
    "reminders.urgent_bundle",
    "reminders.urgent_more",
    "reminders.morning",
    templates=bundles,
    context=context,
)


@feature.on_send()
def on_send(notifier: "Notifier", scheduled: "ScheduledJob") -> None:
    """Send a message."""
    if isinstance(scheduled.job, Send):
        notifier.deliver(scheduled.job, scheduled.at)
