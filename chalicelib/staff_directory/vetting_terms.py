"""The terms of a vetting as staff give them. Pure."""

from dataclasses import dataclass
from datetime import datetime

from ..kernel.errors import Invalid
from ..people.model import Vetting, VettingMethod
from ..people.policy import VETTING_MAX

__all__ = ["VettingTerms", "check_terms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VettingTerms:
    """A vetting level, how it was checked, until when it counts, and a note on its proof."""

    level: Vetting
    how: VettingMethod | None = None
    expires_at: datetime | None = None
    note: str = ""


def check_terms(terms: VettingTerms, now: datetime) -> None:
    """Refuse impossible terms with Invalid: a vetting of nobody knows how, or without a future."""
    if terms.level is Vetting.NONE:
        return
    if terms.how is None:
        raise Invalid("vetting.how_required", ["how"])
    expires_at = terms.expires_at
    if expires_at and not now < expires_at <= now + VETTING_MAX:
        raise Invalid("vetting.expiry_out_of_range", ["expires_at"])
