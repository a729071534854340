"""Routes about tickets."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from .schemas import (
    AssignIn,
    BehalfIn,
    CommentIn,
    HoldIn,
    MergeIn,
    ResolveIn,
    SolvedIn,
    TicketIn,
    TicketQuery,
    TicketReasonIn,
)
from .service import Tickets
from .texts import REFUSALS
from .timer_views import ClockList, PhotosView, clock_view, photos_view
from .views import (
    AnyTicket,
    LineView,
    MyTicketList,
    TicketEventList,
    TicketEventView,
    TicketList,
    ticket_view,
)

__all__ = ["routes"]


def _reread(tickets: Tickets, context: RequestContext, ticket_id: str) -> AnyTicket:
    return ticket_view(tickets.queries.read_ticket(context, ticket_id))


routes: Routes[Tickets] = Routes("tickets", REFUSALS, _reread)


@routes.post("/v1/tickets", status=201)
def report_problem(tickets: Tickets, context: RequestContext, body: TicketIn) -> AnyTicket:
    """Report a problem, for oneself or with consent for somebody else."""
    consent = body.consent.given() if body.consent else None
    return ticket_view(tickets.report(context, body.terms(), body.on_behalf_of, consent))


@routes.get("/v1/tickets")
def list_tickets(tickets: Tickets, context: RequestContext, query: TicketQuery) -> TicketList:
    """The tickets of a place for its staff; for others those that are theirs."""
    page = tickets.queries.list_tickets(context, query.place, query.wants, newest=query.newest, limit=query.limit)
    items = [LineView.of(line, found) for line, found in page.items]
    return TicketList(items=items, next=context.cursor_of(page.next))


@routes.get("/v1/tickets/{ticket_id}")
def read_ticket(tickets: Tickets, context: RequestContext, ticket_id: str) -> AnyTicket:
    """A ticket as the caller may see it."""
    return _reread(tickets, context, ticket_id)


@routes.get("/v1/tickets/{ticket_id}/timeline")
def read_ticket_timeline(tickets: Tickets, context: RequestContext, ticket_id: str, query: PageQuery) -> TicketEventList:
    """What happened to a ticket, oldest first."""
    page, found = tickets.queries.read_timeline(context, ticket_id, query.limit)
    return TicketEventList(
        items=[TicketEventView.of(e, found, context.actor.id) for e in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/tickets/{ticket_id}/clocks")
def read_clocks(tickets: Tickets, context: RequestContext, ticket_id: str) -> ClockList:
    """The clocks of a ticket: limit, start and due time, and how it came about, line by line."""
    return ClockList(items=[clock_view(clock, context.locale) for clock in tickets.queries.read_clocks(context, ticket_id)])


@routes.get("/v1/tickets/{ticket_id}/photos")
def read_photos(tickets: Tickets, context: RequestContext, ticket_id: str) -> PhotosView:
    """The photos of a ticket and of its solution."""
    return photos_view(*tickets.queries.read_photos(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/accept")
def accept_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: NoFields) -> AnyTicket:
    """Say that it is one's own to see to."""
    return ticket_view(tickets.accept(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/assign")
def assign_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: AssignIn) -> AnyTicket:
    """Name who sees to it."""
    return ticket_view(tickets.assign(context, ticket_id, body.to))


@routes.post("/v1/tickets/{ticket_id}/bounce")
def bounce_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: TicketReasonIn) -> AnyTicket:
    """Say that it is not one's own; no clock stops for that."""
    return ticket_view(tickets.bounce(context, ticket_id, body.reason))


@routes.post("/v1/tickets/{ticket_id}/comment")
def comment_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: CommentIn) -> AnyTicket:
    """Say something, to those who reported it or among those who work on it."""
    return ticket_view(tickets.comment(context, ticket_id, body.text, public=body.public))


@routes.post("/v1/tickets/{ticket_id}/hold")
def hold_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: HoldIn) -> AnyTicket:
    """Say that nothing can be done until an instant."""
    return ticket_view(tickets.hold(context, ticket_id, body.reason, body.until))


@routes.post("/v1/tickets/{ticket_id}/resume")
def resume_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: NoFields) -> AnyTicket:
    """Go on with it."""
    return ticket_view(tickets.resume(context, ticket_id))


@routes.post("/v1/tickets/{ticket_id}/resolve")
def resolve_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: ResolveIn) -> AnyTicket:
    """Say that it is done; everybody who reported it is asked whether it is."""
    return ticket_view(tickets.resolve(context, ticket_id, body.note, tuple(body.photos or ())))


@routes.post("/v1/tickets/{ticket_id}/confirm")
def confirm_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: SolvedIn) -> AnyTicket:
    """Say that it is solved; with the last answer it is over."""
    return ticket_view(tickets.confirm(context, ticket_id, body.satisfied, body.on_behalf_of))


@routes.post("/v1/tickets/{ticket_id}/reopen")
def reopen_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: TicketReasonIn) -> AnyTicket:
    """Say that it is not solved: the same person has it, one level up."""
    return ticket_view(tickets.reopen(context, ticket_id, body.reason))


@routes.post("/v1/tickets/{ticket_id}/close")
def close_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: TicketReasonIn) -> AnyTicket:
    """End it without a solution, and say why."""
    return ticket_view(tickets.close(context, ticket_id, body.reason))


@routes.post("/v1/tickets/{ticket_id}/escalate")
def escalate_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: TicketReasonIn) -> AnyTicket:
    """Take it to the level above."""
    return ticket_view(tickets.escalate(context, ticket_id, body.reason))


@routes.post("/v1/tickets/{ticket_id}/join")
def join_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: BehalfIn) -> AnyTicket:
    """Me too: one hears of it and is asked like whoever reported it."""
    consent = body.consent.given() if body.consent else None
    return ticket_view(tickets.join(context, ticket_id, body.on_behalf_of, consent))


@routes.post("/v1/tickets/{ticket_id}/merge")
def merge_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: MergeIn) -> AnyTicket:
    """See to it together with another."""
    return ticket_view(tickets.merge(context, ticket_id, body.into))


@routes.post("/v1/tickets/{ticket_id}/split")
def split_ticket(tickets: Tickets, context: RequestContext, ticket_id: str, body: NoFields) -> AnyTicket:
    """Let a merged ticket go on by itself."""
    return ticket_view(tickets.split(context, ticket_id))


@routes.get("/v1/me/tickets")
def my_tickets(tickets: Tickets, context: RequestContext, query: PageQuery) -> MyTicketList:
    """What one has reported or joined, newest first."""
    page = tickets.queries.my_tickets(context, query.limit)
    return MyTicketList(items=[ticket_view(seen) for seen in page.items], next=context.cursor_of(page.next))
