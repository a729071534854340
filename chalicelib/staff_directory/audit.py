"""The audit log, as lines that go into the commits of use cases."""

from ..kernel.access import Actor
from ..kernel.changes import Put
from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..kernel.place import street_of
from ..people.model import Person
from .model import Audit
from .policy import AUDIT_TTL
from .repository import AuditRepository

__all__ = ["AuditLog"]


class AuditLog:
    """Makes the lines of the audit log."""

    def __init__(
        self, *, repository: AuditRepository, clock: Clock, ids: Ids
    ) -> None:
        self._repository, self._clock, self._ids = repository, clock, ids

    def record(
        self, actor: Actor, action: str, person: Person, reason: str
    ) -> Put:
        """Return the line of a look at a person or a change to them."""
        own = (grant.place for grant in actor.grants)
        now = self._clock.now()
        audit = Audit(
            id=self._ids.new("aud"),
            at=now,
            actor=actor.id,
            action=action,
            subject=person.id,
            reason=reason,
            street=street_of((*person.places, *own, "none")[0]),
            ttl=now + AUDIT_TTL,
        )
        return self._repository.written(audit)
