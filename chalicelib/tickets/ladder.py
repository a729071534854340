"""Who would have a ticket under some rules, place by place, and where nobody would hear of one. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ..kernel.access import Role
from ..kernel.place import PlaceKind, covers, kind_of, sort_key, street_of
from ..people.model import Person
from ..places.service import Roster
from .clocks import Office, Terms
from .model import Hole, Why, place_at
from .policy import Category, Level, Policy, Rule, Urgency
from .routing import route, start_at

__all__ = ["Ladder", "holes", "in_office"]

_MANNED: Mapping[Level, tuple[str, ...]] = dict.fromkeys(Level, ("somebody",))
_Key = tuple[str, Level, str, Why, Level | None]


def in_office(person: Person | None, street: str) -> bool:
    """Say whether a rule may name somebody: she works in the street, or for a company that does."""
    if person is None or person.blocked or person.erased_at:
        return False
    return any(grant.role.rank > Role.VOLUNTEER.rank and street_of(grant.place) == street for grant in person.grants)


class Ladder:
    """The rules of a street and those who are on duty in it."""

    def __init__(self, policy: Policy, roster: Roster) -> None:
        self.policy, self._roster = policy, roster
        self._duty: dict[str, Mapping[Level, Sequence[Person]]] = {}
        self._rungs = {step.role.value for step in policy.ladder}

    def duty(self, place: str) -> Mapping[Level, Sequence[Person]]:
        """Return who is on duty for a place at each level."""
        if place not in self._duty:
            steps = self.policy.ladder
            self._duty[place] = {s.level: self._roster.on_duty(place_at(s.level, place), [s.role.value]) for s in steps}
        return self._duty[place]

    def office(self, place: str, terms: Terms) -> Office:
        """Return what decisions about a ticket of a place go by."""
        return Office(terms=terms, duty={level: tuple(p.id for p in people) for level, people in self.duty(place).items()})

    def named(self, rule: Rule | None, place: str) -> Sequence[Person] | None:
        """Return whom a rule means who is no rung of the ladder, in office now; None where it means a rung, or there is none."""
        if rule is None or rule.to in self._rungs:
            return None
        if rule.to in list(Role):
            return self._roster.on_duty(place, [rule.to])
        person = self._roster.people.get(rule.to)
        return [person] if person and in_office(person, street_of(place)) else []

    def first(self, place: str, category: str, terms: Terms) -> tuple[Level, str | None]:
        """Return at which level a ticket would begin, and who would have it."""
        rule = route(self.policy.rules, place, category)
        named = self.named(rule, place)
        return start_at(self.office(place, terms), place, rule.to if rule else "", named[0].id if named else None)

    def holes_of(self, place: str) -> Iterator[tuple[_Key, Category]]:
        """Yield where nobody would hear of a ticket of a place, for each category."""
        rules = [rule for rule in self.policy.rules if rule.place is None or covers(rule.place, place)]
        for category in self.policy.categories:
            terms = Terms(policy=self.policy, limits=self.policy.limits_of(category.code, category.urgency), calendar=None)
            office, manned = self.office(place, terms), Office(terms=terms, duty=_MANNED)
            rule = route(rules, place, category.code)
            begins, _ = start_at(manned, place, rule.to if rule else "", None)
            named = self.named(rule, place)
            # Who a role means differs from place to place; a person is looked at once, at the widest place of the rule.
            here = rule and (rule.to in list(Role) or place == (rule.place or street_of(place)))
            if rule and here and named is not None and (why := self._why(named, rule.to, place, category)):
                yield (place, begins, rule.to, why, _manned(office, office.from_level(begins))), category
            for step in self.policy.ladder:
                if step.level.rank < begins.rank:
                    continue
                where, people = place_at(step.level, place), self.duty(place)[step.level]
                if why := self._why(people, step.role.value, where, category):
                    instead = None if people or step.level is office.top else _manned(office, office.above(step.level))
                    yield (where, step.level, step.role.value, why, instead), category

    def _why(self, people: Sequence[Person], to: str, place: str, category: Category) -> Why | None:
        """Return why nobody of these would hear of something of a category."""
        if not people:
            role = to in list(Role)
            return Why.NOBODY_ON_DUTY if role and not self._roster.names_anybody(place, [to]) else Why.NOT_IN_OFFICE
        if any(person.phone and (person.sms or category.urgency is Urgency.URGENT) for person in people):
            return None
        mail = any(person.email and person.email_address for person in people)
        if category.urgency is Urgency.URGENT and (mail or any(person.phone for person in people)):
            return Why.NO_PHONE
        return None if mail else Why.UNREACHABLE


def holes(policy: Policy, roster: Roster) -> tuple[Hole, ...]:
    """Return every level of a street's ladder at which nobody would hear of a ticket, by place.

    Looked at are the street, its communities and grids, and narrower places that rules name; urgent categories need a phone
    that may ring, the others a phone that takes SMS or an address. What is the same for several categories is one hole.
    """
    ladder, found = Ladder(policy, roster), defaultdict[_Key, set[str]](set)
    wide = {code for code in roster.places if kind_of(code) in (PlaceKind.STREET, PlaceKind.COMMUNITY, PlaceKind.GRID)}
    for place in wide | {rule.place for rule in policy.rules if rule.place in roster.places and rule.place}:
        for key, category in ladder.holes_of(place):
            found[key].add(category.code)
    every = {category.code for category in policy.categories}
    listed = sorted(found, key=lambda key: (sort_key(key[0]), key[1].rank, key[2:4]))
    return tuple(_hole(key, () if found[key] == every else tuple(sorted(found[key]))) for key in listed)


def _hole(key: _Key, categories: tuple[str, ...]) -> Hole:
    place, level, to, why, instead = key
    return Hole(place=place, level=level, to=to, why=why, instead=instead, categories=categories)


def _manned(office: Office, level: Level) -> Level | None:
    return level if office.duty.get(level) else None
