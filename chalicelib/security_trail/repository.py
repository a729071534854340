"""How the security trail is stored. Lines are written once; no function may change or delete one.

DynamoDB itself deletes them when their time to live ends.
"""

from datetime import datetime
from typing import Any

from ..kernel.changes import Put
from ..kernel.clock import to_text
from ..kernel.paging import Page
from ..kernel.place import street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import SK, Table
from .kinds import EventKind
from .model import SecurityEvent, TrailFilter
from .policy import LINES_READ_MAX

__all__ = ["SECURITY_EVENT", "TrailRepository"]

_SHOWN = (
    "id",
    "at",
    "kind",
    "place",
    "wish",
    "result",
    "reason",
    "network_hash",
    "network",
    "phone_hash",
)
# PK the street, SK the instant and the id.
_AUDIT = Table(
    "audit",
    indexes=(
        # What a person did, and what was done about a person. Sparse. Ids, no names.
        index(
            "by_actor",
            hash_key="actor",
            range_key="order",
            include=(*_SHOWN, "subject"),
        ),
        index(
            "by_subject",
            hash_key="subject",
            range_key="order",
            include=(*_SHOWN, "actor"),
        ),
    ),
)


def _keys(event: SecurityEvent) -> dict[str, str]:
    street, order = street_of(event.place), event.order
    return {"pk": street, "sk": order, "order": order}


SECURITY_EVENT = _AUDIT.row(SecurityEvent, keys=_keys)


class TrailRepository(Repository):
    """Makes and reads lines of the security trail."""

    rows = (SECURITY_EVENT,)

    def written(self, event: SecurityEvent) -> Put:
        """Return the line that goes into the commit of what it tells of."""
        return Put(row=event, new=True)

    def count_of(self, actor: str, kind: EventKind, since: datetime) -> int:
        """Return how many events of a kind an actor has made since an instant.

        Eventually consistent, in one request: an actor with more than 500 lines has at least those.
        """
        order = SECURITY_EVENT.attribute("order")
        page = self._store.page(
            SECURITY_EVENT,
            actor,
            index="by_actor",
            keys=order > to_text(since),
            limit=LINES_READ_MAX,
            newest_first=True,
        )
        return sum(event.kind == kind for event in page.items)

    def read(
        self, wanted: TrailFilter, before: str, limit: int
    ) -> Page[SecurityEvent]:
        """Read lines before an order, newest first. A filtered page may be short.

        The lines about one person, or by one, are read by an index, and are eventually consistent.
        """
        part, by = street_of(wanted.place), None
        key: Any = SK
        if wanted.subject or wanted.actor:
            by = "by_subject" if wanted.subject else "by_actor"
            part = wanted.subject or wanted.actor or ""
            key = SECURITY_EVENT.attribute("order")
        options: dict[str, Any] = {"limit": limit}
        if by or wanted.kind or wanted.place != part:
            options |= {
                "wanted": wanted.takes,
                "read_at_once": LINES_READ_MAX,
                "read_at_most": LINES_READ_MAX,
            }
        page = self._store.page(
            SECURITY_EVENT,
            part,
            index=by,
            keys=key.between(*wanted.span(before)),
            newest_first=True,
            **options,
        )
        position = page.next and {"before": page.next["sk"]}
        return Page(page.items, position)
