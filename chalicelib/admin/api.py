"""Routes of the staff queue and parked jobs."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PlaceQuery
from ..web.routes import Routes
from .bulk_schemas import (
    BulkAssignIn,
    BulkIn,
    BulkMergeIn,
    BulkRejectIn,
    BulkResultList,
)
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
    page = staff_queue.queue(
        context, query.place, query.limit, query.filter_of(context.actor.id)
    )
    items = [QueueTaskView.model_validate(task) for task in page.tasks.items]
    counts = {
        kind: TaskCountView.model_validate(count)
        for kind, count in page.counts.items()
    }
    return QueueView(
        place_name=page.place_name,
        items=items,
        counts=counts,
        late=TaskCountView.model_validate(page.late),
        unassigned=TaskCountView.model_validate(page.unassigned),
        next_due_at=page.next_due_at,
        next=context.cursor_of(page.tasks.next),
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


# Moves in bulk. Each item has its own Idempotency-Key, so a repeated request runs again.


@routes.post("/v1/admin/queue/approve", conditional=False)
def approve_wishes(
    staff_queue: StaffQueue, context: RequestContext, body: BulkIn
) -> BulkResultList:
    """Put several wishes on the wall."""
    return BulkResultList.of(staff_queue.bulk.approve(context, body.wanted))


@routes.post("/v1/admin/queue/reject", conditional=False)
def reject_wishes(
    staff_queue: StaffQueue, context: RequestContext, body: BulkRejectIn
) -> BulkResultList:
    """Reject several wishes with one reason."""
    return BulkResultList.of(
        staff_queue.bulk.reject(context, body.wanted, body.reason)
    )


@routes.post("/v1/admin/queue/accept", conditional=False)
def accept_tickets(
    staff_queue: StaffQueue, context: RequestContext, body: BulkIn
) -> BulkResultList:
    """Accept several tickets; the caller becomes their assignee."""
    return BulkResultList.of(staff_queue.bulk.accept(context, body.wanted))


@routes.post("/v1/admin/queue/assign", conditional=False)
def assign_tickets(
    staff_queue: StaffQueue, context: RequestContext, body: BulkAssignIn
) -> BulkResultList:
    """Assign several tickets to a role or a person."""
    return BulkResultList.of(
        staff_queue.bulk.assign(context, body.wanted, body.to)
    )


@routes.post("/v1/admin/queue/merge", conditional=False)
def merge_tickets(
    staff_queue: StaffQueue, context: RequestContext, body: BulkMergeIn
) -> BulkResultList:
    """Merge several tickets into one."""
    return BulkResultList.of(
        staff_queue.bulk.merge(context, body.wanted, body.into)
    )


@routes.post("/v1/admin/queue/visited", conditional=False)
def note_visits(
    staff_queue: StaffQueue, context: RequestContext, body: BulkIn
) -> BulkResultList:
    """Record that staff visited the people of several messages."""
    return BulkResultList.of(staff_queue.bulk.note_visits(context, body.wanted))


@routes.post("/v1/admin/queue/redrive", conditional=False)
def redrive_jobs(
    staff_queue: StaffQueue, context: RequestContext, body: BulkIn
) -> BulkResultList:
    """Make several parked jobs due again."""
    results = staff_queue.bulk.run(context, body.wanted, staff_queue.redrive)
    return BulkResultList.of(results)
