"""The background work of exports: their steps, their end, and the deletion of their files.

A step writes its file first, and then commits the cursor behind it. If its worker dies in between,
the next one does it again, with the same rows under the same key.
"""

from collections.abc import Callable, Mapping, Sequence

from ..kernel.access import Actor
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.log import Log
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, Position
from ..people.access import Access
from ..people.export import PersonalData
from ..people.model import Person
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..security_trail.kinds import EventKind
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, permissions, policy
from .columns import headings
from .files import ExportFiles, FilesDown, part_bytes
from .model import Export, ExportFailure, ExportKind
from .personal import next_fragment
from .repository import ExportRepository, data_part
from .sheets import Cell, sheet_bytes
from .sources import Source, each_once
from .texts import KINDS

__all__ = ["ExportJobs"]

Decide = Callable[[Export], Changes[Export]]
_ENDED_PER_STEP = 20  # commits in one job


class ExportJobs:
    """Jobs about exports."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: ExportRepository,
        clock: Clock,
        log: Log,
        access: Access,
        people: People,
        audit: AuditLog,
        files: ExportFiles,
        sources: Mapping[ExportKind, Source],
        personal_data: PersonalData,
    ) -> None:
        self._repository, self._clock, self._log = repository, clock, log
        self._access, self._people, self._audit = access, people, audit
        self._files, self._sources = files, sources
        self._personal_data = personal_data
        self._entities = EntityStore(
            transaction,
            repository.find_export,
            place=lambda export: export.place,
        )

    def on_timer(self, export_id: str, timer_id: str) -> None:
        """Take the step of an export that is due, if its armed timer is this one."""
        export = self._repository.find_export(export_id)
        if export is None or not _waits_for(export, timer_id):
            return
        if export.next_step == "clear":
            self._files.clear(export)  # before the commit that says so
        self._entities.on_timer(
            export_id,
            timer_id,
            lambda export: decisions.on_timer(export, self._clock.now()),
        )

    def go_on(self, export_id: str) -> Position | None:
        """Take one step of an export; return a position if another one is due at once."""
        try:
            export = self._entities.update(
                export_id,
                lambda export: decisions.take_up(export, self._clock.now()),
            )
        except NotFound:
            return None
        if not export.is_live:
            return None
        after = self._work(export)
        if after is None or not after.is_live:
            return None
        return {"step": after.version}

    def _work(self, export: Export) -> Export | None:
        """Do one step; return the export behind it, None if it waits or another worker has it."""
        owner = self._owner_of(export)
        if owner is None:
            return self._fail(export, ExportFailure.FORBIDDEN)
        try:
            if export.is_read:
                return self._finish(export, owner)
            if export.what is ExportKind.DATA:
                return self._write_data(export, owner)
            return self._write_rows(export)
        except FilesDown as error:
            self._log.error("export", export=export.id, error=str(error))
            self._settle(
                export,
                lambda export: decisions.stumble(export, self._clock.now()),
            )
            return None

    def _owner_of(self, export: Export) -> Person | None:
        """Return the owner as they are now, if they may still read what is exported."""
        if export.what is ExportKind.DATA:
            person = self._people.find(export.owner)
            return person if person and person.may_act else None
        action = permissions.FULL if export.full else permissions.CREATE
        return self._access.allows_now(export.owner, action, export.as_place())

    def _write_rows(self, export: Export) -> Export | None:
        source = self._sources[export.what]
        page = source.page(export, export.position, policy.PAGE_SIZE)
        if export.rows + len(page.items) > export.max_rows:
            return self._fail(export, ExportFailure.TOO_MANY_ROWS)
        content = part_bytes(page.items) if page.items else b""
        return self._write_part(export, content, len(page.items), page.next)

    def _write_data(self, export: Export, owner: Person) -> Export | None:
        content, following = next_fragment(self._personal_data, export, owner)
        return self._write_part(export, content, 0, following)

    def _write_part(
        self,
        export: Export,
        content: bytes,
        rows: int,
        following: Position | None,
    ) -> Export | None:
        """Write a part, and then the cursor behind it. Without content there is no part."""
        written = 0
        if content:
            self._files.write_part(export, content)
            written = 1
        return self._settle(
            export,
            lambda export: decisions.add_part(
                export, following, rows, written, self._clock.now()
            ),
        )

    def _finish(self, export: Export, owner: Person) -> Export | None:
        """Make the file of the parts. The trail tells of full phones, and of how many people."""
        lines: tuple[Put, ...] = ()
        if export.what is ExportKind.DATA:
            content = b"".join(self._files.read_parts(export))
        else:
            people = set[str]()
            cells: list[Sequence[Cell]] = []
            for row in each_once(self._files.read_rows(export)):
                people.add(row.person)
                cells.append(row.cells)
            content = sheet_bytes(
                export.format, headings(export), cells, export.created_at
            )
            if export.full:
                lines = (self._line(export, owner, len(people - {""})),)
        self._files.write_file(export, content)
        return self._settle(
            export,
            lambda export: decisions.finish(
                export, len(content), lines, self._clock.now()
            ),
        )

    def _line(self, export: Export, owner: Person, people: int) -> Put:
        actor: Actor = owner.as_actor()
        return self._audit.record_look(
            actor,
            EventKind.LIST_EXPORTED,
            export.place,
            "",
            detail=f"{export.id} {export.what} people={people}",
            reason=export.reason,
        )

    def _fail(self, export: Export, failure: ExportFailure) -> Export | None:
        return self._settle(
            export,
            lambda export: decisions.fail(export, failure, self._clock.now()),
        )

    def _settle(self, export: Export, decide: Decide) -> Export | None:
        """Commit a step; None if the export has ended, or another worker has it."""

        def still_mine(stored: Export) -> Changes[Export]:
            if stored.timer != export.timer:
                return Changes(entity=stored, previous=stored)
            return decide(stored)

        after = self._entities.update(export.id, still_mine)
        return after if after.timer != export.timer else None

    # the end of their owner, and what others ask

    def release(
        self, person_id: str, position: Position | None
    ) -> Position | None:
        """End the exports that their owner may not have any more, a page in a step."""
        at = position or {"part": person_id, "from": None}
        page = self._repository.exports_of(
            at["part"], at["from"], _ENDED_PER_STEP
        )
        for export in page.items:
            if self._owner_of(export) is None:
                self._entities.update(export.id, self._without_owner)
        if page.next:
            return {"part": at["part"], "from": page.next}
        if at["part"] == person_id:
            return {"part": data_part(person_id), "from": None}
        return None

    def _without_owner(self, export: Export) -> Changes[Export]:
        now = self._clock.now()
        owner = self._people.find(export.owner)
        if export.is_live and owner and owner.may_act:  # has lost the role
            return decisions.fail(
                export,
                ExportFailure.FORBIDDEN,
                now,
                clear_at=now + policy.STEP_LEASE,
            )
        return decisions.end(export, now)

    def export_page(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[Export]:
        """Return a page of a person's exports, for the export of their data."""
        return self._repository.exports_of(person_id, start, limit)

    def rearm_lost(self) -> int:
        """Arm the exports that wait without a timer; return how many there were."""
        return self._entities.rearm(self._repository.waiting_exports())

    def place_of(self, export_id: str) -> str:
        """Return the place of the rows of an export; empty where there is none."""
        return self._entities.place_of(export_id)

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return what is exported; None for a file that cannot be fetched (any more)."""
        found = self._repository.find_exports([one.subject for one in subjects])
        return [self._context(found.get(one.subject)) for one in subjects]

    def _context(self, export: Export | None) -> MessageContext | None:
        if export is None or not export.can_be_fetched(self._clock.now()):
            return None
        return MessageContext(facts={"what": KINDS[export.what]})


def _waits_for(export: Export, timer_id: str) -> bool:
    return export.timer is not None and export.timer.id == timer_id
