"""What notifications bring: who is told, by which channel and when."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..feature import Feature, Get, Provider
from ..kernel.template import Lane
from ..message_log.feature import sender
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..signin.feature import feature as signin

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.jobs import JobRecord, ScheduledJob
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.template import Templates
    from .service import Notifier

__all__ = ["begin_fanout", "feature"]

feature: "Feature[Notifier]" = Feature("notifications")
begin_fanout: "Provider[Callable[[JobRecord], None]]" = Provider("notifications.begin_fanout")  # filled by fanouts


@feature.build
def build(core: "Core", get: Get) -> "Notifier":
    """Build the service."""
    from .service import Notifier

    return Notifier(
        clock=core.clock,
        people=get(people),
        places=get(places),
        signin=get(signin),
        sender=get(sender),
        templates=core.templates,
        hooks=core.hooks,
        begin_fanout=get(begin_fanout),
    )


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(notifier: "Notifier", subjects: "Sequence[MessageSubject]") -> "Sequence[MessageContext | None]":
    """Return nothing: a digest is composed of the messages that it holds."""
    return [None] * len(subjects)


feature.messages("reminders.digest", templates=templates, context=context, lane=Lane.BULK)


@feature.on_send()
def on_send(notifier: "Notifier", scheduled: "ScheduledJob") -> None:
    """Tell people something."""
    notifier.deliver(scheduled)
