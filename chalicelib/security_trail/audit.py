"""The lines of the security trail, made for the commits of use cases."""

from ..kernel.access import Actor
from ..kernel.changes import Put
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.ids import Ids, time_ordered_id
from ..kernel.network import network_hash, truncated
from ..kernel.place import community_of
from ..kernel.redaction import mask_personal
from ..people.model import Person
from ..people.phones import Phones
from .kinds import EventKind
from .model import NOWHERE, OK, SecurityEvent
from .policy import REVEALS_WINDOW, TRAIL_TTL
from .repository import TrailRepository

__all__ = ["AuditLog"]


class AuditLog:
    """Makes the lines of the security trail. Each goes into the commit of what it tells of."""

    def __init__(
        self,
        *,
        repository: TrailRepository,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        phones: Phones,
    ) -> None:
        self._repository, self._clock, self._ids = repository, clock, ids
        self._keys, self._phones = keys, phones

    def record(
        self,
        actor: Actor,
        action: str,
        person: Person,
        reason: str = "",
        *,
        detail: str = "",
        address: str = "",
        result: str = OK,
    ) -> Put:
        """Return the line of something done about a person, by themself or another.

        `reason` is what somebody wrote: what is personal in it is masked. `detail` is made by the
        code and holds ids only. `address` is the network address of the request. `result` is the
        code of a refusal, if it was refused.
        """
        own = [grant.place for grant in actor.grants]
        phone = person.phone if actor.id == person.id else None
        words = mask_personal(reason, name=person.name, secrets=person.secrets)
        return self._line(
            action,
            actor=actor.id,
            subject=person.id,
            place=[*person.places, *own, NOWHERE][0],
            reason=": ".join(filter(None, [detail, words])),
            address=address,
            phone_hash=self._phones.fingerprint(phone) if phone else None,
            result=result,
        )

    def count_reveals(self, actor: Actor) -> int:
        """Return how many people an actor has revealed in the last day."""
        since = self._clock.now() - REVEALS_WINDOW
        return self._repository.count_of(actor.id, EventKind.REVEALED, since)

    def record_own(self, person: Person, action: str, address: str) -> Put:
        """Return the line of something that a person did about their own account."""
        return self.record(person.as_actor(), action, person, address=address)

    def record_look(
        self,
        actor: Actor,
        kind: EventKind,
        place: str,
        address: str,
        *,
        subject: str | None = None,
        detail: str = "",
        reason: str = "",
    ) -> Put:
        """Return the line of a look at a list of a place, or at that of one person.

        `reason` and `detail` are as in `record`.
        """
        return self._line(
            kind,
            actor=actor.id,
            subject=subject,
            place=place,
            reason=": ".join(filter(None, [detail, mask_personal(reason)])),
            address=address,
        )

    def record_try(
        self,
        kind: EventKind,
        address: str,
        *,
        result: str,
        subject: str | None,
        place: str | None,
        phone_hash: str | None = None,
    ) -> Put:
        """Return the line of somebody's try to be a person. Nobody has signed in, so no actor."""
        return self._line(
            kind,
            actor=None,
            subject=subject,
            place=place or NOWHERE,
            address=address,
            phone_hash=phone_hash,
            result=result,
        )

    def _line(
        self,
        kind: str,
        *,
        actor: str | None,
        subject: str | None,
        place: str,
        address: str,
        reason: str = "",
        phone_hash: str | None = None,
        result: str = OK,
    ) -> Put:
        now = self._clock.now()
        event = SecurityEvent(
            id=time_ordered_id(self._ids, "sec", now),
            at=now,
            kind=EventKind(kind).value,
            place=community_of(place),
            actor=actor,
            subject=subject,
            result=result,
            reason=reason or None,
            network_hash=network_hash(self._keys, address) if address else None,
            network=truncated(address),
            phone_hash=phone_hash,
            ttl=now + TRAIL_TTL,
        )
        return self._repository.written(event)
