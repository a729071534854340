"""The escalation path of tickets under a policy, and its coverage gaps by place. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ..kernel.access import Role
from ..kernel.place import PlaceKind, ancestors, covers, street_of
from ..people.model import Person
from ..places.roster import Roster
from ..tickets.duty import (
    DutyRoster,
    Routing,
    escalation_context,
    named_by_rule,
    places_at,
    route_ticket,
)
from ..tickets.model import level_of
from ..tickets.policy import (
    Category,
    EscalationStep,
    Level,
    Policy,
    Rule,
    TicketUrgency,
)
from ..tickets.routing import first_level, route
from ..tickets.sla_timers import EscalationContext, Sla
from .model import CoverageGap, GapReason

__all__ = ["EscalationPath", "coverage_gaps"]

_FULL_DUTY: Mapping[Level, tuple[str, ...]] = dict.fromkeys(
    Level, ("somebody",)
)
_WIDE = (PlaceKind.STREET, PlaceKind.COMMUNITY, PlaceKind.GRID)
# A gap apart from its categories: place, level, role or person, reason, level that has it instead.
_Gap = tuple[str, Level, str, GapReason, Level | None]


class EscalationPath:
    """The policy of a street and the people on duty in it."""

    def __init__(self, policy: Policy, roster: Roster) -> None:
        self.policy, self._roster = policy, roster
        self._along: dict[str, DutyRoster] = {}

    def along(self, place: str) -> DutyRoster:
        """Return the people on duty at a place and around it."""
        if place not in self._along:
            self._along[place] = self._roster.duty_along(place)
        return self._along[place]

    def route_ticket(
        self, place: str, category: str, sla: Sla
    ) -> tuple[EscalationContext, Routing]:
        """Return the escalation context of a ticket, with its first level and assignee."""
        along, find = self.along(place), self._roster.people.get
        escalation = escalation_context(sla, place, along)
        return escalation, route_ticket(
            escalation, place, category, along, find
        )

    def gaps_at(self, place: str) -> Iterator[tuple[_Gap, Category]]:
        """Yield the coverage gaps of a place with their categories.

        A gap is an assignee of a rule that no message reaches, or a level without staff. Levels
        below the first one of a category do not count for it.
        """
        rules = self._rules_at(place)
        escalation = escalation_context(self._sla, place, self.along(place))
        # The first level is the intended one: it does not depend on who is on duty.
        full_duty = EscalationContext(sla=self._sla, duty=_FULL_DUTY)
        unstaffed = self._unstaffed_levels(place, escalation)
        for category in self.policy.categories:
            urgent = category.urgency is TicketUrgency.URGENT
            rule = route(rules, place, category.code)
            assignee = rule.to if rule else Role.GRID_WORKER.value
            begins, _ = first_level(full_duty, place, assignee, None)
            if rule:
                gap = self._gap_of_rule(rule, place, begins, escalation, urgent)
                if gap:
                    yield gap, category
            for (level, for_urgent), gap in unstaffed.items():
                if for_urgent is urgent and level.rank >= begins.rank:
                    yield gap, category

    @property
    def _sla(self) -> Sla:
        """Return an SLA of the policy. Any limits will do, because no timer is started here."""
        limits = self.policy.limits[0].limits
        return Sla(policy=self.policy, limits=limits, calendar=None)

    def _rules_at(self, place: str) -> list[Rule]:
        """Return the rules that can hold at a place."""
        rules = self.policy.rules
        return [
            rule
            for rule in rules
            if rule.place is None or covers(rule.place, place)
        ]

    def _unstaffed_levels(
        self, place: str, escalation: EscalationContext
    ) -> dict[tuple[Level, bool], _Gap]:
        """Return the gaps at the levels from a place upwards, by level and urgency."""
        gaps = {}
        lowest = level_of(place).rank
        for step in self.policy.ladder:
            if step.level.rank < lowest:
                continue
            for urgent in (False, True):
                gap = self._gap_of_level(step, place, escalation, urgent)
                if gap:
                    gaps[step.level, urgent] = gap
        return gaps

    def _gap_of_rule(
        self,
        rule: Rule,
        place: str,
        begins: Level,
        escalation: EscalationContext,
        urgent: bool,
    ) -> _Gap | None:
        """Return the gap if no message would reach the person or company that a rule names."""
        meant = named_by_rule(
            rule.to, place, self.along(place), self._roster.people.get
        )
        if meant is None or not _is_checked_at(rule, place):
            return None
        reason = self._reason(meant, rule.to, ancestors(place), urgent)
        if reason is None:
            return None
        instead = _manned(escalation, escalation.from_level(begins))
        return place, begins, rule.to, reason, instead

    def _gap_of_level(
        self,
        step: EscalationStep,
        place: str,
        escalation: EscalationContext,
        urgent: bool,
    ) -> _Gap | None:
        """Return the gap at a level of the path, if there is one."""
        role, codes = step.role.value, places_at(step.level, place)
        code = self._first_manned(codes, place, role)
        people = self.along(place)[code].get(role, ())
        reason = self._reason(people, role, codes, urgent)
        if reason is None:
            return None
        instead = None
        if not people and step.level is not escalation.top:
            instead = _manned(escalation, escalation.above(step.level))
        return code, step.level, role, reason, instead

    def _first_manned(self, codes: Sequence[str], place: str, role: str) -> str:
        """Return the first of some places with anybody in a role, or the last of them."""
        along = self.along(place)
        for code in codes:
            if along[code].get(role):
                return code
        return codes[-1]

    def _reason(
        self,
        people: Sequence[Person],
        to: str,
        codes: Sequence[str],
        urgent: bool,
    ) -> GapReason | None:
        """Return the reason why a message would reach none of these people.

        `codes` are the places of their duty lists. None: somebody would be reached.
        """
        if not people:
            named = to not in list(Role) or self._is_listed(to, codes)
            return (
                GapReason.NOT_IN_OFFICE if named else GapReason.NOBODY_ON_DUTY
            )
        if any(person.phone and (person.sms or urgent) for person in people):
            return None
        mail = any(person.email and person.email_address for person in people)
        if urgent and (mail or any(person.phone for person in people)):
            return GapReason.NO_PHONE
        return None if mail else GapReason.UNREACHABLE

    def _is_listed(self, role: str, codes: Sequence[str]) -> bool:
        return any(self._roster.duty_at(code).get(role) for code in codes)


def _is_checked_at(rule: Rule, place: str) -> bool:
    """Return whether a rule is checked at a place.

    The holders of a role differ by place. A person is checked once, at the rule's widest place.
    """
    return rule.to in list(Role) or place == (rule.place or street_of(place))


def coverage_gaps(policy: Policy, roster: Roster) -> tuple[CoverageGap, ...]:
    """Return the levels of a street's escalation path that no message would reach, by place.

    The street, its communities and grids are checked, and narrower places with a rule or a duty
    list. Urgent categories need a phone, the others a phone with SMS or an e-mail address. Gaps
    that differ only by category are one.
    """
    path = EscalationPath(policy, roster)
    codes_by_gap: defaultdict[_Gap, set[str]] = defaultdict(set)
    for place in _places_to_check(policy, roster):
        for key, category in path.gaps_at(place):
            codes_by_gap[key].add(category.code)
    every = {category.code for category in policy.categories}
    gaps = []
    for key in sorted(codes_by_gap, key=_in_tree_order):
        codes = codes_by_gap[key]
        gaps.append(_gap(key, () if codes == every else tuple(sorted(codes))))
    return tuple(gaps)


def _places_to_check(policy: Policy, roster: Roster) -> set[str]:
    places = set()
    for place in roster.places.values():
        if place.kind in _WIDE or any(place.duty.values()):
            places.add(place.id)
    for rule in policy.rules:
        if rule.place and rule.place in roster.places:
            places.add(rule.place)
    return places


def _in_tree_order(key: _Gap) -> tuple[list[str], int, str, GapReason]:
    place, level, to, reason, _ = key
    return place.split("."), level.rank, to, reason


def _gap(key: _Gap, categories: tuple[str, ...]) -> CoverageGap:
    place, level, to, reason, instead = key
    return CoverageGap(
        place=place,
        level=level,
        to=to,
        why=reason,
        instead=instead,
        categories=categories,
    )


def _manned(escalation: EscalationContext, level: Level) -> Level | None:
    return level if escalation.duty.get(level) else None
