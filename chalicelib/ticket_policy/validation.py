"""Validation of a street's policy: errors, and warnings about surprising parts. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..kernel.access import Role
from ..kernel.errors import Invalid
from ..kernel.place import covers, street_of
from ..people.model import Person
from ..tickets.duty import serves
from ..tickets.office_hours import check_office_hours, check_week
from ..tickets.policy import (
    CategoryQuestion,
    Level,
    Policy,
    QuestionKind,
    Rule,
    SlaKind,
    TicketUrgency,
)
from ..tickets.worktime import Calendar, HolidayLookup, OfficeHours, uncertain

__all__ = ["PolicyWarning", "validate", "warnings_of"]

_LISTS = (QuestionKind.ONE, QuestionKind.SEVERAL)
# Public holidays are announced some weeks ahead; this is earlier.
_AHEAD = timedelta(days=60)
# The weeks of five years, within which every limit must end (see `worktime`) …
_WEEKS = 260
# … less the days of public holidays: thirty a year, which is more than there are.
_DAYS_OFF = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWarning:
    """A warning about a policy that is valid. `code` names the text, `facts` fill it."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def validate(
    policy: Policy,
    street: str,
    places: Collection[str],
    people: Mapping[str, Person],
) -> list[Invalid]:
    """Return every error of a policy, each with the path of its field.

    `places` are those of the street, `people` those that the policy names.
    """
    return [
        *_categories(policy),
        *_limits(policy),
        *_rules(policy, street, places, people),
        *_steps(policy),
        *_hours(policy),
    ]


def warnings_of(
    policy: Policy,
    people: Mapping[str, Person],
    zone: str,
    now: datetime,
    holidays: HolidayLookup,
) -> tuple[PolicyWarning, ...]:
    """Return the warnings about a policy."""
    warnings = []
    if any(not row.limits.always for row in policy.limits):
        calendar = Calendar(
            zone=zone, week=policy.week, own=policy.own, holidays=holidays
        )
        for year in uncertain(calendar, now, now + _AHEAD):
            warnings.append(_warning("rulebook.holidays_unknown", year=year))
    for rule in policy.rules:
        if rule.to in people and not people[rule.to].phone:
            warnings.append(_warning("rulebook.no_phone", rule=rule.id))
    return tuple(warnings)


def _warning(code: str, **facts: object) -> PolicyWarning:
    return PolicyWarning(code=code, facts=facts)


def _categories(policy: Policy) -> Iterator[Invalid]:
    codes = [category.code for category in policy.categories]
    yield from _repeated(codes, ["categories"], "code")
    for n, category in enumerate(policy.categories):
        loc: list[str | int] = ["categories", n, "questions"]
        for m, question in enumerate(category.questions):
            yield from _question(question, [*loc, m])
        codes = [question.code for question in category.questions]
        yield from _repeated(codes, loc, "code")


def _question(
    question: CategoryQuestion, loc: Sequence[str | int]
) -> Iterator[Invalid]:
    """Yield the errors of a question. Only questions with a list of answers have choices."""
    choices = [*loc, "choices"]
    if question.kind in _LISTS and not question.choices:
        yield Invalid("rulebook.choices_missing", choices)
    if question.kind not in _LISTS and question.choices:
        yield Invalid("rulebook.choices_needless", choices)
    keys = [choice.key for choice in question.choices]
    yield from _repeated(keys, choices, "key")


def _limits(policy: Policy) -> Iterator[Invalid]:
    codes = {category.code for category in policy.categories}
    named = [(row.urgency, row.category) for row in policy.limits]
    for urgency in TicketUrgency:
        if (urgency, None) not in named:
            yield Invalid(
                "rulebook.limits_missing", ["limits"], urgency=urgency.value
            )
    yield from _repeated(named, ["limits"])
    percents = [step.percent for step in policy.ladder]
    highest = max(100, policy.reopen_percent, *percents)
    capacity = _least_minutes(policy)
    for n, row in enumerate(policy.limits):
        if row.category is not None and row.category not in codes:
            yield Invalid(
                "rulebook.category_unknown", ["limits", n, "category"]
            )
        for name in (SlaKind.ACCEPT, SlaKind.CONTACT):
            if row.limits.of(name) > row.limits.resolve:
                loc: list[str | int] = ["limits", n, name.value]
                yield Invalid(
                    "rulebook.limits_disordered", loc, clock=name.value
                )
        minutes = [row.limits.of(name) for name in SlaKind]
        longest = max(row.limits.remind, *minutes)
        if not row.limits.always and longest * highest // 100 > capacity:
            yield Invalid("rulebook.never_up", ["limits", n], minutes=longest)


