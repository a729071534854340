"""Routes about messages."""

from ..kernel.call import Call
from ..web.api import Routes
from ..web.fields import NoFields, PageQuery
from .schemas import InboxList, InboxView, MessageList, MessageQuery, MessageView
from .service import Deliveries
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Deliveries] = Routes("messages", lambda services: services.deliveries, REFUSALS)


@routes.get("/v1/messages")
def list_messages(deliveries: Deliveries, call: Call, query: MessageQuery) -> MessageList:
    """What somebody was sent, or should have been, newest first; for staff of her place."""
    page = deliveries.list_messages(call, query.person, query.limit)
    return MessageList(items=[MessageView.of(line) for line in page.items], next=call.cursor_of(page.next))


@routes.post("/v1/messages/{message_id}/visited", conditional=False)
def note_visit(deliveries: Deliveries, call: Call, message_id: str, body: NoFields) -> MessageView:
    """Note that somebody went and told her what no channel could."""
    return MessageView.of(deliveries.note_visit(call, message_id))


@routes.get("/v1/me/inbox")
def read_inbox(deliveries: Deliveries, call: Call, query: PageQuery) -> InboxList:
    """What one was told, newest first."""
    page = deliveries.read_inbox(call, query.limit)
    return InboxList(items=[InboxView.of(told) for told in page.items], next=call.cursor_of(page.next))
