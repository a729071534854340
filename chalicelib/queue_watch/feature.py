"""The declaration of the watch over the staff queue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..feature import Feature, Get
from ..kernel.template import Lane
from ..places.feature import feature as places
from ..tickets.feature import street_days

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.job import Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.template import Templates
    from .service import QueueWatches

__all__ = ["feature"]

feature: "Feature[QueueWatches]" = Feature(
    "queue_watch", id_prefixes={"watch": "wch"}
)


@feature.build
def build(core: "Core", get: Get) -> "QueueWatches":
    """Build the service."""
    from .repository import WatchRepository
    from .service import QueueWatches
    from .waiting import WaitingCounts

    counts = WaitingCounts(
        places=get(places), hooks=core.hooks, tasks=core.tasks
    )
    return QueueWatches(
        transaction=core.transaction,
        repository=WatchRepository(core.store),
        clock=core.clock,
        places=get(places),
        days=get(street_days),
        hooks=core.hooks,
        outbox=core.outbox,
        metrics=core.metrics,
        counts=counts,
        tasks=core.tasks,
    )


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    watches: "QueueWatches", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return what waits for the recipients now."""
    return watches.counts.contexts(subjects)


feature.messages(
    "queue.waiting_staff",
    "queue.overdue_staff",
    templates=templates,
    context=context,
)


@feature.on_timer("queue_watch", lane=Lane.BULK)
def on_timer(watches: "QueueWatches", timer: "Timer") -> None:
    """Look at the queue of a street."""
    watches.on_timer(timer.entity_id, timer.id)


@feature.on_event("place.duty_taken")
def on_duty_taken(watches: "QueueWatches", event: "Event") -> None:
    """Tell people who take duty what waits for them."""
    watches.on_duty_taken(event)


@feature.rearm()
def rearm(watches: "QueueWatches") -> int:
    """Arm lost timers."""
    return watches.rearm()


@feature.place_of()
def place_of(watches: "QueueWatches", watch_id: str) -> str:
    """Return the street of a watch."""
    return watches.place_of(watch_id)
