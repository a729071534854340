"""The escalation path of tickets under a policy, and its coverage gaps by place. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ..kernel.access import Role
from ..kernel.place import PlaceKind, ancestors, covers, street_of
from ..people.model import Person
from ..places.service import Roster
from ..tickets.clocks import EscalationContext, Sla
from ..tickets.duty import Along, Routed, begin, codes_at, escalation_context, meant_by
from ..tickets.model import level_of
from ..tickets.policy import (
    Category,
    EscalationStep,
    Level,
    Policy,
    Rule,
    TicketUrgency,
)
from ..tickets.routing import route, start_at
from .model import CoverageGap, Why

__all__ = ["EscalationPath", "coverage_gaps"]

_MANNED: Mapping[Level, tuple[str, ...]] = dict.fromkeys(Level, ("somebody",))
_WIDE = (PlaceKind.STREET, PlaceKind.COMMUNITY, PlaceKind.GRID)
_Key = tuple[str, Level, str, Why, Level | None]


class EscalationPath:
    """The policy of a street and the people on duty in it."""

    def __init__(self, policy: Policy, roster: Roster) -> None:
        self.policy, self._roster = policy, roster
        self._along: dict[str, Along] = {}

    def along(self, place: str) -> Along:
        """Return who is on duty at a place and around it."""
        if place not in self._along:
            self._along[place] = self._roster.duty_along(place)
        return self._along[place]

    def begin(
        self, place: str, category: str, sla: Sla
    ) -> tuple[EscalationContext, Routed]:
        """Return the escalation context of a ticket, with its first level and assignee."""
        escalation = escalation_context(sla, place, self.along(place))
        return escalation, begin(
            escalation, place, category, self.along(place), self._roster.people.get
        )

    def gaps_at(self, place: str) -> Iterator[tuple[_Key, Category]]:
        """Yield the coverage gaps of a place with their categories."""
        rules = [
            rule
            for rule in self.policy.rules
            if rule.place is None or covers(rule.place, place)
        ]
        limits = self.policy.limits[0].limits
        sla = Sla(
            policy=self.policy, limits=limits, calendar=None
        )  # no clock is started here
        escalation = escalation_context(sla, place, self.along(place))
        manned = EscalationContext(sla=sla, duty=_MANNED)
        steps = [
            step
            for step in self.policy.ladder
            if step.level.rank >= level_of(place).rank
        ]
        unmanned = {
            (s.level, urgent): self._unmanned(s, place, escalation, urgent)
            for s in steps
            for urgent in (False, True)
        }
        for category in self.policy.categories:
            urgent = category.urgency is TicketUrgency.URGENT
            rule = route(rules, place, category.code)
            begins, _ = start_at(
                manned, place, rule.to if rule else Role.GRID_WORKER.value, None
            )
            if rule and (gap := self._missed(rule, place, begins, escalation, urgent)):
                yield gap, category
            for step in steps:
                if step.level.rank >= begins.rank and (
                    gap := unmanned[step.level, urgent]
                ):
                    yield gap, category

    def _missed(
        self,
        rule: Rule,
        place: str,
        begins: Level,
        escalation: EscalationContext,
        urgent: bool,
    ) -> _Key | None:
        """Return the gap where a message would not reach the person or company that a rule names."""
        meant = meant_by(rule.to, place, self.along(place), self._roster.people.get)
        # The holders of a role differ by place. A person is checked once, at the widest place of the rule.
        here = rule.to in list(Role) or place == (rule.place or street_of(place))
        why = (
            self._why(meant, rule.to, ancestors(place), urgent)
            if here and meant is not None
            else None
        )
        return (
            (
                place,
                begins,
                rule.to,
                why,
                _manned(escalation, escalation.from_level(begins)),
            )
            if why
            else None
        )

    def _unmanned(
        self,
        step: EscalationStep,
        place: str,
        escalation: EscalationContext,
        urgent: bool,
    ) -> _Key | None:
        """Return the gap at a level of the path."""
        role, codes = step.role.value, codes_at(step.level, place)
        where = next(
            (code for code in codes if self.along(place)[code].get(role)), codes[-1]
        )
        people = self.along(place)[where].get(role, ())
        why = self._why(people, role, codes, urgent)
        instead = (
            None
            if people or step.level is escalation.top
            else _manned(escalation, escalation.above(step.level))
        )
        return (where, step.level, role, why, instead) if why else None

    def _why(
        self, people: Sequence[Person], to: str, codes: Sequence[str], urgent: bool
    ) -> Why | None:
        """Return why a message would reach none of these people; `codes` are the places of their duty lists."""
        if not people:
            named = to not in list(Role) or any(
                self._roster.duty_at(code).get(to) for code in codes
            )
            return Why.NOT_IN_OFFICE if named else Why.NOBODY_ON_DUTY
        if any(person.phone and (person.sms or urgent) for person in people):
            return None
        mail = any(person.email and person.email_address for person in people)
        if urgent and (mail or any(person.phone for person in people)):
            return Why.NO_PHONE
        return None if mail else Why.UNREACHABLE


def coverage_gaps(policy: Policy, roster: Roster) -> tuple[CoverageGap, ...]:
    """Return the levels of a street's escalation path that no message would reach, by place.

    The street, its communities and grids are checked, and narrower places with a rule or a duty list.
    Urgent categories need a phone, the others a phone with SMS or an e-mail address. Gaps that differ
    by category only are one.
    """
    path, found = EscalationPath(policy, roster), defaultdict[_Key, set[str]](set)
    wide = {
        place.id
        for place in roster.places.values()
        if place.kind in _WIDE or any(place.duty.values())
    }
    for place in wide | {
        rule.place
        for rule in policy.rules
        if rule.place in roster.places and rule.place
    }:
        for key, category in path.gaps_at(place):
            found[key].add(category.code)
    every = {category.code for category in policy.categories}
    listed = sorted(found, key=lambda key: (key[0].split("."), key[1].rank, key[2:4]))
    return tuple(
        _gap(key, () if found[key] == every else tuple(sorted(found[key])))
        for key in listed
    )


def _gap(key: _Key, categories: tuple[str, ...]) -> CoverageGap:
    place, level, to, why, instead = key
    return CoverageGap(
        place=place, level=level, to=to, why=why, instead=instead, categories=categories
    )


def _manned(escalation: EscalationContext, level: Level) -> Level | None:
    return level if escalation.duty.get(level) else None
