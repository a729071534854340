"""The task of staff that follows from a message: a visit to its recipient. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import MessageAttempt
from .policy import VISIT_WITHIN

__all__ = ["VISIT_TASK", "visit_tasks"]

VISIT_TASK = "message.visit"


def visit_tasks(attempt: MessageAttempt) -> tuple[WaitingTask, ...]:
    """Return the visit to a person that no channel has reached."""
    if not attempt.wants_visit:
        return ()
    task = waiting_task(
        VISIT_TASK,
        attempt.id,
        attempt.place,
        attempt.at + VISIT_WITHIN,
        ttl=attempt.ttl,
    )
    return (task,)
