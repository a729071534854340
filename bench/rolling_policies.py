"""The policies that are compared over a year: each is a matcher with weights."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.matching.policy import Weights
from chalicelib.matching.problem import AssignmentProblem
from tests.matching.instances import Assigned

from .matchers import arrival_order, exact, greedy, urgency_first

__all__ = ["BLIND", "GREEDY", "HOUSE", "POLICIES", "AskingPolicy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPolicy:
    """A way to choose the volunteers who are asked."""

    name: str
    match: Callable[[AssignmentProblem], Assigned]
    weights: Weights


# without a price of load, and without an estimate of acceptance
UNWEIGHED = Weights(load=0, refusal_percent=0)
HOUSE = AskingPolicy(
    name="optimum, default weights", match=exact, weights=Weights()
)
BLIND = replace(
    HOUSE, name="optimum, blind to tiredness", weights=Weights(tired_percent=0)
)
GREEDY = AskingPolicy(
    name="greedy, price of load",
    match=greedy,
    weights=Weights(refusal_percent=0),
)
POLICIES = (
    HOUSE,
    BLIND,
    GREEDY,
    replace(GREEDY, name="urgency first, price of load", match=urgency_first),
    replace(
        HOUSE,
        name="optimum, no price of load",
        weights=Weights(load=0, tired_percent=0),
    ),
    AskingPolicy(name="greedy, neither", match=greedy, weights=UNWEIGHED),
    AskingPolicy(
        name="arrival order, neither", match=arrival_order, weights=UNWEIGHED
    ),
)
