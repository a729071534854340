"""Requests of SMS providers: delivery reports and replies."""

import re
from typing import Annotated, Literal

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..people.fields import mainland_mobile
from ..web.choices import Choices
from ..web.fields import Instant, PersonId, Request, View
from .model import ReplyEffect, StoredReply
from .service import DeliveryReport, SmsReply

__all__ = ["ReplyView", "SmsWebhookIn"]


class DeliveryReportIn(Request):
    """A delivery report. `id` is the reference under which we sent the message."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    status: Annotated[
        Literal["delivered", "failed"],
        Choices("DeliveryReportStatus", "What became of an SMS."),
    ]
    reason: Annotated[str, Field(max_length=1000)] = ""

    def is_ours(self) -> bool:
        """Say whether the reference may be that of one of our messages."""
        return re.fullmatch(f"msg_{ID_PATTERN}", self.id) is not None

    def as_report(self) -> DeliveryReport:
        """Return the report as the service takes it."""
        delivered = self.status == "delivered"
        return DeliveryReport(
            id=self.id, delivered=delivered, reason=self.reason
        )


class SmsReplyIn(Request):
    """A reply by SMS. `id` is the provider's, the same when the reply is repeated."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    phone: Annotated[str, Field(max_length=40)]
    text: str  # of any length: a long reply must not hold up the others

    def as_reply(self) -> SmsReply | None:
        """Return the reply as the service takes it, None if we never send to the phone."""
        try:
            phone = mainland_mobile(self.phone)
        except ValueError:
            return None
        return SmsReply(id=self.id, phone=phone, text=self.text)


class SmsWebhookIn(Request):
    """Delivery reports and replies that a provider sends together."""

    reports: Annotated[list[DeliveryReportIn], Field(max_length=100)] = []
    replies: Annotated[list[SmsReplyIn], Field(max_length=100)] = []

    def delivery_reports(self) -> list[DeliveryReport]:
        """Return the reports on messages that may be ours."""
        return [
            report.as_report() for report in self.reports if report.is_ours()
        ]

    def sms_replies(self) -> list[SmsReply]:
        """Return the replies from phones that we send to."""
        replies = []
        for received in self.replies:
            reply = received.as_reply()
            if reply:
                replies.append(reply)
        return replies


class ReplyView(View):
    """A reply by SMS that waits for staff, or waited. `about` is what it may be about."""

    id: str
    person: PersonId | None
    text: str
    about: str | None
    effect: ReplyEffect
    at: Instant
    due_at: Instant | None
    handled_by: PersonId | None
    handled_at: Instant | None

    @classmethod
    def of(cls, reply: StoredReply) -> "ReplyView":
        """Return the view of a reply."""
        return cls(
            id=reply.id,
            person=reply.person_id or None,
            text=reply.text,
            about=reply.about or None,
            effect=reply.effect,
            at=reply.created_at,
            due_at=reply.due_at,
            handled_by=reply.handled_by or None,
            handled_at=reply.handled_at,
        )
