"""Routes about messages."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from .schemas import InboxList, InboxView, MessageList, MessageQuery, MessageView
from .service import MessageLog
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[MessageLog] = Routes("messages", REFUSALS)


@routes.get("/v1/messages")
def list_messages(deliveries: MessageLog, context: RequestContext, query: MessageQuery) -> MessageList:
    """What somebody was sent, or should have been, newest first; for staff of her place."""
    page = deliveries.list_messages(context, query.person, query.limit)
    return MessageList(items=[MessageView.of(line) for line in page.items], next=context.cursor_of(page.next))


@routes.post("/v1/messages/{message_id}/visited", conditional=False)
def note_visit(deliveries: MessageLog, context: RequestContext, message_id: str, body: NoFields) -> MessageView:
    """Note that somebody went and told her what no channel could."""
    return MessageView.of(deliveries.note_visit(context, message_id))


@routes.get("/v1/me/inbox")
def read_inbox(deliveries: MessageLog, context: RequestContext, query: PageQuery) -> InboxList:
    """What one was told, newest first."""
    page = deliveries.read_inbox(context, query.limit)
    return InboxList(items=[InboxView.of(told) for told in page.items], next=context.cursor_of(page.next))
