"""The rules of life as checks: each function is one rule, and holds after every step."""

from collections.abc import Callable

from .rule import Past, break_rule, is_awaited
from .rules_of_figures import facts_follow
from .rules_of_messages import (
    nobody_is_told_twice,
    nothing_gone_is_named,
    only_who_may_act_is_told,
)
from .rules_of_promises import (
    a_rejected_wish_gives_its_ticket_back,
    hours_are_measured_once,
    merged_tickets_keep_promises,
    no_mixed_address,
    places_are_kept,
    split_tickets_keep_promises,
    what_was_set_stays,
)
from .rules_of_questions import (
    a_pair_belongs_to_one_round,
    reporters_are_asked,
    reporters_of_parts_are_asked,
)
from .rules_of_staff import somebody_has_it
from .street import Street

__all__ = ["RULES", "check"]


def nothing_fails(street: Street, past: Past) -> None:
    """I0: no job fails, none is parked."""
    if street.world.errors:
        break_rule("I0", street, f"failed: {street.world.errors}")
    if parked := street.ledger.parked():
        break_rule("I0", street, f"parked: {parked}")


Rule = Callable[[Street, Past], None]
RULES: tuple[Rule, ...] = (
    nothing_fails,
    reporters_are_asked,
    reporters_of_parts_are_asked,
    a_pair_belongs_to_one_round,
    somebody_has_it,
    only_who_may_act_is_told,
    nobody_is_told_twice,
    hours_are_measured_once,
    no_mixed_address,
    what_was_set_stays,
    merged_tickets_keep_promises,
    split_tickets_keep_promises,
    a_rejected_wish_gives_its_ticket_back,
    places_are_kept,
    nothing_gone_is_named,
    facts_follow,
)


def check(street: Street, past: Past) -> None:
    """Check every rule, and remember what is true now."""
    for rule in RULES:
        if not is_awaited(rule.__name__):
            rule(street, past)
    past.judged = len(street.sent)
    past.checked_at = street.now
    past.tickets = {one.id: one for one in street.tickets()}
    past.wishes = {one.id: one for one in street.wishes()}
