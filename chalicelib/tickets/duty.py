"""Who answers for a place: the service level of its tickets, and the people on duty."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from ..kernel.access import Role
from ..kernel.cache import ExpiringCache
from ..kernel.clock import Clock
from ..kernel.errors import Invalid
from ..kernel.place import ancestors, street_of
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from .handover import Successor
from .model import Ticket, level_of
from .policy import Category, Level, Policy, Rule
from .reopening import Part
from .routing import first_level, route
from .sla_timers import EscalationContext, Sla, sla_of
from .worktime import HolidayLookup

__all__ = [
    "DutyResolver",
    "DutyRoster",
    "PolicyLookup",
    "Routing",
    "escalation_context",
    "named_by_rule",
    "places_at",
    "route_ticket",
    "serves",
]

_NAMES_CACHED_FOR = timedelta(minutes=1)

# The people on duty at a place and at each place around it, by role.
DutyRoster = Mapping[str, Mapping[str, Sequence[Person]]]


class PolicyLookup(Protocol):
    """Looks up the ticket policy of a street."""

    def policy_for(self, street: str, number: int) -> Policy:
        """Return one version of a street's policy; LookupError if there is no such version."""
        ...

    def current(self, street: str) -> tuple[int, Policy]:
        """Return the number of the current version, and its policy."""
        ...

    def changed_at(self, streets: Sequence[str]) -> datetime | None:
        """Return when one of these streets last changed its policy; None if none ever did."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The first level of a ticket, its assignee, and the rule; None for the default."""

    level: Level
    assignee: str | None
    rule: Rule | None


class DutyResolver:
    """Finds the service level of a ticket and the people who answer for its place."""

    def __init__(
        self,
        *,
        people: People,
        places: Places,
        policies: PolicyLookup,
        holidays: HolidayLookup,
        clock: Clock,
    ) -> None:
        self._people, self._places = people, places
        self._policy_for, self._holidays = policies.policy_for, holidays
        self._policies = policies
        self._current = ExpiringCache[Policy](clock, _NAMES_CACHED_FOR)

    def sla_for(self, ticket: Ticket) -> Sla:
        """Return the service level of a ticket."""
        policy = self._policy_for(
            street_of(ticket.place), ticket.policy_version
        )
        return sla_of(policy, ticket, self._holidays)

    def category_of(self, ticket: Ticket) -> Category:
        """Return the category of a ticket, by the name that it has now.

        Its questions are those of the report. One that no policy has is named by its code.
        """
        street, code = street_of(ticket.place), ticket.category
        policy = self._policy_for(street, ticket.policy_version)
        now = self._current.get(street, self._read_current).category(code)
        reported = policy.category(code)
        if reported and now:
            return replace(reported, zh=now.zh, en=now.en)
        return reported or now or Category(code=code, zh=code, en=code)

    def _read_current(self, street: str) -> Policy:
        return self._policies.current(street)[1]

    def escalation_for(self, ticket: Ticket) -> EscalationContext:
        """Return the service level of a ticket and the people on duty. Two requests."""
        sla = self.sla_for(ticket)
        roster = self._places.duty_along(ticket.place)
        return escalation_context(sla, ticket.place, roster)

    def routing_for(self, ticket: Ticket) -> tuple[EscalationContext, Routing]:
        """Return where a new ticket begins, by the most specific rule."""
        sla, place = self.sla_for(ticket), ticket.place
        roster = self._places.duty_along(place)
        escalation = escalation_context(sla, place, roster)
        find = self._people.find
        return escalation, route_ticket(
            escalation, place, ticket.category, roster, find
        )

    def assignee_for(self, ticket: Ticket, recipient: str) -> str:
        """Return the id of the person that a role or a person's id names.

        Raises:
            Invalid: nobody is on duty in that role, or the person does not serve there.

        """
        if recipient.startswith("per_"):
            person = self._people.find(recipient)
            if person is None or not serves(person, ticket.place):
                raise Invalid("ticket.cannot_have_it", ["to"])
            return person.id
        roster = self._places.duty_along(ticket.place)
        nearest = _nearest(roster, ticket.place, recipient)
        if not nearest:
            raise Invalid("ticket.nobody_there", ["to"])
        return nearest[0].id

    def successor_of(self, ticket: Ticket) -> Successor | None:
        """Return who has a ticket by routing, if its assignee no longer serves there; else None.

        Open tickets are reassigned when their assignee leaves.
        """
        if self.still_serves(ticket.assignee, ticket.place):
            return None
        _, routing = self.routing_for(ticket)
        return routing.level, routing.assignee

    def parts_with_sla(self, parts: Iterable[Ticket]) -> list[Part]:
        """Return merged tickets, each with its service level."""
        return [(part, self.sla_for(part)) for part in parts]

    def still_serves(self, person_id: str | None, place: str) -> str | None:
        """Return the id of a person who can still be assigned tickets of a place, else None."""
        person = self._people.find(person_id) if person_id else None
        if person is None or not serves(person, place):
            return None
        return person.id


def serves(person: Person, place: str) -> bool:
    """Say whether a person can be assigned tickets of a place.

    They need a grant for it, of a property company or a higher role.
    """
    if not person.may_act:
        return False
    for grant in person.grants:
        if grant.role.rank >= Role.PROPERTY.rank and grant.reaches(place):
            return True
    return False


def places_at(level: Level, place: str) -> list[str]:
    """Return the places that answer for a place at a level, innermost first."""
    return [code for code in ancestors(place) if level_of(code) is level]


def escalation_context(
    sla: Sla, place: str, roster: DutyRoster
) -> EscalationContext:
    """Return the service level of a place's tickets with the people on duty at each level."""
    duty: dict[Level, tuple[str, ...]] = {}
    for step in sla.policy.ladder:
        codes = places_at(step.level, place)
        people = _first_on_duty(codes, roster, step.role.value)
        duty[step.level] = tuple(person.id for person in people)
    return EscalationContext(sla=sla, duty=duty)


def route_ticket(
    escalation: EscalationContext,
    place: str,
    category: str,
    roster: DutyRoster,
    find: Callable[[str], Person | None],
) -> Routing:
    """Return where a ticket begins, by the most specific rule for its place and category."""
    rule = route(escalation.sla.policy.rules, place, category)
    recipient, named = Role.GRID_WORKER.value, None
    if rule:
        recipient = rule.to
        people = named_by_rule(recipient, place, roster, find)
        named = people[0].id if people else None
    level, assignee = first_level(escalation, place, recipient, named)
    return Routing(level=level, assignee=assignee, rule=rule)


def named_by_rule(
    recipient: str,
    place: str,
    roster: DutyRoster,
    find: Callable[[str], Person | None],
) -> Sequence[Person] | None:
    """Return the people that a rule names outside the levels, none where they do not serve.

    None means that the rule names a level.
    """
    if recipient == Role.PROPERTY.value:
        return _nearest(roster, place, recipient)
    if not recipient.startswith("per_"):
        return None
    person = find(recipient)
    return [person] if person and serves(person, place) else []


def _nearest(roster: DutyRoster, place: str, role: str) -> Sequence[Person]:
    return _first_on_duty(ancestors(place), roster, role)


def _first_on_duty(
    codes: Sequence[str], roster: DutyRoster, role: str
) -> Sequence[Person]:
    """Return the people on duty in a role at the first of these places that has any."""
    for code in codes:
        if people := roster[code].get(role):
            return people
    return ()
