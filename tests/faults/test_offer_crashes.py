"""Wherever a process dies, whatever comes twice, late or not at all: an offer ends once, and the next person is asked.

In memory, on one thread: the deaths are enumerated, and what outlives the process can be photographed there.
"""

import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count, cycle, product
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.queue import write_entry
from chalicelib.kernel.jobs import JobRecord
from chalicelib.message_log.model import DeliveryState
from chalicelib.offers.model import Offer, OfferState
from chalicelib.store.transaction import ATTEMPTS, Transaction

from ..jobs import a_job
from ..store.scan import remove
from ..world import Answer, Phone, World
from .cloud import Cloud, check_promises, deaths, forget_what_was_told, note
from .facts import check, check_offers_at_rest, every, one_look, snapshot, timers, wish_of
from .story import READS, cancelled, failure

OFFERED, ACCEPTED, DECLINED = OfferState.OFFERED, OfferState.ACCEPTED, OfferState.DECLINED
EXPIRED, SUPERSEDED = OfferState.EXPIRED, OfferState.SUPERSEDED


@pytest.fixture
def cloud() -> Cloud:
    """A street whose due rows lie in one shard, so that there is nothing in a sweep but what matters."""
    made = Cloud(World(due_shards=1))
    made.provide("east", "west")
    return made


@dataclass
class Scene:
    """Something that is due, or that somebody is about to tap, and what must have come of it in the end."""

    offers: dict[str, OfferState]  # those that were made before, and how they end
    told: dict[str, int]  # how many people hear what
    wishes: dict[str, int]  # how many helpers each has
    asked: int = 0  # how many more people are asked
    tap: Callable[[], Answer] | None = None
    start: bytes = b""

    def check(self, cloud: Cloud) -> None:
        """Assert that everything that was promised has happened, and happened once."""
        with one_look():
            self._check(cloud)

    def _check(self, cloud: Cloud) -> None:
        check()
        check_offers_at_rest()
        lines, made = check_promises(cloud), {offer.id: offer for offer in every(Offer)}
        assert {id: made[id].state for id in self.offers} == self.offers
        new = made.keys() - self.offers.keys()
        assert [made[id].state for id in new] == [OFFERED] * self.asked, "the next is asked, and nobody more"
        told = Tally((line.kind, line.about) for line in lines if line.kind.startswith("offer."))
        assert set(told.values()) <= {1}, f"somebody is told twice of the same offer: {told}"
        assert {about for kind, about in told if kind == "offer.made"} == new
        heard = Tally(line.kind for line in lines if line.state is not DeliveryState.SUPPRESSED)
        assert heard == self.told, "what was promised is told, and nothing else"
        assert {wish: len(wish_of(wish).held) for wish in self.wishes} == self.wishes


def live(cloud: Cloud) -> None:
    """Let a quarter of an hour pass: sweeps, queues, and the schedule that matches."""
    until = cloud.world.clock.now() + timedelta(minutes=12)
    cloud.run(until)
    cloud.world.clock.move_to(until)
    cloud.world.services.matching.match_all()
    cloud.run(until + timedelta(minutes=3))


def act(cloud: Cloud, scene: Scene) -> None:
    if scene.tap:
        assert scene.tap().status == 200
    live(cloud)


def begin(cloud: Cloud, scene: Scene) -> Scene:
    """Forget what has been told so far, and remember how the world looks."""
    forget_what_was_told()
    cloud.calls.clear()
    scene.start = cloud.photograph()
    return scene


@contextmanager
def unheard(cloud: Cloud) -> Iterator[None]:
    """Do something of which everything is told by the end but what other features hear: that is due now."""
    cloud.takes = lambda due: not due.kind.startswith("event.")
    yield
    cloud.run(cloud.world.clock.now())
    cloud.takes = lambda due: True
    cloud.world.clock.advance(timedelta(seconds=30))


def post(phone: Phone, path: str, body: Any = None, **headers: str) -> None:
    answer = phone.post(path, body, **headers)
    assert answer.status == 200, answer.text


def fresh(world: World, phone: Phone) -> Phone:
    """Sign in again: tokens last half an hour."""
    person = world.services.people.find(phone.me["id"])
    assert person
    return world.phone_of(person)


# what may be due, or tapped


def a_wish_comes_to_the_wall(cloud: Cloud) -> Scene:
    world = cloud.world
    for _ in range(3):
        world.volunteer()
    with unheard(cloud):
        wish = world.open_wish(helpers_needed=2)
    return begin(cloud, Scene({}, {"offer.made": 2}, {wish: 0}, asked=2))


