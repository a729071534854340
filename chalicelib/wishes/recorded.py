"""The answer of a resident without a phone, as staff recorded it with a proof. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["AnswerProof", "RecordedAnswer"]


class AnswerProof(StrEnum):
    """What proves that a resident said yes."""

    PHOTO = "photo"  # of what was delivered
    SLIP = "slip"  # signed by the resident


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswer:
    """A confirmation that staff recorded. `claims` are those that it confirmed.

    With `check_by` another member of staff has to ask the resident until then. `right` is what
    they found.
    """

    by: str
    at: datetime
    how: AnswerProof
    upload: str
    claims: tuple[str, ...] = ()
    check_by: datetime | None = None
    checked_by: str | None = None
    checked_at: datetime | None = None
    right: bool | None = None
