"""Requests about tickets; `views` holds the responses."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from ..kernel.ids import ID_PATTERN
from ..people.consent_schemas import ConsentIn
from ..web.fields import (
    WHOLE,
    Flag,
    Line,
    Moment,
    PageQuery,
    PersonId,
    PlaceCode,
    Prose,
    Repeated,
    Request,
    UploadId,
)
from .intake import ProblemReport
from .listed import UNASSIGNED, TicketFilter
from .policy import Level, TicketUrgency
from .states import TicketStatus

__all__ = [
    "AssignTicketIn",
    "CloseTicketIn",
    "CommentOnTicketIn",
    "ConfirmTicketIn",
    "EscalateTicketIn",
    "HoldTicketIn",
    "JoinTicketIn",
    "MergeTicketIn",
    "PublishTicketIn",
    "ResolveTicketIn",
    "TicketId",
    "TicketIn",
    "TicketQuery",
    "TicketReasonIn",
]


TicketId = Annotated[str, Field(pattern=f"^tkt_{ID_PATTERN}$")]


CategoryCode = Annotated[
    str, Field(pattern="^[a-z0-9_]{1,32}$", examples=["rubbish"])
]


Reason = Annotated[Line, Field(min_length=2, max_length=200)]


Photos = Annotated[
    list[UploadId],
    Field(max_length=6, description="Uploads, see POST /v1/uploads."),
]


class TicketIn(Request):
    """A report of a problem."""

    category: CategoryCode = Field(
        description="One of GET /v1/policies/tickets."
    )
    text: Annotated[Prose, Field(min_length=2, max_length=1000)]
    place: PlaceCode = Field(
        description="The narrowest known place: the building, or the unit."
    )
    location_note: (
        Annotated[Line, Field(max_length=200, examples=["7楼电梯口"])] | None
    ) = None
    photos: Photos | None = None
    urgency: TicketUrgency | None = Field(
        None,
        description=(
            "By default that of the category. `urgent` of a reporter is a request: it rings when "
            "staff or a second household agree."
        ),
    )
    danger: Flag = Field(
        False,
        description=(
            "The answer to the category's question that is `urgent_if_yes`: a yes rings at once."
        ),
    )
    private: Flag | None = Field(
        None, description="Only its reporters, its assignee and staff see it."
    )
    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None

    def terms(self) -> ProblemReport:
        """Return the report as the service takes it."""
        names = ProblemReport.__dataclass_fields__.keys() - {"answers"}
        fields = {name: getattr(self, name) for name in names}
        return ProblemReport(**(fields | {"photos": tuple(self.photos or ())}))


class AssignTicketIn(Request):
    """The new assignee."""

    to: Annotated[
        str,
        Field(
            pattern=f"^(grid_worker|community_staff|street_admin|property|per_{ID_PATTERN})$"
        ),
    ] = Field(
        description="A role, for the nearest person on duty in it, or a person who serves there."
    )


class TicketReasonIn(Request):
    """The reason of a move."""

    reason: Reason


class EscalateTicketIn(TicketReasonIn):
    """The reason of an escalation, and whether the ticket is urgent."""

    urgent: Flag = Field(
        False,
        description=(
            "Staff agree that the ticket is urgent: it rings at the level above at once, or at "
            "its own if there is none."
        ),
    )


class CloseTicketIn(Request):
    """The reason of an end; with `publish` staff let the public read it."""

    reason: Reason
    publish: Flag = False


class PublishTicketIn(Request):
    """The texts that the public reads, as staff edited them."""

    # As long as a report of another application may be.
    text: Annotated[Prose, Field(min_length=2, max_length=4000)]
    solution: Annotated[Line, Field(min_length=1, max_length=200)] | None = None


class CommentOnTicketIn(Request):
    """A comment, and whether the reporters read it. Otherwise it is a note for staff."""

    text: Annotated[Prose, Field(min_length=1, max_length=1000)]
    public: Flag = True
    to_assignee: Flag = Field(
        False,
        description="Whether the assignee reads a note that is not public; from staff only.",
    )


class HoldTicketIn(Request):
    """The reason and the end of a hold."""

    reason: Reason
    until: Moment


class ResolveTicketIn(Request):
    """The solution."""

    note: Annotated[Line, Field(max_length=200)] | None = None
    photos: Photos | None = None
    publish: Flag | None = Field(
        None,
        description="Staff only: let the public read the suggested text and the solution.",
    )


class ConfirmTicketIn(Request):
    """A rating of the solution; staff name the reporter whose answer they record."""

    satisfied: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    on_behalf_of: PersonId | None = None


class JoinTicketIn(Request):
    """The person who joins, if it is not the caller."""

    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None


class MergeTicketIn(Request):
    """The ticket to merge into."""

    into: TicketId


Assignee = Annotated[
    str, Field(pattern=f"^(me|{UNASSIGNED}|per_{ID_PATTERN})$")
]


class TicketOrder(StrEnum):
    """The order of a list."""

    DUE = "due"  # by deadline; closed tickets have none
    NEW = "new"


class TicketQuery(PageQuery):
    """The filters of a list: of a place for its staff, or of what is open near the caller."""

    place: PlaceCode | None = None
    near: PlaceCode | None = Field(
        None,
        description="The caller's home, or a place around it within the community.",
    )
    state: Repeated[TicketStatus] | None = None
    category: Repeated[CategoryCode] | None = None
    level: Repeated[Level] | None = None
    assignee: Assignee | None = Field(
        None,
        description="A person; `me` for the caller; `none` for tickets without an assignee.",
    )
    since: Moment | None = Field(
        None, alias="from", description="Created at this instant or later."
    )
    until: Moment | None = Field(
        None, alias="to", description="Created before this instant."
    )
    order: TicketOrder = TicketOrder.DUE

    @model_validator(mode="after")
    def _check_span(self) -> "TicketQuery":
        if self.since and self.until and self.since >= self.until:
            raise ValueError("ends before it begins")
        return self

    @property
    def newest(self) -> bool:
        """Say whether the newest come first. Closed tickets have no deadline."""
        is_closed = self.state == [TicketStatus.CLOSED]
        return self.order is TicketOrder.NEW or is_closed

    def filter_of(self, place: str, caller: str) -> TicketFilter:
        """Return the filter of a place's list, as the caller asks for it."""
        return TicketFilter(
            place=place,
            states=frozenset(self.state or ()),
            categories=frozenset(self.category or ()),
            levels=frozenset(self.level or ()),
            assignee=caller if self.assignee == "me" else self.assignee,
            since=self.since,
            until=self.until,
        )
