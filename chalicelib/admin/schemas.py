"""The staff queue as clients see it."""

from typing import Annotated

from pydantic import Field

from ..people.consent_schemas import ConsentIn
from ..tickets.policy import Level
from ..tickets.states import TABLE as TICKETS
from ..web.choices import Choices
from ..web.fields import Instant, PageQuery, PlaceCode, View
from ..wishes.schemas import WishTermsIn
from ..wishes.states import TABLE as WISHES

__all__ = [
    "ConvertToWishIn",
    "ConvertedView",
    "QueueTaskView",
    "QueueView",
    "SpendingView",
    "StaffQueueQuery",
    "TaskCountView",
]


class ConvertToWishIn(WishTermsIn):
    """The wish that a ticket is converted to. Its resident is the reporter, who has agreed."""

    consent: ConsentIn


class ConvertedView(View):
    """The id of the wish that a ticket was converted to."""

    wish: str


class StaffQueueQuery(PageQuery):
    """The place whose queue is read."""

    place: PlaceCode


QueueTaskKind = Annotated[
    str,
    Choices("QueueTaskKind", "The kind of a task of the staff queue."),
]
# Moves of what has no table of states.
_OTHER_MOVES = frozenset(
    {
        *("handled", "reset", "force", "visited", "erase"),
        *("confirm", "redrive", "vet", "limits"),
    }
)
QueueMove = Annotated[
    str,
    Choices(
        "QueueMove",
        "A move of a task: the last part of the path of its route.",
        lambda: _OTHER_MOVES | WISHES.open_moves | TICKETS.open_moves,
    ),
]


class QueueTaskView(View):
    """A task that waits for staff. What its kind does not have is null."""

    kind: QueueTaskKind
    id: str
    title: str
    place: PlaceCode
    place_name: str | None
    due_at: Instant
    moves: list[QueueMove]
    subject: str | None = Field(
        description="The person of a call-back or visit, or what a reply may be about."
    )
    version: int | None = Field(
        description="The version that its moves name in If-Match."
    )
    etag: str | None = Field(
        description="The version as an ETag, for If-Match."
    )
    category: str | None = Field(
        description="Of a ticket; of a wish, its kind."
    )
    level: Level | None = Field(description="The level that has a ticket.")
    assignee: str | None = Field(
        description="The person who has a ticket, or is asked to accept it."
    )
    reporter: str | None = Field(
        description="The masked name of the person who asked for help."
    )


class TaskCountView(View):
    """The number of tasks of a kind. If it is capped there may be more."""

    value: int
    capped: bool


class QueueView(View):
    """A page of tasks, soonest due first, and the number of tasks of each kind.

    The numbers are exact while at most 1,000 tasks wait at the place.
    """

    items: list[QueueTaskView]
    counts: dict[str, TaskCountView]
    next: str | None


class SpendingView(View):
    """The spending of a street on SMS this month, and its budget."""

    street: PlaceCode
    month: str
    sms_fen: int
    budget_fen: int
