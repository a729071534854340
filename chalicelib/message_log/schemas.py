"""Messages as staff and those whom they are for see them. Nobody's address, and no code, stands in a staff view."""

from ..web.fields import Instant, PageQuery, PersonId, View
from .model import Channel, DeliveryState, MessageAttempt
from .service import Told

__all__ = ["InboxList", "InboxView", "MessageList", "MessageQuery", "MessageView"]


class MessageQuery(PageQuery):
    """Whose messages."""

    person: PersonId


class MessageView(View):
    """What was sent, or not, and what is known of it."""

    id: str
    kind: str
    template: int
    person: PersonId
    about: str
    channel: Channel
    state: DeliveryState
    reason: str | None
    attempt: int
    parts: int
    cost_fen: int
    provider: str | None
    at: Instant
    settled_at: Instant | None
    wants_visit: bool
    visited_by: PersonId | None

    @classmethod
    def of(cls, line: MessageAttempt) -> "MessageView":
        """Return the view of a line of the ledger."""
        same = ("id", "kind", "template", "person", "about", "channel", "state", "attempt", "parts", "at", "settled_at")
        fields = {name: getattr(line, name) for name in (*same, "wants_visit")}
        rest = {name: getattr(line, name) or None for name in ("reason", "provider", "visited_by")}
        return cls.model_validate(fields | rest | {"cost_fen": -(-line.cost_li // 10)})


class MessageList(View):
    """A page of messages, newest first."""

    items: list[MessageView]
    next: str | None


class InboxView(View):
    """A message to oneself, in words that are true now; without words it is over."""

    id: str
    kind: str
    about: str
    text: str | None
    channel: Channel
    state: DeliveryState
    at: Instant

    @classmethod
    def of(cls, told: Told) -> "InboxView":
        """Return the view of a message to oneself."""
        fields = {name: getattr(told.line, name) for name in ("id", "kind", "about", "channel", "state", "at")}
        return cls.model_validate(fields | {"text": told.text})


class InboxList(View):
    """A page of one's inbox, newest first."""

    items: list[InboxView]
    next: str | None
