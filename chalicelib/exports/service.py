"""Exports for staff: lists of a place as files, made in steps or, if they are short, at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ..kernel.access import Action, Resource
from ..kernel.changes import Changes
from ..kernel.clock import Clock, start_of_day
from ..kernel.errors import Conflict, Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.paging import Page
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import Person
from ..places.service import Places
from ..security_trail.audit import AuditLog
from ..security_trail.kinds import EventKind
from ..statistics.span import check_span
from ..store.transaction import Transaction
from . import decisions, permissions, policy
from .columns import headings
from .files import ExportFiles
from .model import Export, ExportFormat, ExportKind, ExportState
from .repository import ExportRepository
from .sheets import sheet_bytes
from .sources import Row, Source, each_once

__all__ = ["Exports", "SheetFile", "SheetTerms"]

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTerms:
    """The rows that are asked for: of a place, from one local day to another, and their form."""

    what: ExportKind
    format: ExportFormat
    place: str
    first: date
    last: date
    full: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFile:
    """A file that was made at once."""

    name: str
    format: ExportFormat
    content: bytes


class Exports:
    """Use cases about exports of staff."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: ExportRepository,
        clock: Clock,
        ids: Ids,
        access: Access,
        places: Places,
        audit: AuditLog,
        files: ExportFiles,
        sources: Mapping[ExportKind, Source],
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._access = clock, ids, access
        self._places, self._audit = places, audit
        self._files, self._sources = files, sources

    def create_export(
        self, context: RequestContext, terms: SheetTerms
    ) -> Export:
        """Begin an export. Its owner gets a message when the file is ready.

        Raises:
            Invalid: the days are not in order or too far apart, a reason is missing, or the rows
                are too many for the format.
            TooMany: three exports run already, or twenty were begun today.

        """
        id = self._ids.new("exp")

        def decide() -> Changes[Export]:
            action = permissions.FULL if terms.full else permissions.CREATE
            granted = self._require(context, action, terms)
            if terms.full and not terms.reason:
                raise Invalid("export.reason", ["reason"])
            export = self._new(context, id, granted, terms)
            return decisions.begin(self._estimated(export))

        return self._transaction.run(decide, context)

    def _require(
        self,
        context: RequestContext,
        action: Action,
        terms: SheetTerms,
    ) -> Granted:
        resource = Resource(see=permissions.SEE_PLACE, places=(terms.place,))
        granted = self._access.require(context, action, resource)
        check_span(terms.first, terms.last)
        return granted

    def _new(
        self,
        context: RequestContext,
        id: str,
        granted: Granted,
        terms: SheetTerms,
    ) -> Export:
        now = self._clock.now()
        zone = self._places.zone_of(street_of(terms.place))
        return Export(
            id=id,
            created_at=now,
            updated_at=now,
            owner=granted.actor.id,
            what=terms.what,
            format=terms.format,
            place=terms.place,
            zone=zone,
            locale=context.locale,
            first=terms.first,
            last=terms.last,
            since=start_of_day(terms.first, zone),
            until=min(now + _INSTANT, start_of_day(terms.last + _DAY, zone)),
            full=terms.full,
            reason=terms.reason,
            go_on_at=now + policy.STEP_LEASE,
        )

    def _estimated(self, export: Export) -> Export:
        counted = self._sources[export.what].count(export, export.max_rows)
        if counted is None:
            return export
        if counted.exact and counted.rows > export.max_rows:
            raise Invalid(
                "export.too_many_rows", ["format"], limit=export.max_rows
            )
        return replace(export, estimate=counted.rows)

    def list_exports(self, context: RequestContext, limit: int) -> Page[Export]:
        """Return the caller's exports, newest first."""
        actor = self._access.require_self(context, permissions.LIST).actor
        return self._repository.exports_of(actor.id, context.start, limit)

    def read_export(self, context: RequestContext, export_id: str) -> Export:
        """Return the progress of an export of the caller's own."""
        return self._own(context, export_id, permissions.READ)[0]

    def _own(
        self,
        context: RequestContext,
        export_id: str,
        action: Action,
    ) -> tuple[Export, Granted]:
        export = self._repository.find_export(export_id)
        if export is None or export.what is ExportKind.DATA:
            raise NotFound
        granted = self._access.require(context, action, export.as_resource())
        return export, granted

    def delete_export(self, context: RequestContext, export_id: str) -> None:
        """End an export of the caller's own, and have its files deleted. Idempotent."""

        def decide() -> Changes[Export]:
            export, _ = self._own(context, export_id, permissions.DELETE)
            export.check_version(context.seen_version)
            return decisions.end(export, self._clock.now())

        self._transaction.run(decide, context)

    def fetch_export(self, context: RequestContext, export_id: str) -> str:
        """Return an address of the file, good for ten minutes. The trail gets a line.

        Raises:
            Forbidden: the caller may not read such rows any more.
            Conflict: the file is not ready, or not there any more.

        """

        def decide() -> tuple[Changes[Person], str]:
            export, _ = self._own(context, export_id, permissions.READ)
            action = permissions.FULL if export.full else permissions.CREATE
            granted = self._access.require(context, action, export.as_place())
            self._check_ready(export)
            line = self._audit.record_look(
                granted.actor,
                EventKind.LIST_FETCHED,
                export.place,
                context.address,
                detail=f"{export.id} {export.what} rows={export.rows}",
            )
            address = self._files.address_of(export)
            me = granted.person
            return Changes(entity=me, previous=me, writes=(line,)), address

        return self._transaction.run_with(decide, context)[1]

    def _check_ready(self, export: Export) -> None:
        if export.can_be_fetched(self._clock.now()):
            return
        if export.state in (ExportState.READY, ExportState.GONE):
            raise Conflict("export.gone")
        raise Conflict("export.not_ready", state=export.state.value)

    def make_at_once(
        self, context: RequestContext, terms: SheetTerms
    ) -> SheetFile:
        """Return a short list as a file, with masked phones. The trail gets a line.

        Raises:
            Conflict: there are more than a thousand rows, or too many to look through.

        """

        def decide() -> tuple[Changes[Person], SheetFile]:
            granted = self._require(context, permissions.CREATE, terms)
            export = self._new(context, "", granted, terms)
            rows = self._few_rows(export)
            line = self._audit.record_look(
                granted.actor,
                EventKind.LIST_FETCHED,
                terms.place,
                context.address,
                detail=f"{terms.what} rows={len(rows)}",
            )
            cells = [row.cells for row in rows]
            content = sheet_bytes(
                terms.format, headings(export), cells, export.created_at
            )
            made = SheetFile(
                name=export.file_name, format=terms.format, content=content
            )
            me = granted.person
            return Changes(entity=me, previous=me, writes=(line,)), made

        return self._transaction.run_with(decide, context)[1]

    def _few_rows(self, export: Export) -> list[Row]:
        """Read the rows of an export, if they are few enough for one answer."""
        source = self._sources[export.what]
        counted = source.count(export, policy.AT_ONCE_READ_MAX)
        if counted and counted.exact and counted.rows > policy.ROWS_AT_ONCE:
            raise _too_large(counted.rows)
        rows: list[Row] = []
        start = None
        for _ in range(policy.AT_ONCE_READ_MAX // policy.PAGE_SIZE):
            page = source.page(export, start, policy.PAGE_SIZE)
            rows += page.items
            if len(rows) > policy.ROWS_AT_ONCE:
                break
            if page.next is None:
                return each_once(rows)
            start = page.next
        raise _too_large(counted.rows if counted else len(rows))


def _too_large(rows: int) -> Conflict:
    return Conflict("export.too_large", rows=rows, limit=policy.ROWS_AT_ONCE)
