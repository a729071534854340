"""Runs of matching at once: no place is offered twice, and nobody is asked for what is taken.

Each guard has a control: without it, the same race goes wrong.
"""

import random
from collections import Counter as Tally
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.matching.model import Run
from chalicelib.offers.model import Offer
from chalicelib.wishes.model import Wish, WishState

from ..world import JINFENG, Answer, Phone, World
from . import seams
from .cloud import note
from .facts import check, check_offers_at_rest, count_of, every, live, offers_of
from .hands import a_little_later, at_once, told
from .offer_hands import (
    ROUNDS,
    SUPERSEDED,
    answering,
    claim,
    end,
    heard,
    helpers,
    move,
    rest,
    run,
)
from .story import just_before_commit

# the time to answer


# runs


@pytest.mark.parametrize("runs", [2, 4, 8])
def test_parallel_runs_offer_no_place_twice_and_respect_capacity(
    embedded_world: World, runs: int
) -> None:
    world, resident = embedded_world, embedded_world.resident()
    volunteers = {
        phone.me["id"]: (phone, n)
        for phone, n in (
            (world.volunteer(capacity=n), n) for n in (1, 2, 3) * 3
        )
    }
    carried = world.open_wish(resident, helpers_needed=5)
    for phone, capacity in volunteers.values():
        if capacity == 2:
            assert claim(phone, carried)().status == 200
    tries = []
    for needs in (
        [1, 2, 3, 1, 2, 3],
        [1, 1, 2, 1],
    ):  # more than there is room for, and less
        wishes = [
            world.open_wish(resident, helpers_needed=need) for need in needs
        ]
        tries += at_once(*[lambda: run(world)] * runs)
        check()
        check_offers_at_rest()
        waiting = live(every(Offer))
        for id, (_, capacity) in volunteers.items():
            assert (
                sum(o.volunteer == id for o in waiting) + count_of(id)
                <= capacity
            ), "she could not take all of it"
        assert sum(record.made for record in every(Run)) == len(every(Offer)), (
            "every offer belongs to the run that made it"
        )
        run(
            world
        )  # what two runs took from one another is made good by the next
        check()
        check_offers_at_rest()
        waiting = live(every(Offer))
        run(world)
        assert live(every(Offer)) == waiting, (
            "a run that meets no other leaves nothing to the next"
        )
        for wish in wishes:
            end(world, wish)
    note(
        f"{runs} runs at once, {len(every(Offer))} offers; brought {sum(tries)} times, "
        f"{len(every(Run))} records"
    )


def test_without_their_versions_two_runs_offer_the_same_place_twice(
    embedded_world: World,
) -> None:
    """The control: this is what the race above would not notice if it were too tame."""
    world = embedded_world
    first, *_ = [world.volunteer() for _ in range(9)]
    for _ in range(10):
        wish = world.open_wish()
        assert (
            answering(first, world.offer(wish, first), "decline")().status
            == 200
        )  # there is a round, and it goes on
        with seams.without_versions():
            at_once(*[lambda: run(world)] * 4)
        waiting = [
            offer for offer in live(every(Offer)) if offer.wish_id == wish
        ]
        if len(waiting) > 1:
            break
    assert len(waiting) > 1
    with pytest.raises(AssertionError):
        check()


def test_a_volunteer_at_capacity_is_asked_for_nothing_more(
    embedded_world: World,
) -> None:
    world = embedded_world
    full, free = world.volunteer(capacity=1), world.volunteer(capacity=1)
    assert claim(full, world.open_wish())().status == 200
    wishes = [world.open_wish(), world.open_wish()]
    run(world)
    assert [offer.volunteer for offer in every(Offer)] == [free.me["id"]]
    assert {offer.wish_id for offer in every(Offer)} <= set(wishes)


def test_a_stale_run_does_not_fill_the_room_that_a_claim_takes(
    embedded_world: World,
) -> None:
    """A volunteer with room for two and one claim gets one offer from two runs at once."""
    world, phone = embedded_world, embedded_world.volunteer(capacity=2)
    assert claim(phone, world.open_wish())().status == 200
    calm = world.open_wish()
    tomorrow = (world.clock.now() + timedelta(days=1)).date().isoformat()

    def meanwhile() -> str:
        urgent = world.open_wish(needed_by=tomorrow)
        run(world)
        return urgent

    with just_before_commit(meanwhile, "runs") as happened:
        run(world)
    assert [offer.wish_id for offer in every(Offer)] == happened, (
        f"and not {calm} as well"
    )
    check()


def test_two_runs_that_planned_one_person_for_two_places_ask_them_once(
    embedded_world: World,
) -> None:
    world, phone = embedded_world, embedded_world.volunteer()
    wish = world.open_wish(helpers_needed=2)
    with just_before_commit(lambda: run(world), "offers"):
        run(world)
    assert [offer.volunteer for offer in offers_of(wish)] == [phone.me["id"]]
    assert len(world.sms_to(phone.me["phone"], "offer.made")) == 1
    check()


# a run against what happens to the wish


def taken_while_it_is_offered(world: World, helper: Phone, **terms: Any) -> str:
    """Have somebody take a wish from the wall between a run's look and its offers."""
    wish = world.open_wish(**terms)
    with just_before_commit(claim(helper, wish), "offers") as happened:
        run(world)
    assert happened[0].status == 200
    return wish


