"""Reveals of contacts: workers for their tasks, staff forty times a day without a second person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..kernel.access import COMMUNITY, Resource, Role
from ..kernel.changes import Changes, Count
from ..kernel.clock import Clock, local_day
from ..kernel.errors import Forbidden, NotFound
from ..kernel.hooks import Hooks
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.rate_limit import RateLimit
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from ..security_trail.audit import AuditLog
from ..store.transaction import Transaction
from .policy import REVEALS_ALONE, REVEALS_OF_STAFF, REVEALS_OF_WORKERS

__all__ = ["RevealAllowance", "Reveals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealAllowance:
    """Further reveals of one person, for one day."""

    id: str
    more: int
    day: date


class Reveals:
    """Use cases of revealing contacts, and of allowing colleagues further reveals."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        people: People,
        places: Places,
        audit: AuditLog,
        hooks: Hooks,
        metrics: Metrics,
    ) -> None:
        self._transaction, self._clock = transaction, clock
        self._access, self._people = access, people
        self._places, self._audit, self._hooks = places, audit, hooks
        self._metrics = metrics

    def reveal(
        self,
        context: RequestContext,
        person_id: str,
        reason: str,
        *,
        resource: str = "",
    ) -> Person:
        """Return a person's record for their full phone and address, and audit the look.

        `resource` is the id of what shows them, if that is not the person.

        Raises:
            Forbidden: a worker has no open task about the person, or staff need a second person.
            TooMany: a worker has revealed too many people today.

        """

        def decide() -> tuple[Changes[Person], int]:
            granted, person = self._require(context, person_id)
            actor = granted.actor
            audit = self._audit.record(
                actor,
                "person.revealed",
                person,
                reason,
                address=context.address,
            )
            reveals = self._audit.count_reveals(actor) + 1
            changes = Changes(
                entity=person,
                previous=person,
                writes=(audit, *self._counts_of(granted)),
                resource=resource,
            )
            return changes, reveals

        person, reveals = self._transaction.run_with(decide, context)
        self._metrics.observe("RevealsOfPerson", reveals, "Count")
        return person

    def reread(self, context: RequestContext, person_id: str) -> Person:
        """Return what a repeated reveal shows; the first has audited the look."""
        return self._require(context, person_id)[1]

    def _require(
        self, context: RequestContext, person_id: str
    ) -> tuple[Granted, Person]:
        """Return the actor, who may reveal a person now, and the person."""
        person = None
        if person_id != context.actor.id:
            person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            found = me if person_id == me.id else person
            if found is None or found.erased_at:
                raise NotFound
            return found.as_resource()

        granted = self._access.require(
            context, people_permissions.REVEAL, resource_of
        )
        subject = person or granted.person
        subject.check_version(context.seen_version)
        self._check_task(granted, subject)
        return granted, subject

    def _check_task(self, granted: Granted, person: Person) -> None:
        """Refuse a worker without an open task about a person with Forbidden."""
        if granted.relations & COMMUNITY or person.id == granted.actor.id:
            return
        if not self._hooks.has_task_about(granted.actor, person):
            raise Forbidden("reveal.no_task")

    def _counts_of(self, granted: Granted) -> tuple[Count, ...]:
        """Return the writes that count a reveal of today, or refuse it."""
        if granted.relations & COMMUNITY:
            return self._counts(REVEALS_OF_STAFF, granted.person, alone=True)
        return self._counts(REVEALS_OF_WORKERS, granted.person)

    def _counts(
        self, limit: RateLimit, person: Person, *, alone: bool = False
    ) -> tuple[Count, ...]:
        zone = self._zone_of(person)
        counts = limit.counts(person.limit_subjects, self._clock.now(), zone)
        if not alone:
            return counts
        refusal = Forbidden("reveal.needs_second")
        return tuple(replace(count, refusal=refusal) for count in counts)

    def _zone_of(self, person: Person) -> str:
        """Return the time zone of the street where a person serves."""
        served = [grant.place for grant in person.grants]
        return self._places.zone_of(street_of((*served, *person.places)[0]))

    def allow(
        self, context: RequestContext, person_id: str, reason: str
    ) -> RevealAllowance:
        """Allow a colleague of the same place as many reveals again, for today.

        Raises:
            Forbidden: the actor would allow them to themself.

        """

        def decide() -> tuple[Changes[Person], RevealAllowance]:
            granted, person = self._require_colleague(context, person_id)
            line = self._audit.record(
                granted.actor,
                "person.reveals_allowed",
                person,
                reason,
                address=context.address,
            )
            counts = self._counts(REVEALS_OF_STAFF, person)
            changes = Changes(
                entity=person,
                previous=person,
                writes=(line, *_given_back(counts)),
            )
            return changes, self._allowance(person)

        return self._transaction.run_with(decide, context)[1]

    def reread_allowance(
        self, context: RequestContext, person_id: str
    ) -> RevealAllowance:
        """Return the allowance of a repeated request."""
        return self._allowance(self._require_colleague(context, person_id)[1])

    def _allowance(self, person: Person) -> RevealAllowance:
        today = local_day(self._clock.now(), self._zone_of(person))
        return RevealAllowance(id=person.id, more=REVEALS_ALONE, day=today)

    def _require_colleague(
        self, context: RequestContext, person_id: str
    ) -> tuple[Granted, Person]:
        """Return the actor, who is staff of the place of a colleague, and the colleague."""
        person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            if person is None or person.erased_at:
                raise NotFound
            served = tuple(
                grant.place
                for grant in person.grants
                if grant.role.rank >= Role.COMMUNITY_STAFF.rank
            )
            return replace(person.as_resource(), places=served)

        granted = self._access.require(
            context, people_permissions.ALLOW_REVEALS, resource_of
        )
        assert person is not None  # noqa: S101 - `resource_of` has refused
        person.check_version(context.seen_version)
        if granted.actor.id == person_id:
            raise Forbidden("reveal.needs_second")
        return granted, person


def _given_back(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Return the writes that make room for as many reveals as a day allows."""
    return tuple(
        replace(count, add=-REVEALS_ALONE, limit=None, refusal=None)
        for count in counts
    )
