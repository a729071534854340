"""The staff queue as clients see it."""

from typing import Annotated

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..kernel.staff_queue import TaskFilter
from ..kernel.waiting_task import NOBODY
from ..people.consent_schemas import ConsentIn
from ..tickets.policy import Level, TicketUrgency
from ..tickets.states import TABLE as TICKETS
from ..web.choices import Choices
from ..web.fields import (
    Instant,
    PageQuery,
    PlaceCode,
    QueryFlag,
    Repeated,
    View,
)
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


QueueTaskKind = Annotated[
    str,
    Choices("QueueTaskKind", "The kind of a task of the staff queue."),
]
_ME = "me"
_Assignee = Annotated[
    str, Field(pattern=f"^({_ME}|{NOBODY}|per_{ID_PATTERN})$")
]


class StaffQueueQuery(PageQuery):
    """The place whose queue is read, and which of its tasks. Without a filter, all."""

    place: PlaceCode
    kind: Repeated[QueueTaskKind] | None = None
    assignee: _Assignee | None = Field(
        None,
        description=(
            "A person; `me` for the caller; `none` for tickets that nobody has. Other kinds have "
            "no assignee."
        ),
    )
    late: QueryFlag = Field(
        False, description="Only tasks whose deadline has passed."
    )

    def filter_of(self, caller: str) -> TaskFilter:
        """Return the filter, as the caller asks for it."""
        assignee = self.assignee or ""
        return TaskFilter(
            kinds=frozenset(self.kind or ()),
            assignee=caller if assignee == _ME else assignee,
            late=self.late,
        )


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


class FailedJobView(View):
    """A job that failed for good. The title of its task says in words what it was to do."""

    kind: str = Field(
        description="Of a message: its kind. Of other work: `timer.`, `event.`, `answer.` or "
        "`command.`, and a name."
    )
    failed_at: Instant
    error: str | None = Field(
        description="The code of its last error, null if it is not known."
    )


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
        description=(
            "The person of a call-back or visit; what a reply may be about; the wish, ticket or "
            "person of a failed job."
        )
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
    urgency: TicketUrgency | None = Field(description="Of a ticket.")
    level: Level | None = Field(description="The level that has a ticket.")
    assignee: str | None = Field(
        description="The person who has a ticket, or is asked to accept it."
    )
    assignee_name: str | None
    reporter: str | None = Field(
        description="The masked name of the person who asked for help."
    )
    job: FailedJobView | None = Field(description="Of a failed job.")


class TaskCountView(View):
    """The number of tasks of a kind. If it is capped there may be more."""

    value: int
    capped: bool


class QueueView(View):
    """A page of tasks, soonest due first, and the number of tasks of each kind.

    The numbers are of the whole queue of the place, with any filter. They are exact while at most
    1,000 tasks wait at the place.
    """

    place_name: str
    items: list[QueueTaskView]
    counts: dict[str, TaskCountView]
    late: TaskCountView = Field(
        description="The number of tasks whose deadline has passed."
    )
    unassigned: TaskCountView = Field(
        description="The number of tickets that nobody has."
    )
    next_due_at: Instant | None = Field(
        description="The first deadline that has not passed."
    )
    next: str | None


class SpendingView(View):
    """The spending of a street on SMS this month, and its budget."""

    street: PlaceCode
    month: str
    sms_fen: int
    budget_fen: int
