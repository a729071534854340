"""The one ceiling for what strangers cause at a phone: codes, questions and notices."""

from dataclasses import replace

from ..kernel.changes import Count
from ..kernel.clock import Clock
from ..people.phones import Phones
from .policy import CODES_UNANSWERED
from .repository import SessionRepository
from .sign_in_codes import phone_target

__all__ = ["UnaskedMessages"]


class UnaskedMessages:
    """Counts messages to a phone that its owner did not ask for."""

    def __init__(
        self, *, repository: SessionRepository, clock: Clock, phones: Phones
    ) -> None:
        self._repository, self._clock = repository, clock
        self._phones = phones

    def count(self, phone: str) -> Count | None:
        """Return the write that counts one more message, None if there were enough today.

        It has no refusal: if others were quicker, the decision is made again.
        """
        target = phone_target(self._phones, phone)
        count = CODES_UNANSWERED.count(target, self._clock.now())
        (sent,) = self._repository.read_counters([count])
        if sent >= CODES_UNANSWERED.limit:
            return None
        return replace(count, refusal=None)
