"""What there is in a street, by which the machine chooses moves that mean something."""

from collections.abc import Callable
from typing import Any

from hypothesis.stateful import precondition

from chalicelib.offers.model import Offer

from .street import Street

# Of the moves after which somebody can do little more, a history has so many.
MOST_HARSH = 3
__all__ = ["present_in", "when"]


def when(*any_of: str) -> Callable[[Any], Any]:
    """Return a precondition: one of these is present."""
    wanted = frozenset(any_of)
    return precondition(lambda machine: bool(wanted & machine.present))


def present_in(street: Street) -> frozenset[str]:
    """Return what is present: states of wishes, claims, tickets and offers, and questions."""
    found: set[str] = set()
    for wish in street.wishes():
        found.add(f"wish {wish.state}")
        found |= {f"claim {claim.state}" for claim in wish.claims}
        if any(claim.hours_by for claim in wish.claims):
            found.add("long stay")
    tickets = street.tickets()
    found |= {f"ticket {ticket.state}" for ticket in tickets}
    if any(ticket.merged_into for ticket in tickets):
        found.add("ticket merged")
    mergeable = [one for one in tickets if one.is_open]
    if mergeable and len(street.tickets("resolved")) + len(mergeable) > 1:
        found.add("two tickets")
    found |= {f"offer {offer.state}" for offer in street.ledger.all(Offer)}
    if any(one.yes for one in street.sent):
        found.add("question")
    if street.harsh < MOST_HARSH:
        found.add("calm")
    found |= {"erased" for one in street.ids if street.is_erased(one)}
    return frozenset(found)
