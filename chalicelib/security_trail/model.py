"""A line of the security trail, and the filter by which lines are read. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ..kernel.clock import to_text
from ..kernel.place import covers
from .kinds import EventKind

__all__ = [
    "EARLIEST",
    "LATEST",
    "NOWHERE",
    "OK",
    "SecurityEvent",
    "TrailFilter",
]

OK = "ok"
# The bounds of a span without bounds. Requests name no instant outside of them.
EARLIEST, LATEST = (
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)
NOWHERE = "_"  # no code of a place: of a phone without an account, which no street sees


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One event: by which actor, about which person or wish, and with which result.

    It holds ids, never a name, phone or address. `place` is a community, or a street for what
    belongs to no community. `result` is ``ok`` or the code of a refusal. `network_hash` and
    `phone_hash` are keyed hashes of the client's network and phone. `network` is a wider network,
    which names nobody. `wish` is the wish of a claim.
    """

    id: str
    at: datetime
    kind: str
    place: str
    actor: str | None = None
    subject: str | None = None
    wish: str | None = None
    result: str = OK
    reason: str | None = None
    network_hash: str | None = None
    network: str | None = None
    phone_hash: str | None = None
    ttl: datetime | None = None

    @property
    def order(self) -> str:
        """Return the position in a list by time."""
        return f"{to_text(self.at)}#{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """The place of the lines that are wanted, a span of time, and what may further narrow them.

    `since` is included, `until` is not.
    """

    place: str
    since: datetime
    until: datetime
    actor: str | None = None
    subject: str | None = None
    kind: EventKind | None = None

    def span(self, before: str) -> tuple[str, str]:
        """Return the first and last order of the lines before an order."""
        return to_text(self.since), _below(before)

    def takes(self, event: SecurityEvent) -> bool:
        """Say whether an event is wanted; its instant is not looked at."""
        if not covers(self.place, event.place):
            return False
        if self.kind not in (None, event.kind):
            return False
        return self.actor in (None, event.actor) and self.subject in (
            None,
            event.subject,
        )


def _below(order: str) -> str:
    """Return a text behind all orders that are before this one, and before it.

    A range of DynamoDB includes its ends. All orders have the same length.
    """
    return f"{order[:-1]}{chr(ord(order[-1]) - 1)}~"
