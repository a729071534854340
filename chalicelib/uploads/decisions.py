"""The decisions about an upload. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes, Count
from ..kernel.errors import Invalid
from ..kernel.state_table import SYSTEM_ONLY
from . import policy
from .model import TABLE, Upload, UploadEndReason, UploadState

__all__ = ["bind", "count_begun", "end", "make_ready", "on_timer", "refuse"]

S = UploadState


def count_begun(subjects: Iterable[str], now: datetime) -> tuple[Count, ...]:
    """Return the counters of the uploads that a person begins in this hour.

    They count for the account and its phones (`Person.limit_subjects`).
    """
    counted = [f"uploads#{subject}" for subject in subjects]
    return policy.PER_HOUR.counts(counted, now)


def make_ready(
    upload: Upload, width: int, height: int, stored_bytes: int, now: datetime
) -> Changes[Upload]:
    """Make an upload ready: its photo is written.

    The file that was sent must be deleted, and so must any that is sent again with the same form.
    """
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


def refuse(
    upload: Upload, reason: UploadEndReason, now: datetime
) -> Changes[Upload]:
    """Refuse an upload: the file is no photo, or none arrived."""
    if upload.state is not S.PENDING:
        return Changes(entity=upload, previous=upload)
    return Changes(
        entity=_without_files(upload, "refuse", reason, now), previous=upload
    )


def end(
    upload: Upload, reason: UploadEndReason, now: datetime
) -> Changes[Upload]:
    """End an upload, whether or not a file has arrived. None of its files may stay."""
    if upload.ended:
        return Changes(entity=upload, previous=upload)
    return Changes(
        entity=_without_files(upload, "end", reason, now), previous=upload
    )


def _without_files(
    upload: Upload, move: str, reason: UploadEndReason, now: datetime
) -> Upload:
    """Return an upload after a move that leaves none of its files."""
    clear_at = _nobody_writes_from(upload, now)
    return replace(
        upload, state=_after(upload, move), reason=reason, clear_at=clear_at
    )


def _after(upload: Upload, move: str) -> UploadState:
    return TABLE.go(upload.state, move, SYSTEM_ONLY).target


def _nobody_writes_from(upload: Upload, now: datetime) -> datetime:
    """Return the instant after which no file of an upload can appear any more."""
    return max(
        upload.created_at + policy.ARRIVES_WITHIN, now + policy.CLEARED_AFTER
    )


def on_timer(upload: Upload, now: datetime) -> Changes[Upload]:
    """Take the step that is due for an upload. The caller has deleted its leftovers before."""
    spent = replace(upload, timer=None)  # the commit arms the next deadline
    name = min(
        upload.deadlines(),
        key=lambda name: upload.deadlines()[name],
        default="",
    )
    if (
        not name or upload.deadlines()[name] > now
    ):  # fired too early, by a clock ahead of ours
        return Changes(entity=spent, previous=upload, bump_version=False)
    if name == "clear":
        forget_at = now + policy.FORGOTTEN_AFTER if upload.ended else None
        return Changes(
            entity=replace(spent, clear_at=None, ttl=forget_at),
            previous=upload,
            bump_version=False,
        )
    over = (
        refuse(spent, UploadEndReason.NEVER_ARRIVED, now)
        if name == "arrive"
        else end(spent, UploadEndReason.UNUSED, now)
    )
    return replace(over, previous=upload)


def bind(
    upload: Upload | None,
    owner: str,
    to: str,
    place: str,
    loc: Sequence[str | int],
) -> Changes[Upload]:
    """Make an upload part of `to`, which belongs to its owner. Idempotent.

    Raises:
        Invalid: the owner has no such upload, it has ended, or it is part of something else.

    """
    if upload is None or upload.owner != owner:
        raise Invalid("upload.unknown", loc)
    if upload.ended:
        raise Invalid("upload.refused", loc, reason=upload.reason)
    if upload.bound_to not in (None, to):
        raise Invalid("upload.already_used", loc)
    return Changes(
        entity=replace(upload, bound_to=to, place=place), previous=upload
    )
