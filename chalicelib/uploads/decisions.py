"""What can happen to an upload. Pure: each function decides on what was read and returns what becomes true."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Count
from ..kernel.errors import Invalid
from ..kernel.state_table import SYSTEM_ONLY
from . import policy
from .model import TABLE, Reason, Upload, UploadState

__all__ = ["bind", "count_begun", "end", "make_ready", "on_timer", "refuse"]

S = UploadState


def count_begun(owner: str, now: datetime) -> Count:
    """Return the counter of the uploads that somebody begins in this hour."""
    return policy.PER_HOUR.count(f"uploads#{owner}", now)


def make_ready(upload: Upload, width: int, height: int, stored_bytes: int, now: datetime) -> Changes[Upload]:
    """Its photo is written. What was sent must go, and so must what is sent once more with the same form."""
    if upload.state is not S.PENDING:
        return Changes(entity=upload, previous=upload)
    ready = replace(
        upload,
        state=_after(upload, "make_ready"),
        width=width,
        height=height,
        stored_bytes=stored_bytes,
        ready_at=now,
        clear_at=_nobody_writes_from(upload, now),
    )
    return Changes(entity=ready, previous=upload)


def refuse(upload: Upload, reason: Reason, now: datetime) -> Changes[Upload]:
    """It came to nothing: what was sent is no photo, or nothing was sent."""
    if upload.state is not S.PENDING:
        return Changes(entity=upload, previous=upload)
    return Changes(entity=_without_files(upload, "refuse", reason, now), previous=upload)


def end(upload: Upload, reason: Reason, now: datetime) -> Changes[Upload]:
    """It is over, whether or not it has come: none of its files may stay."""
    if upload.ended:
        return Changes(entity=upload, previous=upload)
    return Changes(entity=_without_files(upload, "end", reason, now), previous=upload)


def _without_files(upload: Upload, move: str, reason: Reason, now: datetime) -> Upload:
    """Return an upload after a move that leaves none of its files."""
    clear_at = _nobody_writes_from(upload, now)
    return replace(upload, state=_after(upload, move), reason=reason, clear_at=clear_at)


def _after(upload: Upload, move: str) -> UploadState:
    return TABLE.go(upload.state, move, SYSTEM_ONLY).target


def _nobody_writes_from(upload: Upload, now: datetime) -> datetime:
    """Return from when no file of an upload can come (back): its form is over, and so is every worker that began before now."""
    return max(upload.created_at + policy.ARRIVES_WITHIN, now + policy.CLEARED_AFTER)


def on_timer(upload: Upload, now: datetime) -> Changes[Upload]:
    """Do what it waits for next, if that is due. Whoever wakes it to be cleared has deleted its leftovers before."""
    awake = replace(upload, timer=None)  # whatever is left to wait for is armed anew
    name = min(upload.deadlines(), key=lambda name: upload.deadlines()[name], default="")
    if not name or upload.deadlines()[name] > now:  # woken too early, by a clock ahead of ours, it sleeps on
        return Changes(entity=awake, previous=upload, bump_version=False)
    if name == "clear":
        forget_at = now + policy.FORGOTTEN_AFTER if upload.ended else None
        return Changes(entity=replace(awake, clear_at=None, ttl=forget_at), previous=upload, bump_version=False)
    over = refuse(awake, Reason.NEVER_ARRIVED, now) if name == "arrive" else end(awake, Reason.UNUSED, now)
    return replace(over, previous=upload)


def bind(upload: Upload | None, owner: str, to: str, place: str, loc: Sequence[str | int]) -> Changes[Upload]:
    """Make it part of something of its owner's; once more of the same is no error.

    Raises:
        Invalid: there is no such upload of hers, it has come to nothing, or it is part of something else.

    """
    if upload is None or upload.owner != owner:
        raise Invalid("upload.unknown", loc)
    if upload.ended:
        raise Invalid("upload.refused", loc, reason=upload.reason)
    if upload.bound_to not in (None, to):
        raise Invalid("upload.already_used", loc)
    return Changes(entity=replace(upload, bound_to=to, place=place), previous=upload)
