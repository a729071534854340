"""Whether questions about tickets are still open."""

from ..kernel.paging import Page, Position, every
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from . import notifications, rounds
from .model import Ticket, TicketReport
from .notifications import IS_IT_YOURS
from .reader import TicketReader
from .repository import TicketEvent, TicketRepository
from .states import TicketStatus

__all__ = ["TicketQuestionStatus"]

# The events by which a reporter answers in the app, and those that end a round.
_ANSWERING = frozenset({"ticket.confirmed", "ticket.reopened"})
_ENDING = _ANSWERING | {"ticket.closed", "ticket.ended"}
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
        same = asked.occasion == notifications.occasion_of(ticket, asked.kind)
        if same and rounds.has_answered(ticket, report):
            return QuestionStatus(state=QuestionState.ANSWERED)
        if same and ticket.state is TicketStatus.RESOLVED:
            return _OPEN
        return self._ended(ticket, report, asked)

    def _report_of(self, ticket: Ticket, person_id: str) -> TicketReport | None:
        for report in self._reader.reports(ticket):
            if report.person_id == person_id:
                return report
        return None

    def _ended(
        self, ticket: Ticket, report: TicketReport, asked: QuestionRound
    ) -> QuestionStatus:
        """Return how a round ended: by the reporter, or who acts for them, or without them."""

        def ends(event: TicketEvent) -> bool:
            return event.tag in _ENDING and event.at >= asked.asked_at

        def read(start: Position | None) -> Page[TicketEvent]:
            return self._repository.timeline_of(ticket.id, ends, start, 100)

        events = list(every(read))
        own = {report.person_id, report.by}
        answers = [
            event
            for event in events
            if event.by in own and event.tag in _ANSWERING
        ]
        state = QuestionState.ANSWERED if answers else QuestionState.OVER
        since = ticket.updated_at
        for event in [*answers, *events][:1]:
            since = event.at
        return QuestionStatus(state=state, since=since)


def _whose(ticket: Ticket, person_id: str) -> QuestionStatus:
    if ticket.is_anonymous:
        return _OPEN
    state = QuestionState.OVER
    if ticket.person_id == person_id:
        state = QuestionState.ANSWERED
    return QuestionStatus(state=state, since=ticket.updated_at)
