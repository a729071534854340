"""Routes of the staff desk."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PlaceQuery
from ..web.routes import Routes
from .schemas import (
    QueueView,
    SpendingView,
    StaffQueueQuery,
    TaskView,
    TurnedView,
    TurnIn,
)
from .service import Desk

__all__ = ["routes"]

routes: Routes[Desk] = Routes("admin", {})


@routes.get("/v1/admin/queue")
def read_queue(
    desk: Desk, context: RequestContext, query: StaffQueueQuery
) -> QueueView:
    """What waits for the staff of a place, soonest due first."""
    page, counts = desk.queue(context, query.place, query.limit)
    items = [TaskView.model_validate(task) for task in page.items]
    return QueueView(
        items=items, counts=dict(counts), next=context.cursor_of(page.next)
    )


@routes.post(
    "/v1/tickets/{ticket_id}/turn",
    status=201,
    conditional=False,
    reread=lambda desk, context, wish_id: TurnedView(wish=wish_id),
)
def turn_ticket(
    desk: Desk, context: RequestContext, ticket_id: str, body: TurnIn
) -> TurnedView:
    """Turn a ticket into a wish that volunteers can take, with the resident's consent."""
    return TurnedView(
        wish=desk.turn_into_wish(
            context, ticket_id, body.terms(), body.consent.given()
        ).id
    )


@routes.post(
    "/v1/admin/jobs/{job_id}/redrive",
    status=204,
    conditional=False,
    reread=lambda desk, context, job_id: None,
)
def redrive_job(
    desk: Desk, context: RequestContext, job_id: str, body: NoFields
) -> None:
    """Make a job that failed for good due again."""
    desk.redrive(context, job_id)


@routes.get("/v1/admin/spending")
def read_spending(
    desk: Desk, context: RequestContext, query: PlaceQuery
) -> SpendingView:
    """What the street of a place has spent on text messages this month."""
    return SpendingView.model_validate(desk.spending(context, query.place))
