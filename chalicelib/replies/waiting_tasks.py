"""The task of staff that follows from a reply by SMS. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import StoredReply

__all__ = ["REPLY_TASK", "reply_tasks"]

REPLY_TASK = "message.reply"


def reply_tasks(reply: StoredReply) -> tuple[WaitingTask, ...]:
    """Return the look of staff for which a reply waits."""
    if not reply.is_waiting or reply.due_at is None:
        return ()
    task = waiting_task(
        REPLY_TASK, reply.id, reply.place, reply.due_at, ttl=reply.ttl
    )
    return (task,)
