"""Field types that all schemas share.

The JSON Schema of a type takes exactly the values that the type takes: the contract is the code.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
)

from ..kernel.ids import ID_PATTERN
from ..kernel.place import CODE_PATTERN
from ..kernel.text import (
    LINE_PATTERN,
    PROSE_PATTERN,
    check_seen,
    normalise,
    normalise_name,
)

__all__ = [
    "SEEN",
    "WHOLE",
    "Day",
    "Flag",
    "Instant",
    "Line",
    "Name",
    "NoFields",
    "PageQuery",
    "PersonId",
    "PlaceCode",
    "PlaceQuery",
    "Prose",
    "QueryFlag",
    "Repeated",
    "Request",
    "UploadId",
    "VersionedView",
    "View",
    "near",
]


class Request(BaseModel):
    """The body or query of a request; unknown fields are refused."""

    # `defer_build`: a cold start uses few of the models.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class NoFields(Request):
    """A request without fields: its path has everything."""


class View(BaseModel):
    """The body of a response."""

    model_config = ConfigDict(
        from_attributes=True,
        frozen=True,
        defer_build=True,
        serialize_by_alias=True,
    )


def _is_blank(value: str) -> bool:
    return not value


class VersionedView(View):
    """A resource with a version. Only where a list shows it, the body has its ETag."""

    version: int
    etag: Annotated[
        str,
        Field(
            exclude_if=_is_blank,
            description="In lists: the ETag of this resource, for If-Match.",
        ),
    ] = ""


def _whole(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("not a number")
    # In JSON Schema, 11.0 is an integer.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        # pydantic would read a number as a unix time.
        raise ValueError("not a text")
    return value


def _seconds(instant: datetime) -> str:
    # Twice as fast as strftime, and called for every instant of a list.
    return instant.astimezone(UTC).isoformat(timespec="seconds")[:-6] + "Z"


def near(instant: datetime) -> datetime:
    """Return the instant in UTC. Raise ValueError if calculations with it could overflow."""
    # At the edges of the calendar, instants overflow in other zones.
    if not 2000 <= instant.year < 2200:
        raise ValueError("out of range")
    return instant.astimezone(UTC)


def _flag_of_query(value: object) -> object:
    """Read the words of JSON, for a query has only texts."""
    return {"true": True, "false": False}.get(str(value), value)


def _as_list(value: object) -> object:
    """Read a parameter that is given once as a list of one."""
    return [value] if isinstance(value, str) else value


T = TypeVar("T")
MAX_REPEATED = 20
# A query parameter that may be given several times: any of its values fits.
Repeated = Annotated[
    list[T],
    Field(min_length=1, max_length=MAX_REPEATED),
    BeforeValidator(_as_list),
]
# Comes behind the bounds: before them it would hide them from the JSON Schema.
WHOLE = BeforeValidator(_whole)
Flag = StrictBool
QueryFlag = Annotated[StrictBool, BeforeValidator(_flag_of_query)]
Day = Annotated[
    date, BeforeValidator(_text), Field(json_schema_extra={"format": "date"})
]
Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(near)]
Instant = Annotated[
    datetime,
    PlainSerializer(_seconds, return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]
SEEN = AfterValidator(check_seen)
Line = Annotated[
    str, Field(pattern=LINE_PATTERN), SEEN, AfterValidator(normalise)
]
Name = Annotated[
    str,
    Field(pattern=LINE_PATTERN, min_length=1, max_length=40),
    SEEN,
    AfterValidator(normalise_name),
]
Prose = Annotated[
    str, Field(pattern=PROSE_PATTERN), SEEN, AfterValidator(normalise)
]
PlaceCode = Annotated[
    str, Field(pattern=f"^{CODE_PATTERN}$", examples=["chunhui.baihua"])
]


UploadId = Annotated[str, Field(pattern=f"^upl_{ID_PATTERN}$")]
PersonId = Annotated[str, Field(pattern=f"^per_{ID_PATTERN}$")]


class PlaceQuery(Request):
    """A query about one place."""

    place: PlaceCode


class PageQuery(Request):
    """The paging of a list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None
