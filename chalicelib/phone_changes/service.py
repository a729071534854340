"""What the routes of phone changes call."""

from dataclasses import dataclass

from ..people.service import People
from .corrections import Corrections
from .own_phone import OwnPhone
from .repository import PhoneCorrectionRepository

__all__ = ["PhoneChanges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanges:
    """The use cases of people, and of staff."""

    own: OwnPhone
    corrections: Corrections
    people: People
    repository: PhoneCorrectionRepository
