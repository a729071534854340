"""Who answers for a place: the service level of its tickets, and the people on duty."""

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
    "escalation_context",
    "meant_by",
    "serves",
]

# Who is on duty at a place and at each place around it, by role.
Along = Mapping[str, Mapping[str, Sequence[Person]]]


class PolicyLookup(Protocol):
    """Looks up the ticket policy of a street."""

    def policy_for(self, street: str, number: int) -> Policy:
        """Return one version of a street's rules; LookupError if there is no such version."""
        ...

    def current(self, street: str) -> tuple[int, Policy]:
        """Return the number of the current version, and its rules."""
        ...

    def changed_at(self, streets: Sequence[str]) -> datetime | None:
        """Return when one of these streets last changed its rules; None if none ever did."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The first level of a ticket, its assignee, and the rule; None for the default."""

    level: Level
    assignee: str | None
    rule: Rule | None


class DutyResolver:
    """Finds the service level of a ticket and those who answer for its place."""

    def __init__(
        self,
        *,
        people: People,
        places: Places,
        policy_for: Callable[[str, int], Policy],
        library: Library,
    ) -> None:
        self._people, self._places = people, places
        self._policy_for, self._library = policy_for, library

    def sla_for(self, ticket: Ticket) -> Sla:
        """Return the service level of a ticket."""
        policy = self._policy_for(ancestors(ticket.place)[-1], ticket.policy_version)
        return sla_of(policy, ticket, self._library)

    def escalation_for(self, ticket: Ticket) -> EscalationContext:
        """Return the service level of a ticket and who is on duty. Two requests."""
        sla = self.sla_for(ticket)
        return escalation_context(
            sla, ticket.place, self._places.duty_along(ticket.place)
        )

    def routing_for(self, ticket: Ticket) -> tuple[EscalationContext, Routed]:
        """Return where a new ticket begins, by the most specific rule."""
        sla = self.sla_for(ticket)
        along = self._places.duty_along(ticket.place)
        escalation = escalation_context(sla, ticket.place, along)
        routed = begin(
            escalation, ticket.place, ticket.category, along, self._people.find
        )
        return escalation, routed

    def assignee_for(self, ticket: Ticket, to: str) -> str:
        """Return the id of the person that a role or a person's id means.

        Raises:
            Invalid: nobody is on duty in that role, or the person does not serve there.

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

    def assignee_left(self, ticket: Ticket) -> bool:
        """Say whether the assignee of a ticket that is over no longer serves there.

        Open tickets are reassigned when their assignee leaves.
        """
        if ticket.assignee is None:
            return False
        return self.still_serves(ticket.assignee, ticket.place) is None

    def still_serves(self, person_id: str | None, place: str) -> str | None:
        """Return the id of a person who can still be assigned tickets of a place, else None."""
        person = self._people.find(person_id) if person_id else None
        return person.id if person and serves(person, place) else None


def serves(person: Person, place: str) -> bool:
    """Say whether a person can be assigned tickets of a place: property company or above, there."""
    if person.erased_at or person.blocked:
        return False
    serving = [
        grant for grant in person.grants if grant.role.rank >= Role.PROPERTY.rank
    ]
    return any(grant.reaches(place) for grant in serving)


def codes_at(level: Level, place: str) -> list[str]:
    """Return the places that answer for a place at a level, innermost first."""
    return [code for code in ancestors(place) if level_of(code) is level]


def escalation_context(sla: Sla, place: str, along: Along) -> EscalationContext:
    """Return the service level of a place's tickets with the people on duty at each level."""
    duty: dict[Level, tuple[str, ...]] = {}
    for step in sla.policy.ladder:
        named = _first_on_duty(codes_at(step.level, place), along, step.role.value)
        duty[step.level] = tuple(person.id for person in named)
    return EscalationContext(sla=sla, duty=duty)


def begin(
    escalation: EscalationContext,
    place: str,
    category: str,
    along: Along,
    find: Callable[[str], Person | None],
) -> Routed:
    """Return where a ticket begins, by the most specific rule for its place and category."""
    rule = route(escalation.sla.policy.rules, place, category)
    if rule is None:
        level, assignee = start_at(escalation, place, Role.GRID_WORKER.value, None)
        return Routed(level=level, assignee=assignee, rule=None)
    meant = meant_by(rule.to, place, along, find)
    level, assignee = start_at(
        escalation, place, rule.to, meant[0].id if meant else None
    )
    return Routed(level=level, assignee=assignee, rule=rule)


def meant_by(
    to: str,
    place: str,
    along: Along,
    find: Callable[[str], Person | None],
) -> Sequence[Person] | None:
    """Return the people that a rule names outside the levels, none where they do not serve.

    None means that the rule names a level.
    """
    if to == Role.PROPERTY.value:
        return _nearest(along, place, to)
    if not to.startswith("per_"):
        return None
    person = find(to)
    return [person] if person and serves(person, place) else []


def _nearest(along: Along, place: str, role: str) -> Sequence[Person]:
    return _first_on_duty(ancestors(place), along, role)


def _first_on_duty(codes: Sequence[str], along: Along, role: str) -> Sequence[Person]:
    """Return the people on duty in a role at the first of these places that has any."""
    for code in codes:
        if people := along[code].get(role):
            return people
    return ()
