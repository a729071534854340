"""Messages in the contract. A staff view holds no address and no code."""

from typing import Annotated

from pydantic import Field

from ..web.choices import Choices
from ..web.fields import Instant, PageQuery, PersonId, View
from .model import Channel, DeliveryState, InboxItem, MessageAttempt

__all__ = [
    "InboxItemView",
    "InboxList",
    "MessageList",
    "MessageQuery",
    "MessageView",
    "VisitView",
]

_SAME = (
    "id",
    "kind",
    "template",
    "person",
    "about",
    "channel",
    "state",
    "attempt",
    "parts",
    "at",
    "settled_at",
    "wants_visit",
)
_OPTIONAL = ("reason", "provider", "visited_by")


MessageKind = Annotated[
    str,
    Choices(
        "MessageKind",
        "The kind of a message, by the occasion that it tells of.",
    ),
]


class MessageQuery(PageQuery):
    """The person whose messages are listed."""

    person: PersonId


class MessageView(View):
    """A message to a person, sent or not, and the state of its delivery."""

    id: str
    kind: MessageKind
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
    def of(cls, attempt: MessageAttempt) -> "MessageView":
        """Return the view of an attempt."""
        fields = {name: getattr(attempt, name) for name in _SAME}
        optional = {name: getattr(attempt, name) or None for name in _OPTIONAL}
        cost_fen = -(-attempt.cost_li // 10)  # rounded up
        return cls.model_validate(fields | optional | {"cost_fen": cost_fen})


class MessageList(View):
    """A page of messages, newest first."""

    items: list[MessageView]
    next: str | None


class VisitView(View):
    """What a visit needs: the person, the place, the words to say, and the code to bring."""

    id: str
    person: PersonId
    name: str
    phone: str | None
    place: str
    address: str | None
    contact_note: str | None = Field(
        description="How else to reach them, such as a landline."
    )
    text: str = Field(description="What to say: the message that was not sent.")
    code: str | None = Field(
        description="The delivery code, where the visit is to bring it."
    )


class InboxItemView(View):
    """A message to the caller with its text as it was sent; codes are masked.

    `current` says whether it is still true. What was not sent has the text of now, or null.
    """

    id: str
    kind: MessageKind
    about: str
    text: str | None
    current: bool
    channel: Channel
    state: DeliveryState
    at: Instant

    @classmethod
    def of(cls, item: InboxItem) -> "InboxItemView":
        """Return the view of a message in an inbox."""
        attempt = item.attempt
        return cls(
            id=attempt.id,
            kind=attempt.kind,
            about=attempt.about,
            text=item.text,
            current=item.is_current,
            channel=attempt.channel,
            state=attempt.state,
            at=attempt.at,
        )


class InboxList(View):
    """A page of the caller's inbox, newest first."""

    items: list[InboxItemView]
    next: str | None
