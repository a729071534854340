"""Scenes of offers: the jobs and requests, the end of each offer, and its messages."""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from chalicelib.offers.model import Offer, OfferState

from ..job_rows import a_job
from ..world import Answer, Phone, World
from .cloud import Cloud
from .crashes import Row, Scene
from .facts import check, check_offers_at_rest, every, one_look, timers, wish_of
from .promises import check_promises, forget_what_was_told, told_kinds

OFFERED, ACCEPTED, DECLINED = (
    OfferState.OFFERED,
    OfferState.ACCEPTED,
    OfferState.DECLINED,
)
EXPIRED, SUPERSEDED = OfferState.EXPIRED, OfferState.SUPERSEDED


@dataclass
class Expected:
    """What must have come of it in the end."""

    cloud: Cloud
    offers: dict[
        str, OfferState
    ]  # those that were made before, and how they end
    told: dict[str, int]  # the number of messages by kind
    wishes: dict[str, int]  # how many helpers each has
    asked: int = 0  # how many more people are asked

    def check(self) -> None:
        """Assert that everything that was promised has happened, and happened once."""
        with one_look():
            check()
            check_offers_at_rest()
            self._offers_end_so()
            self._everybody_is_told_so()
            assert {
                wish: len(wish_of(wish).held) for wish in self.wishes
            } == self.wishes

    def _offers_end_so(self) -> None:
        made = {offer.id: offer.state for offer in every(Offer)}
        assert {id: made[id] for id in self.offers} == self.offers
        new = [made[id] for id in made.keys() - self.offers.keys()]
        assert new == [OFFERED] * self.asked, (
            "the next is asked, and nobody more"
        )

    def _everybody_is_told_so(self) -> None:
        lines = check_promises(self.cloud)
        told = Tally(
            (line.kind, line.about)
            for line in lines
            if line.kind.startswith("offer.")
        )
        assert set(told.values()) <= {1}, (
            f"somebody is told twice of the same offer: {told}"
        )
        new = {offer.id for offer in every(Offer)} - self.offers.keys()
        assert {about for kind, about in told if kind == "offer.made"} == new
        assert told_kinds(lines) == self.told, (
            "what was promised is told, and nothing else"
        )


def settle(cloud: Cloud) -> None:
    """Let a quarter of an hour pass: sweeps, queues, and the schedule that matches."""
    until = cloud.world.clock.now() + timedelta(minutes=12)
    cloud.run(until)
    cloud.world.clock.move_to(until)
    cloud.world.services.matching.match_all()
    cloud.run(until + timedelta(minutes=3))


def scene(
    cloud: Cloud,
    offers: dict[str, OfferState],
    told: dict[str, int],
    wishes: dict[str, int],
    asked: int = 0,
    tap: Callable[[], Answer] | None = None,
) -> Scene:
    """Forget the messages so far, and begin."""
    forget_what_was_told()
    cloud.calls.clear()
    expected = Expected(cloud, offers, told, wishes, asked)
    return Scene(
        settle=partial(settle, cloud),
        check=expected.check,
        tap=tap,
        steady=lambda: {offer.id: offer.version for offer in every(Offer)},
        start=cloud.checkpoint(),
    )


@contextmanager
def unheard(cloud: Cloud) -> Iterator[None]:
    """Do something and count its messages, apart from those of other features."""
    cloud.takes = lambda due: not due.kind.startswith("event.")
    yield
    cloud.run(cloud.world.clock.now())
    cloud.takes = lambda due: True
    cloud.world.clock.advance(timedelta(seconds=30))


def post(phone: Phone, path: str, body: Any = None) -> None:
    answer = phone.post(path, body)
    assert answer.status == 200, answer.text


def put_answer(world: World, offer: str, phone: Phone) -> None:
    """Let a yes by SMS be due."""
    person, now = phone.me["id"], world.clock.now()
    params = {"question": "offer.made", "answer": "yes", "phone_of": person}
    kind = "answer.offer"
    due = a_job(
        id="due_yes",
        at=now,
        shard="",
        kind=kind,
        subject=offer,
        to=person,
        params=params,
    )
    world.services.outbox.put(due)


# what may be due


def a_wish_comes_to_the_wall(cloud: Cloud) -> Scene:
    for _ in range(3):
        cloud.world.volunteer()
    with unheard(cloud):
        wish = cloud.world.open_wish(helpers_needed=2)
    return scene(cloud, {}, {"offer.made": 2}, {wish: 0}, asked=2)


def an_offer_expires(cloud: Cloud) -> Scene:
    world = cloud.world
    anna, wish = world.volunteer(), world.open_wish()
    offer = world.offer(wish, anna)
    world.volunteer()
    cloud.run_for(hours=1)
    (timer,) = timers(offer)
    world.clock.move_to(timer.at)
    return scene(cloud, {offer: EXPIRED}, {"offer.made": 1}, {wish: 0}, asked=1)


