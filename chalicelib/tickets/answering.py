"""What reporters answer by SMS."""

from dataclasses import replace

from ..kernel.access import SYSTEM, Actor, Relation, relations
from ..kernel.changes import Changes, Write
from ..kernel.clock import Clock
from ..kernel.job import Answer
from ..kernel.question import AnswerComment, AnswerOutcome, acted
from ..kernel.request import RequestContext
from ..people.moves import are_one_household
from ..people.service import People, phone_since
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import notifications, resolution
from .alarm_bell import AlarmBell
from .duty import DutyResolver
from .model import Ticket, solvers_of
from .notifications import IS_IT_YOURS
from .reader import TicketReader
from .repository import TicketRepository
from .states import TicketMover

__all__ = ["TicketAnswers"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)


class TicketAnswers:
    """Makes the moves that replies by SMS mean. They take no request context."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        duty: DutyResolver,
        reader: TicketReader,
        bell: AlarmBell,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._people = clock, people
        self._entities = EntityStore(transaction, repository.find_ticket)
        self._duty, self._reader, self._bell = duty, reader, bell

    def answer(self, answer: Answer) -> AnswerOutcome:
        """Make the move that a reporter's SMS reply means, if it is still theirs to make."""
        if answer.question == IS_IT_YOURS:
            return self._answer_whose(answer)

        def decide() -> tuple[Changes[Ticket], AnswerOutcome]:
            ticket = self._entities.get(answer.subject)
            if answer.yes and self._is_by_solver(ticket, answer):
                unchanged = Changes(entity=ticket, previous=ticket)
                return unchanged, AnswerOutcome.NOT_ALLOWED
            occasion = notifications.occasion_of(ticket, answer.question)
            changes: Changes[Ticket] | None = None
            if answer.occasion == occasion:
                changes = self._moved(ticket, answer)
            if changes is None:
                unchanged = Changes(entity=ticket, previous=ticket)
                return unchanged, AnswerOutcome.LATE
            return changes, AnswerOutcome.ACTED

        return self._transaction.run_with(decide, _AS_SYSTEM)[1]

    def _is_by_solver(self, ticket: Ticket, answer: Answer) -> bool:
        """Say whether an answer came from a phone of those who solved a ticket."""
        holder_id = answer.phone_of
        if holder_id in ("", answer.person_id):
            return False
        solvers = solvers_of(ticket)
        people = self._people.find_many({holder_id, *solvers})
        holder = people.get(holder_id)
        if holder is None:
            return True
        found = [people[id] for id in solvers if id in people]
        return any(are_one_household(holder, one) for one in found)

    def _moved(self, ticket: Ticket, answer: Answer) -> Changes[Ticket] | None:
        """Return the move of an answer, None if it moves nothing."""
        mover = self._answering(ticket, answer)
        rung, writes = ticket, tuple[Write, ...]()
        if not answer.yes:
            rung, writes = self._bell.may_ring_again(ticket, mover.id)
        changes = resolution.answer(
            rung,
            self._duty.escalation_for(ticket),
            mover,
            self._reader.reports(ticket),
            answer.question,
            yes=answer.yes,
            comment=AnswerComment(
                answer.comment,
                self._reader.mask_text(ticket, answer.comment, mover.id),
            ),
            successor=self._duty.successor_of(ticket),
            parts=self._duty.parts_with_sla(self._reader.parts_of(ticket)),
        )
        if changes.entity is rung:
            return None
        writes = (*changes.writes, *writes, acted(answer.id, mover.now))
        return replace(changes, previous=ticket, writes=writes)

    def _answer_whose(self, answer: Answer) -> AnswerOutcome:
        """Link a person who says that a report is theirs. Only their own phone can say so."""
        if not answer.yes:
            return AnswerOutcome.ACTED
        if answer.phone_of != answer.person_id:
            return AnswerOutcome.NOT_ALLOWED
        ticket = self._link_reporter(answer.subject, answer.person_id)
        if ticket.person_id == answer.person_id:
            return AnswerOutcome.ACTED
        return AnswerOutcome.LATE

    def _answering(self, ticket: Ticket, answer: Answer) -> TicketMover:
        """Return the person who answers, without any relation if they may not act any more."""
        person_id = answer.person_id
        person = self._people.find(person_id)
        own: frozenset[Relation] = frozenset()
        if person and person.may_act:
            own = relations(Actor(id=person_id), ticket.as_resource(person_id))
        return TicketMover(
            id=person_id,
            relations=own,
            now=self._clock.now(),
            phone_since=phone_since(self._people, answer.phone_of),
        )

    def _link_reporter(self, ticket_id: str, person_id: str) -> Ticket:
        """Link the person who says that a report is theirs, if nobody else is linked to it.

        Return the ticket as it is then.
        """

        def decide(ticket: Ticket) -> Changes[Ticket]:
            person = self._people.find(person_id)
            unchanged = Changes(entity=ticket, previous=ticket)
            if person is None or person.erased_at or person.blocked:
                return unchanged
            if not ticket.is_anonymous:
                return unchanged
            earlier = self._repository.find_report(ticket.id, person_id)
            mask = self._people.mask_for([person], ticket.place)
            text = mask(ticket.written)
            return resolution.link(
                ticket,
                person_id,
                earlier,
                text,
                self._clock.now(),
                self._duty.sla_for(ticket),
            )

        return self._entities.update(ticket_id, decide)
