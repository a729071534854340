"""Exports as staff ask for them and see them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..statistics.schemas import NearDay
from ..web.choices import Choices
from ..web.fields import (
    Flag,
    Instant,
    Line,
    PageQuery,
    PlaceCode,
    Request,
    VersionedView,
    View,
)
from .model import (
    Export,
    ExportFailure,
    ExportFormat,
    ExportKind,
    ExportState,
)
from .service import SheetTerms

__all__ = [
    "ExportIn",
    "ExportList",
    "ExportQuery",
    "ExportView",
    "PageQuery",
    "export_view",
]

Kind = Annotated[
    Literal["wishes", "tickets", "messages"],
    Choices("ExportKind", "The rows of an export."),
]
Sheet = Annotated[
    Literal["csv", "xlsx"],
    Choices("ExportFormat", "The format of an export's file."),
]
Reason = Annotated[Line, Field(min_length=2, max_length=200)]


class ExportQuery(Request):
    """The place and the local days of the rows."""

    place: PlaceCode
    start: NearDay = Field(alias="from")
    end: NearDay = Field(alias="to")

    def terms(self, what: str, form: str) -> SheetTerms:
        """Return the terms of a file that is made at once."""
        return SheetTerms(
            what=ExportKind(what),
            format=ExportFormat(form),
            place=self.place,
            first=self.start,
            last=self.end,
        )


class ExportIn(Request):
    """The rows of an export: filed, reported or sent at the place on these local days."""

    what: Kind
    format: Sheet = "xlsx"
    place: PlaceCode
    start: NearDay = Field(alias="from")
    end: NearDay = Field(alias="to")
    full: Flag = Field(
        default=False,
        description="Phones in full. Needs a reason, which is recorded.",
    )
    reason: Reason | None = None

    def terms(self) -> SheetTerms:
        """Return the terms of the export."""
        return SheetTerms(
            what=ExportKind(self.what),
            format=ExportFormat(self.format),
            place=self.place,
            first=self.start,
            last=self.end,
            full=self.full,
            reason=self.reason or "",
        )


class ExportView(VersionedView):
    """An export and its progress. A ready one has a file, at `GET …/file`."""

    id: str = Field(pattern=f"^exp_{ID_PATTERN}$")
    what: Kind
    format: Sheet
    place: PlaceCode
    start: date | None = Field(serialization_alias="from")
    end: date | None = Field(serialization_alias="to")
    full: bool
    state: ExportState
    failure: ExportFailure | None = Field(description="Why it failed.")
    rows: int = Field(description="Written so far.")
    estimate: int | None = Field(
        description="Rows to look through; the file has as many at most. Null if unknown."
    )
    size: int = Field(description="Of a ready file, in bytes.")
    ready_at: Instant | None
    expires_at: Instant | None = Field(
        description="Until when a ready file can be fetched."
    )
    created_at: Instant
    updated_at: Instant


class ExportList(View):
    """A page of the caller's exports, newest first."""

    items: list[ExportView]
    next: str | None


_SAME = (
    "id",
    "version",
    "place",
    "full",
    "state",
    "rows",
    "estimate",
    "size",
    "ready_at",
    "expires_at",
    "created_at",
    "updated_at",
)


def export_view(export: Export) -> ExportView:
    """Return the view of an export."""
    failed = export.state is ExportState.FAILED
    fields = {name: getattr(export, name) for name in _SAME}
    return ExportView.model_validate(
        fields
        | {
            "what": export.what.value,
            "format": export.format.value,
            "start": export.first,
            "end": export.last,
            "failure": export.failure if failed else None,
        }
    )
