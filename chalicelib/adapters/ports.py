"""What features need of adapters. Sending is one attempt: providers take no idempotency token, so they never retry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

__all__ = [
    "EmailSender",
    "Files",
    "Mail",
    "PostForm",
    "Refused",
    "Sms",
    "SmsSender",
    "Unclear",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A text message, signature and suffix included. `id` is our reference, which a delivery report brings back."""

    id: str
    phone: str
    text: str
    kind: str
    promotional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail. `unsubscribe` is the address of the one-click unsubscription (RFC 8058), empty for what cannot be refused."""

    id: str
    address: str
    subject: str
    text: str
    kind: str
    unsubscribe: str = ""


class Refused(Exception):
    """The provider has certainly not taken the message. `final` means that another attempt would be refused as well."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


class Unclear(Exception):
    """The provider may or may not have taken the message. Its text is a status or a code and never what was sent."""


class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, sms: Sms) -> str:
        """Hand a text to the provider in one attempt; return the provider's own reference, or an empty text.

        Raises:
            Refused: it was certainly not taken (a throttle, an invalid number, no connection was made).
            Exception: anything else, `Unclear` or not, means that it may or may not have been taken (a time-out, a reset, a 5xx).

        """
        ...


class EmailSender(Protocol):
    """Sends mail."""

    def send(self, mail: Mail) -> str:
        """Hand a mail to the provider in one attempt; see `SmsSender.send`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PostForm:
    """What a client posts a file with: `fields` first and then `file`, as multipart/form-data. Any holder may send."""

    url: str
    fields: Mapping[str, str] = field(repr=False)


class Files(Protocol):
    """Keeps files by key. All but signing may be done twice, and fail with the error of the storage."""

    def presign_post(
        self, key: str, content_type: str, max_bytes: int, expires_at: datetime
    ) -> PostForm:
        """Return a form that takes one to `max_bytes` bytes of exactly this type to exactly this key, until an instant.

        No other field is taken with it, so nothing can be made public by it. It is good for more than one file, and a
        later one takes the place of the one before.
        """
        ...

    def presign_get(self, key: str, lasts: timedelta) -> str:
        """Return an address at which the file can be read for a while; nothing is said about whether it is there."""
        ...

    def size_of(self, key: str) -> int | None:
        """Return the length of a file in bytes; None when it is not there."""
        ...

    def read(self, key: str, limit: int) -> bytes | None:
        """Return the first `limit` bytes of a file; None when it is not there."""
        ...

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Write a file, in the place of the one before; a reader sees one or the other. No proxy may keep it."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file; one that is not there is no error."""
        ...
