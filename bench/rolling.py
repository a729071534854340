"""Simulate a year of asking: how load price, solver and urgency change waits, load and distance.

A street has 400 volunteers, 70 new wishes a week and 52 rounds. A round builds one problem of all
open wishes and all volunteers who may be asked. It uses the product's own weights and estimate of
acceptance (`chalicelib/matching/edges.py`, `policy.py`, `offers/model.py`). A policy chooses the
volunteers, and all of them answer before the next round.

A volunteer accepts with the probability max(.1, .65 - .12 x their offers of four weeks). That is an
assumption about fatigue, not a fit. In the street where people differ, each person has a number
from .35 to .95 instead of .65. Wishes that are not accepted stay open, and nobody is asked twice
for the same wish. The policies see the same street, the same wishes and the same random numbers:
one number for each pair decides on acceptance. Cells are the mean of five seeds, with the least and
the most.

It is a model. Rounds are weeks, while the product matches every quarter of an hour. Wishes keep
their urgency and have no windows. Residents come once, so nobody knows a volunteer already. Nobody
carries a wish for longer than a round.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import mean

from chalicelib.matching.policy import Weights

from .bars import Block, draw
from .rolling_policies import HOUSE, POLICIES, AskingPolicy
from .rolling_street import SimulatedStreet, Size, draw_street
from .rolling_year import play
from .table import show

__all__ = ["SPREADS", "main"]

SEEDS = range(11, 16)
PLOT = Path("docs/matching.svg")
# of the probability of a yes, to both sides
SPREADS = {"everybody alike": 0.0, "people differ": 0.3}
# the weights that are compared
LOADS = (15, 20, 40)
REFUSALS = (0, 5, 10)
TIRED = (0, 6, 12)
# the results that are printed for other weights
SHOWN = (
    "mean wait",
    "mean wait, urgent",
    "most in four weeks",
    "match cost",
)
# the results in the plot, with their titles
PLOTTED = {
    "mean wait, urgent": "wait, urgent",
    "mean wait, soon": "wait, soon",
    "mean wait, calm": "wait, calm",
    "most in four weeks": "most in 4 weeks",
}
Streets = Sequence[SimulatedStreet]


@dataclass(frozen=True)
class Years:
    """The results of a policy: one year for each seed."""

    years: Sequence[Mapping[str, float]]

    def mean(self, result: str) -> float:
        """Return the mean of a result."""
        return mean(self.values(result))

    def values(self, result: str) -> list[float]:
        """Return a result of each year."""
        return [year[result] for year in self.years]

    def cell(self, result: str) -> str:
        """Return the mean of a result, with the least and the most."""
        values = self.values(result)
        middle = _text(mean(values))
        least = _text(min(values))
        most = _text(max(values))
        return f"{middle} ({least}–{most})"


# the results by spread and policy
Found = Mapping[str, Mapping[str, Years]]


def main() -> None:
    """Print the tables and draw the plot."""
    size = Size()
    drawn = [draw_street(seed, size) for seed in SEEDS]
    by_spread: list[Streets] = []
    found: dict[str, dict[str, Years]] = {}
    for name, spread in SPREADS.items():
        streets = [replace(street, spread=spread) for street in drawn]
        by_spread.append(streets)
        found[name] = {}
        for policy in POLICIES:
            found[name][policy.name] = _play(streets, policy)
    _show_policies(size, found)
    _show_weights(by_spread)
    plot = _plot(found)
    PLOT.write_text(plot, encoding="utf-8")
    print(f"written: {PLOT}", file=sys.stderr)


def _play(streets: Streets, policy: AskingPolicy) -> Years:
    years = [play(street, policy) for street in streets]
    return Years([year.numbers() for year in years])


def _show_policies(size: Size, found: Found) -> None:
    rounds = f"{size.weeks} rounds of {size.a_week} wishes"
    people = f"{size.volunteers} volunteers, {len(SEEDS)} seeds"
    for spread, by_policy in found.items():
        title = f"{rounds}, {people}; {spread}"
        any_year = by_policy[HOUSE.name].years[0]
        lines = []
        for result in any_year:
            line = [result]
            for years in by_policy.values():
                cell = years.cell(result)
                line.append(cell)
            lines.append(line)
        show(title, ["", *by_policy], lines)


def _show_weights(streets: Sequence[Streets]) -> None:
    lines = []
    for tired, load, refusal in product(TIRED, LOADS, REFUSALS):
        weights = Weights(
            load=load, refusal_percent=refusal, tired_percent=tired
        )
        cells = _with_weights(streets, weights)
        line = [f"{tired} %", load, refusal, *cells]
        lines.append(line)
    show(
        "The optimum with other weights: means, everybody alike / people differ",
        ["a yes less likely by, for each offer", "load", "refusal %", *SHOWN],
        lines,
    )


def _with_weights(streets: Sequence[Streets], weights: Weights) -> list[str]:
    """Return the means of each result: everybody alike / people differ."""
    policy = replace(HOUSE, weights=weights)
    alike, different = streets
    years_alike = _play(alike, policy)
    years_different = _play(different, policy)
    cells = []
    for result in SHOWN:
        first = _text(years_alike.mean(result))
        second = _text(years_different.mean(result))
        cells.append(f"{first} / {second}")
    return cells


def _text(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def _plot(found: Found) -> str:
    """Return the waits and the heaviest load as SVG, with the two spreads above one another."""
    blocks = []
    for spread, by_policy in found.items():
        columns = []
        for result in PLOTTED:
            column = [years.mean(result) for years in by_policy.values()]
            columns.append(column)
        policies = list(by_policy)
        block = Block(title=spread, rows=policies, columns=columns)
        blocks.append(block)
    titles = list(PLOTTED.values())
    return draw(titles, blocks)
