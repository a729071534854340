"""Simulate a year of asking on a drawn street, round by round."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from statistics import mean

from chalicelib.matching.plan import gini
from chalicelib.matching.problem import AssignmentProblem
from chalicelib.offers.model import OfferState, VolunteerHistory
from chalicelib.offers.policy import OfferUrgency

from .rolling_policies import AskingPolicy
from .rolling_street import Pair, SimulatedStreet

__all__ = ["Year", "play"]

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MONTH = 4  # rounds in which an offer counts as recent


def _p95(values: list[int]) -> int:
    ordered = sorted(values)
    rank = ceil(0.95 * len(ordered))
    return ordered[rank - 1]


def _no_waits() -> dict[OfferUrgency, list[int]]:
    return {urgency: [] for urgency in OfferUrgency}


@dataclass(slots=True, kw_only=True)
class Year:
    """The results of a year."""

    # in rounds
    waits: dict[OfferUrgency, list[int]] = field(default_factory=_no_waits)
    fulfilled: int = 0
    offers: int = 0
    most: int = 0  # offers to one person in four weeks
    # permille, of the offers of four weeks, round by round
    ginis: list[int] = field(default_factory=list)
    # of accepted pairs, without refusal and load
    costs: list[int] = field(default_factory=list)

    def numbers(self) -> dict[str, float]:
        """Return the results by name."""
        waits: list[int] = []
        means: dict[str, float] = {}
        late: dict[str, float] = {}
        for urgency, found in self.waits.items():
            waits += found
            means[f"mean wait, {urgency}"] = mean(found)
            late[f"p95 wait, {urgency}"] = _p95(found)
        return {
            "fulfilled": self.fulfilled,
            "offers sent": self.offers,
            "mean wait": mean(waits),
            **means,
            **late,
            "Gini of offers": mean(self.ginis) / 1000,
            "most in four weeks": self.most,
            "match cost": mean(self.costs),
        }


def play(street: SimulatedStreet, policy: AskingPolicy) -> Year:
    """Simulate a year of asking by a policy."""
    simulation = _Simulation(street, policy)
    for week in range(street.size.weeks):
        simulation.play_round(week)
    simulation.end()
    return simulation.year


@dataclass(slots=True)
class _WishState:
    """A wish with its open places and the volunteers who were asked."""

    urgency: OfferUrgency
    arrived: int
    left: int
    # of each volunteer who may be asked, without refusal and load
    costs: dict[int, int]
    asked: set[int] = field(default_factory=set)

    def edges(self, refusal: Sequence[int]) -> list[Pair]:
        """Return the volunteers who may be asked now, each with the cost."""
        edges = []
        for volunteer, cost in self.costs.items():
            if volunteer not in self.asked:
                full = cost + refusal[volunteer]
                edges.append((volunteer, full))
        return edges


class _VolunteerState:
    """The offers that a volunteer got, by round, and the history of their answers."""

    def __init__(self, person: str, weeks: int) -> None:
        self.offers = [0] * weeks
        self.history = VolunteerHistory(
            id=person,
            street="st",
            created_at=NOW,
            updated_at=NOW,
        )

    def recent(self, end: int) -> int:
        """Return the offers of the four rounds before a round."""
        start = max(0, end - MONTH)
        return sum(self.offers[start:end])

    def note(self, week: int, *, accepted: bool) -> None:
        """Note an offer and its answer."""
        self.offers[week] += 1
        state = OfferState.DECLINED
        if accepted:
            state = OfferState.ACCEPTED
        self.history = self.history.answered("", state)


class _Simulation:
    """The state of a simulated year."""

    def __init__(self, street: SimulatedStreet, policy: AskingPolicy) -> None:
        self.street = street
        self.match = policy.match
        self.weights = policy.weights
        self.year = Year()
        self.waiting: dict[int, _WishState] = {}
        self.volunteers: list[_VolunteerState] = []
        for helper in street.helpers:
            volunteer = _VolunteerState(helper.id, street.size.weeks)
            self.volunteers.append(volunteer)

    def play_round(self, week: int) -> None:
        """Add the new wishes, match, take the answers, and note the results."""
        self._add_wishes(week)
        recent = [volunteer.recent(week) for volunteer in self.volunteers]
        problem = self._problem(week, recent)
        assigned = self.match(problem)
        for number, asked in zip(self.waiting, assigned, strict=True):
            for volunteer in asked:
                offers = self.volunteers[volunteer].offers[week]
                accepted = self.street.accepts(
                    number,
                    volunteer,
                    recent[volunteer] + offers,
                )
                self._note_offer(week, number, volunteer, accepted=accepted)
        self._close_fulfilled(week)
        self._note_load(week)

    def end(self) -> None:
        """Count the waits of wishes that are still open, up to now."""
        for wish in self.waiting.values():
            self._note_wait(wish, self.street.size.weeks)

    def _add_wishes(self, week: int) -> None:
        a_week = self.street.size.a_week
        first = week * a_week
        for number in range(first, first + a_week):
            wish = self.street.wishes[number]
            self.waiting[number] = _WishState(
                urgency=wish.urgency,
                arrived=week,
                left=wish.need,
                costs=dict(self.street.pairs[number]),
            )

    def _problem(self, week: int, recent: Sequence[int]) -> AssignmentProblem:
        """Return the problem of a round, as `chalicelib/matching/plan.py` states it."""
        refusal = self._refusal_costs(recent)
        needs, prices, edges = [], [], []
        for wish in self.waiting.values():
            age = timedelta(weeks=week - wish.arrived)
            price = self.weights.wish_price(wish.urgency, age)
            needs.append(wish.left)
            prices.append(price)
            pairs = wish.edges(refusal[wish.urgency])
            edges.append(pairs)
        return AssignmentProblem(
            needs=needs,
            prices=prices,
            edges=edges,
            loads=[self._load_costs(count) for count in recent],
        )

    def _refusal_costs(
        self, recent: Sequence[int]
    ) -> dict[OfferUrgency, list[int]]:
        """Return the cost of a likely refusal, by urgency and volunteer."""
        costs: dict[OfferUrgency, list[int]] = defaultdict(list)
        for volunteer, count in zip(self.volunteers, recent, strict=True):
            answers = volunteer.history.acceptance
            likely = self.weights.expected_acceptance(answers, count)
            for urgency in OfferUrgency:
                cost = self.weights.refusal_cost(urgency, likely)
                costs[urgency].append(cost)
        return costs

    def _load_costs(self, recent: int) -> list[int]:
        """Return the cost of load for each offer of a round.

        An offer of this round counts twice, a recent one once.
        """
        costs = []
        count = recent
        for _ in range(self.weights.live_most):
            cost = self.weights.load_cost(count)
            costs.append(cost)
            count += 2
        return costs

    def _note_offer(
        self, week: int, number: int, volunteer: int, *, accepted: bool
    ) -> None:
        wish = self.waiting[number]
        wish.asked.add(volunteer)
        self.volunteers[volunteer].note(week, accepted=accepted)
        if accepted:
            wish.left -= 1
            cost = wish.costs[volunteer]
            self.year.costs.append(cost)

    def _close_fulfilled(self, week: int) -> None:
        for number, wish in list(self.waiting.items()):
            if not wish.left:
                self._note_wait(wish, week)
                self.year.fulfilled += 1
                del self.waiting[number]

    def _note_wait(self, wish: _WishState, until: int) -> None:
        wait = until - wish.arrived
        self.year.waits[wish.urgency].append(wait)

    def _note_load(self, week: int) -> None:
        """Note the offers of a round, and those of the four rounds that end with it."""
        year = self.year
        loads = []
        for volunteer in self.volunteers:
            year.offers += volunteer.offers[week]
            load = volunteer.recent(week + 1)
            loads.append(load)
        year.most = max(year.most, *loads)
        if week >= MONTH:
            year.ginis.append(gini(loads))