def an_offer_expires(cloud: Cloud) -> Scene:
    world, anna = cloud.world, cloud.world.volunteer()
    wish = world.open_wish()
    offer = world.offer(wish, anna)
    world.volunteer()
    cloud.run(world.clock.now() + timedelta(hours=1))
    (timer,) = timers(offer)
    world.clock.move_to(timer.at)
    return begin(cloud, Scene({offer: EXPIRED}, {"offer.made": 1}, {wish: 0}, asked=1))


def a_place_is_taken_from_the_wall(cloud: Cloud) -> Scene:
    world, cleo = cloud.world, cloud.world.volunteer()
    wish = world.open_wish(helpers_needed=2)
    first, second = (world.offer(wish, world.volunteer()) for _ in range(2))
    cloud.run(world.clock.now() + timedelta(minutes=5))
    with unheard(cloud):
        post(cleo, f"/v1/wishes/{wish}/claim")
    return begin(cloud, Scene({first: OFFERED, second: SUPERSEDED}, {"offer.superseded": 1}, {wish: 1}))


def a_wish_is_withdrawn(cloud: Cloud) -> Scene:
    world, resident = cloud.world, cloud.world.resident()
    wish = world.open_wish(resident, helpers_needed=2)
    offers = [world.offer(wish, world.volunteer()) for _ in range(2)]
    cloud.run(world.clock.now() + timedelta(minutes=5))
    with unheard(cloud):
        post(resident, f"/v1/wishes/{wish}/withdraw", {})
    return begin(cloud, Scene(dict.fromkeys(offers, SUPERSEDED), {"offer.superseded": 2}, {wish: 0}))


def she_says_yes_by_sms(cloud: Cloud) -> Scene:
    world, anna = cloud.world, cloud.world.volunteer()
    wish = world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run(world.clock.now() + timedelta(minutes=5))
    put_answer(world, offer, anna)
    return begin(cloud, Scene({offer: ACCEPTED}, {"wish.claimed": 1, "wish.yours": 1}, {wish: 1}))


def she_says_yes_by_sms_and_it_is_too_late(cloud: Cloud) -> Scene:
    world, anna, bo = cloud.world, cloud.world.volunteer(), cloud.world.volunteer()
    wish = world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run(world.clock.now() + timedelta(minutes=5))
    post(bo, f"/v1/wishes/{wish}/claim")
    cloud.run(world.clock.now() + timedelta(minutes=5))
    put_answer(world, offer, anna)
    return begin(cloud, Scene({offer: SUPERSEDED}, {"offer.too_late": 1}, {wish: 1}))


def put_answer(world: World, offer: str, phone: Phone) -> None:
    params = {"kind": "offer.made", "answer": "yes", "phone_of": phone.me["id"]}
    due = a_job(
        id="due_yes", at=world.clock.now(), shard="", kind="answer.offer", subject=offer, to=phone.me["id"], params=params
    )
    world.services.outbox.put(due)


def she_accepts(cloud: Cloud) -> Scene:
    """Two are asked, and since a moment ago one place is left: whoever was asked first takes it."""
    world, staff, anna = cloud.world, cloud.world.staff(), cloud.world.volunteer()
    wish = world.open_wish(helpers_needed=2)
    mine, other = world.offer(wish, anna), world.offer(wish, world.volunteer())
    cloud.run(world.clock.now() + timedelta(minutes=5))
    with unheard(cloud):
        post(staff, f"/v1/wishes/{wish}/edit", {"helpers_needed": 1})
    told = {"wish.claimed": 1, "wish.yours": 1, "offer.superseded": 1}
    tap = partial(fresh(world, anna).post, f"/v1/offers/{mine}/accept", idempotency_key="tap")
    return begin(cloud, Scene({mine: ACCEPTED, other: SUPERSEDED}, told, {wish: 1}, tap=tap))


def she_declines(cloud: Cloud) -> Scene:
    world, anna = cloud.world, cloud.world.volunteer()
    wish = world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run(world.clock.now() + timedelta(minutes=5))
    world.volunteer()
    tap = partial(fresh(world, anna).post, f"/v1/offers/{offer}/decline", {"never_again": True}, idempotency_key="tap")
    return begin(cloud, Scene({offer: DECLINED}, {"offer.made": 1}, {wish: 0}, asked=1, tap=tap))


