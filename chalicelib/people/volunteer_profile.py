"""The profile of a volunteer, and a person's quiet hours. Pure."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Availability", "QuietHours", "VolunteerProfile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing but the urgent may ring; local times ``HH:MM``."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """A weekly window; weekday 1 is Monday, local times ``HH:MM``."""

    weekday: int
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerProfile:
    """What a volunteer offers. `capacity` is the number of claims at once; no `kinds` means any.

    `never` are kinds that they do not want to be asked for again.
    """

    places: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    capacity: int = 3
    paused_until: datetime | None = None
    never: tuple[str, ...] = ()
