"""Routes about tickets."""

from ..kernel.errors import Invalid
from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from .nearby_views import NearbyTicket
from .schemas import (
    AssignTicketIn,
    CloseTicketIn,
    CommentOnTicketIn,
    ConfirmTicketIn,
    EscalateTicketIn,
    HoldTicketIn,
    JoinTicketIn,
    MergeTicketIn,
    PublishTicketIn,
    ResolveTicketIn,
    TicketIn,
    TicketQuery,
    TicketReasonIn,
)
from .service import Tickets
from .texts import REFUSALS
from .timeline_views import TicketEventList, TicketEventView
from .timer_views import (
    SlaTimerList,
    TicketPhotosView,
    photos_view,
    sla_timer_view,
)
from .views import (
    AnyTicket,
    MyTicketList,
    TicketLineView,
    TicketList,
    ticket_view,
)

__all__ = ["routes"]


def _reread(
    tickets: Tickets, context: RequestContext, ticket_id: str
) -> AnyTicket:
    return ticket_view(tickets.queries.read_ticket(context, ticket_id))


routes: Routes[Tickets] = Routes("tickets", REFUSALS, _reread)


@routes.post("/v1/tickets", status=201)
def report_problem(
    tickets: Tickets, context: RequestContext, body: TicketIn
) -> AnyTicket:
    """Report a problem, for the caller or with consent for another person."""
    consent = body.consent.given() if body.consent else None
    return ticket_view(
        tickets.report(context, body.terms(), body.on_behalf_of, consent)
    )


@routes.get("/v1/tickets")
def list_tickets(
    tickets: Tickets, context: RequestContext, query: TicketQuery
) -> TicketList:
    """List the tickets of a place for its staff; others get their own, or what is open nearby."""
    if (query.place is None) is (query.near is None):
        raise Invalid("ticket.place_or_near", ["place"])
    if query.near:
        return _list_nearby(tickets, context, query.near, query.limit)
    page = tickets.queries.list_tickets(
        context,
        query.filter_of(query.place or "", context.actor.id),
        newest=query.newest,
        limit=query.limit,
    )
    items = [TicketLineView.of(line, found) for line, found in page.items]
    return TicketList(items=items, next=context.cursor_of(page.next))


def _list_nearby(
    tickets: Tickets, context: RequestContext, near: str, limit: int
) -> TicketList:
    page = tickets.nearby.list_near(context, near, limit)
    now = tickets.nearby.clock.now()
    items = [
        NearbyTicket.of(nearby, now, context.locale) for nearby in page.items
    ]
    return TicketList(items=items, next=context.cursor_of(page.next))


@routes.get("/v1/tickets/{ticket_id}")
def read_ticket(
    tickets: Tickets, context: RequestContext, ticket_id: str
) -> AnyTicket:
    """Read a ticket as the caller may see it."""
    return _reread(tickets, context, ticket_id)


@routes.get("/v1/tickets/{ticket_id}/timeline")
def read_ticket_timeline(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    query: PageQuery,
) -> TicketEventList:
    """Read the timeline of a ticket, oldest first."""
    page, found, names = tickets.queries.read_timeline(
        context, ticket_id, query.limit
    )
    return TicketEventList(
        items=[
            TicketEventView.of(event, found, context.actor.id, names)
            for event in page.items
        ],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/tickets/{ticket_id}/clocks")
def read_sla_timers(
    tickets: Tickets, context: RequestContext, ticket_id: str
) -> SlaTimerList:
    """Read the SLA timers of a ticket, with an explanation of each deadline."""
    return SlaTimerList(
        items=[
            sla_timer_view(clock, context.locale)
            for clock in tickets.queries.read_sla_timers(context, ticket_id)
        ]
    )


@routes.get("/v1/tickets/{ticket_id}/photos")
def read_ticket_photos(
    tickets: Tickets, context: RequestContext, ticket_id: str
) -> TicketPhotosView:
    """Read the photos of a ticket and of its solution."""
    return photos_view(*tickets.queries.read_ticket_photos(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/accept")
def accept_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: NoFields,
) -> AnyTicket:
    """Accept the ticket; the caller becomes its assignee."""
    return ticket_view(tickets.accept(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/assign")
def assign_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: AssignTicketIn,
) -> AnyTicket:
    """Assign the ticket to a role or a person."""
    return ticket_view(tickets.assign(context, ticket_id, body.to))


@routes.post("/v1/tickets/{ticket_id}/bounce")
def bounce_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: TicketReasonIn,
) -> AnyTicket:
    """Return the ticket to its dispatcher; no SLA timer stops."""
    return ticket_view(tickets.bounce(context, ticket_id, body.reason))


@routes.post("/v1/tickets/{ticket_id}/comment")
def comment_on_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: CommentOnTicketIn,
) -> AnyTicket:
    """Comment for the reporters, or leave a note for staff, or for the assignee, too."""
    return ticket_view(
        tickets.comment(
            context,
            ticket_id,
            body.text,
            public=body.public,
            to_assignee=body.to_assignee,
        )
    )


@routes.post("/v1/tickets/{ticket_id}/hold")
def hold_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: HoldTicketIn,
) -> AnyTicket:
    """Put the ticket on hold until an instant."""
    return ticket_view(
        tickets.hold(context, ticket_id, body.reason, body.until)
    )


