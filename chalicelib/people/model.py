"""People. What may change about them is in moves.py. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from ..kernel.access import Actor, Grant, Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.errors import Forbidden, Refusal, Unauthenticated
from ..kernel.place import street_of
from ..kernel.text_catalogue import DEFAULT_LOCALE
from . import permissions, policy
from .kept_session import KeptSession
from .role_request import RoleRequest
from .vetting import Vetting, VettingMethod, VettingRecord
from .volunteer_profile import QuietHours, VolunteerProfile

__all__ = [
    "EndedSession",
    "Person",
    "Vetting",
    "VettingMethod",
    "VettingRecord",
    "limit_subjects",
    "mask_phone",
]


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
    contact_note: str | None = None  # a landline, a neighbour who opens
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
            self.contact_note,
        ]
        # A room, also where nothing calls it one; a landline.
        numbered = f"{self.address or ''} {self.contact_note or ''}"
        numbers = re.findall(r"\d{3,}", numbered)
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


def limit_subjects(
    person_id: str, phone_keys: Iterable[str]
) -> tuple[str, ...]:
    """Return what limits of a person are counted by. See `Person.limit_subjects`."""
    return (person_id, *(f"phone#{key}" for key in phone_keys))


def mask_phone(phone: str | None) -> str | None:
    """Return a phone as it may be shown: ``+86138****8000``."""
    return f"{phone[:-8]}****{phone[-4:]}" if phone else None
