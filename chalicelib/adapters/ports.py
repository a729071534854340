"""The interfaces of adapters.

Senders make one attempt and never retry: providers take no idempotency token.
"""

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
    """A text message with signature and suffix. Delivery reports return `id`, our reference."""

    id: str
    phone: str
    text: str
    kind: str
    promotional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An e-mail.

    `unsubscribe` is the address of the one-click unsubscription (RFC 8058). It is empty for
    mandatory messages.
    """

    id: str
    address: str
    subject: str
    text: str
    kind: str
    unsubscribe: str = ""


class Refused(Exception):
    """The provider has not accepted the message. If `final`, no other attempt would succeed."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


class Unclear(Exception):
    """The provider may have accepted the message. The text is a status or a code, never content."""


class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, sms: Sms) -> str:
        """Send a text in one attempt; return the provider's reference, or an empty text.

        Raises:
            Refused: the text was not accepted: a throttle, an invalid number, no connection.
            Exception: after any other error, `Unclear` or not, the text may have been accepted:
                a time-out, a reset, a 5xx.

        """
        ...


class EmailSender(Protocol):
    """Sends e-mails."""

    def send(self, mail: Mail) -> str:
        """Send an e-mail in one attempt; see `SmsSender.send`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PostForm:
    """A form for one file: `fields`, then `file`, as multipart/form-data. Any holder may use it."""

    url: str
    fields: Mapping[str, str] = field(repr=False)


class Files(Protocol):
    """Stores files by key. All methods are idempotent and raise the errors of the storage."""

    def presign_post(
        self,
        key: str,
        content_type: str,
        max_bytes: int,
        expires_at: datetime,
        then: str = "",
    ) -> PostForm:
        """Return a form that takes a file of this type and 1 to `max_bytes` bytes to this key.

        `then` is the address to which a browser is led once the file has arrived.

        The form takes no other field, so that it cannot make a file public. It may be posted
        several times until `expires_at`. A later file replaces the one before.
        """
        ...

    def presign_get(
        self, key: str, lasts: timedelta, *, file_name: str = ""
    ) -> str:
        """Return an address at which the file can be read for a while. It need not exist.

        With `file_name` browsers keep the file under that name instead of showing it.
        """
        ...

    def size_of(self, key: str) -> int | None:
        """Return the length of a file in bytes, None if it does not exist."""
        ...

    def read(self, key: str, limit: int) -> bytes | None:
        """Return the first `limit` bytes of a file, None if it does not exist."""
        ...

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """Write or replace a file atomically. No proxy may cache it."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file if it exists."""
        ...
