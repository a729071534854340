"""Jobs as tests write them: flat, as they are stored."""

from datetime import datetime
from typing import Any

from chalicelib.kernel.job import JobRecord, ScheduledJob, scheduled_of

__all__ = ["a_job"]


def a_job(
    *,
    id: str,
    at: datetime,
    kind: str,
    subject: str,
    shard: str = "",
    **fields: Any,
) -> ScheduledJob:
    """Return a scheduled job of a kind such as ``timer.wish`` or ``wish.approved`` (a message)."""
    return scheduled_of(
        JobRecord(
            id=id, at=at, shard=shard, kind=kind, subject=subject, **fields
        )
    )
