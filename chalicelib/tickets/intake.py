"""New tickets, however they are reported: drafted, routed, counted and opened."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..kernel.access import Actor, relations
from ..kernel.changes import Changes, Count, Put, Write
from ..kernel.clock import Clock
from ..kernel.errors import Invalid
from ..kernel.ids import Ids
from ..kernel.place import building_of, community_of, street_of
from ..kernel.redaction import mask_personal, needs_review
from ..people.access import Granted
from ..people.model import Person
from ..people.service import ConsentGiven, People
from ..places.model import Place
from ..places.service import Places
from ..uploads.service import Uploads
from . import decisions
from .categories import YES
from .duplicates import hints_for, likely_duplicates
from .duty import DutyResolver
from .model import Ticket, TicketReport
from .policy import (
    APPLICATION_REPORTS,
    APPLICATION_REPORTS_AT,
    DUPLICATE_WITHIN,
    REPORTS_PER_DAY,
    Category,
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
    danger: bool = False
    answers: Mapping[str, tuple[str, ...]] | None = None
    private: bool | None = None

    @property
    def wants_alarm(self) -> bool:
        """Say whether its reporter asks that it be urgent."""
        return self.danger or self.urgency is TicketUrgency.URGENT


def _category_of(problem: ProblemReport, policy: Policy) -> Category:
    """Return the category of a report; Invalid if the policy has no such one."""
    category = policy.category(problem.category)
    if category is None:
        raise Invalid("ticket.category_unknown", ["category"])
    return category


def _answers_of(
    problem: ProblemReport, category: Category
) -> tuple[Mapping[str, tuple[str, ...]], bool]:
    """Return the answers of a report, and whether they make it urgent in its category."""
    answers = dict(problem.answers or {})
    question = category.danger_question
    if question and problem.danger:
        answers[question.code] = (YES,)
    return answers, category.is_urgent(answers)


def _urgency_of(
    problem: ProblemReport, category: Category, *, is_urgent: bool
) -> TicketUrgency:
    """Return the urgency of a report: a plain wish for urgent is only noted."""
    if is_urgent:
        return TicketUrgency.URGENT
    if problem.urgency in (None, TicketUrgency.URGENT):
        return category.urgency
    return problem.urgency or category.urgency


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
        ledger = self._people.note_consent(subject, "acting", consent, actor.id)
        return subject, ledger

    def draft_for(
        self,
        subject: Person,
        actor: Actor,
        problem: ProblemReport,
        *,
        by_staff: bool,
    ) -> Ticket:
        """Return the ticket of a resident's report, not yet routed. Staff set its urgency."""
        ticket = self.draft(problem, name=subject.name, secrets=subject.secrets)
        if by_staff:
            urgency = problem.urgency or ticket.urgency
            if problem.danger:
                urgency = TicketUrgency.URGENT
            ticket = replace(ticket, urgency=urgency, urgency_requested=False)
        proxy = actor.id if subject.contact == actor.id else None
        return replace(
            ticket, person_id=subject.id, filed_by=actor.id, proxy_id=proxy
        )

    def draft(
        self, problem: ProblemReport, *, name: str, secrets: Sequence[str]
    ) -> Ticket:
        """Return the ticket of a report, not yet routed.

        `name`, `secrets` and the names of the building are masked.

        Raises:
            Invalid: there is no such place or category.

        """
        street, community = self._street_and_community(problem.place)
        number, policy = self._current_policy(street.id)
        category = _category_of(problem, policy)
        now = self._clock.now()
        answers, is_urgent = _answers_of(problem, category)
        text = self._masked(problem, name, secrets)
        return Ticket(
            id=self._ids.new("tkt"),
            created_at=now,
            updated_at=now,
            person_id=None,
            filed_by="",
            category=category.code,
            urgency=_urgency_of(problem, category, is_urgent=is_urgent),
            urgency_requested=not is_urgent and problem.wants_alarm,
            answers=answers or None,
            private=category.private or bool(problem.private),
            text=text,
            as_written=problem.text if problem.text != text else None,
            held_for_review=needs_review(problem.text),
            location_note=problem.location_note,
            place=problem.place,
            community_name=community.name,
            zone=street.zone,
            photos=problem.photos,
            policy_version=number,
            level=Level.GRID,
        )

    def _masked(
        self, problem: ProblemReport, name: str, secrets: Sequence[str]
    ) -> str:
        names = self._people.names_at(problem.place)
        return mask_personal(
            problem.text, name=name, names=names, secrets=secrets
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

    def count_report(
        self, subjects: Iterable[str], ticket: Ticket
    ) -> tuple[Count, ...]:
        """Return the counters that limit the reports of one person in a day."""
        return REPORTS_PER_DAY.counts(subjects, ticket.created_at, ticket.zone)

    def count_application_report(
        self, client: str, ticket: Ticket
    ) -> tuple[Count, ...]:
        """Return the counters that limit the reports of an application, and those at a place."""
        spot, now = building_of(ticket.place), ticket.created_at
        return (
            APPLICATION_REPORTS.count(f"app#{client}", now),
            APPLICATION_REPORTS_AT.count(f"app#{client}#{spot}", now),
        )

    def open(
        self,
        ticket: Ticket,
        actor: Actor,
        writes: tuple[Write, ...],
        home: str | None = None,
    ) -> Changes[Ticket]:
        """Route a new ticket, note likely duplicates, bind its photos, and decide.

        `home` is that of the reporter, who gets hints about their own building only.
        """
        escalation, routing = self._duty.routing_for(ticket)
        ticket = self._with_duplicates(ticket, home)
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
        photos = self._uploads.bind(
            actor.id, ticket.photos, ticket.id, ticket.place, ["photos"]
        )
        changes = decisions.submit(ticket, escalation, mover, writes)
        return replace(changes, related=photos)

    def _with_duplicates(self, ticket: Ticket, home: str | None) -> Ticket:
        """Note the likely duplicates of a ticket: hints for the reporter, and those for staff."""
        since = ticket.created_at - DUPLICATE_WITHIN
        near = self._repository.reported_at_spot(
            ticket.place, ticket.category, since, 30
        )
        found = likely_duplicates(ticket, near, ticket.created_at)
        hints: tuple[Ticket, ...] = ()
        if home and building_of(home) == building_of(ticket.place):
            hints = hints_for(ticket, near, ticket.created_at)
        return replace(
            ticket,
            possible_duplicates=tuple(other.id for other in hints),
            staff_duplicates=tuple(other.id for other in found),
        )
