"""The versions of consent texts: which are taken, which are due, and when one is outdated. Pure."""

from dataclasses import dataclass
from datetime import datetime

from ..kernel.errors import Forbidden, Invalid
from .model import Person
from .moves import TERMS
from .policy import CONSENT_GRACE, CONSENT_SINCE, CONSENT_TEXTS

__all__ = ["ConsentDue", "check_current", "check_not_outdated", "consents_due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDue:
    """A newer text than the one that a person has agreed to, and until when they may wait."""

    purpose: str
    version: str
    until: datetime


def check_current(
    purpose: str, text_version: str, loc: tuple[str, ...]
) -> None:
    """Refuse any version of a text but the current one with Invalid."""
    current = CONSENT_TEXTS[purpose]
    if text_version != current:
        raise Invalid("consent.version_unknown", loc, current=current)


def consents_due(person: Person) -> list[ConsentDue]:
    """Return the newer texts of what a person has agreed to."""
    return [
        ConsentDue(
            purpose=purpose,
            version=CONSENT_TEXTS[purpose],
            until=CONSENT_SINCE[purpose] + CONSENT_GRACE,
        )
        for purpose, agreed in person.consents.items()
        if agreed != CONSENT_TEXTS.get(purpose, agreed)
    ]


def check_not_outdated(person: Person, now: datetime) -> None:
    """Refuse somebody whose agreed terms were replaced, after the grace, with Forbidden.

    Staff who were registered by others have agreed to no terms here.
    """
    for due in consents_due(person):
        if due.purpose == TERMS and now >= due.until:
            raise Forbidden("consent.outdated", current=due.version)