def test_what_is_taken_from_the_wall_while_a_run_offers_it_is_offered_to_nobody(
    embedded_world: World,
) -> None:
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(JINFENG),
    )
    wish = taken_while_it_is_offered(world, bo)
    assert helpers(wish) == [bo.me["id"]]
    assert not every(Offer)
    assert not world.sms_to(anna.me["phone"])
    rest(world)


def test_without_the_check_of_the_wish_somebody_stays_asked_for_what_is_taken(
    embedded_world: World,
) -> None:
    """The control: the job about the claim has run by then, so only time ends this offer."""
    world, bo = embedded_world, embedded_world.volunteer(JINFENG)
    world.volunteer()

    with seams.without_checks():
        wish = taken_while_it_is_offered(world, bo)
    assert len(live(offers_of(wish))) == 1
    with pytest.raises(AssertionError, match="are asked for 0 places"):
        rest(world)


def test_a_volunteer_who_claims_a_place_is_not_offered_the_other(
    embedded_world: World,
) -> None:
    world, anna = embedded_world, embedded_world.volunteer()
    wish = taken_while_it_is_offered(world, anna, helpers_needed=2)
    assert not every(Offer)
    bo = world.volunteer()
    run(world)
    assert [offer.volunteer for offer in live(offers_of(wish))] == [bo.me["id"]]
    rest(world)


def test_a_wish_edited_during_a_run_is_left_to_the_next_run(
    embedded_world: World,
) -> None:
    world, staff = embedded_world, embedded_world.staff()
    world.volunteer()
    wish = world.open_wish()
    with just_before_commit(
        move(staff, wish, "edit", {"skills": ["电工"]}), "offers"
    ) as happened:
        run(world)
    assert happened[0].status == 200
    assert not every(Offer)
    able = world.volunteer(skills=["电工"])
    run(world)
    assert [offer.volunteer for offer in live(offers_of(wish))] == [
        able.me["id"]
    ]


def test_claims_and_runs_at_once_leave_nobody_asked_for_what_is_taken(
    embedded_world: World,
) -> None:
    world, resident = embedded_world, embedded_world.resident()
    people = [world.volunteer() for _ in range(6)]
    claimants = [world.volunteer(JINFENG) for _ in range(3)]
    met: Tally[tuple[int, int]] = Tally()
    for _ in range(ROUNDS):
        wishes = [
            world.open_wish(resident, helpers_needed=need) for need in (1, 1, 2)
        ]
        claims = [
            a_little_later(claim(p, w), 0.15)
            for p, w in zip(claimants, wishes, strict=True)
        ]
        given = at_once(*claims, *[lambda: run(world)] * 2)
        assert [answer.status for answer in given[:3]] == [200] * 3, (
            "a wall claim beats an offer"
        )
        rest(world)
        assert len(live(offers_of(wishes[2]))) == 1
        met.update(
            (len(offers_of(wish)), len(live(offers_of(wish))))
            for wish in wishes
        )
        for wish in wishes:
            end(world, wish)
    note(f"offers made and alive per wish: {met} with {len(people)} people")


# everything at once


def test_everything_at_once_asks_nobody_in_vain_and_informs_nobody_twice(
    embedded_world: World,
) -> None:
    world, dice = embedded_world, random.Random(7)
    resident, staff = world.resident(), world.staff()
    phones = [world.volunteer(capacity=3) for _ in range(8)]
    answers: Tally[tuple[int, str]] = Tally()
    for _ in range(3):
        wishes = [
            world.open_wish(resident, helpers_needed=1 + n % 3)
            for n in range(4)
        ]
        run(world)
        waiting = {offer.volunteer: offer.id for offer in live(every(Offer))}
        jobs: list[Callable[[], Any]] = [
            lambda: run(world),
            world.services.outbox.sweep,
        ]
        jobs.append(move(resident, dice.choice(wishes), "withdraw", {}))
        jobs.append(
            move(staff, dice.choice(wishes), "edit", {"helpers_needed": 1})
        )
        for phone in dice.sample(phones, 6):
            asked = waiting.get(phone.me["id"])
            if asked and dice.random() < 0.7:
                jobs.append(
                    answering(
                        phone,
                        asked,
                        dice.choice(["accept", "accept", "decline"]),
                    )
                )
            else:
                jobs.append(claim(phone, dice.choice(wishes)))
        dice.shuffle(jobs)
        given = [
            answer for answer in at_once(*jobs) if isinstance(answer, Answer)
        ]
        answers.update(told(given))
        assert {answer.status for answer in given} <= {200, 404, 409, 422}
        rest(world)
        for wish in every(Wish):
            assert len(wish.held) <= wish.helpers_needed
            if wish.state in (WishState.OPEN, WishState.CLAIMED):
                end(world, wish.id)
        rest(world)
        assert not live(every(Offer))
    for made in every(Offer):
        assert heard(made.id, "offer.made") <= 1
        assert heard(made.id, "offer.superseded") == (
            made.state is SUPERSEDED
        ), made
    note(
        f"{len(every(Offer))} offers, {Tally(o.state.value for o in every(Offer))}; "
        f"answers {answers}"
    )
