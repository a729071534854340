"""Spoken consents without a witness: another member of staff calls back, or they lapse."""

from collections.abc import Sequence
from datetime import datetime

from ..kernel.access import SYSTEM, Actor, Role
from ..kernel.audiences import StaffOnDuty
from ..kernel.changes import Changes, Message, Put, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Forbidden, NotFound
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, Position
from ..kernel.place import community_of
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.consents import Consents, settled
from ..people.model import Person
from ..people.moves import withdraw
from ..people.records import Consent, ConsentGiven
from ..people.service import People
from ..places.service import Places
from ..security_trail.audit import AuditLog
from ..store.transaction import Transaction
from . import permissions
from .policy import CALL_BACKS_PER_STEP

__all__ = ["CallBacks"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)
_CALLED_BACK = ConsentGiven(how="call_back")


class CallBacks:
    """Confirms spoken consents, and lets those lapse that nobody confirmed."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        people: People,
        places: Places,
        consents: Consents,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._clock = transaction, clock
        self._access, self._people = access, people
        self._places, self._consents = places, consents
        self._audit = audit

    def page_of(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[Consent]:
        """Return a page of a person's consents, newest first."""
        return self._consents.read_page(person_id, start, limit)

    def confirm(
        self,
        context: RequestContext,
        person_id: str,
        consent_id: str,
        *,
        given: bool,
    ) -> None:
        """Record the person's answer to a call-back: the consent stays, or lapses at once.

        Raises:
            NotFound: there is no consent that waits for a call-back.
            Forbidden: the actor has recorded the consent themself.
            Conflict: the time for the call-back is over.

        """

        def decide() -> Changes[Person]:
            person = self._people.find(person_id)
            if person is None or person.erased_at:
                raise NotFound
            actor = self._access.require(
                context, permissions.CONFIRM_CONSENT, person.as_resource()
            ).actor
            person.check_version(context.seen_version)
            consent = self._find(person_id, consent_id)
            self._check_open(consent, actor.id)
            audit = self._audit.record(
                actor,
                "person.called_back",
                person,
                detail=consent.purpose,
                address=context.address,
            )
            if not given:
                return self._lapsed(person, consent, actor.id, audit)
            return self._confirmed(person, consent, actor.id, audit)

        self._transaction.run(decide, context)

    def has_task(self, worker: Actor, person_id: str) -> bool:
        """Say whether a worker may call a person back about a consent now."""
        now = self._clock.now()
        for consent in self._consents.read_all(person_id):
            if consent.confirm_by is None or now >= consent.confirm_by:
                continue
            rank = worker.role_at(consent.place or "").rank
            is_own = consent.recorded_by == worker.id
            if rank >= Role.GRID_WORKER.rank and not is_own:
                return True
        return False

    def _check_open(self, consent: Consent, actor: str) -> None:
        if consent.recorded_by == actor:
            raise Forbidden("consent.needs_other")
        if consent.confirm_by and self._clock.now() >= consent.confirm_by:
            raise Conflict("consent.lapsed")

    def _find(self, person_id: str, consent_id: str) -> Consent:
        for consent in self._consents.read_all(person_id):
            if consent.id == consent_id and consent.confirm_by:
                return consent
        raise NotFound

    def _confirmed(
        self, person: Person, consent: Consent, by: str, audit: Put
    ) -> Changes[Person]:
        lines = self._consents.record(
            person,
            consent.purpose,
            _CALLED_BACK,
            recorded_by=by,
            text_version=consent.text_version or "",
        )
        event = TimelineEvent(
            tag="person.consent_confirmed",
            actor=by,
            party="staff",
            note=consent.purpose,
        )
        return Changes(
            entity=person,
            previous=person,
            writes=(*settled(consent), *lines, audit),
            events=(event,),
        )

    def _lapsed(
        self, person: Person, consent: Consent, by: str, *writes: Put
    ) -> Changes[Person]:
        """Return the end of a consent that was not confirmed, unless a later one replaces it."""
        if self._is_given_again(consent):
            return Changes(
                entity=person,
                previous=person,
                writes=(*settled(consent), *writes),
            )
        line = self._consents.record_withdrawal(person, consent.purpose, by)
        event = TimelineEvent(
            tag="person.consent_lapsed",
            actor=by,
            party="system",
            note=consent.purpose,
        )
        home = next(iter(person.places), "")
        place = consent.place or home
        message = Message(
            kind="consent.lapsed",
            audience=StaffOnDuty(community_of(place), within=place),
            subject=person.id,
            params={"purpose": consent.purpose},
        )
        return Changes(
            entity=withdraw(person, consent.purpose),
            previous=person,
            writes=(*settled(consent), line, *writes),
            events=(event,),
            messages=(message,),
        )

    def _is_given_again(self, consent: Consent) -> bool:
        if consent.purpose == "acting":  # of one wish or report each
            return False
        later = [
            one
            for one in self._consents.read_all(consent.person_id)
            if one.purpose == consent.purpose and one.at > consent.at
        ]
        return bool(later) and later[0].given and not later[0].confirm_by

    def lapse(
        self, now: datetime, position: Position | None
    ) -> Position | None:
        """End the consents whose call-back is overdue, a step at a time; return the next one."""
        streets = sorted(self._places.streets())
        at = position or {"street": "", "from": None}
        left = [street for street in streets if street >= at["street"]]
        if not left:
            return None
        start = at["from"] if left[0] == at["street"] else None
        page = self._consents.call_backs_due(
            left[0], now, start, CALL_BACKS_PER_STEP
        )
        for consent in page.items:
            self._lapse(consent)
        if page.next:
            return {"street": left[0], "from": page.next}
        return {"street": left[1], "from": None} if len(left) > 1 else None

    def _lapse(self, consent: Consent) -> None:
        def decide() -> Changes[Person]:
            person = self._people.find(consent.person_id)
            if person is None:
                raise NotFound
            waits = any(
                one.id == consent.id and one.confirm_by
                for one in self._consents.read_all(consent.person_id)
            )
            if person.erased_at or not waits:
                return Changes(entity=person, previous=person)
            return self._lapsed(person, consent, SYSTEM.id)

        self._transaction.run(decide, _AS_SYSTEM)

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the names and purposes of consents that have lapsed, read together."""
        people = self._people.find_many([one.subject for one in subjects])
        return [_context(people.get(one.subject), one) for one in subjects]


def _context(
    person: Person | None, subject: MessageSubject
) -> MessageContext | None:
    if person is None or person.erased_at:
        return None
    facts = {"name": person.name, "purpose": subject.params["purpose"]}
    return MessageContext(facts=facts)
