"""Changes: the result of a decision. `store.transaction` writes all of it, or nothing."""

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
    """The armed timer of an entity. Jobs with another timer id do nothing."""

    id: str
    at: datetime
    shard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An object with an identity, a version that conditions every commit, and deadlines.

    `entity_kind` is stored in the names of timers (``timer.wish``). Every entity sets its own,
    and it never changes.
    """

    entity_kind: ClassVar[str] = ""

    id: str
    version: int = 0
    created_at: datetime
    updated_at: datetime
    timer: ArmedTimer | None = None

    def deadlines(self) -> Mapping[str, datetime]:
        """Return the deadlines of the entity by name. The earliest one sets the timer."""
        return {}

    def check_version(self, seen: int | None) -> None:
        """Refuse with Stale if the caller has seen another version (If-Match)."""
        if seen is not None and seen != self.version:
            raise Stale("request.stale", version=self.version)


E_co = TypeVar("E_co", bound=Entity, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One line of an entity's event log.

    `tag` is past tense (``wish.claimed``). `actor` is the id of the person, `party` their role in
    it. `shown` is the note without personal data. Readers who are not staff get that, or nothing.
    """

    tag: str
    actor: str
    party: str
    note: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to send.

    `subject` and `params` hold ids, never personal data: texts are composed at the moment of
    sending. After `not_after` the message is worthless, for the event that it reminds of has
    come. A message with both bounds is planned for each recipient at once. If it would fall into
    a recipient's quiet hours, it goes out the evening before. `part_of` names the message of
    which this is a share, and `paced_at` is the instant of that share.
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

    With `new` the row must not exist yet. With `expected` it must exist as it was read. If not,
    `on_conflict` is the refusal; without one the decision is made again.
    """

    row: object
    new: bool = False
    expected: Entity | None = None
    on_conflict: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """The deletion of a row beside the entity."""

    row: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """An addition to a counter that many requests change at once.

    With `limit` it happens only while the counter is below that; else `refusal` is raised.
    """

    subject: str
    name: str
    add: int
    limit: int | None = None
    refusal: Refusal | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An entity that is not written, but must still be as it was read.

    If it is not, the decision is made again.
    """

    entity: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """An addition to several numbers of one row that many requests change at once, without a read.

    `limits` bounds a number after the addition as (lowest, highest), None for no bound. The row
    must exist, unless `must_exist` is False. If it does not, or a limit is passed, `on_conflict`
    is the refusal; without one the decision is made again. Of an entity, the version must be
    among the numbers, because it conditions every other write.
    """

    row: object
    add: Mapping[str, int]
    limits: Mapping[str, tuple[int | None, int | None]] = field(
        default_factory=dict
    )
    must_exist: bool = True
    on_conflict: Refusal | None = None


Write = Put | Delete | Count | Check | Adjust


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes(Generic[E_co]):
    """A decision about an entity.

    `previous` is the entity as it was read, None for a new one. An entity that equals `previous`
    and has no events is not written. `refusal` is raised after the commit: a wrong code must be
    counted although it is refused. `bump_version` is False when no client can see the change,
    such as the note that a reminder was sent. Version and `updated_at` then stay, so no If-Match
    fails and no index is written. `jobs` are due at once; the commit gives an id to a job without
    one. `related` are decisions about other entities in the same commit, each with its own
    version, timer and event log. Their `refusal` and `related` are ignored. `resource` is the id
    of what a repeated request shows, where that is not the entity.
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
    resource: str = ""

    @property
    def parts(self) -> "tuple[Changes[Entity], ...]":
        """Return this decision and its related ones."""
        return (self, *self.related)
