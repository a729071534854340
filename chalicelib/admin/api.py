"""Routes of the staff queue and parked jobs."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PlaceQuery
from ..web.routes import Routes
from .schemas import (
    ConvertedView,
    ConvertToWishIn,
    QueueTaskView,
    QueueView,
    SpendingView,
    StaffQueueQuery,
    TaskCountView,
)
from .service import StaffQueue

__all__ = ["routes"]

routes: Routes[StaffQueue] = Routes("admin", {})


def _converted(
    staff_queue: StaffQueue, context: RequestContext, wish_id: str
) -> ConvertedView:
    return ConvertedView(wish=wish_id)


def _nothing(
    staff_queue: StaffQueue, context: RequestContext, job_id: str
) -> None:
    """Answer a repeated request without a body."""


@routes.get("/v1/admin/queue")
def read_queue(
    staff_queue: StaffQueue, context: RequestContext, query: StaffQueueQuery
) -> QueueView:
    """Read the tasks that wait for the staff of a place, soonest due first."""
    page = staff_queue.queue(context, query.place, query.limit)
    items = [QueueTaskView.model_validate(task) for task in page.tasks.items]
    counts = {
        kind: TaskCountView.model_validate(count)
        for kind, count in page.counts.items()
    }
    return QueueView(
        items=items, counts=counts, next=context.cursor_of(page.tasks.next)
    )


@routes.post(
    "/v1/tickets/{ticket_id}/turn",
    status=201,
    conditional=False,
    reread=_converted,
)
def convert_ticket(
    staff_queue: StaffQueue,
    context: RequestContext,
    ticket_id: str,
    body: ConvertToWishIn,
) -> ConvertedView:
    """Convert a ticket to a wish, with the resident's consent."""
    wish = staff_queue.convert_to_wish(
        context, ticket_id, body.terms(), body.consent.given()
    )
    return ConvertedView(wish=wish.id)


@routes.post(
    "/v1/admin/jobs/{job_id}/redrive",
    status=204,
    conditional=False,
    reread=_nothing,
)
def redrive_job(
    staff_queue: StaffQueue,
    context: RequestContext,
    job_id: str,
    body: NoFields,
) -> None:
    """Make a parked job due again."""
    staff_queue.redrive(context, job_id)


@routes.get("/v1/admin/spending")
def read_spending(
    staff_queue: StaffQueue, context: RequestContext, query: PlaceQuery
) -> SpendingView:
    """Read the spending of a street on SMS this month."""
    return SpendingView.model_validate(
        staff_queue.spending(context, query.place)
    )
