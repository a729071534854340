"""What Open311 clients see. An element of text with nothing in it is null; what is no text is left out where it is unknown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, RootModel

from ..kernel.text import mask_personal
from ..kernel.text_catalogue import text
from ..tickets.model import Update
from ..tickets.policy import Category, CategoryQuestion
from ..web.fields import Instant, View
from .policy import CHARACTERS, DECIMALS
from .reports import Operator, PublicReport
from .service import status_of
from .texts import CONTACT, KEY_SERVICE

__all__ = [
    "AttributeView",
    "Created",
    "CreatedList",
    "DefinitionView",
    "DiscoveryView",
    "RequestList",
    "RequestView",
    "ServiceList",
    "ServiceView",
    "TokenList",
    "TokenView",
    "UpdateCreated",
    "UpdateCreatedList",
    "UpdateList",
    "UpdateView",
    "ValueView",
]

Status = Literal["open", "closed"]


def _said(locale: str, zh: str, en: str) -> str:
    return text(zh=zh, en=en).format(locale)


def _cut(text: str, most: int) -> str | None:
    return (text if len(text) <= most else f"{text[: most - 1]}…") or None


def _about(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DECIMALS)


# An empty element is no number and no date, and breaks clients that read one.
_OMIT_NONE = Field(exclude_if=lambda value: value is None)


class EndpointView(View):
    """Where one interface is."""

    specification: str = "http://wiki.open311.org/GeoReport_v2"  # a name, not an address: to the letter, also the http
    url: str
    changeset: Instant
    type: Literal["production", "test"]
    formats: list[str] = ["text/xml", "application/json"]


class DiscoveryView(View):
    """Where everything is, and how to get a key."""

    element: ClassVar[str] = "discovery"

    changeset: Instant
    contact: str
    key_service: str
    endpoints: list[EndpointView]

    @classmethod
    def of(
        cls, operator: Operator, changed_at: datetime, locale: str
    ) -> "DiscoveryView":
        """Return the view of who runs it."""
        endpoint = EndpointView(
            url=f"{operator.url}/open311/v2",
            changeset=changed_at,
            type="production" if operator.live else "test",
        )
        return cls(
            changeset=changed_at,
            contact=operator.contact or CONTACT.format(locale),
            key_service=operator.key_service or KEY_SERVICE.format(locale),
            endpoints=[endpoint],
        )


class ServiceView(View):
    """One kind of report."""

    service_code: str
    service_name: str
    description: str | None
    metadata: bool
    type: Literal["realtime"] = "realtime"
    keywords: str | None
    group: str | None

    @classmethod
    def of(cls, category: Category, locale: str) -> "ServiceView":
        """Return the view of a category."""
        return cls(
            service_code=category.code,
            service_name=_said(locale, category.zh, category.en),
            description=_said(locale, category.about_zh, category.about_en) or None,
            metadata=bool(category.questions),
            keywords=",".join(category.keywords) or None,
            group=_said(locale, category.group_zh, category.group_en) or None,
        )


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
    datatype: Literal[
        "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"
    ]
    required: bool
    datatype_description: str | None = None
    order: int
    description: str
    values: Annotated[list[ValueView] | None, _OMIT_NONE] = None

    @classmethod
    def of(cls, question: CategoryQuestion, order: int, locale: str) -> "AttributeView":
        """Return the view of a question."""
        values = [
            ValueView(key=choice.key, name=_said(locale, choice.zh, choice.en))
            for choice in question.choices
        ]
        return cls(
            code=question.code,
            datatype=question.kind.value,
            required=question.required,
            order=order,
            description=_said(locale, question.zh, question.en),
            values=values or None,
        )


class DefinitionView(View):
    """What is asked in a kind of report."""

    element: ClassVar[str] = "service_definition"

    service_code: str
    attributes: list[AttributeView]

    @classmethod
    def of(cls, category: Category, locale: str) -> "DefinitionView":
        """Return what is asked in a category."""
        asked = [
            AttributeView.of(question, n, locale)
            for n, question in enumerate(category.questions, 1)
        ]
        return cls(service_code=category.code, attributes=asked)


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
    expected_datetime: Annotated[Instant | None, _OMIT_NONE] = None
    address: str | None
    address_id: str | None
    zipcode: str | None = None
    lat: Annotated[float | None, _OMIT_NONE] = None
    long: Annotated[float | None, _OMIT_NONE] = None

    @classmethod
    def of(cls, shown: PublicReport, locale: str, most: int) -> "RequestView":
        """Return what everybody may see of a ticket: nobody's name, no phone, no photo, and no nearer than its grid."""
        ticket = shown.ticket
        return cls(
            service_request_id=ticket.id,
            status=status_of(ticket.state),
            status_notes=_cut(mask_personal(shown.note), most),
            service_name=_said(locale, shown.category.zh, shown.category.en),
            service_code=ticket.category,
            description=_cut(ticket.text, most),
            agency_responsible=ticket.community_name,
            requested_datetime=ticket.created_at,
            updated_datetime=ticket.closed_at or ticket.updated_at,
            expected_datetime=shown.expected_at,
            address="，".join(shown.where) or ticket.community_name,
            address_id=ticket.community,
            lat=_about(ticket.latitude),
            long=_about(ticket.longitude),
        )


class RequestList(RootModel[list[RequestView]]):
    """Reports, the newest first. In a list of very many, long texts are cut; each stands in whole at its own address."""

    element: ClassVar[str] = "service_requests"

    @classmethod
    def of(cls, found: Sequence[PublicReport], locale: str) -> "RequestList":
        """Return the view of tickets."""
        most = CHARACTERS // (2 * len(found) or 1)
        return cls([RequestView.of(shown, locale, most) for shown in found])


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

    @classmethod
    def of(cls, update: Update, most: int) -> "UpdateView":
        """Return the view of an update."""
        return cls(
            update_id=update.id,
            service_request_id=update.ticket_id,
            status=status_of(update.state),
            updated_datetime=update.at,
            description=_cut(mask_personal(update.text), most),
        )


class UpdateList(RootModel[list[UpdateView]]):
    """What happened to reports. In a list of very many, long texts are cut."""

    element: ClassVar[str] = "service_request_updates"

    @classmethod
    def of(cls, found: Sequence[Update]) -> "UpdateList":
        """Return the view of updates."""
        most = CHARACTERS // (len(found) or 1)
        return cls([UpdateView.of(update, most) for update in found])


class UpdateCreated(View):
    """An update that was taken."""

    update_id: str


class UpdateCreatedList(RootModel[list[UpdateCreated]]):
    """The update that was taken."""

    element: ClassVar[str] = "service_request_updates"
