"""The security trail as tests read it: its rows, and its pages."""

from typing import Any

from chalicelib.security_trail.kinds import EventKind
from chalicelib.security_trail.model import SecurityEvent
from chalicelib.wishes.model import ClaimPointer

from ..store.scan import SK, scan
from ..world import Phone

__all__ = ["events", "number_of", "pages"]


def events(kind: str | None = None) -> list[SecurityEvent]:
    """Return the rows of the trail, oldest first."""
    found = scan(SecurityEvent, SK.startswith("2"))
    wanted = [event for event in found if kind in (None, event.kind)]
    return sorted(wanted, key=lambda event: event.order)


def number_of(kind: EventKind) -> int:
    """Return how many events of a kind there are, claims by their own rows."""
    if kind is EventKind.CLAIMED:
        return len(scan(ClaimPointer, SK.startswith("claim#")))
    return len(events(kind.value))


def pages(reader: Phone, query: str, limit: int = 20) -> list[list[Any]]:
    """Return all pages of a list."""
    found, cursor = [], ""
    while True:
        path = f"/v1/admin/audit?{query}&limit={limit}{cursor}"
        answer = reader.get(path)
        assert answer.status == 200, answer.text
        found.append(answer.json["items"])
        if answer.json["next"] is None:
            return found
        cursor = f"&cursor={answer.json['next']}"
