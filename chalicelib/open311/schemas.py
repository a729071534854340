"""What Open311 clients send and see.

Requests are read as tolerantly as the specification wants it: unknown names are passed over, and an empty value is none.
In answers an element of text with nothing in it is null; what is no text is left out where it is unknown.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, RootModel, model_validator

from ..web.fields import Instant, Prose, View
from .fields import Asked, Listed, Text, W3CDate, listed
from .policy import MOST

__all__ = [
    "AttributeView",
    "Created",
    "CreatedList",
    "DefinitionView",
    "DiscoveryView",
    "EndpointView",
    "ReportForm",
    "RequestList",
    "RequestView",
    "RequestsQuery",
    "ServiceList",
    "ServiceView",
    "TokenList",
    "TokenView",
    "UpdateCreated",
    "UpdateCreatedList",
    "UpdateForm",
    "UpdateList",
    "UpdateView",
    "UpdatesQuery",
    "ValueView",
]

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\d{0,3}\])?")


class RequestsQuery(Asked):
    """Which reports; `service_request_id` overrides all else."""

    service_request_id: Annotated[Listed, Field(description="Several, delimited by commas.")] = ()
    service_code: Annotated[Listed, Field(description="Several, delimited by commas; of any service where none is named.")] = ()
    start_date: W3CDate | None = None
    end_date: Annotated[
        W3CDate | None, Field(description="At most 90 days after start_date; without both, the last 90 days.")
    ] = None
    status: Annotated[tuple[Literal["open", "closed"], ...], BeforeValidator(listed, json_schema_input_type=str)] = ()
    page: Annotated[int, Field(ge=1, le=MOST)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST)] = MOST


class UpdatesQuery(Asked):
    """Which updates."""

    service_request_id: Listed = ()
    start_date: W3CDate | None = None
    end_date: W3CDate | None = None


class _Signed(Asked):
    """What needs a key."""

    api_key: Annotated[str, Field(max_length=4096, description="A key of this service, or a person's access token.")]


class ReportForm(_Signed):
    """A report. Where: `lat` and `long`, or `address_id`, or `address_string`.

    `email`, `device_id`, `account_id`, `first_name`, `last_name` and `media_url` may be sent as well; none of them is kept.
    """

    service_code: Annotated[str, Field(max_length=200)]
    description: Text | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    long: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    address_string: Annotated[Prose, Field(max_length=500)] = ""
    address_id: Annotated[str, Field(max_length=200, description="The code of a place.")] = ""
    phone: Annotated[
        str, Field(max_length=40, description="Tells a resident who has this number what becomes of it; it is not kept.")
    ] = ""
    attribute: Annotated[
        dict[str, tuple[Annotated[Prose, Field(max_length=1000)], ...]],
        Field(description="attribute[code]=value, or attribute[code][]=value for each of several."),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _attributes(cls, values: Mapping[str, str | list[str]]) -> dict[str, Any]:
        """Gather `attribute[code]` and `attribute[code][]`; the specification knows both."""
        found: dict[str, list[str]] = {}
        for name, value in values.items():
            code = _ATTRIBUTE.fullmatch(name)
            if code:
                found.setdefault(code[1], []).extend(one for one in ([value] if isinstance(value, str) else value) if one)
        return {name: value for name, value in values.items() if name != "attribute"} | {"attribute": found}


class UpdateForm(_Signed):
    """An update of a report: what there is to add."""

    service_request_id: Annotated[str, Field(max_length=200)]
    description: Text


# what is answered

Status = Literal["open", "closed"]


# An empty element is no number and no date, and breaks clients that read one.
Known = Field(exclude_if=lambda value: value is None)


class EndpointView(View):
    """Where one interface is."""

    specification: str = "http://wiki.open311.org/GeoReport_v2"  # a name, not an address: to the letter, also the http
    url: str
    changeset: str
    type: Literal["production", "test"]
    formats: list[str] = ["text/xml", "application/json"]


class DiscoveryView(View):
    """Where everything is, and how to get a key."""

    element: ClassVar[str] = "discovery"

    changeset: str
    contact: str
    key_service: str
    endpoints: list[EndpointView]


class ServiceView(View):
    """One kind of report."""

    service_code: str
    service_name: str
    description: str | None
    metadata: bool
    type: Literal["realtime"] = "realtime"
    keywords: str | None
    group: str | None


class ServiceList(RootModel[list[ServiceView]]):
    """Every kind of report."""

    element: ClassVar[str] = "services"


class ValueView(View):
    """One choice."""

    key: str
    name: str


class AttributeView(View):
    """One question."""

    variable: bool = True
    code: str
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    required: bool
    datatype_description: str | None = None
    order: int
    description: str
    values: Annotated[list[ValueView] | None, Known] = None


class DefinitionView(View):
    """What is asked in a kind of report."""

    element: ClassVar[str] = "service_definition"

    service_code: str
    attributes: list[AttributeView]


class RequestView(View):
    """A report as everybody may see it."""

    service_request_id: str
    status: Status
    status_notes: str | None
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None = None
    requested_datetime: Instant
    updated_datetime: Instant
    expected_datetime: Annotated[Instant | None, Known] = None
    address: str | None
    address_id: str | None
    zipcode: str | None = None
    lat: Annotated[float | None, Known] = None
    long: Annotated[float | None, Known] = None


class RequestList(RootModel[list[RequestView]]):
    """Reports, the newest first."""

    element: ClassVar[str] = "service_requests"


class Created(View):
    """A report that was taken."""

    service_request_id: str
    service_notice: str | None
    account_id: str | None = None


class CreatedList(RootModel[list[Created]]):
    """The report that was taken."""

    element: ClassVar[str] = "service_requests"


class TokenView(View):
    """Which report came of a token; here they are the same, for no report is ever deferred."""

    service_request_id: str
    token: str


class TokenList(RootModel[list[TokenView]]):
    """The report of a token."""

    element: ClassVar[str] = "service_requests"


class UpdateView(View):
    """Something that happened to a report."""

    update_id: str
    service_request_id: str
    status: Status
    updated_datetime: Instant
    description: str | None


class UpdateList(RootModel[list[UpdateView]]):
    """What happened to reports."""

    element: ClassVar[str] = "service_request_updates"


class UpdateCreated(View):
    """An update that was taken."""

    update_id: str


class UpdateCreatedList(RootModel[list[UpdateCreated]]):
    """The update that was taken."""

    element: ClassVar[str] = "service_request_updates"
