"""The reasons why a person with the right code may not sign in. Pure."""

from ..kernel.errors import Forbidden, Invalid
from ..people.model import Person
from ..people.moves import TERMS
from ..people.policy import CONSENT_TEXTS

__all__ = ["sign_in_refusal"]


def sign_in_refusal(
    person: Person | None, text_version: str | None
) -> Invalid | Forbidden | None:
    """Return why a person with the right code may not sign in; None if they may."""
    if person and person.blocked:
        return Forbidden("person.blocked")
    known = person is not None and (
        person.appointed or TERMS in person.consents
    )
    if not known and text_version is None:
        return Invalid("consent.required", ["consent"])
    current = CONSENT_TEXTS[TERMS]
    if text_version not in (None, current):
        return Invalid(
            "consent.version_unknown",
            ["consent", "text_version"],
            current=current,
        )
    return None
