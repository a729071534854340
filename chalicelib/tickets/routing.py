"""Whom a problem goes to: the most specific rule for its place and category. Pure."""

from collections.abc import Iterable

from ..kernel.place import covers
from .clocks import EscalationContext
from .model import level_of
from .policy import Level, Rule

__all__ = ["rank_of", "route", "start_at"]


def rank_of(rule: Rule) -> tuple[int, bool]:
    """Return how specific a rule is: a narrower place first, and of the same place what names a category."""
    return (rule.place.count(".") + 1 if rule.place else 0, rule.category is not None)


def fits(rule: Rule, place: str, category: str) -> bool:
    """Say whether a rule is about a place and a category."""
    return (rule.place is None or covers(rule.place, place)) and rule.category in (None, category)


def route(rules: Iterable[Rule], place: str, category: str) -> Rule | None:
    """Return the most specific rule that fits, the first of equals; None where the house's own order holds."""
    return max((rule for rule in rules if fits(rule, place, category)), key=rank_of, default=None)


def start_at(office: EscalationContext, place: str, to: str, named: str | None) -> tuple[Level, str | None]:
    """Return at which level a ticket begins, and who has it.

    `named` is whoever a rule means who is no rung of the ladder: a property company on duty, or a person in office. Where
    nobody is on duty at a level, it begins at the next.
    """
    lowest = level_of(place)
    wanted = next((step.level for step in office.terms.policy.ladder if step.role.value == to), lowest)
    level = office.from_level(max(lowest, wanted, key=lambda one: one.rank))
    return level, named or office.leader(level)
