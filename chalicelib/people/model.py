"""People and their consents, and what may change about them. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from ..kernel.access import Actor, Grant, Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.errors import Conflict, Forbidden, Refusal, Unauthenticated
from ..kernel.place import community_of, street_of
from ..kernel.text_catalogue import DEFAULT_LOCALE
from . import permissions, policy
from .kept_session import KeptSession
from .role_request import RoleRequest
from .vetting import Vetting, VettingMethod, VettingRecord

__all__ = [
    "CARE",
    "GUARDIAN",
    "TERMS",
    "Availability",
    "Consent",
    "ConsentGiven",
    "EndedSession",
    "GuardianGiven",
    "Person",
    "PhoneMark",
    "PhoneOwner",
    "QuietHours",
    "SealedRecord",
    "ShownHome",
    "Vetting",
    "VettingMethod",
    "VettingRecord",
    "VolunteerProfile",
    "agree",
    "are_one_household",
    "end_session",
    "erase",
    "limit_subjects",
    "lose_phone",
    "make_volunteer",
    "mask_phone",
    "never_again",
    "withdraw",
]

CARE = (
    "care"  # the purpose of marks about minors, the bedridden and those alone
)
GUARDIAN = "guardian"  # the purpose without which a child has no account
TERMS = "terms"  # the purpose without which there is no account
_SESSION_MEMORY = timedelta(minutes=30)  # as long as an access token lives


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing but the urgent may ring; local times ``HH:MM``."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """A weekly window; weekday 1 is Monday, local times ``HH:MM``."""

    weekday: int
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerProfile:
    """What a volunteer offers. `capacity` is the number of claims at once; no `kinds` means any.

    `never` are kinds that they do not want to be asked for again.
    """

    places: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    capacity: int = 3
    paused_until: datetime | None = None
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSession:
    """A session whose access tokens may still be in somebody's hands."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Entity):
    """A person. Without a phone they have no account, and others act for them."""

    entity_kind: ClassVar[str] = "person"

    name: str
    phone: str | None = None
    # Keyed hashes of this phone and of those before it. Limits are counted by each.
    phone_keys: tuple[str, ...] = ()
    home: str | None = None
    address: str | None = None
    grants: tuple[Grant, ...] = ()
    locale: str = DEFAULT_LOCALE
    sms: bool = True
    email: bool = False
    email_address: str | None = None
    quiet_hours: QuietHours | None = None
    household: str | None = None
    contact_via: str | None = None
    vetted: VettingRecord | None = None
    vet_by: datetime | None = None  # until when staff look at the volunteer
    claims_paused_at: datetime | None = None  # until staff lift it
    claims_lifted_at: datetime | None = None
    homes_7_days: int | None = (
        None  # set by staff, instead of the usual numbers
    )
    blocked: bool = False
    terms_withdrawn: bool = False
    token_version: int = 0
    ended_sessions: tuple[EndedSession, ...] = ()
    kept_session: KeptSession | None = None
    consents: Mapping[str, str] = field(
        default_factory=dict
    )  # purpose -> text version in force
    volunteer: VolunteerProfile | None = None
    erased_at: datetime | None = None
    birth_year: int | None = None
    # Of a child: a person, or else the name of somebody without an account.
    guardian_id: str | None = None
    guardian_name: str | None = None
    phone_lost_at: datetime | None = None  # until staff set another phone
    phone_since: datetime | None = None  # None: since the registration
    role_requests: tuple[RoleRequest, ...] = ()
    worked_in: tuple[str, ...] = ()  # streets where they had a role of staff
    # Streets where they do not reveal phones and addresses, until an administrator lets them.
    reveal_off: tuple[str, ...] = ()

    @property
    def limit_subjects(self) -> tuple[str, ...]:
        """Return what limits of a person are counted by: the account, and each phone.

        A phone stays the same through erasing the account and signing up again.
        """
        return limit_subjects(self.id, self.phone_keys)

    @property
    def places(self) -> tuple[str, ...]:
        """Return the home, and the places of the grants."""
        granted = [grant.place for grant in self.grants]
        return tuple(
            dict.fromkeys([self.home, *granted] if self.home else granted)
        )

    @property
    def secrets(self) -> list[str]:
        """Return the contacts and address words that public texts must not hold."""
        named = re.split(r"[\s\d号栋幢座楼层室弄单元]+", self.address or "")
        reached = [
            self.address,
            self.phone,
            (self.phone or "").removeprefix("+86"),
            self.email_address,
        ]
        numbers = re.findall(
            r"\d{3,}", self.address or ""
        )  # a room, also where nothing calls it one
        return [secret for secret in (*reached, *named, *numbers) if secret]

    @property
    def capacity(self) -> int:
        """Return the number of claims that they may carry at once."""
        return (
            self.volunteer.capacity
            if self.volunteer
            else VolunteerProfile().capacity
        )

    @property
    def vetting(self) -> Vetting:
        """Return the level of the latest vetting."""
        return self.vetted.level if self.vetted else Vetting.NONE

    @property
    def is_volunteer(self) -> bool:
        """Tell whether the person has offered to help anywhere."""
        return any(grant.role is Role.VOLUNTEER for grant in self.grants)

    def claim_refusal(self, now: datetime) -> Refusal | None:
        """Return the refusal of a new claim by this person, None if they may claim."""
        if self.claims_paused_at:
            return Forbidden("volunteer.paused_by_staff")
        reason = self.vetted.obstacle(now) if self.vetted else "none"
        if reason:
            return Forbidden("volunteer.not_vetted", reason=reason)
        return None

    def may_claim(self, now: datetime) -> bool:
        """Tell whether staff know this volunteer well enough for a new claim."""
        return self.claim_refusal(now) is None

    def is_safeguarding(self, now: datetime) -> bool:
        """Tell whether they may visit people who need protection: they are vetted for that."""
        return self.vetting is Vetting.SAFEGUARDING and self.may_claim(now)

    def may_visit_vulnerable(self, place: str, now: datetime) -> bool:
        """Tell whether they are a volunteer of a place's street, vetted for safeguarding."""
        if not self.is_safeguarding(now):
            return False
        served = [
            street_of(grant.place)
            for grant in self.grants
            if grant.role is Role.VOLUNTEER
        ]
        return street_of(place) in served

    def deadlines(self) -> Mapping[str, datetime]:
        """Return when staff and the volunteer are reminded that the vetting expires."""
        vetted = self.vetted
        has_task = self.vet_by is not None or self.blocked
        if has_task or not self.is_volunteer or not vetted:
            return {}
        if vetted.expires_at is None:
            return {}
        # A short vetting must not be followed by its reminder at once.
        half = vetted.at + (vetted.expires_at - vetted.at) / 2
        warn_at = max(vetted.expires_at - policy.VETTING_WARNING, half)
        return {"vetting_expires": warn_at}

    def waits_for_staff(self) -> tuple[str, datetime] | None:
        """Return the task of staff about this volunteer and its deadline, or None."""
        if self.blocked or not self.is_volunteer:
            return None
        if self.claims_paused_at:
            due_at = self.claims_paused_at + policy.LIFT_WITHIN
            return "volunteer.paused", due_at
        if self.vet_by:
            return "volunteer.vet", self.vet_by
        return None

    @property
    def appointed(self) -> bool:
        """Tell whether this is staff: registered by others, so without consent to the terms."""
        return any(
            grant.role.rank > Role.VOLUNTEER.rank for grant in self.grants
        )

    @property
    def has_left(self) -> bool:
        """Say whether they have withdrawn the terms. Staff are bound by their appointment."""
        return self.terms_withdrawn and not self.appointed

    @property
    def may_act(self) -> bool:
        """Say whether they may use the service, and may be sent messages."""
        return not (self.blocked or self.erased_at or self.has_left)

    @property
    def contact(self) -> str | None:
        """Return the id of the person who may act for them now, by a consent in force."""
        if self.contact_via and "contact_via" in self.consents:
            return self.contact_via
        return None

    def is_represented_by(self, person_id: str) -> bool:
        """Say whether another person may act for them now."""
        return self.may_act and bool(person_id) and self.contact == person_id

    def as_resource(self) -> Resource:
        """Return the person as a resource of permissions."""
        return Resource(
            see=permissions.SEE,
            places=self.places,
            relations={Relation.OWNER: frozenset({self.id})},
            person=self.id,
            standing=self.grants,
        )

    def as_actor(self, session: str = "") -> Actor:
        """Return the person as an actor."""
        return Actor(
            id=self.id,
            grants=self.grants,
            token_version=self.token_version,
            session=session,
            vetted=self.vetting is not Vetting.NONE,
        )

    def check_still_valid(self, actor: Actor) -> Actor:
        """Return the actor as they are now, or refuse a token that no longer counts."""
        ended = any(
            session.id == actor.session for session in self.ended_sessions
        )
        stale = actor.token_version != self.token_version
        if self.kept_session and self.kept_session.covers(
            actor, self.token_version
        ):
            stale = False
        if self.erased_at or self.has_left or ended or stale:
            raise Unauthenticated("auth.token_invalid")
        if self.blocked:
            raise Forbidden("person.blocked")
        return self.as_actor(actor.session)


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


def limit_subjects(
    person_id: str, phone_keys: Iterable[str]
) -> tuple[str, ...]:
    """Return what limits of a person are counted by. See `Person.limit_subjects`."""
    return (person_id, *(f"phone#{key}" for key in phone_keys))


def mask_phone(phone: str | None) -> str | None:
    """Return a phone as it may be shown: ``+86138****8000``."""
    return f"{phone[:-8]}****{phone[-4:]}" if phone else None


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
