"""Changes of a person that several use cases make: consents, roles, erasure. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import Grant, Role
from ..kernel.errors import Conflict
from ..kernel.place import community_of
from .model import EndedSession, Person
from .volunteer_profile import VolunteerProfile

__all__ = [
    "CARE",
    "GUARDIAN",
    "TERMS",
    "agree",
    "are_one_household",
    "end_session",
    "erase",
    "lose_phone",
    "make_volunteer",
    "never_again",
    "withdraw",
]

CARE = (
    "care"  # the purpose of marks about minors, the bedridden and those alone
)
GUARDIAN = "guardian"  # the purpose without which a child has no account
TERMS = "terms"  # the purpose without which there is no account
_SESSION_MEMORY = timedelta(minutes=30)  # as long as an access token lives


def end_session(person: Person, session: str, now: datetime) -> Person:
    """Remember an ended session for as long as its access tokens live."""
    fresh = tuple(
        s
        for s in person.ended_sessions
        if s.at > now - _SESSION_MEMORY and s.id != session
    )
    return replace(
        person, ended_sessions=(*fresh, EndedSession(id=session, at=now))
    )


def lose_phone(person: Person, now: datetime) -> Person:
    """Return an account whose number belongs to somebody else now; every session ends."""
    return replace(
        person,
        phone=None,
        phone_lost_at=now,
        token_version=person.token_version + 1,
    )


def agree(person: Person, purpose: str, text_version: str | None) -> Person:
    """Return a person with a consent, or without it; a consent in force keeps its text version."""
    if purpose == TERMS:
        person = replace(person, terms_withdrawn=text_version is None)
    rest = {
        name: version
        for name, version in person.consents.items()
        if name != purpose
    }
    if text_version is None:
        return replace(person, consents=rest)
    return replace(person, consents={purpose: text_version, **person.consents})


def withdraw(person: Person, purpose: str) -> Person:
    """Return a person without a consent, and without what it allowed.

    Without the terms, or those of a guardian, every session ends.
    """
    changed = agree(person, purpose, None)
    if purpose == GUARDIAN:
        changed = replace(changed, guardian_id=None, guardian_name=None)
    if purpose in (TERMS, GUARDIAN):
        return replace(changed, token_version=person.token_version + 1)
    if purpose == "contact_via":
        return replace(changed, contact_via=None)
    if purpose == "household":
        return replace(changed, household=None)
    return changed


def make_volunteer(person: Person, profile: VolunteerProfile) -> Person:
    """Return a person as a volunteer of the profile's places, and of no other.

    A kind in `never` stays there until the profile names it.
    """
    if person.volunteer:
        never = [
            kind for kind in person.volunteer.never if kind not in profile.kinds
        ]
        profile = replace(profile, never=tuple(never))
    others = tuple(
        grant for grant in person.grants if grant.role is not Role.VOLUNTEER
    )
    return replace(
        person,
        volunteer=profile,
        grants=others + tuple(Grant(Role.VOLUNTEER, p) for p in profile.places),
    )


def never_again(person: Person, kind: str) -> Person:
    """Return somebody who is not to be asked for a kind any more."""
    places = [
        grant.place for grant in person.grants if grant.role is Role.VOLUNTEER
    ]
    profile = person.volunteer or VolunteerProfile(places=tuple(places))
    never = tuple(dict.fromkeys([*profile.never, kind]))
    return replace(person, volunteer=replace(profile, never=never))


def erase(person: Person, now: datetime) -> Person:
    """Return the rest of an erased person: the id, and the community for counts.

    Raises:
        Conflict: already erased.

    """
    if person.erased_at:
        raise Conflict("person.erased")
    return Person(
        id=person.id,
        version=person.version,
        created_at=person.created_at,
        updated_at=now,
        name="",
        home=community_of(person.home) if person.home else None,
        sms=False,
        token_version=person.token_version + 1,
        erased_at=now,
    )


def are_one_household(one: Person, other: Person) -> bool:
    """Say whether two accounts may be of one household: they cannot agree with each other."""
    if one.id == other.id or set(one.phone_keys) & set(other.phone_keys):
        return True
    if one.household and one.household == other.household:
        return True
    if one.contact_via == other.id or other.contact_via == one.id:
        return True
    return one.guardian_id == other.id or other.guardian_id == one.id
