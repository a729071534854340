"""A rule that is broken, and what the checks remember from one step to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from chalicelib.kernel.place import covers
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket
from chalicelib.wishes.model import Wish

from .street import Street

__all__ = [
    "AWAITS",
    "Past",
    "RuleBroken",
    "break_rule",
    "is_awaited",
    "may_act",
    "serves",
]

# The checks that wait for a mending on another branch, each with what it waits for.
AWAITS: Mapping[str, str] = {}


class RuleBroken(AssertionError):
    """A rule does not hold; the text begins with its name."""


def break_rule(name: str, street: Street, what: str) -> NoReturn:
    """Raise that a rule does not hold, with all that happened."""
    street.tell(what)
    told = "\n".join(street.story)
    raise RuleBroken(f"{name}: {street.story[-1]}\n{told}")


def is_awaited(name: str) -> bool:
    """Say whether a check is switched off until a mending is merged."""
    return name in AWAITS


@dataclass
class Past:
    """What was true after the step before, and how many messages were judged."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    # Who ever joined each ticket.
    joined: dict[str, set[str]] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    judged: int = 0
    settled: set[str] = field(default_factory=set)  # claims with long stays
    checked_at: datetime | None = None
    level_since: dict[str, datetime] = field(default_factory=dict)
    # Who was asked about each solution, or was to be visited.
    asked: dict[Any, set[str]] = field(default_factory=dict)
    # Until when a round of a question was seen to be open.
    open_until: dict[Any, datetime] = field(default_factory=dict)


def may_act(person: Person) -> bool:
    """Say whether somebody may be asked anything; written anew, not asked of the model."""
    if person.blocked or person.erased_at:
        return False
    is_staff = any(grant.role != "volunteer" for grant in person.grants)
    return is_staff or not person.terms_withdrawn


def serves(person: Person, place: str) -> bool:
    """Say whether somebody works at a place now."""
    if not may_act(person):
        return False
    return any(
        grant.role not in ("volunteer", "resident")
        and (covers(grant.place, place) or covers(place, grant.place))
        for grant in person.grants
    )
