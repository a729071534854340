"""Metrics of attempts: results, lag, and the parts and cost of text messages."""

from datetime import datetime

from ..kernel.clock import Clock
from ..kernel.metrics import Metrics
from .model import DeliveryState, MessageAttempt

__all__ = ["AttemptMetrics"]


class AttemptMetrics:
    """Counts attempts when they are settled."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    def record(self, attempt: MessageAttempt, due_at: datetime) -> None:
        """Count an attempt of a message that was due at an instant."""
        self._metrics.count(
            "Sends", kind=attempt.kind, result=attempt.state.value
        )
        if attempt.state is DeliveryState.UNKNOWN:
            # One count for all kinds: CloudWatch does not add up over dimensions by itself.
            self._metrics.count("UnknownSends")
        if attempt.state is DeliveryState.SENT:
            lag = (self._clock.now() - due_at).total_seconds()
            self._metrics.observe("Lag", max(0.0, lag))
        if attempt.is_billed and attempt.parts:
            provider = attempt.provider
            cost_fen = attempt.cost_li / 10
            self._metrics.count("SmsParts", attempt.parts, provider=provider)
            self._metrics.count("SmsCostFen", cost_fen, provider=provider)
