"""What providers report of messages that they were given."""

from dataclasses import replace

from ..kernel.clock import Clock
from ..kernel.errors import Busy, NotFound
from ..kernel.metrics import Metrics
from ..kernel.text import mask_personal
from .attempts import AttemptStore
from .model import DeliveryState, MessageAttempt
from .repository import MessageRepository

__all__ = ["DeliveryReports"]

_TRIES = 4
_REPORTED = (DeliveryState.UNKNOWN, DeliveryState.CLAIMED, DeliveryState.SENT)


class DeliveryReports:
    """Settles attempts by the reports of providers."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        attempts: AttemptStore,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._repository, self._attempts = repository, attempts
        self._clock, self._metrics = clock, metrics

    def report(self, id: str, *, provider: str, delivered: bool, reason: str) -> None:
        """Settle an attempt as its provider reports it.

        Of two reports that contradict each other the bad one counts, in whichever order they come.
        One part of a long message may have arrived and another not.

        Raises:
            NotFound: the log has no such attempt, or it went to another provider.
            Busy: the line changes all the time; the report must come again.

        """
        state = DeliveryState.SENT if delivered else DeliveryState.DEAD
        for _ in range(_TRIES):
            attempt = self._repository.find_attempt(id)
            if attempt is None or attempt.provider != provider:
                raise NotFound
            if (
                attempt.state not in _REPORTED
                or attempt.state is state
                or attempt.visited_by
            ):
                return
            self._report_held(attempt, state, reason)
            settled = replace(
                attempt,
                state=state,
                reason=_without_phone(reason),
                settled_at=self._clock.now(),
                lease_until=None,
            )
            if self._repository.reclaim(settled, attempt):
                self._metrics.count("Reports", kind=attempt.kind, result=state.value)
                return
        raise Busy

    def _report_held(
        self, digest: MessageAttempt, state: DeliveryState, reason: str
    ) -> None:
        """Settle the lines that a digest covers. They come first, for the report may come again."""
        settled_by = ("", digest.id)
        covered = self._repository.find_attempts(digest.covers)
        open_lines = [line for line in covered if line.ref in settled_by]
        known = (*_REPORTED, DeliveryState.HELD)
        lines = [
            line for line in open_lines if line.state in known and not line.visited_by
        ]
        self._attempts.settle_held(lines, state, _without_phone(reason), ref=digest.id)


def _without_phone(reason: str) -> str:
    """Return a provider's words without the phone that some put into them."""
    return mask_personal(reason)[:40]
