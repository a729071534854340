"""Routing of new tickets: the most specific rule for a place and category. Pure."""

from collections.abc import Iterable

from ..kernel.place import covers
from .clocks import EscalationContext
from .model import level_of
from .policy import Level, Rule

__all__ = ["rank_of", "route", "start_at"]


def rank_of(rule: Rule) -> tuple[int, bool]:
    """Return how specific a rule is: by the depth of its place, then by naming a category."""
    return (rule.place.count(".") + 1 if rule.place else 0, rule.category is not None)


def fits(rule: Rule, place: str, category: str) -> bool:
    """Say whether a rule is about a place and a category."""
    return (rule.place is None or covers(rule.place, place)) and rule.category in (
        None,
        category,
    )


def route(rules: Iterable[Rule], place: str, category: str) -> Rule | None:
    """Return the most specific rule that fits, the first of equals; None for the default."""
    fitting = [rule for rule in rules if fits(rule, place, category)]
    return max(fitting, key=rank_of, default=None)


def start_at(
    escalation: EscalationContext,
    place: str,
    to: str,
    named: str | None,
) -> tuple[Level, str | None]:
    """Return the first level of a ticket and its assignee.

    `named` is the assignee by a rule that names no level: a property company on duty, or a person.
    Where nobody is on duty at a level, the ticket begins at the next.
    """
    lowest, ladder = level_of(place), escalation.sla.policy.ladder
    wanted = next((step.level for step in ladder if step.role.value == to), lowest)
    level = escalation.from_level(max(lowest, wanted, key=lambda one: one.rank))
    return level, named or escalation.leader(level)
