"""Responses of Open311 about the interface and its services: the categories of reports."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, RootModel

from ..kernel.text_catalogue import text
from ..tickets.policy import Category, CategoryQuestion
from ..web.choices import Choices
from ..web.fields import Instant, View
from .reports import Operator
from .texts import CONTACT, KEY_SERVICE

__all__ = [
    "OMIT_NONE",
    "AttributeValueView",
    "DiscoveryView",
    "EndpointView",
    "ServiceAttributeView",
    "ServiceDefinitionView",
    "ServiceList",
    "ServiceView",
    "localized",
]


def localized(locale: str, zh: str, en: str) -> str:
    """Return the text of a locale."""
    return text(zh=zh, en=en).format(locale)


def _is_none(value: object) -> bool:
    return value is None


# An empty element is no number and no date, and breaks clients that read one.
OMIT_NONE = Field(exclude_if=_is_none)


class EndpointView(View):
    """The address of one interface."""

    # A name, not an address: exactly so, with http.
    specification: str = "http://wiki.open311.org/GeoReport_v2"
    personal: ClassVar[bool] = False  # the address of this service
    url: str
    changeset: Instant
    type: Annotated[
        Literal["production", "test"],
        Choices("EndpointType", "Whether reports are real or tests."),
    ]
    formats: list[str] = ["text/xml", "application/json"]


class DiscoveryView(View):
    """The addresses of the interface, and the way to get a key."""

    element: ClassVar[str] = "discovery"

    changeset: Instant
    contact: str
    key_service: str
    endpoints: list[EndpointView]

    @classmethod
    def of(
        cls, operator: Operator, changed_at: datetime, locale: str
    ) -> "DiscoveryView":
        """Return the view of an operator."""
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
    """One category of reports."""

    service_code: str
    service_name: str
    description: str | None
    metadata: bool
    type: Annotated[
        Literal["realtime"],
        Choices("ServiceType", "When a report has its id: always at once."),
    ] = "realtime"
    keywords: str | None
    group: str | None

    @classmethod
    def of(cls, category: Category, locale: str) -> "ServiceView":
        """Return the view of a category."""
        return cls(
            service_code=category.code,
            service_name=localized(locale, category.zh, category.en),
            description=localized(locale, category.about_zh, category.about_en)
            or None,
            metadata=bool(category.questions),
            keywords=",".join(category.keywords) or None,
            group=localized(locale, category.group_zh, category.group_en)
            or None,
        )


class ServiceList(RootModel[list[ServiceView]]):
    """All categories of reports."""

    element: ClassVar[str] = "services"


class AttributeValueView(View):
    """One choice of a question."""

    key: str
    name: str


class ServiceAttributeView(View):
    """One question of a category."""

    variable: bool = True
    code: str
    datatype: Annotated[
        Literal[
            "string",
            "number",
            "datetime",
            "text",
            "singlevaluelist",
            "multivaluelist",
        ],
        Choices("QuestionKind", "The data type of an answer (as in Open311)."),
    ]
    required: bool
    datatype_description: str | None = None
    order: int
    description: str
    values: Annotated[list[AttributeValueView] | None, OMIT_NONE] = None

    @classmethod
    def of(
        cls, question: CategoryQuestion, order: int, locale: str
    ) -> "ServiceAttributeView":
        """Return the view of a question."""
        values = [
            AttributeValueView(
                key=choice.key, name=localized(locale, choice.zh, choice.en)
            )
            for choice in question.choices
        ]
        return cls(
            code=question.code,
            datatype=question.kind.value,
            required=question.required,
            order=order,
            description=localized(locale, question.zh, question.en),
            values=values or None,
        )


class ServiceDefinitionView(View):
    """The questions of a category."""

    element: ClassVar[str] = "service_definition"

    service_code: str
    attributes: list[ServiceAttributeView]

    @classmethod
    def of(cls, category: Category, locale: str) -> "ServiceDefinitionView":
        """Return the view of a category's questions."""
        attributes = [
            ServiceAttributeView.of(question, order, locale)
            for order, question in enumerate(category.questions, 1)
        ]
        return cls(service_code=category.code, attributes=attributes)
