"""The rules of a street as they are kept, and where its ladder leads to nobody. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Entity
from ..tickets.policy import Level, Policy

__all__ = ["Hole", "LadderReport", "PolicyRecord", "StreetPolicy", "Why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPolicy(Entity):
    """What a street has set; its id is the street's code. Each version is kept beside it, because tickets name it."""

    entity_kind: ClassVar[str] = "streetpolicy"

    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """One version of a street's policy, as tickets remember it. Written once."""

    street: str
    number: int
    policy: Policy
    at: datetime
    by: str


class Why(StrEnum):
    """Why nobody would hear of a ticket at a level."""

    NOBODY_ON_DUTY = "nobody_on_duty"  # no duty list names anybody
    NOT_IN_OFFICE = "not_in_office"  # whoever is named has left, is blocked, or no longer has the role
    UNREACHABLE = "unreachable"  # neither a phone that takes SMS nor an address
    NO_PHONE = "no_phone"  # for what is urgent mail is too slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A level of the ladder at which nobody would hear of a ticket. Without `categories` it is so for all of them.

    `place` is whose duty list, or which rule's place, it is about; `instead` is the level that would have it, if any.
    """

    place: str
    level: Level
    to: str  # the role, or whoever a rule names
    why: Why
    instead: Level | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderReport(Entity):
    """What the latest nightly look at a street's ladder has found; its id is the street's code."""

    entity_kind: ClassVar[str] = "ladderreport"

    holes: tuple[Hole, ...] = ()  # the first, where there are very many
    count: int = 0
    checked_at: datetime
