"""The vetting of volunteers: what staff have checked, and until when it counts. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Vetting", "VettingMethod", "VettingRecord"]


class Vetting(StrEnum):
    """How far staff have checked a volunteer."""

    NONE = "none"
    BASIC = "basic"
    SAFEGUARDING = "safeguarding"


class VettingMethod(StrEnum):
    """How staff have checked who a volunteer is."""

    IN_PERSON = "in_person"
    DOCUMENT = "document"
    VOUCHED = "vouched"


@dataclass(frozen=True, slots=True, kw_only=True)
class VettingRecord:
    """The latest vetting of a person.

    `changed_at` is when the person changed their name or home. Until staff look again, such a
    vetting allows no new claims.
    """

    level: Vetting
    how: VettingMethod | None = None
    expires_at: datetime | None = None
    by: str
    at: datetime
    changed_at: datetime | None = None

    def obstacle(self, now: datetime) -> str | None:
        """Return why the vetting allows no new claim (see `texts.OBSTACLES`), or None."""
        if self.level is Vetting.NONE:
            return "none"
        if self.changed_at:
            return "changed"
        if self.expires_at and self.expires_at <= now:
            return "expired"
        return None
