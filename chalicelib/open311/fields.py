"""Queries and forms of Open311, read as tolerantly as the specification wants it.

Unknown names are ignored, and an empty value counts as missing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticKnownError

from ..kernel.text import PROSE_PATTERN, normalise
from ..people.fields import mainland_mobile
from ..places.model import Location
from ..web.choices import Choices
from ..web.fields import SEEN, Prose, near
from .location import Address
from .policy import MAX_RESULTS
from .reports import ListSpan, NewReport, RequestFilter

__all__ = [
    "JurisdictionQuery",
    "ReportForm",
    "RequestsQuery",
    "UpdateForm",
    "UpdatesQuery",
]

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\d{0,3}\])?")
# https://www.w3.org/TR/NOTE-datetime with a time of day. An unescaped "+" arrives as a space.
_W3C = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)"
    r"(?:([Zz])|([+ -])(\d\d):?(\d\d))"
)


def _instant(value: Any) -> datetime:
    try:
        return near(_w3c(value))
    except (TypeError, ValueError) as error:
        context = {"error": "no W3C date"}
        raise PydanticKnownError("datetime_parsing", context) from error


def _w3c(value: Any) -> datetime:
    if not isinstance(value, str):
        raise TypeError(value)
    parts = _W3C.fullmatch(value)
    if parts is None:
        raise ValueError(value)
    day, time, utc, sign, hours, minutes = parts.groups()
    offset = "+00:00"
    if not utc:
        offset = f"{sign.replace(' ', '+')}{hours}:{minutes}"
    return datetime.fromisoformat(f"{day}T{time}{offset}")


def _listed(value: Any) -> tuple[str, ...]:
    """Read a list with commas, which may be given several times. Drop repeated entries."""
    texts = value if isinstance(value, list) else [value]
    entries = [entry.strip() for entry in ",".join(texts).split(",")]
    return tuple(dict.fromkeys(filter(None, entries)))


W3CDate = Annotated[
    datetime,
    BeforeValidator(_instant, json_schema_input_type=str),
    Field(
        json_schema_extra={
            "pattern": f"^({_W3C.pattern})?$",
            "examples": ["2026-11-23T08:40:00+08:00"],
        }
    ),
]
Listed = Annotated[
    tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str)
]
Statuses = Annotated[
    tuple[
        Annotated[
            Literal["open", "closed"],
            Choices("RequestStatus", "The status of a report, as in Open311."),
        ],
        ...,
    ],
    BeforeValidator(_listed, json_schema_input_type=str),
]
Description = Annotated[
    str,
    Field(pattern=PROSE_PATTERN, min_length=2, max_length=4000),
    SEEN,
    AfterValidator(normalise),
]


class JurisdictionQuery(BaseModel):
    """The jurisdiction: the code of a street. May be omitted if there is only one."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    jurisdiction_id: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Drop empty values and repeated ones."""
        given = {}
        for name, value in values.items():
            reduced = _reduced(value)
            if reduced:
                given[name] = reduced
        return given


class _SpanQuery(JurisdictionQuery):
    """A filter with a span, whose rest may be asked for by another request."""

    start_date: W3CDate | None = None
    end_date: Annotated[
        W3CDate | None,
        Field(
            description=(
                "At most 90 days after start_date; without both, the last 90 days, or with "
                "status=open all of them."
            )
        ),
    ] = None

    def leading_to(self, rest: ListSpan | int) -> str:
        """Return the query of what a list leaves out: another page, or another span."""
        changed: dict[str, Any] = {"page": rest}
        if isinstance(rest, ListSpan):
            changed = {
                "page": None,
                "start_date": rest.start and _seconds(rest.start),
                "end_date": _seconds(rest.end),
            }
        values = self.model_dump(exclude_unset=True) | changed
        given = {
            name: _as_text(value) for name, value in values.items() if value
        }
        return urlencode(given)


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _seconds(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _reduced(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    distinct = [text for text in dict.fromkeys(value) if text]
    if len(distinct) == 1:
        return distinct[0]
    return distinct


class RequestsQuery(_SpanQuery):
    """The filter of a list of reports. `service_request_id` overrides the rest."""

    service_request_id: Listed = Field(
        default_factory=tuple,
        description="One or several, separated by commas.",
    )
    service_code: Listed = Field(
        default_factory=tuple,
        description="One or several, separated by commas; without it, all.",
    )
    status: Statuses = Field(
        default_factory=tuple,
        description="open or closed, or both, separated by a comma.",
    )
    page: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 1
    page_size: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = MAX_RESULTS

    def filter(self) -> RequestFilter:
        """Return the filter of the service."""
        return RequestFilter(
            ids=self.service_request_id,
            categories=self.service_code,
            statuses=self.status,
            start=self.start_date,
            end=self.end_date,
            page=self.page,
            page_size=self.page_size,
        )


class UpdatesQuery(_SpanQuery):
    """The filter of a list of updates."""

    service_request_id: Listed = Field(
        default_factory=tuple,
        description="One or several, separated by commas.",
    )

    def filter(self) -> RequestFilter:
        """Return the filter of the service."""
        return RequestFilter(
            ids=self.service_request_id,
            start=self.start_date,
            end=self.end_date,
        )


class _KeyedForm(JurisdictionQuery):
    """A form that needs a key."""

    api_key: Annotated[
        str,
        Field(
            max_length=4096,
            description="A key of this service, or a person's access token.",
        ),
    ]


class ReportForm(_KeyedForm):
    """A report, located by `lat` and `long`, or `address_id`, or `address_string`.

    `email`, `device_id`, `account_id`, `first_name`, `last_name` and `media_url` are ignored.
    """

    service_code: Annotated[str, Field(max_length=200)]
    description: Description | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = (
        None
    )
    long: (
        Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None
    ) = None
    address_string: Annotated[Prose, Field(max_length=500)] = ""
    address_id: Annotated[
        str, Field(max_length=200, description="The code of a place.")
    ] = ""
    phone: Annotated[
        str,
        Field(
            max_length=40,
            description=(
                "Its owner is asked by SMS, at most once a day, and follows the report "
                "after a yes. It is not stored."
            ),
        ),
    ] = ""
    attribute: Annotated[
        dict[str, tuple[Annotated[Prose, Field(max_length=1000)], ...]],
        Field(
            description=(
                "attribute[code]=value, or attribute[code][]=value for each of several."
            )
        ),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _attributes(
        cls, values: Mapping[str, str | list[str]]
    ) -> dict[str, Any]:
        """Collect `attribute[code]` and `attribute[code][]`; the specification has both."""
        answers: dict[str, list[str]] = {}
        for name, value in values.items():
            code = _ATTRIBUTE.fullmatch(name)
            if code:
                given = [value] if isinstance(value, str) else value
                answers.setdefault(code[1], []).extend(filter(None, given))
        return {**values, "attribute": answers}

    def report(self) -> NewReport:
        """Return the report of the service."""
        point = None
        if self.lat is not None and self.long is not None:
            point = Location(self.lat, self.long)
        return NewReport(
            service_code=self.service_code,
            text=self.description,
            address=Address(
                point=point, written=self.address_string, id=self.address_id
            ),
            answers=self.attribute,
            phone=_mobile(self.phone),
        )


def _mobile(phone: str) -> str | None:
    """Return a phone in our form, None if it is not valid: the report is accepted anyway."""
    try:
        return mainland_mobile(phone)
    except ValueError:
        return None


class UpdateForm(_KeyedForm):
    """An update of a report: a text to add."""

    service_request_id: Annotated[str, Field(max_length=200)]
    description: Description
