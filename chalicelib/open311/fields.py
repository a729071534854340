"""What Open311 clients send, read as tolerantly as the specification wants it.

Unknown names are passed over, and an empty value is none.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

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
from ..people.schemas import mainland_mobile
from ..places.model import Location
from ..web.fields import Prose, near
from .location import Address
from .policy import MOST
from .reports import NewReport, RequestFilter

__all__ = [
    "JurisdictionQuery",
    "ReportForm",
    "RequestsQuery",
    "UpdateForm",
    "UpdatesQuery",
]

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\d{0,3}\])?")
# https://www.w3.org/TR/NOTE-datetime with a time of day; a "+" that was not escaped arrives as a space.
_W3C = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:([Zz])|([+ -])(\d\d):?(\d\d))"
)


def _instant(value: Any) -> datetime:
    try:
        return near(_w3c(value))
    except ValueError as error:
        raise PydanticKnownError(
            "datetime_parsing", {"error": "no W3C date"}
        ) from error


def _w3c(value: Any) -> datetime:
    found = _W3C.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(value)
    day, time, utc, sign, hours, minutes = found.groups()
    return datetime.fromisoformat(
        f"{day}T{time}"
        + ("+00:00" if utc else f"{sign.replace(' ', '+')}{hours}:{minutes}")
    )


def _listed(value: Any) -> tuple[str, ...]:
    """Read a comma-delimited list, which may also be given several times."""
    given = value if isinstance(value, list) else [value]
    return tuple(
        dict.fromkeys(
            part.strip() for text in given for part in text.split(",") if part.strip()
        )
    )


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
    tuple[Literal["open", "closed"], ...],
    BeforeValidator(_listed, json_schema_input_type=str),
]
Text = Annotated[
    str,
    Field(pattern=PROSE_PATTERN, min_length=2, max_length=4000),
    AfterValidator(normalise),
]


class JurisdictionQuery(BaseModel):
    """Which jurisdiction is asked: the code of a street. It may be left out where there is one only."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    jurisdiction_id: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out what is empty; what is said twice alike is said once."""
        found = {
            name: _said(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return {name: value for name, value in found.items() if value}


def _said(values: list[str]) -> str | list[str]:
    said = [value for value in dict.fromkeys(values) if value]
    return said[0] if len(said) == 1 else said


class RequestsQuery(JurisdictionQuery):
    """Which reports; `service_request_id` overrides all else."""

    service_request_id: Listed = Field(
        default_factory=tuple, description="Several, delimited by commas."
    )
    service_code: Listed = Field(
        default_factory=tuple,
        description="Several, delimited by commas; of any where none is named.",
    )
    start_date: W3CDate | None = None
    end_date: Annotated[
        W3CDate | None,
        Field(
            description="At most 90 days after start_date; without both, the last 90 days."
        ),
    ] = None
    status: Statuses = Field(
        default_factory=tuple,
        description="open or closed, or both, delimited by a comma.",
    )
    page: Annotated[int, Field(ge=1, le=MOST)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST)] = MOST

    def wanted(self) -> RequestFilter:
        """Return which reports are asked for."""
        return RequestFilter(
            ids=self.service_request_id,
            categories=self.service_code,
            statuses=self.status,
            start=self.start_date,
            end=self.end_date,
            page=self.page,
            page_size=self.page_size,
        )


class UpdatesQuery(JurisdictionQuery):
    """Which updates."""

    service_request_id: Listed = Field(
        default_factory=tuple, description="Several, delimited by commas."
    )
    start_date: W3CDate | None = None
    end_date: W3CDate | None = None

    def wanted(self) -> RequestFilter:
        """Return of which reports, and of when."""
        return RequestFilter(
            ids=self.service_request_id, start=self.start_date, end=self.end_date
        )


class _KeyedForm(JurisdictionQuery):
    """What needs a key."""

    api_key: Annotated[
        str,
        Field(
            max_length=4096,
            description="A key of this service, or a person's access token.",
        ),
    ]


class ReportForm(_KeyedForm):
    """A report. Where: `lat` and `long`, or `address_id`, or `address_string`.

    `email`, `device_id`, `account_id`, `first_name`, `last_name` and `media_url` may be sent as well; none of them is kept.
    """

    service_code: Annotated[str, Field(max_length=200)]
    description: Text | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    long: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    address_string: Annotated[Prose, Field(max_length=500)] = ""
    address_id: Annotated[
        str, Field(max_length=200, description="The code of a place.")
    ] = ""
    phone: Annotated[
        str,
        Field(
            max_length=40,
            description="Tells a resident who has this number what becomes of it; it is not kept.",
        ),
    ] = ""
    attribute: Annotated[
        dict[str, tuple[Annotated[Prose, Field(max_length=1000)], ...]],
        Field(
            description="attribute[code]=value, or attribute[code][]=value for each of several."
        ),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _attributes(cls, values: Mapping[str, str | list[str]]) -> dict[str, Any]:
        """Gather `attribute[code]` and `attribute[code][]`; the specification knows both."""
        found: dict[str, list[str]] = {}
        for name, value in values.items():
            code = _ATTRIBUTE.fullmatch(name)
            if code:
                given = [value] if isinstance(value, str) else value
                found.setdefault(code[1], []).extend(filter(None, given))
        return {**values, "attribute": found}

    def reported(self) -> NewReport:
        """Return what is reported."""
        point = (
            Location(self.lat, self.long)
            if self.lat is not None and self.long is not None
            else None
        )
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
    """Return a phone in our form, None for an invalid one. That is no reason to refuse a report."""
    try:
        return mainland_mobile(phone)
    except ValueError:
        return None


class UpdateForm(_KeyedForm):
    """An update of a report: what there is to add."""

    service_request_id: Annotated[str, Field(max_length=200)]
    description: Text
