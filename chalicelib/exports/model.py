"""An export: its states, its deadlines and its files. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Relation, Resource, Role
from ..kernel.changes import Entity
from ..kernel.paging import Position
from ..kernel.state_table import Move, StateTable
from ..kernel.text_catalogue import DEFAULT_LOCALE
from . import permissions, policy

__all__ = [
    "LIVE",
    "TABLE",
    "Export",
    "ExportFailure",
    "ExportFormat",
    "ExportKind",
    "ExportState",
]


class ExportKind(StrEnum):
    """The content of an export."""

    WISHES = "wishes"
    TICKETS = "tickets"
    MESSAGES = "messages"
    DATA = "data"  # everything held about the person who asks


class ExportFormat(StrEnum):
    """The form of the file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"  # of a person's own data


class ExportState(StrEnum):
    """The state of an export."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"  # too old, or deleted by its owner


class ExportFailure(StrEnum):
    """The reason why an export failed."""

    FORBIDDEN = "forbidden"  # its owner may not read this any more
    TOO_MANY_ROWS = "too_many_rows"
    STORAGE = "storage"  # the file store did not answer
    SERVER = "server"


S = ExportState
M = Move[ExportState]
LIVE = (S.QUEUED, S.RUNNING)
TABLE: StateTable[ExportState] = StateTable(
    "export",
    [
        M(S.QUEUED, "advance", (S.RUNNING,)),
        M(S.RUNNING, "advance", (S.RUNNING,)),
        M(S.RUNNING, "finish", (S.READY,)),
        M(S.QUEUED, "fail", (S.FAILED,)),
        M(S.RUNNING, "fail", (S.FAILED,)),
        M(S.QUEUED, "end", (S.GONE,)),
        M(S.RUNNING, "end", (S.GONE,)),
        M(S.READY, "end", (S.GONE,)),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Entity):
    """One export. Its rows before `position` are in `parts` files; `is_read` after the last.

    `since` is included, `until` is not. Nothing newer than the export itself is in it, so each
    part has the same rows if it is written again. `go_on_at` is when the next step is due, or is
    repeated if its worker dies. `tries` counts those of the present step. At `clear_at` the files
    are deleted.
    """

    entity_kind: ClassVar[str] = "export"

    owner: str
    what: ExportKind
    format: ExportFormat
    place: str = ""
    zone: str = ""
    locale: str = DEFAULT_LOCALE
    first: date | None = None
    last: date | None = None
    since: datetime | None = None
    until: datetime | None = None
    full: bool = False
    reason: str = ""  # of full phones
    estimate: int | None = None
    state: ExportState = S.QUEUED
    failure: ExportFailure | None = None
    position: Position | None = None
    is_read: bool = False
    rows: int = 0
    parts: int = 0
    size: int = 0  # of the file, in bytes
    tries: int = 0
    go_on_at: datetime
    ready_at: datetime | None = None
    clear_at: datetime | None = None
    ttl: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Say whether the file is still to be made."""
        return self.state in LIVE

    @property
    def expires_at(self) -> datetime | None:
        """Return until when the file can be fetched."""
        return self.ready_at + policy.LINK_FOR if self.ready_at else None

    def can_be_fetched(self, now: datetime) -> bool:
        """Say whether the file can be fetched: its timer may be late."""
        ends = self.expires_at
        return self.state is S.READY and ends is not None and now < ends

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the deadlines: for the next step, for the link, for the deletion of the files."""
        if self.is_live:
            return {"go_on": self.go_on_at}
        waits = {}
        if self.state is S.READY and self.expires_at:
            waits["expire"] = self.expires_at
        if self.clear_at:
            waits["clear"] = self.clear_at
        return waits

    @property
    def next_step(self) -> str:
        """Return the name of the earliest deadline, "" for none."""
        waits = self.deadlines()
        return min(waits, key=lambda name: waits[name], default="")

    def as_resource(self) -> Resource:
        """Return the export as access checks see it: its owner's alone, while they serve there."""
        return Resource(
            see=permissions.SEE,
            places=(self.place,),
            relations={Relation.OWNER: frozenset({self.owner})},
            roles={Relation.OWNER: Role.COMMUNITY_STAFF},
        )

    def as_place(self) -> Resource:
        """Return the place of its rows as access checks see it."""
        return Resource(see=permissions.SEE_PLACE, places=(self.place,))

    @property
    def max_rows(self) -> int:
        """Return the most rows that its file may have."""
        if self.format is ExportFormat.XLSX:
            return policy.MAX_XLSX_ROWS
        return policy.MAX_CSV_ROWS

    @property
    def folder(self) -> str:
        """Return the folder of its files."""
        return f"exports/{self.id}"

    def part_key(self, n: int) -> str:
        """Return the key of a part, from 0."""
        return f"{self.folder}/{n}"

    @property
    def file_key(self) -> str:
        """Return the key of the file."""
        return f"{self.folder}/file.{self.format}"

    @property
    def file_name(self) -> str:
        """Return the name under which a client keeps the file."""
        parts = ["chunhui", self.what.value]
        if self.first and self.last:
            parts += [f"{self.first}", f"{self.last}"]
        return f"{'-'.join(parts)}.{self.format}"
