"""Routes about messages."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from .schemas import InboxList, InboxView, MessageList, MessageQuery, MessageView
from .service import Messages
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Messages] = Routes("messages", REFUSALS)


@routes.get("/v1/messages")
def list_messages(messages: Messages, context: RequestContext, query: MessageQuery) -> MessageList:
    """What somebody was sent, or should have been, newest first; for staff of her place."""
    page = messages.list_messages(context, query.person, query.limit)
    return MessageList(
        items=[MessageView.of(attempt) for attempt in page.items], next=context.cursor_of(page.next)
    )


@routes.post("/v1/messages/{message_id}/visited", conditional=False)
def note_visit(
    messages: Messages, context: RequestContext, message_id: str, body: NoFields
) -> MessageView:
    """Note that somebody went and told her what no channel could."""
    return MessageView.of(messages.note_visit(context, message_id))


@routes.get("/v1/me/inbox")
def read_inbox(messages: Messages, context: RequestContext, query: PageQuery) -> InboxList:
    """What one was told, newest first."""
    page = messages.read_inbox(context, query.limit)
    return InboxList(
        items=[InboxView.of(item) for item in page.items], next=context.cursor_of(page.next)
    )
