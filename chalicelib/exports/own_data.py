"""Files of a person's own data, where they are too many for one answer (`people.export`)."""

from ..kernel.changes import Changes, Entity
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, NotFound
from ..kernel.ids import derived_id
from ..people.export import DataExport
from ..people.model import Person
from . import decisions, policy
from .files import ExportFiles
from .model import Export, ExportFormat, ExportKind, ExportState
from .repository import ExportRepository

__all__ = ["OwnDataExports"]

_SHOWN = (
    ExportState.QUEUED,
    ExportState.RUNNING,
    ExportState.READY,
    ExportState.FAILED,
)


class OwnDataExports:
    """See `people.export.DataExports`. A person has one file a day, with a derived id."""

    def __init__(
        self, *, repository: ExportRepository, clock: Clock, files: ExportFiles
    ) -> None:
        self._repository, self._clock, self._files = repository, clock, files

    def find(self, person: Person) -> DataExport | None:
        """See `DataExports.find`."""
        export = self._find(person)
        return _shown(export) if export else None

    def address_of(self, person: Person) -> str:
        """See `DataExports.address_of`."""
        export = self._find(person)
        if export is None:
            raise NotFound
        if export.state is not ExportState.READY:
            raise Conflict("export.not_ready", state=export.state.value)
        return self._files.address_of(export)

    def begin(self, person: Person) -> tuple[Changes[Entity], DataExport]:
        """See `DataExports.begin`. A failed one of the day is begun again."""
        now = self._clock.now()
        known = self._repository.find_export(self._id(person, 0))
        export = Export(
            id=self._id(person, 0),
            version=known.version if known else 0,
            created_at=now,
            updated_at=now,
            owner=person.id,
            what=ExportKind.DATA,
            format=ExportFormat.JSON,
            locale=person.locale,
            timer=known.timer if known else None,
            go_on_at=now + policy.STEP_LEASE,
        )
        changes = decisions.begin(export, known, counted=False)
        return changes, _shown(export)

    def _find(self, person: Person) -> Export | None:
        """Return the file of today or yesterday that is made, or can be fetched.

        A failed one counts until its parts are deleted. Then it may be begun again.
        """
        now = self._clock.now()
        for days in (0, 1):
            export = self._repository.find_export(self._id(person, days))
            if export is None or export.state not in _SHOWN:
                continue
            if export.is_live or export.can_be_fetched(now):
                return export
            if export.state is ExportState.FAILED and export.clear_at:
                return export
        return None

    def _id(self, person: Person, days_ago: int) -> str:
        day = self._clock.now() - days_ago * policy.LINK_FOR
        return derived_id("exp", f"data {person.id} {day:%Y-%m-%d}")


def _shown(export: Export) -> DataExport:
    failure = None
    if export.failure and export.state is ExportState.FAILED:
        failure = export.failure.value
    return DataExport(
        id=export.id,
        state=export.state.value,
        expires_at=export.expires_at,
        failure=failure,
    )
