"""Routes of exports, for staff."""

from ..kernel.request import RequestContext
from ..web.documents import Document
from ..web.fields import PageQuery
from ..web.rendering import Redirect
from ..web.routes import Routes
from .model import ExportFormat, ExportKind
from .schemas import (
    ExportIn,
    ExportList,
    ExportQuery,
    ExportView,
    export_view,
)
from .service import Exports
from .sheets import MEDIA
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(
    exports: Exports, context: RequestContext, export_id: str
) -> ExportView:
    return export_view(exports.read_export(context, export_id))


routes: Routes[Exports] = Routes("exports", REFUSALS, _reread)


@routes.post("/v1/admin/exports", status=202)
def create_export(
    exports: Exports, context: RequestContext, body: ExportIn
) -> ExportView:
    """Ask for a list of a place as a file, made in steps; a message tells when it is ready."""
    return export_view(exports.create_export(context, body.terms()))


@routes.get("/v1/admin/exports")
def list_exports(
    exports: Exports, context: RequestContext, query: PageQuery
) -> ExportList:
    """List the caller's exports, newest first."""
    page = exports.list_exports(context, query.limit)
    return ExportList(
        items=[export_view(export) for export in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/admin/exports/{export_id}")
def read_export(
    exports: Exports, context: RequestContext, export_id: str
) -> ExportView:
    """Read the progress of an export of the caller's own."""
    return export_view(exports.read_export(context, export_id))


@routes.delete("/v1/admin/exports/{export_id}", status=204)
def delete_export(
    exports: Exports, context: RequestContext, export_id: str
) -> None:
    """End an export of the caller's own, and delete its files."""
    exports.delete_export(context, export_id)


@routes.get("/v1/admin/exports/{export_id}/file")
def fetch_export(
    exports: Exports, context: RequestContext, export_id: str
) -> Redirect:
    """Fetch the file of an export, at an address good for ten minutes; the trail gets a line."""
    return Redirect(exports.fetch_export(context, export_id))


def _sheet(what: ExportKind, form: ExportFormat) -> None:
    """Declare the route of one kind of list in one form."""

    @routes.get(
        f"/v1/admin/exports/{what}.{form}",
        name=f"read_{what}_{form}",
        media=MEDIA[form].partition(";")[0],
    )
    def read_sheet(
        exports: Exports, context: RequestContext, query: ExportQuery
    ) -> Document:
        """Read a list of a place as a file at once: a thousand rows at most, phones masked."""
        made = exports.make_at_once(context, query.terms(what, form))
        content: str | bytes = made.content
        if form is ExportFormat.CSV:
            content = made.content.decode()
        return Document(content, MEDIA[form], file_name=made.name)


for kind in (ExportKind.WISHES, ExportKind.TICKETS, ExportKind.MESSAGES):
    for form in (ExportFormat.CSV, ExportFormat.XLSX):
        _sheet(kind, form)
