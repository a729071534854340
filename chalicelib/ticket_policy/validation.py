"""Validation of a street's policy: errors, and warnings of what would surprise its staff. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

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
from ..tickets.worktime import Calendar, Library, OfficeHours, uncertain

__all__ = ["PolicyWarning", "validate", "warnings_of"]

T = TypeVar("T")
_LISTS = (QuestionKind.ONE, QuestionKind.SEVERAL)
_AHEAD = timedelta(
    days=60
)  # public holidays are announced a week or two ahead; this is before that
_WEEKS = 260  # of the five years within which a limit has to be up (see `worktime`) …
_DAYS_OFF = 150  # … less so many days of public holidays, thirty a year, which is more than there are


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWarning:
    """A warning about a policy that is valid. `code` names the text, `facts` fill it."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def validate(
    policy: Policy, street: str, places: Collection[str], people: Mapping[str, Person]
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
    library: Library,
) -> tuple[PolicyWarning, ...]:
    """Return the warnings about a policy."""
    found = []
    if any(not row.limits.always for row in policy.limits):
        calendar = Calendar(
            zone=zone, week=policy.week, own=policy.own, library=library
        )
        years = uncertain(calendar, now, now + _AHEAD)
        found += [
            PolicyWarning(code="rulebook.holidays_unknown", facts={"year": year})
            for year in years
        ]
    for rule in policy.rules:
        if rule.to in people and not people[rule.to].phone:
            found.append(
                PolicyWarning(code="rulebook.no_phone", facts={"rule": rule.id})
            )
    return tuple(found)


def _categories(policy: Policy) -> Iterator[Invalid]:
    yield from _twice(
        policy.categories, lambda category: category.code, ["categories"], "code"
    )
    for n, category in enumerate(policy.categories):
        for m, question in enumerate(category.questions):
            yield from _question(question, ["categories", n, "questions", m])
        yield from _twice(
            category.questions,
            lambda question: question.code,
            ["categories", n, "questions"],
            "code",
        )


def _question(
    question: CategoryQuestion, loc: Sequence[str | int]
) -> Iterator[Invalid]:
    """Yield the errors of a question: choices belong to the kinds that are answered by choosing."""
    if bool(question.choices) is not (question.kind in _LISTS):
        yield Invalid(
            "rulebook.choices_missing"
            if question.kind in _LISTS
            else "rulebook.choices_needless",
            [*loc, "choices"],
        )
    yield from _twice(
        question.choices, lambda choice: choice.key, [*loc, "choices"], "key"
    )


def _limits(policy: Policy) -> Iterator[Invalid]:
    codes = {category.code for category in policy.categories}
    named = [(row.urgency, row.category) for row in policy.limits]
    for urgency in TicketUrgency:
        if (urgency, None) not in named:
            yield Invalid("rulebook.limits_missing", ["limits"], urgency=urgency.value)
    yield from _twice(named, lambda row: row, ["limits"])
    most = max(100, policy.reopen_percent, *(step.percent for step in policy.ladder))
    capacity = _least_minutes(policy)
    for n, row in enumerate(policy.limits):
        if row.category is not None and row.category not in codes:
            yield Invalid("rulebook.category_unknown", ["limits", n, "category"])
        for name in (SlaKind.ACCEPT, SlaKind.CONTACT):
            if row.limits.of(name) > row.limits.resolve:
                yield Invalid(
                    "rulebook.limits_disordered",
                    ["limits", n, name.value],
                    clock=name.value,
                )
        longest = max(row.limits.remind, *(row.limits.of(name) for name in SlaKind))
        if not row.limits.always and longest * most // 100 > capacity:
            yield Invalid("rulebook.never_up", ["limits", n], minutes=longest)


def _least_minutes(policy: Policy) -> int:
    """Return how many office minutes pass in five years at least, from any day on, however the days off fall."""
    days = [sum(_minutes(span) for span in spans) for spans in policy.week.values()]
    return _WEEKS * sum(days) - (_DAYS_OFF + len(policy.own)) * max(days, default=0)


