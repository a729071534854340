"""The answer of a resident without a phone, as staff recorded it with a proof. Pure."""

from dataclasses import dataclass, replace
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
    # Who recorded an earlier answer to the wish that waits for the same check.
    earlier_by: tuple[str, ...] = ()
    check_by: datetime | None = None
    checked_by: str | None = None
    checked_at: datetime | None = None
    right: bool | None = None

    @property
    def recorders(self) -> tuple[str, ...]:
        """Return the ids of those who recorded answers that it holds."""
        return (self.by, *self.earlier_by)

    def after(self, before: "RecordedAnswer | None") -> "RecordedAnswer":
        """Return the answer with an earlier one that still waits for its check."""
        if before is None or before.check_by is None:
            return self
        return replace(
            self,
            claims=(*before.claims, *self.claims),
            earlier_by=before.recorders,
            check_by=before.check_by,
        )
