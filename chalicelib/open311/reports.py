"""What Open311 clients send and are shown. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..tickets.model import Ticket
from ..tickets.policy import Category, SlaKind
from .location import Address
from .policy import MOST

__all__ = ["NewReport", "Operator", "PublicReport", "RequestFilter"]


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
    """Which reports are asked for."""

    ids: Sequence[str] = ()
    categories: Sequence[str] = ()
    statuses: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1
    page_size: int = MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReport:
    """A ticket as everybody may see it, with what its street calls its kind and where it is."""

    ticket: Ticket
    category: Category
    where: Sequence[str]  # the names of its grid and community, innermost first

    @property
    def expected_at(self) -> datetime | None:
        """Return by when it should be done, as it was first promised."""
        clock = self.ticket.clock(SlaKind.RESOLVE)
        return clock.promised_at if clock else None

    @property
    def note(self) -> str:
        """Return the public note of staff on the end; why a reporter withdrew is not public."""
        return self.ticket.told_publicly or ""
