"""The task of staff that follows from a pending erasure. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import ErasureRequest

__all__ = ["ERASE", "erasure_tasks"]

ERASE = "person.erase"


def erasure_tasks(request: ErasureRequest) -> tuple[WaitingTask, ...]:
    """Return the approval for which an erasure waits. Who has asked for it cannot approve."""
    task = waiting_task(
        ERASE,
        request.id,
        request.place,
        request.ttl,
        hidden_from=request.requested_by,
        ttl=request.ttl,
    )
    return (task,)
