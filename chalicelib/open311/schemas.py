"""Responses of Open311 about reports and updates.

A missing text is null; a missing number or date is left out.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import RootModel

from ..tickets.model import Update
from ..web.choices import Choices
from ..web.fields import Instant, View
from .policy import DECIMALS, MAX_CHARACTERS
from .reports import PublicReport
from .service import status_of
from .service_schemas import OMIT_NONE, localized

__all__ = [
    "CreatedRequest",
    "CreatedRequestList",
    "CreatedUpdate",
    "CreatedUpdateList",
    "RequestTokenList",
    "RequestTokenView",
    "RequestUpdateList",
    "RequestUpdateView",
    "ServiceRequestList",
    "ServiceRequestView",
]

Status = Annotated[
    Literal["open", "closed"],
    Choices("RequestStatus", "The status of a report, as in Open311."),
]


def _cut(text: str, max_length: int) -> str | None:
    if len(text) > max_length:
        return f"{text[: max_length - 1]}…"
    return text or None


def _rounded(degrees: float | None) -> float | None:
    if degrees is None:
        return None
    return round(degrees, DECIMALS)


class ServiceRequestView(View):
    """The public part of a report."""

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
    expected_datetime: Annotated[Instant | None, OMIT_NONE] = None
    address: str | None
    address_id: str | None
    personal: ClassVar[bool] = (
        False  # the address is that of a community or grid
    )
    zipcode: str | None = None
    lat: Annotated[float | None, OMIT_NONE] = None
    long: Annotated[float | None, OMIT_NONE] = None

    @classmethod
    def of(
        cls, report: PublicReport, locale: str, max_length: int
    ) -> "ServiceRequestView":
        """Return the public part: the category, the community, the state and times.

        Texts and the position are there once staff have released the report.
        """
        ticket, category = report.ticket, report.category
        position: tuple[float | None, float | None] = (None, None)
        if ticket.public_text:
            position = (ticket.latitude, ticket.longitude)
        return cls(
            service_request_id=ticket.id,
            status=status_of(ticket.state),
            status_notes=_cut(report.note, max_length),
            service_name=localized(locale, category.zh, category.en),
            service_code=ticket.category,
            description=_cut(ticket.public_text or "", max_length),
            agency_responsible=ticket.community_name,
            requested_datetime=ticket.created_at,
            updated_datetime=ticket.closed_at or ticket.updated_at,
            expected_datetime=ticket.expected_at,
            address="，".join(report.place_names) or ticket.community_name,
            address_id=ticket.community,
            lat=_rounded(position[0]),
            long=_rounded(position[1]),
        )


class ServiceRequestList(RootModel[list[ServiceRequestView]]):
    """Reports, newest first. A long list shortens long texts; each report has its whole text."""

    element: ClassVar[str] = "service_requests"

    @classmethod
    def of(
        cls, reports: Sequence[PublicReport], locale: str
    ) -> "ServiceRequestList":
        """Return the view of reports."""
        max_length = MAX_CHARACTERS // (2 * len(reports) or 1)
        views = [
            ServiceRequestView.of(report, locale, max_length)
            for report in reports
        ]
        return cls(views)


class CreatedRequest(View):
    """A new report."""

    service_request_id: str
    service_notice: str | None
    account_id: str | None = None


class CreatedRequestList(RootModel[list[CreatedRequest]]):
    """The new report."""

    element: ClassVar[str] = "service_requests"


class RequestTokenView(View):
    """The report of a token. Both have the same id, for no report is deferred."""

    service_request_id: str
    token: str


class RequestTokenList(RootModel[list[RequestTokenView]]):
    """The report of a token."""

    element: ClassVar[str] = "service_requests"


class RequestUpdateView(View):
    """An update of a report."""

    update_id: str
    service_request_id: str
    status: Status
    updated_datetime: Instant
    description: str | None

    @classmethod
    def of(cls, update: Update, max_length: int) -> "RequestUpdateView":
        """Return the view of an update."""
        return cls(
            update_id=update.id,
            service_request_id=update.ticket_id,
            status=status_of(update.state),
            updated_datetime=update.at,
            description=_cut(update.text, max_length),
        )


class RequestUpdateList(RootModel[list[RequestUpdateView]]):
    """Updates of reports. A long list shortens long texts."""

    element: ClassVar[str] = "service_request_updates"

    @classmethod
    def of(cls, updates: Sequence[Update]) -> "RequestUpdateList":
        """Return the view of updates."""
        max_length = MAX_CHARACTERS // (len(updates) or 1)
        return cls(
            [RequestUpdateView.of(update, max_length) for update in updates]
        )


class CreatedUpdate(View):
    """A new update."""

    update_id: str


class CreatedUpdateList(RootModel[list[CreatedUpdate]]):
    """The new update."""

    element: ClassVar[str] = "service_request_updates"