def somebody_else_takes_it_from_the_wall(cloud: Cloud) -> Scene:
    world, anna, bo = cloud.world, cloud.world.volunteer(), cloud.world.volunteer()
    wish = world.open_wish()
    offer = world.offer(wish, anna)
    cloud.run(world.clock.now() + timedelta(minutes=5))
    told = {"wish.claimed": 1, "wish.yours": 1, "offer.superseded": 1}
    tap = partial(fresh(world, bo).post, f"/v1/wishes/{wish}/claim", idempotency_key="tap")
    return begin(cloud, Scene({offer: SUPERSEDED}, told, {wish: 1}, tap=tap))


Make = Callable[[Cloud], Scene]
JOBS: list[Make] = [
    a_wish_comes_to_the_wall,
    an_offer_expires,
    a_place_is_taken_from_the_wall,
    a_wish_is_withdrawn,
    she_says_yes_by_sms,
    she_says_yes_by_sms_and_it_is_too_late,
]
TAPS: list[Make] = [she_accepts, she_declines, somebody_else_takes_it_from_the_wall]


def of(scenes: list[Make]) -> Any:
    return pytest.mark.parametrize("make", scenes, ids=lambda make: make.__name__)


# killed


@of(JOBS)
def test_wherever_a_job_dies_it_is_brought_again_and_what_was_promised_happens_once(cloud: Cloud, make: Make) -> None:
    scene = make(cloud)
    taken = deaths(cloud, scene.start, lambda: live(cloud))
    scene.check(cloud)
    for death in dict.fromkeys(taken):
        cloud.go_back_to(death)
        live(cloud)
        scene.check(cloud)
    note(f"{make.__name__}: {len(taken)} deaths, {len(set(taken))} different")
    assert len(set(taken)) > 10


@of(TAPS)
def test_wherever_a_tap_dies_she_taps_again_at_once_or_later_and_it_has_happened_once(cloud: Cloud, make: Make) -> None:
    scene = make(cloud)
    assert scene.tap
    taken = deaths(cloud, scene.start, scene.tap)
    live(cloud)
    scene.check(cloud)
    for death, later in product(dict.fromkeys(taken), (False, True)):
        cloud.go_back_to(death)
        if later:
            live(cloud)
        again = scene.tap()
        assert again.status == 200, again.text
        live(cloud)
        scene.check(cloud)
    note(f"{make.__name__}: {len(taken)} deaths, {len(set(taken))} different, each tapped again at once and later")
    assert len(taken) >= 10


def test_without_the_one_transaction_the_same_deaths_leave_halves(cloud: Cloud) -> None:
    """The control: what is written item by item can be written by half."""
    scene, whole = an_offer_expires(cloud), Transaction._transact

    def by_half(self: Transaction, items: list[Any], receipt: Any) -> None:
        for item in items:
            whole(self, [item], receipt)

    halves = 0
    with mock.patch.object(Transaction, "_transact", by_half):
        for death in dict.fromkeys(deaths(cloud, scene.start, lambda: live(cloud))):
            cloud.go_back_to(death)
            live(cloud)
            try:
                scene.check(cloud)
            except AssertionError:
                halves += 1
    assert halves > 3


# twice, late, early, out of order


@of([*JOBS, *TAPS])
def test_what_comes_twice_or_late_or_early_in_any_order_has_the_effect_of_the_one_that_counts(cloud: Cloud, make: Make) -> None:
    scene, dice = make(cloud), random.Random(make.__name__)
    cloud.seen.clear()
    early = [write_entry(due) for due in every(JobRecord)]  # alarms that are not due yet among them
    for body in early:
        cloud.put(body)

    def shuffled(letters: list[Any]) -> list[Any]:
        return dice.sample(letters, len(letters))

    with mock.patch.object(cloud, "deliver", partial(cloud.deliver, order=shuffled, copies=2)):
        act(cloud, scene)
        scene.check(cloud)
        before = {offer.id: offer.version for offer in every(Offer)}
        stale = [*early, *cloud.seen]
        for body in dice.sample(stale, len(stale)):
            cloud.put(body)
        live(cloud)
    scene.check(cloud)
    assert {offer.id: offer.version for offer in every(Offer)} == before, "what is stale changed an offer"
    note(f"{make.__name__}: {len(stale)} entries, each worked on four times or more")
    assert len(stale) > 5


# the store says no


