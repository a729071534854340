"""What providers send back, as they send it."""

from typing import Annotated, Literal

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..people.schemas import mainland_mobile
from ..web.fields import Request

__all__ = ["WebhookIn"]


class ReportIn(Request):
    """What became of a message. `id` is the reference under which we sent it."""

    id: Annotated[str, Field(pattern=f"^msg_{ID_PATTERN}$")]
    status: Literal["delivered", "failed"]
    reason: Annotated[str, Field(max_length=100)] = ""


class ReplyIn(Request):
    """What somebody has replied. `id` is the provider's own, by which a repeated one is known."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    phone: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=500)]

    def from_phone(self) -> str | None:
        """Return the number that wrote; None for one that we never write to, which must not hold up the others."""
        try:
            return mainland_mobile(self.phone)
        except ValueError:
            return None


class WebhookIn(Request):
    """Reports and replies, as many as came together."""

    reports: Annotated[list[ReportIn], Field(max_length=100)] = []
    replies: Annotated[list[ReplyIn], Field(max_length=100)] = []
