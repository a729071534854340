"""What alarms have fan-outs do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .service import Fanouts

__all__ = ["wake_fanout"]


def wake_fanout(fanouts: "Fanouts", due: Due) -> None:
    """A fan-out's alarm has fired."""
    fanouts.wake(due.subject, due.id)
