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
from .rolling_street import SimulatedStreet

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


class _Asked:
    """The offers that a volunteer got, by round, and their answers."""

    def __init__(self, person: str, weeks: int) -> None:
        self.offers = [0] * weeks
        self.history = VolunteerHistory(
            id=person, street="st", created_at=NOW, updated_at=NOW
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
    """The state of a simulated year. Wishes and volunteers are numbered as in the street."""

    def __init__(self, street: SimulatedStreet, policy: AskingPolicy) -> None:
        weeks = street.size.weeks
        self.street = street
        self.policy = policy
        self.year = Year()
        self.waiting: list[int] = []
        # of each wish: the open places, and the volunteers asked so far
        self.left = [wish.need for wish in street.wishes]
        self.asked_for: dict[int, set[int]] = defaultdict(set)
        self.volunteers = [
            _Asked(helper.id, weeks) for helper in street.helpers
        ]

    def play_round(self, week: int) -> None:
        """Add the new wishes, match, take the answers, and note the results."""
        a_week = self.street.size.a_week
        first = week * a_week
        self.waiting += range(first, first + a_week)
        recent = [volunteer.recent(week) for volunteer in self.volunteers]
        problem = self._problem(week, recent)
        assigned = self.policy.match(problem)
        for wish, volunteers in zip(self.waiting, assigned, strict=True):
            self.asked_for[wish].update(volunteers)
            for volunteer in volunteers:
                self._offer(week, wish, volunteer, recent[volunteer])
        self._close_fulfilled(week)
        self._note_offers(week)

    def end(self) -> None:
        """Count the waits of wishes that are still open, up to now."""
        for wish in self.waiting:
            self._note_wait(wish, self.street.size.weeks)

    def _problem(self, week: int, recent: Sequence[int]) -> AssignmentProblem:
        """Return the problem of a round, as `chalicelib/matching/plan.py` states it."""
        refusal = self._refusal_costs(recent)
        needs, prices, edges = [], [], []
        for wish in self.waiting:
            urgency = self.street.wishes[wish].urgency
            needs.append(self.left[wish])
            prices.append(self._price(wish, week))
            edges.append(self._edges(wish, refusal[urgency]))
        loads = [self._load_costs(count) for count in recent]
        return AssignmentProblem(
            needs=needs, prices=prices, edges=edges, loads=loads
        )

    def _refusal_costs(
        self, recent: Sequence[int]
    ) -> dict[OfferUrgency, list[int]]:
        """Return the cost of a likely refusal, by urgency and volunteer."""
        weights = self.policy.weights
        costs: dict[OfferUrgency, list[int]] = defaultdict(list)
        for volunteer, count in zip(self.volunteers, recent, strict=True):
            answers = volunteer.history.acceptance
            likely = weights.expected_acceptance(answers, count)
            for urgency in OfferUrgency:
                cost = weights.refusal_cost(urgency, likely)
                costs[urgency].append(cost)
        return costs

    def _load_costs(self, recent: int) -> list[int]:
        """Return the cost of load for each offer of a round.

        An offer of this round counts twice, a recent one once.
        """
        weights = self.policy.weights
        costs = []
        for n in range(weights.live_most):
            cost = weights.load_cost(recent + 2 * n)
            costs.append(cost)
        return costs

    def _price(self, wish: int, week: int) -> int:
        age = timedelta(weeks=week - self.street.arrived(wish))
        urgency = self.street.wishes[wish].urgency
        return self.policy.weights.wish_price(urgency, age)

    def _edges(
        self, wish: int, refusal: Sequence[int]
    ) -> list[tuple[int, int]]:
        """Return the volunteers who may be asked for a wish now, each with the cost."""
        asked = self.asked_for[wish]
        edges = []
        for volunteer, cost in self.street.pairs[wish]:
            if volunteer not in asked:
                edges.append((volunteer, cost + refusal[volunteer]))
        return edges

    def _offer(self, week: int, wish: int, number: int, recent: int) -> None:
        """Send one offer and take its answer."""
        volunteer = self.volunteers[number]
        offers = recent + volunteer.offers[week]
        accepted = self.street.accepts(wish, number, offers)
        volunteer.note(week, accepted=accepted)
        if accepted:
            costs = dict(self.street.pairs[wish])
            self.year.costs.append(costs[number])
            self.left[wish] -= 1

    def _close_fulfilled(self, week: int) -> None:
        still_waiting = []
        for wish in self.waiting:
            if self.left[wish]:
                still_waiting.append(wish)
            else:
                self._note_wait(wish, week)
                self.year.fulfilled += 1
        self.waiting = still_waiting

    def _note_wait(self, wish: int, until: int) -> None:
        urgency = self.street.wishes[wish].urgency
        wait = until - self.street.arrived(wish)
        self.year.waits[urgency].append(wait)

    def _note_offers(self, week: int) -> None:
        """Note the offers of a round, and those of the four rounds that end with it."""
        loads = []
        for volunteer in self.volunteers:
            self.year.offers += volunteer.offers[week]
            loads.append(volunteer.recent(week + 1))
        self.year.most = max(self.year.most, *loads)
        if week >= MONTH:
            self.year.ginis.append(gini(loads))