def _least_minutes(policy: Policy) -> int:
    """Return the least number of office minutes in any five years, holidays taken off."""
    days = []
    for spans in policy.week.values():
        days.append(sum(_minutes(span) for span in spans))
    days_off = _DAYS_OFF + len(policy.own)
    return _WEEKS * sum(days) - days_off * max(days, default=0)


def _minutes(span: OfficeHours) -> int:
    start = 60 * span.start.hour + span.start.minute
    end = 60 * span.end.hour + span.end.minute
    return max(
        0, (end or 1440) - start
    )  # an end at 00:00 is the end of the day


def _rules(
    policy: Policy,
    street: str,
    places: Collection[str],
    people: Mapping[str, Person],
) -> Iterator[Invalid]:
    codes = {category.code for category in policy.categories}
    roles = {step.role.value for step in policy.ladder} | {Role.PROPERTY.value}
    yield from _repeated([rule.id for rule in policy.rules], ["rules"], "id")
    for n, rule in enumerate(policy.rules):
        if rule.category is not None and rule.category not in codes:
            yield Invalid("rulebook.category_unknown", ["rules", n, "category"])
        place = rule.place or street
        if rule.place is not None and not _belongs(place, street, places):
            yield Invalid("place.unknown", ["rules", n, "place"], place=place)
        if rule.to not in roles and not _serves_there(
            people.get(rule.to), place
        ):
            yield Invalid("rulebook.to_unknown", ["rules", n, "to"])
        shadow = _shadow(rule, n, policy, street)
        if shadow is not None:
            yield Invalid("rulebook.rule_unreachable", ["rules", n], by=shadow)


def _belongs(place: str, street: str, places: Collection[str]) -> bool:
    return place in places and street_of(place) == street


def _serves_there(person: Person | None, place: str) -> bool:
    """Return whether a person can be the assignee at a place or a part of it."""
    if person is None:
        return False
    within = [
        grant.place for grant in person.grants if covers(place, grant.place)
    ]
    return any(serves(person, code) for code in (place, *within))


def _shadow(rule: Rule, n: int, policy: Policy, street: str) -> str | None:
    """Return the id of a rule that makes the n-th one unreachable; see `routing.route`.

    At the widest place of a rule the fewest others apply, so only that is checked. If several
    rules together take all its categories, the last of them is returned.
    """
    first: dict[tuple[str | None, str | None], int] = {}
    for m, other in enumerate(policy.rules):
        first.setdefault((other.place, other.category), m)
    same = first[rule.place, rule.category]
    if same != n:
        return policy.rules[same].id
    if rule.place is None:
        # A rule that names the street goes before one that names no place.
        for category in (None, rule.category):
            if (street, category) in first:
                return policy.rules[first[street, category]].id
    if rule.category is not None:
        return None
    places = {rule.place, rule.place or street}
    last = -1
    for each in policy.categories:
        takers = [
            first[p, each.code] for p in places if (p, each.code) in first
        ]
        if not takers:
            return None
        last = max(last, *takers)
    return policy.rules[last].id if policy.categories else None


def _steps(policy: Policy) -> Iterator[Invalid]:
    ranks = [step.level.rank for step in policy.ladder]
    for n, step in enumerate(policy.ladder):
        if n and ranks[n] <= ranks[n - 1]:
            yield Invalid("rulebook.ladder_disordered", ["ladder", n, "level"])
        if step.role.rank < Role.GRID_WORKER.rank:
            yield Invalid("rulebook.ladder_role", ["ladder", n, "role"])
    if not policy.ladder or policy.ladder[-1].level is not Level.STREET:
        yield Invalid("rulebook.ladder_open", ["ladder"])


def _hours(policy: Policy) -> Iterator[Invalid]:
    week_in_order = True
    for weekday, spans in policy.week.items():
        if not _in_order(spans):
            week_in_order = False
            yield Invalid("rulebook.hours_disordered", ["week", str(weekday)])
    for day, own in policy.own.items():
        if own.spans is not None and not _in_order(own.spans):
            yield Invalid("rulebook.hours_disordered", ["own", day.isoformat()])
    if week_in_order and not _has_hours(policy):
        yield Invalid("rulebook.never_open", ["week"])


def _has_hours(policy: Policy) -> bool:
    try:
        check_week(policy.week)
    except ValueError:
        return False
    return True


def _in_order(spans: tuple[OfficeHours, ...]) -> bool:
    try:
        check_office_hours(spans)
    except ValueError:
        return False
    return True


def _repeated(
    keys: Sequence[object], loc: Sequence[str | int], *field_name: str
) -> Iterator[Invalid]:
    """Yield an error for each key that repeats an earlier one; `loc` is the path of the list."""
    seen = set[object]()
    for n, key in enumerate(keys):
        if key in seen:
            yield Invalid("rulebook.twice", [*loc, n, *field_name])
        seen.add(key)