def a_place_is_taken_from_the_wall(cloud: Cloud) -> Scene:
    world, cleo = cloud.world, cloud.world.volunteer()
    wish = world.open_wish(helpers_needed=2)
    first, second = (world.offer(wish, world.volunteer()) for _ in range(2))
    cloud.run_for(minutes=5)
    with unheard(cloud):
        post(cleo, f"/v1/wishes/{wish}/claim")
    offers = {first: OFFERED, second: SUPERSEDED}
    return scene(cloud, offers, {"offer.superseded": 1}, {wish: 1})


def a_wish_is_withdrawn(cloud: Cloud) -> Scene:
    world, resident = cloud.world, cloud.world.resident()
    wish = world.open_wish(resident, helpers_needed=2)
    offers = [world.offer(wish, world.volunteer()) for _ in range(2)]
    cloud.run_for(minutes=5)
    with unheard(cloud):
        post(resident, f"/v1/wishes/{wish}/withdraw", {})
    return scene(
        cloud,
        dict.fromkeys(offers, SUPERSEDED),
        {"offer.superseded": 2},
        {wish: 0},
    )


def a_volunteer_says_yes_by_sms(cloud: Cloud) -> Scene:
    world = cloud.world
    anna, wish = world.volunteer(), world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run_for(minutes=5)
    put_answer(world, offer, anna)
    return scene(
        cloud,
        {offer: ACCEPTED},
        {"wish.claimed": 1, "wish.yours": 1},
        {wish: 1},
    )


def a_yes_by_sms_is_too_late(cloud: Cloud) -> Scene:
    world = cloud.world
    anna, bo, wish = world.volunteer(), world.volunteer(), world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run_for(minutes=5)
    post(bo, f"/v1/wishes/{wish}/claim")
    cloud.run_for(minutes=5)
    put_answer(world, offer, anna)
    return scene(cloud, {offer: SUPERSEDED}, {"offer.too_late": 1}, {wish: 1})


# what may be tapped


def tapping(
    world: World, phone: Phone, path: str, body: Any = None
) -> Callable[[], Answer]:
    """Return a tap of somebody who is signed in again: tokens last half an hour."""
    person = world.services.people.find(phone.me["id"])
    assert person
    return partial(
        world.phone_of(person).post, path, body, idempotency_key="tap"
    )


def a_volunteer_accepts(cloud: Cloud) -> Scene:
    """Two are asked and one place is left: the one who was asked first takes it."""
    world, staff, anna = (
        cloud.world,
        cloud.world.staff(),
        cloud.world.volunteer(),
    )
    wish = world.open_wish(helpers_needed=2)
    mine, other = world.offer(wish, anna), world.offer(wish, world.volunteer())
    cloud.run_for(minutes=5)
    with unheard(cloud):
        post(staff, f"/v1/wishes/{wish}/edit", {"helpers_needed": 1})
    told = {"wish.claimed": 1, "wish.yours": 1, "offer.superseded": 1}
    tap = tapping(world, anna, f"/v1/offers/{mine}/accept")
    return scene(
        cloud, {mine: ACCEPTED, other: SUPERSEDED}, told, {wish: 1}, tap=tap
    )


def a_volunteer_declines(cloud: Cloud) -> Scene:
    world = cloud.world
    anna, wish = world.volunteer(), world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run_for(minutes=5)
    world.volunteer()
    tap = tapping(
        world, anna, f"/v1/offers/{offer}/decline", {"never_again": True}
    )
    return scene(
        cloud, {offer: DECLINED}, {"offer.made": 1}, {wish: 0}, asked=1, tap=tap
    )


def somebody_else_takes_it_from_the_wall(cloud: Cloud) -> Scene:
    world = cloud.world
    anna, bo, wish = world.volunteer(), world.volunteer(), world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run_for(minutes=5)
    told = {"wish.claimed": 1, "wish.yours": 1, "offer.superseded": 1}
    tap = tapping(world, bo, f"/v1/wishes/{wish}/claim")
    return scene(cloud, {offer: SUPERSEDED}, told, {wish: 1}, tap=tap)


OFFERS = [
    Row("a wish comes to the wall", a_wish_comes_to_the_wall, 108, 31),
    Row("an offer expires", an_offer_expires, 96, 27, halves=4),
    Row(
        "a place is taken from the wall", a_place_is_taken_from_the_wall, 58, 17
    ),
    Row("a wish is withdrawn", a_wish_is_withdrawn, 62, 17),
    Row("a volunteer says yes by SMS", a_volunteer_says_yes_by_sms, 68, 18),
    Row("a yes by SMS is too late", a_yes_by_sms_is_too_late, 58, 13),
    Row("a volunteer accepts", a_volunteer_accepts, 18, 2, reads=True),
    Row("a volunteer declines", a_volunteer_declines, 18, 3, reads=True),
    Row(
        "it is taken from the wall",
        somebody_else_takes_it_from_the_wall,
        10,
        2,
        reads=True,
    ),
]