FAULTS: list[Callable[[], ClientError]] = [
    lambda: cancelled("TransactionConflict", 1),
    lambda: cancelled("ThrottlingError", 1),
    lambda: failure("ThrottlingException"),
    lambda: failure("ProvisionedThroughputExceededException"),
    lambda: failure("TransactionInProgressException"),
]


class Refusing:
    """Refuses the nth transaction and those that follow it, so many in all; each time with another of the store's reasons."""

    def __init__(self, n: int, times: int) -> None:
        self.n, self.times, self.seen, self.refused, self.reasons = n, times, 0, 0, cycle(FAULTS[n % len(FAULTS) :] + FAULTS)

    def disturb(self, name: str, call: Callable[[], Any]) -> Any:
        if name == "TransactWriteItems":
            self.seen += 1
            if self.n <= self.seen < self.n + self.times:
                self.refused += 1
                reason = next(self.reasons)
                raise reason()
        return call()


@of([*JOBS, *TAPS])
def test_a_transaction_that_is_refused_is_made_again_or_has_not_happened(cloud: Cloud, make: Make) -> None:
    """Each transaction in its turn: once, and nobody notices; five times, and a tap is told 503, a job brought again."""
    scene, busy, refused = make(cloud), Tally[int](), 0
    for times in (1, ATTEMPTS):
        for n in count(1):
            cloud.go_back_to(scene.start)
            refusing, before = Refusing(n, times), snapshot()
            cloud.disturb = refusing.disturb
            with cloud.watching():
                if scene.tap:
                    answer = scene.tap()
                    assert answer.status in (200, 503), answer.text
                    if answer.status == 503:
                        busy[times] += 1
                        assert snapshot() == before, "503 says that nothing has happened"
                        assert scene.tap().status == 200
                live(cloud)
            cloud.disturb = lambda name, call: call()
            if times > 1:  # a run that found the store busy leaves it to the next
                live(cloud)
            scene.check(cloud)
            refused += refusing.refused
            if not refusing.refused:
                break
        assert n > 1
    assert busy == ({ATTEMPTS: 1} if scene.tap else {})
    note(f"{make.__name__}: {refused} transactions refused")


@of(TAPS)
def test_reads_that_fail_are_503_and_nothing_has_happened_or_nobody_notices(cloud: Cloud, make: Make) -> None:
    """Each read in its turn: once, or so often that the house gives up. What is done is not answered by a failing read."""
    scene, answers = make(cloud), Tally[int]()
    assert scene.tap
    for n, times in ((n, times) for n in count(1) for times in (1, ATTEMPTS)):
        cloud.go_back_to(scene.start)
        reads, before = count(1), snapshot()

        def disturb(name: str, call: Callable[[], Any], n: int = n, times: int = times, reads: Iterator[int] = reads) -> Any:
            if name in READS and n <= next(reads) < n + times:
                raise failure("ProvisionedThroughputExceededException", name)
            return call()

        cloud.disturb = disturb
        with cloud.watching():
            answer = scene.tap()
        cloud.disturb = lambda name, call: call()
        answers[answer.status] += 1
        if answer.status == 503:
            assert snapshot() == before, "503 says that nothing has happened"
            assert scene.tap().status == 200
        live(cloud)
        scene.check(cloud)
        if next(reads) <= n:
            break
    note(f"{make.__name__}: {n - 1} reads failed, once and {ATTEMPTS} times; answers {answers}")
    assert answers.keys() == {200, 503}


# lost


def test_an_offer_whose_due_row_is_lost_is_armed_again_at_night_and_the_next_is_asked(cloud: Cloud) -> None:
    scene = an_offer_expires(cloud)
    world, (timer,) = cloud.world, [due for due in timers() if due.subject in scene.offers]
    remove(timer)
    assert world.services.audit() == 0, "it may still be on its way through a queue"
    world.clock.advance(timedelta(hours=7))  # half past two at night
    assert world.services.audit() == 1
    assert world.services.audit() == 0
    cloud.run(world.clock.now())
    (offer,) = every(Offer)
    assert offer.state is EXPIRED
    assert world.services.audit() == 0
    cloud.run(world.clock.now() + timedelta(hours=12))  # nobody is asked at night
    scene.check(cloud)


def test_the_audit_leaves_alone_what_waits_in_its_time(cloud: Cloud) -> None:
    scene = a_place_is_taken_from_the_wall(cloud)
    live(cloud)
    before = [offer.timer for offer in every(Offer)]
    assert cloud.world.services.audit() == 0
    assert [offer.timer for offer in every(Offer)] == before
    scene.check(cloud)
