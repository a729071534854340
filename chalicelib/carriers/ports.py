"""What the house needs of a carrier. Each call is one attempt: providers take no idempotency token, so retrying is not theirs."""

from dataclasses import dataclass
from typing import Protocol

__all__ = ["EmailSender", "Mail", "Refused", "Sms", "SmsSender", "Unclear"]


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
