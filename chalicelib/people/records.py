"""Rows beside a person: phones, sealed records, consents. Pure."""

from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "Consent",
    "ConsentGiven",
    "GuardianGiven",
    "PhoneMark",
    "PhoneOwner",
    "SealedRecord",
    "ShownHome",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneOwner:
    """Holds a phone for one account. `fingerprint` is a keyed hash of the number."""

    fingerprint: str
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMark:
    """A phone whose account was erased: limits and a block go on for a phone that comes back."""

    fingerprint: str
    person_id: str
    phone_keys: tuple[str, ...]
    blocked: bool
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHome:
    """A home that a helper was shown: the wish, its place, and when they claimed it."""

    wish_id: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRecord:
    """The rest of an erased person that only an administrator of the street may read.

    `places` are the communities of the person and of the homes.
    """

    person_id: str
    name: str
    phone: str | None
    phone_keys: tuple[str, ...]
    homes: tuple[ShownHome, ...]
    blocked: bool
    places: tuple[str, ...]
    erased_at: datetime
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One line of the consent ledger; what it says is never changed or removed.

    Only a witness is forgotten with an erasure. `confirm_by` is set while a spoken consent without
    a witness waits for a call-back by the staff of `place`.
    """

    id: str
    person_id: str
    at: datetime
    purpose: str
    given: bool
    text_version: str | None = None
    how: str = "app"
    witness: str | None = None
    slip: str | None = None  # the upload of a signed slip
    recorded_by: str
    confirm_by: datetime | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """The form of a consent that another person records.

    With `care` the person agrees to marks about care as well, which is a purpose of its own.
    `slip` is the upload of a signed slip.
    """

    how: str
    witness: str | None = None
    slip: str | None = None
    care: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianGiven:
    """A guardian who agrees: a person by id, or else the name."""

    person_id: str | None = None
    name: str | None = None
