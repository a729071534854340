"""Codes by which newcomers agree to a role: sent to their phone, and read out to staff."""

from dataclasses import dataclass, replace

from ..kernel.access import Actor, Grant, Resource, Role
from ..kernel.changes import Changes, Entity, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Invalid, NotFound
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.model import Person
from ..people.newcomers import ask_for_role
from ..people.phones import Phones
from ..people.registration import Registration
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..staff_directory.grants import regrant
from ..store.transaction import Transaction
from .challenges import Challenges
from .code_order import CodeOrder
from .model import Challenge, Purpose
from .policy import COOLDOWN, READ_OUT_LASTS, ROLE_CODES_PER_DAY
from .sign_in_codes import phone_target

__all__ = ["RoleCodeSent", "RoleCodes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCodeSent:
    """The challenge of a code, and the seconds until another may be sent."""

    retry_after: int
    challenge: str


class RoleCodes:
    """Use cases of staff who want to appoint a newcomer with a phone."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        people: People,
        phones: Phones,
        registration: Registration,
        challenges: Challenges,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._clock = transaction, clock
        self._access, self._people, self._phones = access, people, phones
        self._registration = registration
        self._challenges, self._audit = challenges, audit

    def send(
        self, context: RequestContext, person_id: str, role: Role, place: str
    ) -> RoleCodeSent:
        """Send a code about a role to a newcomer; the actor must be able to give that role.

        Raises:
            Conflict: the person has no phone.
            TooMany: too many codes about this person today.

        """

        def decide() -> Changes[Challenge]:
            actor, person = self._require(context, person_id)
            self._registration.check_place(place, ["place"])
            grant = Grant(role, place)
            regrant(actor, person, [*person.grants, grant])
            note = f"{role.value}@{place}"
            line = self._audit.record(
                actor,
                "person.role_code_sent",
                person,
                detail=note,
                address=context.address,
            )
            issued = self._challenges.issue(self._order(person, note))
            return replace(issued, writes=(*issued.writes, line))

        return _sent(self._transaction.run(decide, context).id)

    def reread(
        self, context: RequestContext, challenge_id: str
    ) -> RoleCodeSent:
        """Return the answer to a repeated request."""
        challenge = self._challenges.find(challenge_id)
        if challenge is None or challenge.person_id is None:
            raise NotFound
        self._require(context, challenge.person_id)
        return _sent(challenge_id)

    def _order(self, person: Person, about: str) -> CodeOrder:
        if person.phone is None:
            raise Conflict("person.no_phone")
        count = ROLE_CODES_PER_DAY.count(person.id, self._clock.now())
        return CodeOrder(
            purpose=Purpose.ROLE,
            target=phone_target(self._phones, person.phone),
            address=person.phone,
            asker=f"role#{person.id}",
            locale=person.locale,
            counts=(count,),
            lasts=READ_OUT_LASTS,
            person_id=person.id,
            about=about,
        )

    def agree(
        self,
        context: RequestContext,
        person_id: str,
        challenge_id: str,
        code: str,
    ) -> Person:
        """Record that a newcomer agrees to the role of a code that they have read out.

        Raises:
            Invalid: the code is not that of a challenge about this person.

        """

        def decide() -> tuple[Changes[Entity], Person]:
            actor, person = self._require(context, person_id)
            found = self._challenges.find(challenge_id)
            if found is None or found.person_id != person.id:
                raise Invalid("auth.code_wrong", ["code"])
            proved = self._challenges.verify(
                challenge_id,
                code,
                Purpose.ROLE,
                target=phone_target(self._phones, person.phone or ""),
                address=context.address,
            )
            if proved.refusal:
                return proved, person
            return self._agreed(context, actor, person, proved), person

        agreed, person = self._transaction.run_with(decide, context)
        return agreed if isinstance(agreed, Person) else person

    def read_person(self, context: RequestContext, person_id: str) -> Person:
        """Return the person of a repeated request."""
        return self._require(context, person_id)[1]

    def _agreed(
        self,
        context: RequestContext,
        actor: Actor,
        person: Person,
        proved: Changes[Challenge],
    ) -> Changes[Entity]:
        about = proved.entity.about
        role, _, place = about.partition("@")
        audit = self._audit.record(
            actor,
            "person.role_agreed",
            person,
            detail=about,
            address=context.address,
        )
        event = TimelineEvent(
            tag="person.role_requested",
            actor=person.id,
            party="owner",
            note=about,
        )
        return Changes(
            entity=ask_for_role(person, Role(role), place, self._clock.now()),
            previous=person,
            writes=(audit,),
            events=(event,),
            related=(proved,),
        )

    def _require(
        self, context: RequestContext, person_id: str
    ) -> tuple[Actor, Person]:
        """Return the actor, who may appoint a person of any place or none, and the person."""
        person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            if person is None or person.erased_at:
                raise NotFound
            resource = person.as_resource()
            if person.places:
                return resource
            own = tuple(grant.place for grant in me.grants)
            return replace(resource, places=own)

        granted = self._access.require(
            context, people_permissions.ASK_ROLE, resource_of
        )
        assert person is not None  # noqa: S101 - `resource_of` has refused
        person.check_version(context.seen_version)
        return granted.actor, person


def _sent(challenge_id: str) -> RoleCodeSent:
    seconds = int(COOLDOWN.total_seconds())
    return RoleCodeSent(retry_after=seconds, challenge=challenge_id)
