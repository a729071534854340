"""The tasks of workers about residents and their wishes."""

from ..kernel.access import Actor, Role
from .queries import WishQueries

__all__ = ["has_task"]

_MAX_READ = (
    100  # the newest wishes of a resident; far more than are open at once
)


def has_task(wishes: WishQueries, worker: Actor, person_id: str) -> bool:
    """Say whether a wish of a person waits for staff at a place where the worker serves."""
    for wish in wishes.latest_of(person_id, _MAX_READ):
        rank = worker.role_at(wish.place).rank
        if wish.waits_for_staff() and rank >= Role.GRID_WORKER.rank:
            return True
    return False
