"""Routing of new tickets: the most specific rule for a place and category. Pure."""

from collections.abc import Iterable

from ..kernel.place import covers
from .model import level_of
from .policy import Level, Rule
from .sla_timers import EscalationContext

__all__ = ["first_level", "rank_of", "route"]


def rank_of(rule: Rule) -> tuple[int, bool]:
    """Return how specific a rule is: by the depth of its place, then by naming a category."""
    depth = len(rule.place.split(".")) if rule.place else 0
    return (depth, rule.category is not None)


def _fits(rule: Rule, place: str, category: str) -> bool:
    if rule.place is not None and not covers(rule.place, place):
        return False
    return rule.category in (None, category)


def route(rules: Iterable[Rule], place: str, category: str) -> Rule | None:
    """Return the most specific rule that fits, the first of equals; None for the default."""
    fitting = [rule for rule in rules if _fits(rule, place, category)]
    return max(fitting, key=rank_of, default=None)


def first_level(
    escalation: EscalationContext,
    place: str,
    recipient: str,
    named: str | None,
) -> tuple[Level, str | None]:
    """Return the first level of a ticket and its assignee.

    `recipient` is a role or a person's id. `named` is the assignee by a rule that names no level:
    a property company on duty, or a person. Where nobody is on duty at a level, the ticket begins
    at the next.
    """
    level = level_of(place)
    for step in escalation.sla.policy.ladder:
        if step.role.value == recipient:
            level = max(level, step.level, key=_rank)
            break
    level = escalation.from_level(level)
    return level, named or escalation.leader(level)


def _rank(level: Level) -> int:
    return level.rank