@routes.post("/v1/tickets/{ticket_id}/resume")
def resume_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: NoFields,
) -> AnyTicket:
    """End the hold of the ticket."""
    return ticket_view(tickets.resume(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/resolve")
def resolve_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: ResolveTicketIn,
) -> AnyTicket:
    """Resolve the ticket; its reporters are asked to confirm."""
    return ticket_view(
        tickets.resolve(
            context,
            ticket_id,
            body.note,
            tuple(body.photos or ()),
            publish=bool(body.publish),
        )
    )


@routes.post("/v1/tickets/{ticket_id}/confirm")
def confirm_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: ConfirmTicketIn,
) -> AnyTicket:
    """Confirm the solution; the last answer closes the ticket."""
    return ticket_view(
        tickets.endings.confirm(
            context, ticket_id, body.satisfied, body.on_behalf_of
        )
    )


@routes.post("/v1/tickets/{ticket_id}/reopen")
def reopen_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: TicketReasonIn,
) -> AnyTicket:
    """Reopen the ticket one level up, with the same assignee."""
    return ticket_view(tickets.endings.reopen(context, ticket_id, body.reason))


@routes.post("/v1/tickets/{ticket_id}/close")
def close_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: CloseTicketIn,
) -> AnyTicket:
    """Close the ticket without a solution, with a reason."""
    return ticket_view(
        tickets.endings.close(
            context, ticket_id, body.reason, publish=body.publish
        )
    )


@routes.post("/v1/tickets/{ticket_id}/publish")
def publish_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: PublishTicketIn,
) -> AnyTicket:
    """Release the text of the ticket to the public, as staff edited it."""
    return ticket_view(
        tickets.publish(context, ticket_id, body.text, body.solution)
    )


@routes.post("/v1/tickets/{ticket_id}/hide")
def hide_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: NoFields,
) -> AnyTicket:
    """Take back all texts of the ticket that the public reads."""
    return ticket_view(tickets.hide(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/escalate")
def escalate_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: EscalateTicketIn,
) -> AnyTicket:
    """Escalate the ticket to the level above; with `urgent` it rings there."""
    return ticket_view(
        tickets.escalate(context, ticket_id, body.reason, urgent=body.urgent)
    )


@routes.post("/v1/tickets/{ticket_id}/join")
def join_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: JoinTicketIn,
) -> AnyTicket:
    """Join the ticket; the person becomes one of its reporters."""
    consent = body.consent.given() if body.consent else None
    return ticket_view(
        tickets.join(context, ticket_id, body.on_behalf_of, consent)
    )


@routes.post("/v1/tickets/{ticket_id}/merge")
def merge_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: MergeTicketIn,
) -> AnyTicket:
    """Merge the ticket into another."""
    return ticket_view(tickets.endings.merge(context, ticket_id, body.into))


@routes.post("/v1/tickets/{ticket_id}/split")
def split_ticket(
    tickets: Tickets,
    context: RequestContext,
    ticket_id: str,
    body: NoFields,
) -> AnyTicket:
    """Split a merged ticket off again."""
    return ticket_view(tickets.endings.split(context, ticket_id))


@routes.get("/v1/me/tickets")
def list_my_tickets(
    tickets: Tickets, context: RequestContext, query: PageQuery
) -> MyTicketList:
    """List the tickets that the caller reported or joined, newest first."""
    page = tickets.queries.list_my_tickets(context, query.limit)
    return MyTicketList(
        items=[ticket_view(seen) for seen in page.items],
        next=context.cursor_of(page.next),
    )
