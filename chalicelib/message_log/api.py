"""Routes about messages."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from .queries import MessageQueries
from .schemas import (
    InboxItemView,
    InboxList,
    MessageList,
    MessageQuery,
    MessageView,
    VisitView,
)
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[MessageQueries] = Routes("messages", REFUSALS)


@routes.get("/v1/messages")
def list_messages(
    messages: MessageQueries,
    context: RequestContext,
    query: MessageQuery,
) -> MessageList:
    """List the messages to a person, newest first; for staff of the person's place."""
    page = messages.list_messages(context, query.person, query.limit)
    return MessageList(
        items=[MessageView.of(attempt) for attempt in page.items],
        next=context.cursor_of(page.next),
    )


@routes.post("/v1/messages/{message_id}/visited", conditional=False)
def note_visit(
    messages: MessageQueries,
    context: RequestContext,
    message_id: str,
    body: NoFields,
) -> MessageView:
    """Record that staff visited the person about the message."""
    return MessageView.of(messages.note_visit(context, message_id))


@routes.post(
    "/v1/messages/{message_id}/visit",
    conditional=False,
    reread=lambda messages, context, message_id: VisitView.model_validate(
        messages.reread_visit(context, message_id)
    ),
)
def open_visit(
    messages: MessageQueries,
    context: RequestContext,
    message_id: str,
    body: NoFields,
) -> VisitView:
    """Open a visit: the person, the place, what to say. The look is in the security trail."""
    return VisitView.model_validate(messages.open_visit(context, message_id))


@routes.get("/v1/me/inbox")
def read_inbox(
    messages: MessageQueries, context: RequestContext, query: PageQuery
) -> InboxList:
    """List the messages to the caller, newest first."""
    page = messages.read_inbox(context, query.limit)
    return InboxList(
        items=[InboxItemView.of(item) for item in page.items],
        next=context.cursor_of(page.next),
    )
