"""Properties over many rounds: six streets of 160 volunteers, half a year."""

from collections import Counter
from dataclasses import replace
from itertools import chain
from statistics import mean

import pytest

from bench.rolling import SPREADS
from bench.rolling_policies import BLIND, GREEDY, HOUSE
from bench.rolling_street import SimulatedStreet, Size, draw_street
from bench.rolling_year import play
from chalicelib.matching.policy import Weights

SIZE = Size(volunteers=160, a_week=28, weeks=26)
TOLERANCE = (
    1.05  # of a mean wait: differences below 5 % are noise with six streets
)
ALIKE = "everybody alike"


@pytest.fixture(scope="module")
def means():
    """Return the mean of a policy's measure over the streets; each year is played once."""
    streets = [draw_street(seed, SIZE) for seed in range(1, 7)]
    played = {}

    def of(world, policy, measure):
        key = (world, policy.match.__name__, policy.weights)
        if key not in played:
            played[key] = [
                play(replace(street, spread=SPREADS[world]), policy).numbers()
                for street in streets
            ]
        return mean(year[measure] for year in played[key])

    return of


@pytest.mark.parametrize("world", SPREADS)
def test_urgent_wishes_wait_no_longer_than_under_greedy(means, world):
    assert means(world, HOUSE, "mean wait, urgent") <= TOLERANCE * means(
        world, GREEDY, "mean wait, urgent"
    )


def test_ignoring_tiredness_makes_urgent_wishes_wait_among_equals(
    means,
):
    """The estimate is then chance, and urgent wishes go to the same few: hence `tired_percent`."""
    assert means(ALIKE, BLIND, "mean wait, urgent") > 1.1 * means(
        ALIKE, GREEDY, "mean wait, urgent"
    )


@pytest.mark.parametrize("world", SPREADS)
def test_the_price_of_load_shortens_the_wait_and_spreads_offers(means, world):
    unpriced = replace(HOUSE, weights=Weights(load=0, tired_percent=0))
    assert means(world, HOUSE, "mean wait") < 0.7 * means(
        world, unpriced, "mean wait"
    )
    assert means(world, HOUSE, "most in four weeks") < 0.7 * means(
        world, unpriced, "most in four weeks"
    )


@pytest.mark.parametrize("world", SPREADS)
def test_the_optimum_saves_distance_without_longer_waits(means, world):
    plain = replace(HOUSE, weights=GREEDY.weights)
    assert means(world, plain, "match cost") < 0.95 * means(
        world, GREEDY, "match cost"
    )
    assert means(world, plain, "mean wait") <= TOLERANCE * means(
        world, GREEDY, "mean wait"
    )


def test_no_volunteer_is_asked_twice_for_a_wish_or_has_three_live_offers():
    street, problems = (
        draw_street(1, Size(volunteers=30, a_week=6, weeks=10)),
        [],
    )

    def watched(problem):
        problems.append((problem, HOUSE.match(problem)))
        return problems[-1][1]

    year = play(street, replace(HOUSE, match=watched))
    assert year.offers == sum(
        len(asked) for _, assigned in problems for asked in assigned
    )
    for _, assigned in problems:
        offers = Counter(chain.from_iterable(assigned))
        assert max(offers.values(), default=0) <= 2
    assert len(year.costs) <= year.offers
    assert sum(len(waits) for waits in year.waits.values()) == len(
        street.wishes
    )
    assert play(street, HOUSE).numbers() == year.numbers()


def test_a_volunteer_who_refused_a_wish_is_not_asked_for_it_again(monkeypatch):
    street = draw_street(1, Size(volunteers=3, a_week=1, weeks=8))
    street = replace(
        street,
        pairs=[[(0, 5), (1, 5), (2, 5)], *([] for _ in street.pairs[1:])],
    )
    monkeypatch.setattr(SimulatedStreet, "accepts", lambda *_: False)
    year = play(street, HOUSE)
    assert (year.offers, year.fulfilled) == (3, 0)
    assert (
        max(max(waits) for waits in year.waits.values() if waits) == 8
    )  # and still waits
