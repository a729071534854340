"""What providers send back, as they send it."""

import re
from typing import Annotated, Literal

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..people.schemas import mainland_mobile
from ..web.fields import Request
from .service import DeliveryReport, SmsReply

__all__ = ["WebhookIn"]


class ReportIn(Request):
    """A delivery report. `id` is the reference under which we sent the message."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    status: Literal["delivered", "failed"]
    reason: Annotated[str, Field(max_length=1000)] = ""

    def as_report(self) -> DeliveryReport:
        """Return the report as the service takes it."""
        return DeliveryReport(
            id=self.id, delivered=self.status == "delivered", reason=self.reason
        )


class ReplyIn(Request):
    """What somebody has replied. `id` is the provider's own, by which a repeated one is known."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    phone: Annotated[str, Field(max_length=40)]
    text: str  # of any length: what one person writes must not hold up the others

    def from_phone(self) -> str | None:
        """Return the number that wrote, None for one that we never write to."""
        try:
            return mainland_mobile(self.phone)
        except ValueError:
            return None


class WebhookIn(Request):
    """Reports and replies, as many as came together."""

    reports: Annotated[list[ReportIn], Field(max_length=100)] = []
    replies: Annotated[list[ReplyIn], Field(max_length=100)] = []

    def delivery_reports(self) -> list[DeliveryReport]:
        """Return the reports on messages that may be ours."""
        ours = [
            report
            for report in self.reports
            if re.fullmatch(f"msg_{ID_PATTERN}", report.id)
        ]
        return [report.as_report() for report in ours]

    def sms_replies(self) -> list[SmsReply]:
        """Return the replies from phones that we write to."""
        found = []
        for reply in self.replies:
            phone = reply.from_phone()
            if phone:
                found.append(SmsReply(id=reply.id, phone=phone, text=reply.text))
        return found
