"""What alarms have fan-outs do."""

from ..kernel.outcome import Due
from .service import Fanouts

__all__ = ["wake_fanout"]


def wake_fanout(fanouts: Fanouts, due: Due) -> None:
    """A fan-out's alarm has fired."""
    fanouts.wake(due.subject, due.id)
