"""Delivery reports of providers."""

from dataclasses import replace

from ..kernel.clock import Clock
from ..kernel.errors import Busy, NotFound
from ..kernel.metrics import Metrics
from ..kernel.redaction import mask_personal
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
        self._repository = repository
        self._attempts = attempts
        self._clock = clock
        self._metrics = metrics

    def people_of(self, id: str) -> tuple[str, ...]:
        """Return the people of an attempt that the log still has."""
        attempt = self._repository.find_attempt(id)
        if attempt is None:
            return ()
        return tuple(
            person
            for person in (attempt.person, *attempt.others)
            if person.startswith("per_")
        )

    def report(
        self, id: str, *, provider: str, delivered: bool, reason: str
    ) -> None:
        """Settle an attempt as its provider reports.

        Of two reports that contradict each other the failure counts, in either order. One part of
        a long message may have arrived and another not.

        Raises:
            NotFound: the log has no such attempt, or another provider took the message.
            Busy: the attempt changes all the time; the report must come again.

        """
        state = DeliveryState.SENT if delivered else DeliveryState.DEAD
        for _ in range(_TRIES):
            attempt = self._repository.find_attempt(id)
            if attempt is None or attempt.provider != provider:
                raise NotFound
            if not _changes(attempt, state):
                return
            self._settle_covered(attempt, state, reason)
            settled = replace(
                attempt,
                state=state,
                reason=_without_phone(reason),
                settled_at=self._clock.now(),
                lease_until=None,
            )
            if self._repository.reclaim(settled, attempt):
                self._metrics.count(
                    "Reports", kind=attempt.kind, result=state.value
                )
                return
        raise Busy

    def _settle_covered(
        self, digest: MessageAttempt, state: DeliveryState, reason: str
    ) -> None:
        """Settle the attempts that a digest covers, before the digest: a report may come again."""
        known = (*_REPORTED, DeliveryState.HELD)
        settled_by = ("", digest.id)
        covered = []
        for attempt in self._repository.find_attempts(digest.covers):
            is_open = attempt.state in known and attempt.ref in settled_by
            if is_open and not attempt.visited_by:
                covered.append(attempt)
        self._attempts.settle_held(
            covered, state, _without_phone(reason), ref=digest.id
        )


def _changes(attempt: MessageAttempt, state: DeliveryState) -> bool:
    """Say whether a report of this state settles the attempt."""
    if attempt.visited_by or attempt.state is state:
        return False
    return attempt.state in _REPORTED


def _without_phone(reason: str) -> str:
    """Return a provider's reason without the phone that some put into it."""
    return mask_personal(reason)[:40]
