"""New tickets, however they are reported: drafted, routed, counted and opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..kernel.access import Actor, relations
from ..kernel.changes import Changes, Count, Put, Write
from ..kernel.clock import Clock
from ..kernel.errors import Invalid
from ..kernel.ids import Ids
from ..kernel.place import community_of, street_of
from ..kernel.text import mask_personal
from ..people.access import Granted
from ..people.model import Person
from ..people.service import ConsentGiven, People
from ..places.model import Place
from ..places.service import Places
from ..uploads.service import Uploads
from . import decisions
from .duplicates import likely_duplicates
from .duty import DutyResolver
from .model import Ticket, TicketReport
from .policy import (
    DUPLICATE_WITHIN,
    REPORTS_PER_DAY,
    Level,
    Policy,
    TicketUrgency,
)
from .repository import TicketRepository
from .states import TicketMover

__all__ = ["ProblemReport", "TicketIntake"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemReport:
    """A problem as its reporter states it."""

    category: str
    text: str
    place: str
    location_note: str | None = None
    photos: tuple[str, ...] = ()
    urgency: TicketUrgency | None = None
    private: bool | None = None


class TicketIntake:
    """Makes tickets of reports, for the use cases that take them; grants nothing."""

    def __init__(
        self,
        *,
        repository: TicketRepository,
        clock: Clock,
        ids: Ids,
        people: People,
        places: Places,
        uploads: Uploads,
        duty: DutyResolver,
        current_policy: Callable[[str], tuple[int, Policy]],
    ) -> None:
        self._repository, self._clock, self._ids = repository, clock, ids
        self._people, self._places, self._uploads = people, places, uploads
        self._duty, self._current_policy = duty, current_policy

    def policy_of(self, street: str) -> Policy:
        """Return the current rules of a street."""
        return self._current_policy(street)[1]

    def subject_of(
        self,
        granted: Granted,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> tuple[Person, tuple[Write, ...]]:
        """Return the person that a report is for, and the ledger line of their consent.

        Raises:
            Invalid: it is for another person, and their consent is missing.

        """
        actor = granted.actor
        subject = self._people.subject_of(actor, granted.person, on_behalf_of)
        if subject.id == actor.id:
            return subject, ()
        if consent is None:
            raise Invalid("consent.required", ["consent"])
        ledger_line = self._people.note_consent(
            subject, "acting", consent, actor.id
        )
        return subject, (ledger_line,)

    def draft_for(
        self, subject: Person, actor: Actor, problem: ProblemReport
    ) -> Ticket:
        """Return the ticket of a resident's report, not yet routed."""
        ticket = self.draft(problem, name=subject.name, secrets=subject.secrets)
        proxy = actor.id if subject.contact == actor.id else None
        return replace(
            ticket, person_id=subject.id, filed_by=actor.id, proxy_id=proxy
        )

    def draft(
        self, problem: ProblemReport, *, name: str, secrets: Sequence[str]
    ) -> Ticket:
        """Return the ticket of a report, not yet routed; `name` and `secrets` are masked.

        Raises:
            Invalid: there is no such place or category.

        """
        street, community = self._street_and_community(problem.place)
        number, policy = self._current_policy(street.id)
        category = policy.category(problem.category)
        if category is None:
            raise Invalid("ticket.category_unknown", ["category"])
        now = self._clock.now()
        public_text = mask_personal(problem.text, name=name, secrets=secrets)
        as_written = problem.text if problem.text != public_text else None
        return Ticket(
            id=self._ids.new("tkt"),
            created_at=now,
            updated_at=now,
            person_id=None,
            filed_by="",
            category=category.code,
            urgency=problem.urgency or category.urgency,
            private=category.private or bool(problem.private),
            text=public_text,
            as_written=as_written,
            location_note=problem.location_note,
            place=problem.place,
            community_name=community.name,
            zone=street.zone,
            photos=problem.photos,
            policy_version=number,
            level=Level.GRID,
        )

    def _street_and_community(self, code: str) -> tuple[Place, Place]:
        """Read the street and the community of a place.

        Raises:
            Invalid: there is no such place.

        """
        street, community = street_of(code), community_of(code)
        places = self._places.find_many([code, community, street])
        if code not in places or street not in places:
            raise Invalid("place.unknown", ["place"], place=code)
        return places[street], places[community]

    def report_by(
        self, ticket: Ticket, person_id: str, recorded_by: str
    ) -> TicketReport:
        """Return the report of a person, made now."""
        now = self._clock.now()
        return TicketReport(
            ticket_id=ticket.id,
            person_id=person_id,
            by=recorded_by,
            joined_at=now,
        )

    def new_report(
        self, ticket: Ticket, person_id: str, recorded_by: str
    ) -> Put:
        """Return the row of the report that a new ticket comes with."""
        return Put(row=self.report_by(ticket, person_id, recorded_by), new=True)

    def count_report(self, person_id: str, ticket: Ticket) -> Count:
        """Return the counter that limits the reports of one resident in a day."""
        return REPORTS_PER_DAY.count(person_id, ticket.created_at, ticket.zone)

    def open(
        self, ticket: Ticket, actor: Actor, writes: tuple[Write, ...]
    ) -> Changes[Ticket]:
        """Route a new ticket, note likely duplicates, bind its photos, and decide."""
        escalation, routing = self._duty.routing_for(ticket)
        ticket = self._with_duplicates(ticket)
        ticket = replace(
            ticket,
            level=routing.level,
            assignee=routing.assignee,
            rule=routing.rule.id if routing.rule else "",
        )
        mover = TicketMover(
            id=actor.id,
            relations=relations(actor, ticket.as_resource()),
            now=ticket.created_at,
        )
        photos = self._uploads.binding(
            actor.id, ticket.photos, ticket.id, ticket.place, ["photos"]
        )
        changes = decisions.submit(ticket, escalation, mover, writes)
        return replace(changes, related=photos)

    def _with_duplicates(self, ticket: Ticket) -> Ticket:
        """Note the likely duplicates of a ticket, public and private ones apart."""
        since = ticket.created_at - DUPLICATE_WITHIN
        near = self._repository.reported_at_spot(
            ticket.place, ticket.category, since, 30
        )
        public: list[str] = []
        private: list[str] = []
        for other in likely_duplicates(ticket, near, ticket.created_at):
            if other.private:
                private.append(other.id)
            else:
                public.append(other.id)
        return replace(
            ticket,
            possible_duplicates=tuple(public),
            private_duplicates=tuple(private),
        )
