"""The task of staff that follows from a request to reset a factor. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import FactorReset
from .policy import RESET_DUE

__all__ = ["RESET", "reset_tasks"]

RESET = "factor.reset"


def reset_tasks(reset: FactorReset) -> tuple[WaitingTask, ...]:
    """Return the approval by a second person for which a request waits."""
    if not reset.place:
        return ()
    due_at = reset.created_at + RESET_DUE
    return (waiting_task(RESET, reset.id, reset.place, due_at, ttl=reset.ttl),)
