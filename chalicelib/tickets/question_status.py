"""Whether questions about tickets are still open."""

from ..kernel.paging import Page, Position, every
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from . import notifications, resolution
from .model import Ticket, TicketReport
from .notifications import IS_IT_YOURS
from .reader import TicketReader
from .repository import TicketEvent, TicketRepository
from .states import TicketStatus

__all__ = ["TicketQuestionStatus"]

# The events by which a reporter answers in the app.
_ANSWERING = frozenset({"ticket.confirmed", "ticket.reopened"})
_OVER = QuestionStatus(state=QuestionState.OVER)
_OPEN = QuestionStatus(state=QuestionState.OPEN)


class TicketQuestionStatus:
    """Says whether a reporter may still answer a question."""

    def __init__(
        self, *, repository: TicketRepository, reader: TicketReader
    ) -> None:
        self._repository, self._reader = repository, reader

    def of(self, asked: QuestionRound) -> QuestionStatus:
        """Return the status of a question about one solution of a ticket, or about its reporter."""
        ticket = self._repository.find_ticket(asked.subject)
        if ticket is None:
            return _OVER
        if asked.kind == IS_IT_YOURS:
            return _whose(ticket, asked.person_id)
        report = self._report_of(ticket, asked.person_id)
        if report is None:
            return _OVER
        if self._was_answered(ticket, report, asked):
            state = QuestionState.ANSWERED
            return QuestionStatus(state=state, since=ticket.updated_at)
        is_waiting = ticket.state is TicketStatus.RESOLVED
        same = asked.occasion == notifications.occasion_of(ticket, asked.kind)
        if is_waiting and same:
            return _OPEN
        return QuestionStatus(state=QuestionState.OVER, since=ticket.updated_at)

    def _report_of(self, ticket: Ticket, person_id: str) -> TicketReport | None:
        for report in self._reader.reports(ticket):
            if report.person_id == person_id:
                return report
        return None

    def _was_answered(
        self, ticket: Ticket, report: TicketReport, asked: QuestionRound
    ) -> bool:
        """Say whether the reporter, or who acts for them, has answered since they were asked."""
        same = asked.occasion == notifications.occasion_of(ticket, asked.kind)
        if same and resolution.has_answered(ticket, report):
            return True
        if ticket.state is TicketStatus.RESOLVED and same:
            return False
        own = {report.person_id, report.by}

        def is_answer(event: TicketEvent) -> bool:
            is_own = event.by in own and event.at >= asked.asked_at
            return is_own and event.tag in _ANSWERING

        def read(start: Position | None) -> Page[TicketEvent]:
            return self._repository.timeline_of(
                ticket.id, is_answer, start, 100
            )

        return next(every(read), None) is not None


def _whose(ticket: Ticket, person_id: str) -> QuestionStatus:
    if ticket.is_anonymous:
        return _OPEN
    state = QuestionState.OVER
    if ticket.person_id == person_id:
        state = QuestionState.ANSWERED
    return QuestionStatus(state=state, since=ticket.updated_at)
