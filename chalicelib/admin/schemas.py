"""The staff queue as clients see it."""

from pydantic import Field

from ..people.consent_schemas import ConsentIn
from ..web.fields import Instant, PageQuery, PlaceCode, View
from ..wishes.schemas import WishIn

__all__ = [
    "ConvertToWishIn",
    "ConvertedView",
    "QueueTaskView",
    "QueueView",
    "SpendingView",
    "StaffQueueQuery",
]


class ConvertToWishIn(WishIn):
    """The wish that a ticket is converted to. Its resident is the reporter, who has agreed."""

    on_behalf_of: None = None
    consent: ConsentIn


class ConvertedView(View):
    """The id of the wish that a ticket was converted to."""

    wish: str


class StaffQueueQuery(PageQuery):
    """The place whose queue is read."""

    place: PlaceCode


class QueueTaskView(View):
    """A task that waits for staff."""

    kind: str
    id: str
    title: str
    place: PlaceCode
    due_at: Instant
    moves: list[str]
    subject: str | None = Field(
        description="The person of a consent that waits for a call-back; null for other kinds."
    )


class QueueView(View):
    """A page of tasks, soonest due first, and the number of tasks of each kind."""

    items: list[QueueTaskView]
    counts: dict[str, int]
    next: str | None


class SpendingView(View):
    """The spending of a street on SMS this month, and its budget."""

    street: PlaceCode
    month: str
    sms_fen: int
    budget_fen: int
