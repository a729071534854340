"""The staff desk as clients see it."""

from ..people.schemas import ConsentIn
from ..web.fields import Instant, PageQuery, PlaceCode, View
from ..wishes.schemas import WishIn

__all__ = [
    "QueueView",
    "SpendingView",
    "StaffQueueQuery",
    "TaskView",
    "TurnIn",
    "TurnedView",
]


class TurnIn(WishIn):
    """The wish that a ticket becomes: whoever reported it is its resident, and has agreed."""

    on_behalf_of: None = None
    consent: ConsentIn


class TurnedView(View):
    """The wish that a ticket has become."""

    wish: str


class StaffQueueQuery(PageQuery):
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


class SpendingView(View):
    """What a street has spent on text messages this month, and what it may; no budget is no limit."""

    street: PlaceCode
    month: str
    sms_fen: int
    budget_fen: int | None
