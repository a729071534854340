"""What a decision makes true, all together or not at all. Models return it; `store.transaction` writes it in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from .audiences import Audience
from .errors import Refusal, Stale
from .job import Job

__all__ = ["Adjust", "ArmedTimer", "Changes", "Check", "Count", "Delete", "Entity", "Event", "Message", "Put", "Write"]


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """The one armed wake-up of an entity. A job acts only if it was woken with this id."""

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
        """Return everything that waits for an instant, by name. The alarm is derived from the earliest."""
        return {}

    def check_version(self, seen: int | None) -> None:
        """Refuse with Stale if the caller has seen another version than this one (If-Match)."""
        if seen is not None and seen != self.version:
            raise Stale("request.stale", version=self.version)


E_co = TypeVar("E_co", bound=Entity, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an entity's timeline. `tag` is past tense (``wish.claimed``); `by` is who did it, `party` as what."""

    tag: str
    by: str
    party: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that somebody must hear.

    `to` says for whom it is; `about` and `params` hold ids, never
    personal data: texts are composed at the moment of sending. `not_after` is the instant from which it is worth
    nothing any more (the event that it reminds of); a message with both bounds is planned for each recipient at once,
    so that one that would fall into her quiet hours can go out the evening before. `part_of` names the message that
    this one is a share of, and `paced_at` when that share has its turn.
    """

    kind: str
    to: Audience
    about: str
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
    """Add to a counter that many touch at once. With `limit`, only while it stands below that; else `refusal`."""

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
    `bump_version` False says that nothing changes that anybody is shown (a reminder is noted, the alarm moves on): version and
    `updated_at` stay, so that no phone's If-Match fails over it and no index is written.
    `jobs` are work that is due at once; the commit gives an id to a job without one.
    `related` are decisions about other entities that become true with it, each with its own version, alarm and timeline:
    outcomes compose. Their `refusal` and `related` are not looked at.
    """

    entity: E_co
    previous: E_co | None
    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()
    jobs: tuple[Job, ...] = ()
    refusal: Refusal | None = None
    bump_version: bool = True
    related: "tuple[Changes[Entity], ...]" = ()

    @property
    def parts(self) -> "tuple[Changes[Entity], ...]":
        """Return this decision and those that come true with it."""
        return (self, *self.related)
