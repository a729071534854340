"""What is written down of every look at somebody and every change to her. Pure."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Audit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Who looked at or changed what about whom, and why."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    street: str
