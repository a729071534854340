"""The decisions about an export. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Count, Message, Put
from ..kernel.errors import TooMany
from ..kernel.job import Command
from ..kernel.paging import Position
from ..kernel.state_table import SYSTEM_ONLY
from . import policy
from .model import LIVE, TABLE, Export, ExportFailure, ExportState

__all__ = [
    "GO_ON",
    "add_part",
    "begin",
    "end",
    "fail",
    "finish",
    "on_timer",
    "stumble",
    "take_up",
]

S = ExportState
GO_ON = "export.go_on"  # the command that takes one step
_RETRY_WHEN_BUSY = 60  # seconds: a usual export is ready by then


def _running(owner: str, add: int) -> Count:
    refusal = TooMany("export.too_many", _RETRY_WHEN_BUSY)
    limit = policy.MAX_RUNNING if add > 0 else None
    return Count(
        subject=owner,
        name="exports_running",
        add=add,
        limit=limit,
        refusal=refusal if add > 0 else None,
    )


def begin(
    export: Export, previous: Export | None = None, *, counted: bool = True
) -> Changes[Export]:
    """Return the changes that begin an export, within the limits of its owner.

    A person's own data count only among those that run at once: there is one a day.
    """
    writes = [_running(export.owner, 1)]
    if counted:
        day = policy.PER_DAY.count(export.owner, export.created_at, export.zone)
        writes.append(day)
    return Changes(
        entity=export,
        previous=previous,
        writes=tuple(writes),
        jobs=(_next_step(export),),
    )


def _next_step(export: Export) -> Command:
    """Return the job of the next step, which is due at once."""
    return Command(id="", name=GO_ON, subject=export.id)


def on_timer(export: Export, now: datetime) -> Changes[Export]:
    """Take the step that is due. The caller has deleted the files that are to be cleared."""
    spent = replace(export, timer=None)  # the commit arms the next deadline
    step = export.next_step
    if not step or export.deadlines()[step] > now:
        return Changes(entity=spent, previous=export, bump_version=False)
    if step == "go_on":  # its job has died, or waits for the file store
        waiting = replace(spent, go_on_at=now + policy.STEP_LEASE)
        return Changes(
            entity=waiting,
            previous=export,
            bump_version=False,
            jobs=(_next_step(export),),
        )
    if step == "expire":
        gone = replace(spent, state=_after(export, "end"))
        return Changes(entity=gone, previous=export)
    return Changes(
        entity=_cleared(spent, now), previous=export, bump_version=False
    )


def take_up(export: Export, now: datetime) -> Changes[Export]:
    """Return the export with a worker at it, or its end after too many tries of one step."""
    if not export.is_live:
        return Changes(entity=export, previous=export)
    if export.tries >= policy.MAX_TRIES:
        return fail(export, export.failure or ExportFailure.SERVER, now)
    taken = replace(
        export,
        timer=None,
        state=_after(export, "advance"),
        tries=export.tries + 1,
        failure=None,
        go_on_at=now + policy.STEP_LEASE,
    )
    return Changes(entity=taken, previous=export)


def _cleared(export: Export, now: datetime) -> Export:
    """Return an export after one step of deletion: the last parts and the file are gone."""
    left = max(0, export.parts - policy.CLEARED_PER_STEP)
    if left:
        return replace(export, parts=left, clear_at=now)
    return replace(
        export, parts=0, clear_at=None, ttl=now + policy.FORGOTTEN_AFTER
    )


def add_part(
    export: Export,
    following: Position | None,
    rows: int,
    written: int,
    now: datetime,
) -> Changes[Export]:
    """Move the cursor behind rows that lie in `written` further part: 1, or 0 without rows."""
    moved = replace(
        export,
        timer=None,
        position=following,
        is_read=following is None,
        rows=export.rows + rows,
        parts=export.parts + written,
        tries=0,
        go_on_at=now + policy.STEP_LEASE,
    )
    return Changes(entity=moved, previous=export)


def stumble(export: Export, now: datetime) -> Changes[Export]:
    """Try the step again later: the file store did not answer."""
    waiting = replace(
        export,
        timer=None,
        failure=ExportFailure.STORAGE,
        go_on_at=now + policy.RETRY_AFTER,
    )
    return Changes(entity=waiting, previous=export)


def finish(
    export: Export, size: int, lines: tuple[Put, ...], now: datetime
) -> Changes[Export]:
    """Make an export ready, and tell its owner. `lines` go into the security trail."""
    ready = replace(
        export,
        timer=None,
        state=_after(export, "finish"),
        size=size,
        tries=0,
        ready_at=now,
        clear_at=now + policy.KEPT_FOR,
    )
    message = Message(
        kind="export.ready",
        audience=OnePerson(export.owner),
        subject=export.id,
        not_after=now + policy.LINK_FOR,
    )
    return Changes(
        entity=ready,
        previous=export,
        writes=(_running(export.owner, -1), *lines),
        messages=(message,),
    )


def fail(
    export: Export,
    failure: ExportFailure,
    now: datetime,
    *,
    clear_at: datetime | None = None,
) -> Changes[Export]:
    """End an export that cannot be made. Its parts are deleted.

    `clear_at` is later where a worker may still write one.
    """
    failed = replace(
        export,
        timer=None,
        state=_after(export, "fail"),
        failure=failure,
        clear_at=clear_at or now,
    )
    return Changes(
        entity=failed,
        previous=export,
        writes=(_running(export.owner, -1),),
    )


def end(export: Export, now: datetime) -> Changes[Export]:
    """End an export for its owner, who deletes it or has left. Its files are deleted. Idempotent.

    A worker may still write a part of a live one, so those go when it cannot any more.
    """
    if export.state not in (*LIVE, S.READY):
        forgotten = replace(export, reason="")
        return Changes(entity=forgotten, previous=export)
    clear_at = now
    writes: tuple[Count, ...] = ()
    if export.is_live:
        clear_at = now + policy.STEP_LEASE
        writes = (_running(export.owner, -1),)
    gone = replace(
        export,
        timer=None,
        state=_after(export, "end"),
        reason="",
        clear_at=clear_at,
    )
    return Changes(entity=gone, previous=export, writes=writes)


def _after(export: Export, move: str) -> ExportState:
    return TABLE.go(export.state, move, SYSTEM_ONLY).target
