"""Answers against the end of an offer: they count, or get a message that they are too late.

Each guard has a control: without it, the same race goes wrong.
"""

import threading
from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.job import ScheduledJob
from chalicelib.wishes.model import WishState

from ..world import Answer, Phone, World
from . import seams
from .cloud import note
from .facts import (
    check_offers_at_rest,
    count_of,
    jobs,
    live,
    offers_of,
    timers,
    wish_of,
)
from .hands import a_little_later, at_once
from .ladder import again
from .offer_hands import (
    ACCEPTED,
    DECLINED,
    EXPIRED,
    MOMENT,
    OFFERED,
    OVER,
    REASON,
    ROUNDS,
    SUPERSEDED,
    TAKEN,
    accept,
    answering,
    assert_lost,
    claim,
    end,
    heard,
    helpers,
    history,
    late_hand_over,
    move,
    offer,
    rest,
    run,
)
from .story import just_before_commit

# the time to answer


T = TypeVar("T")


class Skewed:
    """A clock that is ahead for some threads, as those of two machines are."""

    def __init__(self, world: World) -> None:
        self._world, self._ahead = world, threading.local()

    def now(self) -> datetime:
        return self._world.clock.now() + getattr(
            self._ahead, "by", timedelta(0)
        )

    def ahead(self, by: timedelta, do: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            self._ahead.by = by
            try:
                return do()
            finally:
                self._ahead.by = timedelta(0)

        return run


def about_to_expire(
    world: World, anna: Phone, resident: Phone
) -> tuple[str, str, Callable[[], Any]]:
    """Ask somebody, and let time pass until a moment before it is too late; return wish, offer, and
    the alarm's job.
    """
    clock = Skewed(world)
    wish = world.open_wish(resident)
    asked = world.offer(wish, anna)
    world.services.offer_jobs._clock = clock
    (timer,) = timers(asked)
    world.clock.move_to(timer.at - MOMENT)
    return wish, asked, clock.ahead(MOMENT, lambda: seams.run_job(world, timer))


@pytest.mark.parametrize("name", ["accept", "decline"])
def test_an_answer_at_the_moment_at_which_the_offer_expires_counts_or_is_too_late(
    embedded_world: World, name: str
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    world.open_wish(
        resident, title="修一盏灯", skills=["电工"]
    )  # what nobody here can be asked for
    came: Tally[str] = Tally()
    for _ in range(ROUNDS):
        resident = again(world, resident)
        wish, asked, wake = about_to_expire(world, anna, resident)
        anna = again(world, anna)
        given, _ = at_once(answering(anna, asked, name), a_little_later(wake))
        before = history(anna)
        wake()
        assert history(anna) == before, (
            "it has ended, and its alarm does nothing more"
        )
        if given.status == 200:
            assert offer(asked).state is (
                ACCEPTED if name == "accept" else DECLINED
            )
        else:
            assert (given.status, given.code, offer(asked).state) == (
                409,
                "offer.expired",
                EXPIRED,
            )
            assert given.json["similar"] if name == "accept" else True
        assert helpers(wish) == (
            [anna.me["id"]] if (given.status, name) == (200, "accept") else []
        )
        assert before.accepted + before.refused == came.total() + 1, (
            "one offer counts once"
        )
        came["in time" if given.status == 200 else "too late"] += 1
        world.clock.advance(MOMENT)
        rest(world)
        end(world, wish)
    note(f"{name}: {came}")


def test_a_timer_between_reading_and_accepting_makes_it_too_late(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    wish, asked, wake = about_to_expire(world, anna, resident)
    anna = again(world, anna)
    with just_before_commit(wake):
        given = accept(anna, asked)()
    assert (given.status, given.code, helpers(wish)) == (
        409,
        "offer.expired",
        [],
    )
    world.clock.advance(MOMENT)
    rest(world)


def test_an_acceptance_between_the_timer_and_its_commit_is_kept(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    wish, asked, wake = about_to_expire(world, anna, resident)
    anna = again(world, anna)
    with just_before_commit(lambda: threaded(accept(anna, asked))) as happened:
        wake()
    assert happened[0].status == 200
    assert (offer(asked).state, helpers(wish)) == (ACCEPTED, [anna.me["id"]])
    world.clock.advance(MOMENT)
    rest(world)


def threaded(do: Callable[[], T]) -> T:
    """Do it in a thread of its own: the clock of this one may be ahead."""
    (result,) = at_once(do)
    return result


# the wish is over


def test_an_acceptance_against_the_residents_withdrawal_leaves_nobody_holding_it(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    world.open_wish(title="一床棉被")
    first: Tally[str] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        accepted, withdrawn = at_once(
            accept(anna, asked),
            a_little_later(move(resident, wish, "withdraw", {})),
        )
        rest(world)
        assert withdrawn.status == 200
        assert (wish_of(wish).state, count_of(anna.me["id"])) == (
            WishState.WITHDRAWN,
            0,
        )
        assert not timers(wish)
        if accepted.status == 200:
            assert offer(asked).state is ACCEPTED
            assert heard(wish, "wish.withdrawn") == 1
        else:
            assert_lost(accepted, OVER, asked)
        first["accept" if accepted.status == 200 else "withdraw"] += 1
    note(f"first came {first}")


def test_a_withdrawal_between_reading_and_accepting_wins_and_is_reported(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    world.open_wish(title="一床棉被")
    wish = world.open_wish(resident)
    asked = world.offer(wish, anna)
    with just_before_commit(move(resident, wish, "withdraw", {})):
        late = accept(anna, asked)()
    rest(world)
    assert_lost(late, OVER, asked)
    assert wish_of(wish).state is WishState.WITHDRAWN


def test_fewer_places_against_two_acceptances_is_never_more_helpers_than_places(
    embedded_world: World,
) -> None:
    world, resident, staff = (
        embedded_world,
        embedded_world.resident(),
        embedded_world.staff(),
    )
    world.open_wish(resident, title="一床棉被")
    asked = [world.volunteer(), world.volunteer()]
    ended: Tally[int] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=2)
        offers = [world.offer(wish, phone) for phone in asked]
        edit = a_little_later(
            move(staff, wish, "edit", {"helpers_needed": 1}), 0.1
        )
        edited, *given = at_once(edit, *map(accept, asked, offers))
        rest(world)
        held = len(helpers(wish))
        assert (
            [answer.status for answer in given].count(200)
            == held
            == (1 if edited.status == 200 else 2)
        )
        assert edited.status == 200 or edited.code in {
            "wish.helpers_already_claimed",
            "wish.wrong_state",
        }
        for made, answer in zip(offers, given, strict=True):
            if answer.status != 200:
                assert_lost(answer, TAKEN, made)
        ended[held] += 1
        end(world, wish)
    note(f"ended with so many helpers: {ended}")


# the job that looks again


def test_a_look_that_is_overtaken_by_a_release_does_not_end_the_round(
    embedded_world: World,
) -> None:
    """The job of the claim has read that nothing is left; before it commits, the place is given
    back and that is heard.
    """
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    wish = world.open_wish()
    assert answering(anna, world.offer(wish, anna), "decline")().status == 200
    with late_hand_over(world):
        assert claim(bo, wish)().status == 200
    with just_before_commit(move(bo, wish, "release", REASON)) as happened:
        world.services.offer_jobs.look_again(wish)
    assert happened[0].status == 200
    check_offers_at_rest()
    cleo = world.volunteer()
    rest(world)
    run(world)
    assert [offer.volunteer for offer in live(offers_of(wish))] == [
        cleo.me["id"]
    ], "nobody else is ever asked"


def test_a_look_that_is_overtaken_by_an_answer_looks_again_and_does_not_fail(
    embedded_world: World,
) -> None:
    """Between its reading of the round and of the offers one of them is accepted: that is no reason
    to give up.
    """
    world, bo = embedded_world, embedded_world.volunteer()
    asked = [world.volunteer() for _ in range(3)]
    wish = world.open_wish(helpers_needed=3)
    offers = [world.offer(wish, phone) for phone in asked]
    with late_hand_over(world):
        assert claim(bo, wish)().status == 200
        happened: list[Answer] = []

        def around(
            call: Callable[[], Any], name: str, kwargs: dict[str, Any]
        ) -> Any:
            if name == "BatchGetItem" and not happened:
                happened.append(Answer(0, {}, ""))
                happened[0] = accept(asked[2], offers[2])()
            return call()

        with seams.storage_calls(around):
            world.services.offer_jobs.look_again(wish)
        assert happened[0].status == 200
    assert [offer(made).state for made in offers] == [
        OFFERED,
        SUPERSEDED,
        ACCEPTED,
    ]
    rest(world)


def test_the_same_event_eight_times_at_once_ends_an_offer_once(
    embedded_world: World,
) -> None:
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    resident = world.resident()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        with late_hand_over(world):
            assert claim(bo, wish)().status == 200
        (event,) = [
            due
            for due in jobs()
            if (due.kind, due.subject) == ("event.wish.claimed", wish)
        ]
        at_once(*[lambda event=event: brought(world, event)] * 8)
        rest(world)
        assert (offer(asked).state, offer(asked).version) == (SUPERSEDED, 2)
        assert heard(asked, "offer.superseded") == 1
        end(world, wish)


def brought(world: World, due: ScheduledJob) -> None:
    """Do a job as the queue has it done: one that fails is brought again."""
    for _ in range(20):
        try:
            seams.run_job(world, due)
        except Refusal:
            continue
        return
    raise AssertionError(f"{due} always fails")
