"""Field types that every schema shares. Each says in JSON Schema exactly what it takes, so that the contract is the code."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

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
from ..kernel.text import LINE_PATTERN, PROSE_PATTERN, normalise, normalise_name

__all__ = [
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
    "Request",
    "View",
    "near",
]


class Request(BaseModel):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True
    )  # built when first used: a cold start uses few


class NoFields(Request):
    """A request that says everything by its path."""


class View(BaseModel):
    """What a client is shown."""

    model_config = ConfigDict(
        from_attributes=True, frozen=True, defer_build=True, serialize_by_alias=True
    )


def _whole(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("not a number")
    return (
        int(value) if isinstance(value, float) and value.is_integer() else value
    )  # JSON Schema: 11.0 is an integer


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("not a text")  # pydantic would read a number as a unix time
    return value


def _seconds(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def near(instant: datetime) -> datetime:
    """Return the instant in UTC, or raise ValueError where calculating with it could overflow."""
    if (
        not 2000 <= instant.year < 2200
    ):  # the edges of the calendar overflow in other zones
        raise ValueError("not in reach")
    return instant.astimezone(UTC)


WHOLE = BeforeValidator(
    _whole
)  # comes behind the bounds: before them it would hide them from the JSON Schema
Flag = StrictBool
Day = Annotated[
    date, BeforeValidator(_text), Field(json_schema_extra={"format": "date"})
]
Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(near)]
Instant = Annotated[
    datetime,
    PlainSerializer(_seconds, return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]
Line = Annotated[str, Field(pattern=LINE_PATTERN), AfterValidator(normalise)]
Name = Annotated[
    str,
    Field(pattern=LINE_PATTERN, min_length=1, max_length=40),
    AfterValidator(normalise_name),
]
Prose = Annotated[str, Field(pattern=PROSE_PATTERN), AfterValidator(normalise)]
PlaceCode = Annotated[
    str, Field(pattern=f"^{CODE_PATTERN}$", examples=["chunhui.baihua"])
]


PersonId = Annotated[str, Field(pattern=f"^per_{ID_PATTERN}$")]


class PlaceQuery(Request):
    """The place that is asked about."""

    place: PlaceCode


class PageQuery(Request):
    """How every list is paged."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None
