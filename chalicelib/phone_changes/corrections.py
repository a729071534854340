"""The correction of a phone by staff: at once, or after a wait."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..kernel.access import Action, Actor, Relation, Resource
from ..kernel.changes import Changes, Entity, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Forbidden, Invalid, NotFound
from ..kernel.request import RequestContext
from ..kernel.state_table import Mover
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..signin.dormancy import Dormancy
from ..staff_directory.pending_phone import PendingPhone
from ..store.transaction import Transaction
from . import decisions, permissions
from .model import CorrectionState, PhoneCorrection
from .notices import PhoneNotices
from .numbers import Numbers, Standing, is_reachable
from .ranks import check_rank
from .repository import PhoneCorrectionRepository

__all__ = ["Corrected", "Corrections"]

_AUDITED = {
    permissions.FORCE.name: "person.phone_correction_forced",
    permissions.WITHDRAW.name: "person.phone_correction_withdrawn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A person, and the correction of their phone that is not over, if there is one."""

    person: Person
    pending: PendingPhone | None = None


class Corrections:
    """Use cases of staff about the phone of another person."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PhoneCorrectionRepository,
        clock: Clock,
        access: Access,
        people: People,
        dormancy: Dormancy,
        numbers: Numbers,
        notices: PhoneNotices,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._access, self._people = clock, access, people
        self._dormancy, self._numbers = dormancy, numbers
        self._notices, self._audit = notices, audit

    def correct(
        self, context: RequestContext, person_id: str, phone: str, reason: str
    ) -> Corrected:
        """Correct a person's phone: at once if nobody has signed in, else after 24 hours.

        Raises:
            Conflict: the number belongs to somebody else.
            Forbidden: the person is not below the actor, or is the actor.

        """

        def decide() -> tuple[Changes[Entity], Corrected]:
            actor, person = self._require(
                context, person_id, permissions.CORRECT
            )
            person.check_version(context.seen_version)
            if phone == person.phone:
                raise Invalid("phone_change.same", ["phone"])
            number = self._numbers.standing(phone)
            if not number.is_free or self._is_wanted(phone, person):
                raise Conflict("person.phone_taken")
            if person.phone and self._dormancy.has_been_used(person.id):
                return self._announced(context, actor, person, phone, reason)
            return self._at_once(context, actor, person, phone, reason, number)

        return self._transaction.run_with(decide, context)[1]

    def _is_wanted(self, phone: str, person: Person) -> bool:
        """Say whether a correction of somebody else waits for a number."""
        keys = self._numbers.fingerprints(phone)
        found = self._repository.find_by_number(keys)
        if found is None or found.id == person.id:
            return False
        return found.is_live and found.phone == phone

    def _at_once(
        self,
        context: RequestContext,
        actor: Actor,
        person: Person,
        phone: str,
        reason: str,
        number: Standing,
    ) -> tuple[Changes[Entity], Corrected]:
        """Return the correction of a number that nobody has used for this account."""
        unused = self._numbers.without_mistyped(person)
        after = self._numbers.given(unused, phone)
        event = TimelineEvent(
            tag="person.phone_changed", actor=actor.id, party="staff"
        )
        line = self._audit.record(
            actor,
            "person.phone_corrected",
            person,
            reason,
            address=context.address,
        )
        changes = self._numbers.moved(
            person,
            after,
            number.loser,
            event,
            address=context.address,
            writes=(line,),
            related=self._superseded(person),
        )
        shown = replace(after, version=person.version + 1)
        return changes, Corrected(person=shown)

    def _superseded(self, person: Person) -> tuple[Changes[Entity], ...]:
        """Return the end of a correction that is not needed any more."""
        known = self._repository.find(person.id)
        if known is None or not known.is_live:
            return ()
        ended = decisions.expire(known, self._clock.now())
        return (replace(ended, writes=self._numbers.not_wanted(known)),)

    def _announced(
        self,
        context: RequestContext,
        actor: Actor,
        person: Person,
        phone: str,
        reason: str,
    ) -> tuple[Changes[Entity], Corrected]:
        """Return the beginning of a correction. It replaces an earlier one.

        The person is written, too: a change by themself at the same time comes
        before it, or is refused.
        """
        known = self._repository.find(person.id)
        asked = self._correction_of(person, phone, actor.id, known)
        begun = decisions.begin(asked, known, reachable=is_reachable(person))
        line = self._audit.record(
            actor,
            "person.phone_correction_asked",
            person,
            reason,
            address=context.address,
        )
        event = TimelineEvent(
            tag="person.phone_correction_asked", actor=actor.id, party="staff"
        )
        noted = Changes(entity=person, previous=person, events=(event,))
        dropped = self._numbers.not_wanted(known, phone) if known else ()
        wanted = self._numbers.wanted(person, phone, known)
        changes = replace(
            begun, writes=(line, *dropped, *wanted), related=(noted,)
        )
        shown = replace(person, version=person.version + 1)
        return changes, Corrected(person=shown, pending=_pending(begun.entity))

    def _correction_of(
        self,
        person: Person,
        phone: str,
        asked_by: str,
        known: PhoneCorrection | None,
    ) -> PhoneCorrection:
        """Return a new correction, in the row of the one before it."""
        now = self._clock.now()
        return PhoneCorrection(
            id=person.id,
            version=known.version if known else 0,
            created_at=known.created_at if known else now,
            updated_at=now,
            timer=known.timer if known else None,
            phone=phone,
            old_keys=self._numbers.fingerprints(person.phone),
            place=person.places[0],
            asked_by=asked_by,
            asked_at=now,
            state=CorrectionState.WAITING,
        )

    def force(
        self, context: RequestContext, person_id: str, reason: str
    ) -> Corrected:
        """Let a correction go on that the old number has stopped, after its 24 hours.

        Raises:
            Forbidden: the actor has asked for the correction.
            Conflict: it is not stopped, or its 24 hours are not over.

        """

        def go_on(
            actor: Actor, correction: PhoneCorrection, mover: Mover
        ) -> Changes[PhoneCorrection]:
            if actor.id == correction.asked_by:
                raise Forbidden("phone_change.needs_other")
            is_stopped = correction.state is CorrectionState.STOPPED
            if is_stopped and mover.now < correction.ready_at:
                raise Conflict("phone_change.too_early")
            forced = decisions.force(correction, mover)
            return self._notices.with_invitation(forced)

        return self._decided(
            context, person_id, permissions.FORCE, go_on, reason
        )

    def withdraw(self, context: RequestContext, person_id: str) -> None:
        """Take back a correction that is not over."""

        def end(
            actor: Actor, correction: PhoneCorrection, mover: Mover
        ) -> Changes[PhoneCorrection]:
            ended = decisions.withdraw(correction, mover)
            rows = self._numbers.not_wanted(correction)
            return replace(ended, writes=rows)

        self._decided(context, person_id, permissions.WITHDRAW, end, "")

    def _decided(
        self,
        context: RequestContext,
        person_id: str,
        action: Action,
        decide_on: Callable[
            [Actor, PhoneCorrection, Mover], Changes[PhoneCorrection]
        ],
        reason: str,
    ) -> Corrected:
        """Make a move of staff, with its line in the audit."""

        def decide() -> tuple[Changes[PhoneCorrection], Corrected]:
            actor, person = self._require(context, person_id, action)
            correction = self._repository.find(person_id)
            if correction is None or not correction.is_live:
                raise Conflict("phone_change.none")
            mover = Mover(
                id=actor.id,
                relations=action.allowed - {Relation.OWNER},
                now=self._clock.now(),
            )
            changes = decide_on(actor, correction, mover)
            line = self._audit.record(
                actor,
                _AUDITED[action.name],
                person,
                reason,
                address=context.address,
            )
            pending = _pending(changes.entity)
            return replace(changes, writes=(*changes.writes, line)), Corrected(
                person=person, pending=pending
            )

        return self._transaction.run_with(decide, context)[1]

    def _require(
        self, context: RequestContext, person_id: str, action: Action
    ) -> tuple[Actor, Person]:
        """Return the actor, who may do this to a person, and the person."""
        person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            if person is None or person.erased_at:
                raise NotFound
            return person.as_resource()

        granted = self._access.require(context, action, resource_of)
        assert person is not None  # noqa: S101 - `resource_of` has refused
        check_rank(granted.actor, person)
        return granted.actor, person

    def reread(self, context: RequestContext, person_id: str) -> Corrected:
        """Return what a repeated request shows."""
        _, person = self._require(context, person_id, permissions.CORRECT)
        return Corrected(person=person, pending=self.pending_of(person_id))

    def pending_of(self, person_id: str) -> PendingPhone | None:
        """Return the correction of a person's phone that is not over, None without one."""
        correction = self._repository.find(person_id)
        return _pending(correction) if correction else None


def _pending(correction: PhoneCorrection) -> PendingPhone | None:
    if not correction.is_live:
        return None
    return PendingPhone(
        state=correction.state.value,
        phone=correction.phone or "",
        asked_by=correction.asked_by,
        asked_at=correction.asked_at,
        ready_at=correction.ready_at,
        ends_at=correction.ends_at,
        stopped_for=correction.stopped_for and correction.stopped_for.value,
    )
