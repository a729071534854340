"""Changes: what a decision makes true, all together or not at all. `store.transaction` writes them in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from .audiences import Audience
from .errors import Refusal, Stale
from .job import Job

__all__ = [
    "Adjust",
    "ArmedTimer",
    "Changes",
    "Check",
    "Count",
    "Delete",
    "Entity",
    "Message",
    "Put",
    "TimelineEvent",
    "Write",
]


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """The one armed timer of an entity. A job acts only if it carries this id."""

    id: str
    at: datetime
    shard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What has an identity, a version that conditions every commit, and perhaps something to wait for.

    `entity_kind` is stored in the names of timers (``timer.wish``): every entity sets its own, and it never changes.
    """

    entity_kind: ClassVar[str] = ""

    id: str
    version: int = 0
    created_at: datetime
    updated_at: datetime
    timer: ArmedTimer | None = None

    def deadlines(self) -> Mapping[str, datetime]:
        """Return everything that waits for an instant, by name. The timer is derived from the earliest."""
        return {}

    def check_version(self, seen: int | None) -> None:
        """Refuse with Stale if the caller has seen another version than this one (If-Match)."""
        if seen is not None and seen != self.version:
            raise Stale("request.stale", version=self.version)


E_co = TypeVar("E_co", bound=Entity, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One line of an entity's event log. `tag` is past tense (``wish.claimed``); `actor` did it, in the role `party`."""

    tag: str
    actor: str
    party: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to send.

    `subject` and `params` hold ids, never personal data: texts are composed at the moment of sending. From `not_after` on
    the message is worthless, for the event that it reminds of has come. A message with both bounds is planned for each
    recipient at once. One that would fall into a recipient's quiet hours can then go out the evening before. `part_of`
    names the message that this one is a share of, and `paced_at` the instant of that share.
    """

    kind: str
    audience: Audience
    subject: str
    params: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    not_after: datetime | None = None
    part_of: str = ""
    paced_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A row beside the entity.

    With `new` it must not be there yet, with `expected` it must be there as it was read; if not, everything is decided
    again, or `on_conflict` is the refusal where one is given.
    """

    row: object
    new: bool = False
    expected: Entity | None = None
    on_conflict: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """A row beside the entity that must go."""

    row: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Add to a counter that many change at once. With `limit`, only while it is below that; else `refusal`."""

    subject: str
    name: str
    add: int
    limit: int | None = None
    refusal: Refusal | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An entity that is not written, but must still be as it was read; if it is not, everything is decided again."""

    entity: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """Add to several numbers of one row that many change at once, without reading it.

    `limits` bounds a number after the addition as (lowest, highest), None for no bound. The row must be there. If it
    is not, or a limit is passed, everything is decided again, or `on_conflict` is the refusal where one is given. Only
    for rows that are no entities: their version conditions every write, and this one reads no version.
    """

    row: object
    add: Mapping[str, int]
    limits: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    on_conflict: Refusal | None = None


Write = Put | Delete | Count | Check | Adjust


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes(Generic[E_co]):
    """A decision. `previous` is None for something new; an entity equal to it, without events, is not written again.

    `refusal`, where set, is raised after the commit: a wrong code must be counted although it is refused.
    `bump_version` is False when nothing changes that is ever shown, such as a note that a reminder was sent. Version and
    `updated_at` then stay, so no client's If-Match fails and no index is written.
    `jobs` are work that is due at once; the commit gives an id to a job without one.
    `related` are decisions about other entities that become true with it, each with its own version, timer and event
    log. Their `refusal` and `related` are ignored.
    """

    entity: E_co
    previous: E_co | None
    writes: tuple[Write, ...] = ()
    events: tuple[TimelineEvent, ...] = ()
    messages: tuple[Message, ...] = ()
    jobs: tuple[Job, ...] = ()
    refusal: Refusal | None = None
    bump_version: bool = True
    related: "tuple[Changes[Entity], ...]" = ()

    @property
    def parts(self) -> "tuple[Changes[Entity], ...]":
        """Return this decision and those that come true with it."""
        return (self, *self.related)
