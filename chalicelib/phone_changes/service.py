"""What the routes of phone changes call."""

from dataclasses import dataclass

from ..kernel.staff_queue import QueuePart, QueueQuery
from ..people.service import People
from .corrections import Corrections
from .own_phone import OwnPhone
from .repository import PhoneCorrectionRepository
from .staff_queue import waiting

__all__ = ["PhoneChanges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanges:
    """The use cases of people, and of staff."""

    own: OwnPhone
    corrections: Corrections
    people: People
    repository: PhoneCorrectionRepository

    def waiting(self, query: QueueQuery) -> QueuePart:
        """Return the corrections that wait for a street administrator."""
        return waiting(self.repository, self.people, query)
