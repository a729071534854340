"""The choice of a provider: shares by weight, stable for a key, each provider tried in turn."""

import subprocess
import sys
from collections import Counter

import pytest

from chalicelib.adapters.choice import Providers, WeightedProvider
from chalicelib.adapters.console import ConsoleSms, DevMailbox
from chalicelib.kernel.clock import SystemClock

SENDER = ConsoleSms(DevMailbox(SystemClock().now))
KEYS = [f"dlv_{n}" for n in range(20_000)]


def providers(**weights: float) -> Providers:
    return Providers(
        [
            WeightedProvider(
                name=name, sender=SENDER, weight=weight, price_li=45
            )
            for name, weight in weights.items()
        ]
    )


def names(chosen: Providers, attempt: int = 1) -> list[str]:
    return [chosen.pick(key, attempt).name for key in KEYS]


def test_messages_fall_to_the_providers_by_their_weights():
    counts = Counter(names(providers(east=5, west=3, north=2)))
    for name, share in (("east", 0.5), ("west", 0.3), ("north", 0.2)):
        assert abs(counts[name] / len(KEYS) - share) < 0.02


def test_what_the_first_refuses_falls_to_the_others_by_their_weights():
    three = providers(east=5, west=3, north=2)
    second = Counter(
        three.pick(key, 2).name
        for key in KEYS
        if three.pick(key, 1).name == "east"
    )
    assert abs(second["west"] / second.total() - 0.6) < 0.02


def test_a_provider_that_goes_moves_only_its_own_messages():
    before, after = (
        names(providers(east=5, west=3, north=2)),
        names(providers(east=5, west=3)),
    )
    moved = [old for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) == {"north"}
    assert len(moved) == before.count("north")


def test_more_weight_for_one_moves_messages_only_to_that_one():
    before, after = (
        names(providers(east=5, west=3)),
        names(providers(east=5, west=6)),
    )
    assert {
        (old, new) for old, new in zip(before, after, strict=True) if old != new
    } == {("east", "west")}


def test_as_many_attempts_as_providers_reach_each_once_and_then_it_goes_round():
    three = providers(east=5, west=3, north=0)
    for key in KEYS[:500]:
        order = [three.pick(key, attempt).name for attempt in range(1, 8)]
        assert set(order[:3]) == {"east", "west", "north"}
        assert order[3:] == order[:3] + order[:1]


@pytest.mark.parametrize("first", ["east", "west", "north"])
def test_a_named_provider_is_first_and_the_others_keep_their_order(first: str):
    three = providers(east=5, west=3, north=0)
    for key in KEYS[:500]:
        usual = [three.pick(key, attempt).name for attempt in range(1, 4)]
        named = [three.pick(key, n, first).name for n in range(1, 5)]
        others = [name for name in usual if name != first]
        assert named == [first, *others, first]


def test_an_unknown_name_changes_no_choice():
    three = providers(east=5, west=3, north=2)
    for key in KEYS[:500]:
        assert three.pick(key, 1, "south") == three.pick(key, 1)


def test_a_provider_without_weight_only_gets_what_all_others_have_refused():
    three = providers(spare=0, east=5, west=0.001)
    assert "spare" not in names(three, 1) + names(three, 2)
    assert set(names(three, 3)) == {"spare"}
    assert set(names(providers(spare=0))) == {"spare"}


def test_spares_share_evenly_among_themselves():
    counts = Counter(names(providers(east=1, one=0, two=0), 2))
    assert abs(counts["one"] / len(KEYS) - 0.5) < 0.02


def test_every_process_chooses_alike_and_the_order_of_the_list_is_nothing():
    code = (
        "from tests.adapters.test_choice import providers\n"
        "two = providers(west=3, east=5)\n"
        "print(''.join(two.pick(f'dlv_{n}', 1).name[0] for n in range(64)))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    here = "".join(name[0] for name in names(providers(east=5, west=3))[:64])
    assert elsewhere == here


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: Providers([]), "at least one"),
        (lambda: providers(east=-1), "weight"),
        (lambda: providers(east=float("inf")), "weight"),
        (lambda: providers(east=float("nan")), "weight"),
        (lambda: Providers([providers(east=1).pick("a", 1)] * 2), "same name"),
        (lambda: providers(east=1).pick("a", 0), "from 1"),
    ],
)
def test_a_list_that_cannot_be_chosen_from_is_an_error_at_once(wrong, why):
    with pytest.raises(ValueError, match=why):
        wrong()
