"""Tickets as clients send and ask for them; `views` says how they are shown."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..people.schemas import ConsentIn
from ..web.fields import WHOLE, Flag, Line, Moment, PageQuery, PersonId, PlaceCode, Prose, Request
from .intake import ReportTerms
from .model import TicketLine
from .policy import Level, Urgency
from .states import State

__all__ = [
    "AssignIn",
    "BehalfIn",
    "CommentIn",
    "HoldIn",
    "MergeIn",
    "ResolveIn",
    "SolvedIn",
    "TicketId",
    "TicketIn",
    "TicketQuery",
    "TicketReasonIn",
]


TicketId = Annotated[str, Field(pattern=f"^tkt_{ID_PATTERN}$")]


UploadId = Annotated[str, Field(pattern=f"^upl_{ID_PATTERN}$")]


CategoryCode = Annotated[str, Field(pattern="^[a-z0-9_]{1,32}$", examples=["rubbish"])]


Reason = Annotated[Line, Field(min_length=2, max_length=200)]


Photos = Annotated[list[UploadId], Field(max_length=6, description="Uploads, see POST /v1/uploads.")]


class TicketIn(Request):
    """A problem as it is reported."""

    category: CategoryCode = Field(description="One of GET /v1/policies/tickets.")
    text: Annotated[Prose, Field(min_length=2, max_length=1000)]
    place: PlaceCode = Field(description="As narrow as it is known: the building, or the unit.")
    location_note: Annotated[Line, Field(max_length=200, examples=["7楼电梯口"])] | None = None
    photos: Photos | None = None
    urgency: Urgency | None = Field(None, description="That of the category, unless given.")
    private: Flag | None = Field(None, description="Only its reporters, whoever works on it and staff see it.")
    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None

    def terms(self) -> ReportTerms:
        """Return what is reported, as the service takes it."""
        fields = {name: getattr(self, name) for name in ReportTerms.__dataclass_fields__}
        return ReportTerms(**(fields | {"photos": tuple(self.photos or ())}))


class AssignIn(Request):
    """Who is to see to it."""

    to: Annotated[
        str,
        Field(pattern=f"^(grid_worker|community_staff|street_admin|property|per_{ID_PATTERN})$"),
    ] = Field(description="A role, that is whoever is on duty in it nearest by, or a person in office there.")


class TicketReasonIn(Request):
    """Why."""

    reason: Reason


class CommentIn(Request):
    """What is said, and whether those who reported it read it."""

    text: Annotated[Prose, Field(min_length=1, max_length=1000)]
    public: Flag = True


class HoldIn(Request):
    """Why nothing can be done, and until when."""

    reason: Reason
    until: Moment


class ResolveIn(Request):
    """What was done."""

    note: Annotated[Line, Field(max_length=200)] | None = None
    photos: Photos | None = None


class SolvedIn(Request):
    """How one likes the solution; staff say whose answer they note."""

    satisfied: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    on_behalf_of: PersonId | None = None


class BehalfIn(Request):
    """Who has seen it too, where it is not oneself."""

    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None


class MergeIn(Request):
    """With which other it is seen to."""

    into: TicketId


class Order(StrEnum):
    """How a list is ordered."""

    DUE = "due"  # what is due next comes first; what is over is not in it
    NEW = "new"


class TicketQuery(PageQuery):
    """Which tickets."""

    place: PlaceCode
    state: State | None = None
    category: CategoryCode | None = None
    level: Level | None = None
    assignee: PersonId | None = None
    order: Order = Order.DUE

    @property
    def newest(self) -> bool:
        """Say whether what was reported last comes first: a ticket that is closed waits for nothing."""
        return self.order is Order.NEW or self.state is State.CLOSED

    def wants(self, line: TicketLine) -> bool:
        """Say whether a line is asked for."""
        asked = {name: getattr(self, name) for name in ("state", "category", "level", "assignee")}
        return all(value is None or getattr(line, name) == value for name, value in asked.items())
