"""The state machine: every move of every feature at any time, and all rules after each step."""

import os
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import (
    RULE_MARKER,
    RuleBasedStateMachine,
    invariant,
    run_state_machine_as_test,
)

from .invariants import check
from .moves_of_offers import OfferMoves
from .moves_of_people import PeopleMoves, ProfileMoves, TimeMoves
from .moves_of_tickets import TicketMoves
from .moves_of_wishes import WishMoves
from .present import present_in
from .replies import ReplyMoves
from .rule import Past
from .street import Street

__all__ = [
    "STEPS",
    "AroundReplies",
    "AroundTickets",
    "AroundWishes",
    "Everything",
    "histories",
    "only",
    "run",
]

STEPS = 18
# To shorten what has failed takes minutes: only in `make histories`.
SHRINK = "HISTORIES" in os.environ
SEED = int(os.environ.get("SEED", "20261130"))


def histories(share: float) -> int:
    """Return how many histories a test runs: a share of HISTORIES, 150 unless it is set."""
    wanted = int(os.environ.get("HISTORIES") or 150)
    return max(1, round(wanted * share))


class _Histories(RuleBasedStateMachine):
    """The street, its past, and the check after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.street = self.new_street()
        self.past = Past()
        self.the_rules_hold()

    def new_street(self) -> Street:
        return Street.in_memory()

    @invariant()
    def the_rules_hold(self) -> None:
        check(self.street, self.past)
        self.present = present_in(self.street)


class Everything(
    _Histories,
    WishMoves,
    OfferMoves,
    TicketMoves,
    PeopleMoves,
    ProfileMoves,
    ReplyMoves,
    TimeMoves,
):
    """Every move."""


class AroundWishes(
    _Histories, WishMoves, OfferMoves, PeopleMoves, ReplyMoves, TimeMoves
):
    """Wishes, for longer histories of one."""


class AroundTickets(
    _Histories, TicketMoves, PeopleMoves, ReplyMoves, TimeMoves
):
    """Tickets, for longer histories of one."""


class AroundReplies(
    _Histories, WishMoves, OfferMoves, TicketMoves, ReplyMoves, TimeMoves
):
    """Questions and answers, with nobody leaving."""


def only(*moves: str) -> type[Everything]:
    """Return a machine of a few moves, for what needs them in a row."""
    others: dict[str, Any] = {}
    for name in dir(Everything):
        is_move = hasattr(getattr(Everything, name), RULE_MARKER)
        if is_move and name not in moves:
            others[name] = None
    return type("Only", (Everything,), others)


def run(
    machine: type[_Histories],
    examples: int,
    *,
    steps: int = STEPS,
    number: int = 0,
    shrink: bool = SHRINK,
) -> None:
    """Run histories of a machine. The seed decides all of them."""
    phases = [Phase.generate]
    if shrink:
        phases.append(Phase.shrink)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    seeded: Any = seed(SEED + number)(type(machine.__name__, (machine,), {}))
    try:
        run_state_machine_as_test(seeded, settings=chosen)
    except BaseException:
        print(f"SEED={SEED} HISTORIES={os.environ.get('HISTORIES', '')}")
        raise
