"""What becomes of an e-mail after a provider took it. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["MailEvent", "MailFate"]


class MailFate(StrEnum):
    """What has become of an e-mail."""

    GONE = "gone"  # there is no such address
    RETURNED = "returned"  # the mailbox is full, or its server refuses
    COMPLAINT = "complaint"  # the recipient takes it for spam


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """One event of the provider: about which attempt, and at which addresses."""

    attempt_id: str
    fate: MailFate
    reason: str
    addresses: tuple[str, ...] = field(default=(), repr=False)

    @property
    def ends_address(self) -> bool:
        """Say whether nothing more may be sent to the addresses."""
        return self.fate is not MailFate.RETURNED
