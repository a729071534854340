"""The declaration of the staff queue and of parked jobs."""

from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.place import PlaceKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..message_log.feature import feature as message_log
from ..message_log.feature import sms_budget
from ..people.feature import access
from ..tickets.feature import conversion as ticket_conversion
from ..tickets.feature import feature as tickets
from ..wishes.feature import feature as wishes
from ..wishes.feature import submitter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core import Core
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .service import StaffQueue

__all__ = ["feature"]

feature: "Feature[StaffQueue]" = Feature("admin", id_prefixes={"job": "due"})


@feature.build
def build(core: "Core", get: Get) -> "StaffQueue":
    """Build the service."""
    from .bulk import BulkMoves
    from .service import StaffQueue

    bulk = BulkMoves(
        access=get(access),
        transaction=core.transaction,
        find_wishes=lambda: get(wishes),
        find_tickets=lambda: get(tickets),
        find_messages=lambda: get(message_log),
    )
    return StaffQueue(
        transaction=core.transaction,
        access=get(access),
        submitter=get(submitter),
        tickets=get(ticket_conversion),
        sms_budget=get(sms_budget),
        outbox=core.outbox,
        tasks=core.tasks,
        bulk=bulk,
        templates=core.templates,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import pages

    return (pages,)


@feature.queue_line(
    QueueKind(
        "job.parked",
        text(zh="失败的任务", en="failed jobs"),
        lowest=PlaceKind.COMMUNITY,
    )
)
def parked(
    staff_queue: "StaffQueue",
    query: "QueueQuery",
    found: "Sequence[FoundTask]",
) -> "list[Task | None]":
    """Return the parked jobs as tasks."""
    from .service import job_lines

    return job_lines(query, found, staff_queue.templates)
