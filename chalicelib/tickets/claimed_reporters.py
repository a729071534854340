"""The question to a phone that another application names as the reporter's."""

from dataclasses import replace

from ..kernel.changes import Count, Message, Write
from ..people.service import People
from ..signin.unasked import UnaskedMessages
from .model import Ticket
from .notifications import to_claimed_reporter
from .policy import QUESTIONS_PER_DAY
from .repository import TicketRepository

__all__ = ["ClaimedReporters"]


class ClaimedReporters:
    """Asks the owner of a phone whether a report is theirs.

    The reporter never learns whether anybody has the phone.
    """

    def __init__(
        self,
        *,
        repository: TicketRepository,
        people: People,
        unasked: UnaskedMessages,
    ) -> None:
        self._repository, self._people = repository, people
        self._unasked = unasked

    def question(
        self, phone: str | None, ticket: Ticket
    ) -> tuple[tuple[Write, ...], tuple[Message, ...]]:
        """Return the question: at most one a person and day.

        It also counts as an SMS that strangers cause at this phone.
        """
        owner = self._people.phone_owner(phone) if phone else None
        if not phone or owner is None or owner.erased_at or owner.blocked:
            return (), ()
        counts = QUESTIONS_PER_DAY.counts(
            owner.limit_subjects, ticket.created_at, ticket.zone
        )
        if any(map(self._is_full, counts)):
            return (), ()
        unasked = self._unasked.count(phone)
        if unasked is None:
            return (), ()
        # Without a refusal the decision is made again: the report itself is never refused.
        silent = [replace(count, refusal=None) for count in counts]
        return (*silent, unasked), to_claimed_reporter(ticket, owner.id)

    def _is_full(self, count: Count) -> bool:
        asked = self._repository.read_counter(count.subject, count.name)
        return asked >= QUESTIONS_PER_DAY.limit
