"""Claims as lines of the security trail: each shows a home, and its row is written once."""

from typing import Any

from ..kernel.paging import Page
from ..kernel.place import covers, street_of
from ..security_trail.kinds import EventKind
from ..security_trail.model import SecurityEvent, TrailFilter
from ..security_trail.policy import LINES_READ_MAX
from ..store.repository import Repository
from .model import ClaimPointer
from .repository import CLAIM

__all__ = ["ClaimTrail"]


class ClaimTrail(Repository):
    """Reads claims for the security trail."""

    rows = (CLAIM,)

    def read(
        self, wanted: TrailFilter, before: str, limit: int
    ) -> Page[SecurityEvent]:
        """Read claims before an order, newest first. Below a street a page may be short.

        They name the wish, not its resident.
        """
        part, by = street_of(wanted.place), "by_shown"
        if wanted.actor:
            part, by = wanted.actor, "by_helper"
        options: dict[str, Any] = {"limit": limit}
        if part != wanted.place:
            options |= {
                "wanted": lambda claim: covers(wanted.place, claim.place),
                "read_at_once": LINES_READ_MAX,
                "read_at_most": LINES_READ_MAX,
            }
        order = CLAIM.attribute("claimed_order")
        page = self._store.page(
            CLAIM,
            part,
            index=by,
            keys=order.between(*wanted.span(before)),
            newest_first=True,
            **options,
        )
        position = page.next and {"before": page.next["claimed_order"]}
        return Page([_as_event(claim) for claim in page.items], position)


def _as_event(claim: ClaimPointer) -> SecurityEvent:
    return SecurityEvent(
        id=claim.id,
        at=claim.claimed_at,
        kind=EventKind.CLAIMED.value,
        place=claim.place,
        actor=claim.helper,
        wish=claim.wish_id,
    )
