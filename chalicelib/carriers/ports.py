"""What the house needs of a carrier. Each call is one attempt: providers take no idempotency token, so retrying is not theirs."""

from typing import Protocol

__all__ = ["EmailSender", "SmsSender"]


class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, phone: str, text: str, kind: str) -> None:
        """Hand a text for an E.164 number to the provider; an exception means that it may or may not have been taken."""
        ...


class EmailSender(Protocol):
    """Sends mail."""

    def send(self, address: str, subject: str, text: str, kind: str) -> None:
        """Hand a plain-text mail to the provider; an exception means that it may or may not have been taken."""
        ...