def _minutes(span: OfficeHours) -> int:
    start, end = (60 * at.hour + at.minute for at in (span.start, span.end))
    return max(0, (end or 1440) - start)


def _rules(
    policy: Policy, street: str, places: Collection[str], people: Mapping[str, Person]
) -> Iterator[Invalid]:
    codes = {category.code for category in policy.categories}
    rungs = {step.role.value for step in policy.ladder} | {Role.PROPERTY.value}
    yield from _twice(policy.rules, lambda rule: rule.id, ["rules"], "id")
    for n, rule in enumerate(policy.rules):
        if rule.category is not None and rule.category not in codes:
            yield Invalid("rulebook.category_unknown", ["rules", n, "category"])
        if rule.place is not None and (
            rule.place not in places or street_of(rule.place) != street
        ):
            yield Invalid("place.unknown", ["rules", n, "place"], place=rule.place)
        if rule.to not in rungs and not _serves_there(
            people.get(rule.to), rule.place or street
        ):
            yield Invalid("rulebook.to_unknown", ["rules", n, "to"])
        over = _over(rule, n, policy, street)
        if over is not None:
            yield Invalid("rulebook.rule_unreachable", ["rules", n], by=over)


def _serves_there(person: Person | None, place: str) -> bool:
    """Say whether somebody can have tickets of a place, or of a part of it."""
    if person is None:
        return False
    within = [grant.place for grant in person.grants if covers(place, grant.place)]
    return any(serves(person, code) for code in (place, *within))


def _over(rule: Rule, n: int, policy: Policy, street: str) -> str | None:
    """Return the id of a rule that makes this one unreachable; see `routing.route`.

    At the widest place of a rule the fewest others apply, so only that is checked. Where several
    rules together take all its categories, the last of them is named.
    """
    first: dict[tuple[str | None, str | None], int] = {}
    for m, other in enumerate(policy.rules):
        first.setdefault((other.place, other.category), m)
    if first[rule.place, rule.category] != n:
        return policy.rules[first[rule.place, rule.category]].id
    wide = (
        [rule.place] if rule.place is not None else [None, street]
    )  # what names the street goes before what names no place
    if rule.place is None and (street, None) in first:
        return policy.rules[first[street, None]].id
    if rule.category is not None:
        found = [
            first[p, rule.category] for p in wide[1:] if (p, rule.category) in first
        ]
        return policy.rules[found[0]].id if found else None
    taken = [
        max((first[p, c.code] for p in wide if (p, c.code) in first), default=None)
        for c in policy.categories
    ]
    by = [m for m in taken if m is not None]
    return policy.rules[max(by)].id if by and len(by) == len(taken) else None


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
    bad = False
    for weekday, spans in policy.week.items():
        if not _in_order(spans):
            bad = True
            yield Invalid("rulebook.hours_disordered", ["week", str(weekday)])
    for day, own in policy.own.items():
        if own.spans is not None and not _in_order(own.spans):
            yield Invalid("rulebook.hours_disordered", ["own", day.isoformat()])
    if not bad:
        try:
            check_week(policy.week)
        except ValueError:
            yield Invalid("rulebook.never_open", ["week"])


def _in_order(spans: tuple[OfficeHours, ...]) -> bool:
    try:
        check_office_hours(spans)
    except ValueError:
        return False
    return True


def _twice(
    things: Sequence[T],
    key: Callable[[T], object],
    loc: Sequence[str | int],
    *name: str,
) -> Iterator[Invalid]:
    """Yield each thing that has the key of one before it; `loc` is the list's, `name` that of the key's own field."""
    seen = Counter[object]()
    for n, thing in enumerate(things):
        if seen[key(thing)]:
            yield Invalid("rulebook.twice", [*loc, n, *name])
        seen[key(thing)] += 1
