"""Reports as Open311 clients send and see them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..tickets.listed import OutsideTicket
from ..tickets.model import Update
from ..tickets.policy import Category
from .location import Address
from .policy import MAX_RESULTS

__all__ = [
    "ListSpan",
    "NewReport",
    "Operator",
    "PublicReport",
    "ReportList",
    "RequestFilter",
    "UpdateList",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The operator of the interface, for its discovery. Default texts replace empty fields."""

    url: str
    contact: str = ""
    key_service: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A report as another application sends it."""

    service_code: str
    text: str | None
    address: Address
    answers: Mapping[str, tuple[str, ...]]
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """The filter of a list of reports or updates."""

    ids: Sequence[str] = ()
    categories: Sequence[str] = ()
    statuses: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1
    page_size: int = MAX_RESULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReport:
    """The public part of a ticket, with its category and the names of its places."""

    ticket: OutsideTicket
    category: Category
    place_names: Sequence[str]  # of its community

    @property
    def note(self) -> str:
        """Return the note of staff about the end, once they have released it."""
        return self.ticket.public_solution or ""


@dataclass(frozen=True, slots=True)
class ListSpan:
    """The span of a list whose rest is read by another request."""

    start: datetime | None
    end: datetime


@dataclass(frozen=True, slots=True)
class ReportList:
    """Reports, newest first. `rest` is the span or page of those that are left out."""

    reports: Sequence[PublicReport]
    rest: ListSpan | int | None = None


@dataclass(frozen=True, slots=True)
class UpdateList:
    """Updates, oldest first. `rest` is the span of those that are left out."""

    updates: Sequence[Update]
    rest: ListSpan | None = None
