"""What decisions about a ticket go by, read for them: the policy version that it names, and who is on duty where."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..kernel.access import Role
from ..kernel.errors import Invalid
from ..kernel.place import ancestors
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from .clocks import Office, Terms, terms_of
from .model import Ticket, level_of
from .policy import Level, Policy, Rule
from .routing import route, start_at
from .worktime import Library

__all__ = ["Offices", "Routed", "serves"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a ticket begins, who has it, and by which rule; None for the house's own order."""

    level: Level
    assignee: str | None
    rule: Rule | None


class Offices:
    """Finds the terms of a ticket, and those who answer for its place."""

    def __init__(self, *, people: People, places: Places, policy_for: Callable[[str, int], Policy], library: Library) -> None:
        self._people, self._places, self._policy_for, self._library = people, places, policy_for, library

    def terms(self, ticket: Ticket) -> Terms:
        """Return what a ticket is held to."""
        policy = self._policy_for(ancestors(ticket.place)[-1], ticket.policy_version)
        return terms_of(policy, ticket, self._library)

    def of(self, ticket: Ticket) -> Office:
        """Return the terms of a ticket, and who is on duty at each level. Two requests."""
        return self._office(self.terms(ticket), ticket.place, self._places.duty_along(ticket.place))

    def _office(self, terms: Terms, place: str, along: Mapping[str, Mapping[str, list[Person]]]) -> Office:
        duty: dict[Level, tuple[str, ...]] = {}
        for step in terms.policy.ladder:
            codes = [code for code in ancestors(place) if level_of(code) is step.level]
            named = next((people for code in codes if (people := along[code].get(step.role.value))), [])
            duty[step.level] = tuple(person.id for person in named)
        return Office(terms=terms, duty=duty)

    def routed(self, ticket: Ticket) -> tuple[Office, Routed]:
        """Return where a new ticket begins, by the most specific rule for its place and category."""
        terms = self.terms(ticket)
        along = self._places.duty_along(ticket.place)
        office = self._office(terms, ticket.place, along)
        rule = route(terms.policy.rules, ticket.place, ticket.category)
        named = self._named(rule.to, ticket.place, along) if rule else None
        level, assignee = start_at(office, ticket.place, rule.to if rule else Role.GRID_WORKER.value, named)
        return office, Routed(level=level, assignee=assignee, rule=rule)

    def _named(self, to: str, place: str, along: Mapping[str, Mapping[str, list[Person]]]) -> str | None:
        """Return whom a rule means who is no rung of the ladder; None where she is not there, and the ladder has it."""
        if to == Role.PROPERTY.value:
            return _nearest(along, place, to)
        person = self._people.find(to) if to.startswith("per_") else None
        return person.id if person and serves(person, place) else None

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
        if found is None:
            raise Invalid("ticket.nobody_there", ["to"])
        return found

    def still_serves(self, person_id: str | None, place: str) -> str | None:
        """Return somebody if she can still have a ticket of a place."""
        person = self._people.find(person_id) if person_id else None
        return person.id if person and serves(person, place) else None


def serves(person: Person, place: str) -> bool:
    """Say whether somebody may be given a ticket: in office at its place, as the property company at least."""
    active = not person.erased_at and not person.blocked
    return active and any(grant.role.rank >= Role.PROPERTY.rank and grant.reaches(place) for grant in person.grants)


def _nearest(along: Mapping[str, Mapping[str, list[Person]]], place: str, role: str) -> str | None:
    people: Iterable[Person] = (person for code in ancestors(place) for person in along[code].get(role, ()))
    return next((person.id for person in people), None)
