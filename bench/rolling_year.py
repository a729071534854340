"""Simulate a year of asking on a drawn street, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from statistics import mean

from chalicelib.matching.plan import gini
from chalicelib.matching.policy import Weights
from chalicelib.matching.problem import AssignmentProblem
from chalicelib.offers.model import OfferState, VolunteerHistory
from chalicelib.offers.policy import OfferUrgency

from .rolling_policies import AskingPolicy
from .rolling_street import SimulatedStreet

__all__ = ["Year", "play"]

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MONTH = 4  # rounds in which an offer counts as recent


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
            at = ceil(0.95 * len(found)) - 1
            late[f"p95 wait, {urgency}"] = sorted(found)[at]
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


class _Simulation:
    """The state of a simulated year."""

    def __init__(self, street: SimulatedStreet, policy: AskingPolicy) -> None:
        weeks = street.size.weeks
        self.street = street
        self.policy = policy
        self.year = Year()
        self.waiting: list[int] = []
        # of each wish: the open places, and the volunteers asked so far
        self.left = [wish.need for wish in street.wishes]
        self.asked: list[set[int]] = [set() for _ in street.wishes]
        # of each volunteer: the offers by round, and the answers
        self.sent = [[0] * weeks for _ in street.helpers]
        self.histories = [_no_history(helper.id) for helper in street.helpers]

    def play_round(self, week: int) -> None:
        """Add the new wishes, match, take the answers, and note the results."""
        a_week = self.street.size.a_week
        self.waiting += range(week * a_week, (week + 1) * a_week)
        recent = [sum(sent[max(0, week - MONTH) : week]) for sent in self.sent]
        assigned = self.policy.match(self._problem(week, recent))
        for wish, volunteers in zip(self.waiting, assigned, strict=True):
            self.asked[wish].update(volunteers)
            for volunteer in volunteers:
                self._answer(week, wish, volunteer, recent[volunteer])
        self._close_fulfilled(week)
        self._note_offers(week)

    def end(self) -> None:
        """Count the waits of wishes that are still open, up to now."""
        for wish in self.waiting:
            self._note_wait(wish, self.street.size.weeks)

    def _problem(self, week: int, recent: Sequence[int]) -> AssignmentProblem:
        """Return the problem of a round, as `chalicelib/matching/plan.py` states it."""
        weights = self.policy.weights
        likely = []
        for history, count in zip(self.histories, recent, strict=True):
            estimate = weights.expected_acceptance(history.acceptance, count)
            likely.append(estimate)
        refusal = {}
        for urgency in OfferUrgency:
            refusal[urgency] = [
                weights.refusal_cost(urgency, permille) for permille in likely
            ]
        return AssignmentProblem(
            needs=[self.left[wish] for wish in self.waiting],
            prices=[self._price(wish, week) for wish in self.waiting],
            edges=[self._edges(wish, refusal) for wish in self.waiting],
            loads=[_load_costs(weights, count) for count in recent],
        )

    def _price(self, wish: int, week: int) -> int:
        age = timedelta(weeks=week - self.street.arrived(wish))
        urgency = self.street.wishes[wish].urgency
        return self.policy.weights.wish_price(urgency, age)

    def _edges(
        self, wish: int, refusal: dict[OfferUrgency, list[int]]
    ) -> list[tuple[int, int]]:
        """Return who may be asked for a wish now, each with the cost."""
        refusal_of = refusal[self.street.wishes[wish].urgency]
        edges = []
        for volunteer, cost in self.street.pairs[wish]:
            if volunteer not in self.asked[wish]:
                edges.append((volunteer, cost + refusal_of[volunteer]))
        return edges

    def _answer(
        self, week: int, wish: int, volunteer: int, recent: int
    ) -> None:
        """Send one offer and take its answer."""
        offers = recent + self.sent[volunteer][week]
        accepted = self.street.accepts(wish, volunteer, offers)
        self.sent[volunteer][week] += 1
        state = OfferState.DECLINED
        if accepted:
            state = OfferState.ACCEPTED
            self.left[wish] -= 1
            self.year.costs.append(dict(self.street.pairs[wish])[volunteer])
        history = self.histories[volunteer]
        self.histories[volunteer] = history.answered("", state)

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
        start = max(0, week - MONTH + 1)
        loads = [sum(sent[start : week + 1]) for sent in self.sent]
        self.year.offers += sum(sent[week] for sent in self.sent)
        self.year.most = max(self.year.most, *loads)
        if week >= MONTH:
            self.year.ginis.append(gini(loads))


def _no_history(person: str) -> VolunteerHistory:
    return VolunteerHistory(
        id=person, street="st", created_at=NOW, updated_at=NOW
    )


def _load_costs(weights: Weights, recent: int) -> list[int]:
    """Return the cost of load for each offer of a round. It counts twice, a recent one once."""
    return [weights.load_cost(recent + 2 * n) for n in range(weights.live_most)]
