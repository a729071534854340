"""The task of staff that follows from a wish. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import Wish

__all__ = ["WISH_TASKS", "wish_tasks"]

WISH_TASKS = (
    "wish.approve",
    "wish.dispute",
    "wish.late",
    "wish.unconfirmed",
    "wish.new_phone",
    "wish.hours",
    "wish.check",
)


def wish_tasks(wish: Wish) -> tuple[WaitingTask, ...]:
    """Return what staff have to do about a wish: one task, the soonest due."""
    waits = wish.waits_for_staff()
    if waits is None:
        return ()
    kind, due_at = waits
    return (waiting_task(kind, wish.id, wish.place, due_at),)
