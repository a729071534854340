"""How many wishes one resident may file: few that are open, and few in a week. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from ..kernel.changes import Entity, Put
from ..kernel.errors import TooMany
from . import policy

__all__ = ["FiledWish", "FiledWishes", "put_with"]

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledWish:
    """A wish that was filed, and when."""

    wish_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledWishes(Entity):
    """The latest wishes of a resident, by their account or by their phone."""

    entity_kind: ClassVar[str] = "filed_wishes"

    wishes: tuple[FiledWish, ...] = ()
    ttl: datetime

    @property
    def ids(self) -> list[str]:
        """Return the ids of the wishes."""
        return [filed.wish_id for filed in self.wishes]


def put_with(
    known: FiledWishes, open_ids: Collection[str], wish_id: str, now: datetime
) -> Put:
    """Return the write that adds a wish; `open_ids` are those that have not ended.

    Raises:
        TooMany: there are as many open wishes as one resident may have, or as many in a week.

    """
    since = now - policy.FILING_WEEK
    week = [filed for filed in known.wishes if filed.at > since]
    if len(week) >= policy.WISHES_PER_WEEK:
        raise TooMany("wish.too_many", _seconds_until(week[0], now))
    if len(open_ids) >= policy.OPEN_WISHES:
        raise TooMany("wish.too_many", policy.RETRY_OPEN_SECONDS)
    kept = [
        filed
        for filed in known.wishes
        if filed.at > since or filed.wish_id in open_ids
    ]
    row = replace(
        known,
        version=known.version + 1,
        wishes=(*kept, FiledWish(wish_id=wish_id, at=now)),
        ttl=now + policy.FILING_TTL,
    )
    if known.version:
        return Put(row=row, expected=known)
    return Put(row=row, new=True)


def _seconds_until(first: FiledWish, now: datetime) -> int:
    """Return when the first wish of the week is a week old, in whole seconds."""
    left = first.at + policy.FILING_WEEK - now
    return max(1, -(-left // _SECOND))
