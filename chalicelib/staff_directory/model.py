"""The audit of what staff do about people. Pure."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Audit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One look at a person, or one change: by which actor, and the reason."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    street: str
    ttl: datetime
