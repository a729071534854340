"""What decisions about a ticket go by, read for them: the policy version that it names, and who is on duty where."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..kernel.access import Role
from ..kernel.errors import Invalid
from ..kernel.place import ancestors
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from .clocks import EscalationContext, Sla, sla_of
from .model import Ticket, level_of
from .policy import Level, Policy, Rule
from .routing import route, start_at
from .worktime import Library

__all__ = [
    "Along",
    "DutyResolver",
    "PolicyLookup",
    "Routed",
    "begin",
    "codes_at",
    "meant_by",
    "office_of",
    "serves",
]

Along = Mapping[str, Mapping[str, Sequence[Person]]]  # who is on duty at a place and each around it, by role


class PolicyLookup(Protocol):
    """Knows the rules that tickets of a street are held to."""

    def policy_for(self, street: str, number: int) -> Policy:
        """Return one version of a street's rules; LookupError if there is no such version."""
        ...

    def current(self, street: str) -> tuple[int, Policy]:
        """Return the number of the version that holds now, and its rules."""
        ...

    def changed_at(self, streets: Sequence[str]) -> datetime | None:
        """Return when one of these streets last changed its rules; None if none ever did."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a ticket begins, who has it, and by which rule; None for the house's own order."""

    level: Level
    assignee: str | None
    rule: Rule | None


class DutyResolver:
    """Finds the terms of a ticket, and those who answer for its place."""

    def __init__(self, *, people: People, places: Places, policy_for: Callable[[str, int], Policy], library: Library) -> None:
        self._people, self._places, self._policy_for, self._library = people, places, policy_for, library

    def terms(self, ticket: Ticket) -> Sla:
        """Return what a ticket is held to."""
        policy = self._policy_for(ancestors(ticket.place)[-1], ticket.policy_version)
        return sla_of(policy, ticket, self._library)

    def of(self, ticket: Ticket) -> EscalationContext:
        """Return the terms of a ticket, and who is on duty at each level. Two requests."""
        return office_of(self.terms(ticket), ticket.place, self._places.duty_along(ticket.place))

    def routed(self, ticket: Ticket) -> tuple[EscalationContext, Routed]:
        """Return where a new ticket begins, by the most specific rule for its place and category."""
        terms = self.terms(ticket)
        along = self._places.duty_along(ticket.place)
        office = office_of(terms, ticket.place, along)
        return office, begin(office, ticket.place, ticket.category, along, self._people.find)

    def whom(self, ticket: Ticket, to: str) -> str:
        """Return who is meant when a ticket is given to a role, or to somebody in particular.

        Raises:
            Invalid: nobody is on duty in that role, or she does not serve there.

        """
        if to.startswith("per_"):
            person = self._people.find(to)
            if person is None or not serves(person, ticket.place):
                raise Invalid("ticket.cannot_have_it", ["to"])
            return person.id
        found = _nearest(self._places.duty_along(ticket.place), ticket.place, to)
        if not found:
            raise Invalid("ticket.nobody_there", ["to"])
        return found[0].id

    def is_gone(self, ticket: Ticket) -> bool:
        """Say whether whoever had a ticket that is over no longer serves there; of what is open, `rehand` takes care."""
        return ticket.assignee is not None and self.still_serves(ticket.assignee, ticket.place) is None

    def still_serves(self, person_id: str | None, place: str) -> str | None:
        """Return somebody if she can still have a ticket of a place."""
        person = self._people.find(person_id) if person_id else None
        return person.id if person and serves(person, place) else None


def serves(person: Person, place: str) -> bool:
    """Say whether somebody may be given a ticket: in office at its place, as the property company at least."""
    active = not person.erased_at and not person.blocked
    return active and any(grant.role.rank >= Role.PROPERTY.rank and grant.reaches(place) for grant in person.grants)


def codes_at(level: Level, place: str) -> list[str]:
    """Return the places around a place that answer for it at a level, innermost first."""
    return [code for code in ancestors(place) if level_of(code) is level]


def office_of(terms: Sla, place: str, along: Along) -> EscalationContext:
    """Return the terms of tickets of a place, and who is on duty at each level."""
    duty: dict[Level, tuple[str, ...]] = {}
    for step in terms.policy.ladder:
        named = next((people for code in codes_at(step.level, place) if (people := along[code].get(step.role.value))), ())
        duty[step.level] = tuple(person.id for person in named)
    return EscalationContext(terms=terms, duty=duty)


def begin(office: EscalationContext, place: str, category: str, along: Along, find: Callable[[str], Person | None]) -> Routed:
    """Return where a ticket begins, by the most specific rule for its place and category."""
    rule = route(office.terms.policy.rules, place, category)
    meant = meant_by(rule.to, place, along, find) if rule else None
    level, assignee = start_at(office, place, rule.to if rule else Role.GRID_WORKER.value, meant[0].id if meant else None)
    return Routed(level=level, assignee=assignee, rule=rule)


def meant_by(to: str, place: str, along: Along, find: Callable[[str], Person | None]) -> Sequence[Person] | None:
    """Return whom a rule means who is no rung of the ladder; nobody where she is not there, and None where it means a rung."""
    if to == Role.PROPERTY.value:
        return _nearest(along, place, to)
    if not to.startswith("per_"):
        return None
    person = find(to)
    return [person] if person and serves(person, place) else []


def _nearest(along: Along, place: str, role: str) -> Sequence[Person]:
    return next((people for code in ancestors(place) if (people := along[code].get(role))), ())
