"""The staff desk as clients see it."""

from ..web.fields import Instant, PageQuery, PlaceCode, View

__all__ = ["QueueQuery", "QueueView", "TaskView"]


class QueueQuery(PageQuery):
    """Whose queue."""

    place: PlaceCode


class TaskView(View):
    """One thing that waits for staff."""

    kind: str
    id: str
    title: str
    place: PlaceCode
    due_at: Instant
    moves: list[str]


class QueueView(View):
    """What waits, soonest due first, and how much of each kind."""

    items: list[TaskView]
    counts: dict[str, int]
    next: str | None
