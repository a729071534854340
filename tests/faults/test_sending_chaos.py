"""Everything that can go wrong with sending, in any order that hypothesis finds, and what must be true once it rests.

In memory, on one thread; workers that overlap are told as one that runs in the middle of another. The seed is
fixed, so what fails here fails everywhere; `CHAOS=500 pytest tests/faults/test_sending_chaos.py` looks for others.
"""

import os
import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any, TypeVar

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chalicelib.adapters.ports import Sms
from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.access import Role
from chalicelib.kernel.audiences import OnePerson, SeveralPeople, StaffOnDuty
from chalicelib.kernel.changes import Changes, Message
from chalicelib.kernel.errors import Busy, TooMany
from chalicelib.kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from chalicelib.kernel.request import RequestContext
from chalicelib.kernel.template import Urgency
from chalicelib.message_log.model import DIGEST, FurtherRecipient, MessageAttempt, id_of_parts
from chalicelib.people.repository import PersonRepository
from chalicelib.runtime import use
from chalicelib.store.outbox import Outbox
from chalicelib.wishes.model import State, Wish
from chalicelib.wishes.repository import WishRepository

from ..store.scan import SK, Reads, save, scan
from ..world import GRID, World
from .cloud import Cloud, Killed, check_promises, forget_what_was_told, note
from .story import failure

people_rows = Reads(PersonRepository)
wish_rows = Reads(WishRepository)

MOST_SKEW = timedelta(minutes=10)
ZONE = "Asia/Shanghai"
T = TypeVar("T")


class SkewedClock:
    """A worker's clock: right but for an offset."""

    def __init__(self, true: Any) -> None:
        self.true, self.offset = true, timedelta(0)

    def now(self) -> datetime:
        return self.true.now() + self.offset


class CountedIds:
    """Identifiers that are the same whenever the same is done, for providers and shards are chosen by them."""

    def __init__(self) -> None:
        self.number = 0

    def new(self, prefix: str) -> str:
        self.number += 1
        return id_of_parts(prefix, str(self.number))


@dataclass(frozen=True)
class Raised:
    """A message as it was raised, and for whom."""

    tag: str
    kind: str
    people: tuple[str, ...]


class Street:
    """A street that is made once and gone back to: a couple with one phone, a helper, staff on duty, and three wishes."""

    def __init__(self) -> None:
        self.world = world = World(due_shards=2)
        self.clock = SkewedClock(world.clock)
        self.ids = CountedIds()
        world.services = world.rewired(clock=self.clock, ids=self.ids)
        use(world.services.container)
        self.cloud = Cloud(world)
        self.cloud.provide("east", "west")
        self.wife = world.person("王秀英")
        self.husband = world.person("老伴", phone=None, contact_via=self.wife.id)
        self.helper = world.person("赵志强")
        self.alone = world.person("李奶奶", phone=None)
        workers = [world.person(name, (Role.GRID_WORKER, GRID), home=GRID) for name in ("陈敏", "周斌")]
        world.services.places.assign_duty(world.boss, GRID, {"grid_worker": [person.id for person in workers]})
        self.staff = tuple(person.id for person in workers)
        self.owner = world.phone_of(self.wife)
        far = (world.clock.now() + timedelta(days=300)).date().isoformat()
        self.wishes = [world.open_wish(self.owner, title=f"第{n}个心愿", needed_by=far) for n in range(3)]
        for id in self.wishes:
            wish = wish_rows.find_wish(id)
            assert wish
            save(replace(wish, told=("expiring",)))
        self.cloud.run(world.clock.now() + timedelta(hours=1))
        forget_what_was_told()
        self.cloud.calls.clear()
        self.photograph = self.cloud.photograph()
        self.holders = {person.phone: person.id for person in (self.wife, self.helper, *workers)}


STREETS: list[Street] = []
SEEN: Tally[str] = Tally()  # what has happened in all examples, so that it can be told whether they are wild enough


DICE = st.binary(min_size=8, max_size=8).map(random.Random)  # hypothesis itself prefers what is small and simple
KINDS = ["wish.approved", "wish.expiring", "wish.reopened", "wish.expiring_staff", "wish.expiring_staff"]
WHOM = ["wife", "husband", "helper", "alone", "couple", "staff"]
MINUTES = [0.5, 1, 2, 2, 5, 30, 120, 360, 600]
ANSWERS = ["take", "take", "take and time out", "refuse", "refuse for good"]


def perhaps(dice: random.Random, share: float, value: T) -> T | None:
    return value if dice.random() < share else None


def hours(dice: random.Random) -> timedelta | None:
    return perhaps(dice, 0.4, timedelta(hours=dice.randint(1, 60)))


def skew(dice: random.Random) -> timedelta:
    return timedelta(minutes=dice.randint(-10, 10))


def disturbance(gaps: list[int], *, lost: bool) -> Callable[[str, Callable[[], Any]], Any]:
    """Return what lets every nth request be refused, or done without an answer."""
    left, turns = [gaps[0]], cycle(gaps)

    def disturb(name: str, context: Callable[[], Any]) -> Any:
        left[0] -= 1
        if left[0] > 0:
            return context()
        left[0] = next(turns)
        if lost:
            context()
            raise ReadTimeoutError(endpoint_url="dynamodb")
        raise failure("ThrottlingException" if name == "TransactWriteItems" else "ProvisionedThroughputExceededException", name)

    return disturb


class Chaos(RuleBasedStateMachine):
    """What people do, and what befalls the machines meanwhile."""

    @initialize(dice=DICE)
    def begin(self, dice: random.Random) -> None:
        (street,) = STREETS
        self.street, self.cloud, self.world = street, street.cloud, street.world
        self.cloud.go_back_to(street.photograph)
        street.ids.number = 10_000
        self.rang: list[str] = []
        self.cloud.seen.clear()
        self.raised: dict[str, Raised] = {}
        self.cloud.at_call = self.look
        self.the_weather_changes(dice)
        self._machines_run(dice)

    def _calm(self) -> None:
        self.cloud.takes, self.cloud.answers = (lambda due: True), (lambda sms: "take")
        self.cloud.disturb = lambda name, context: context()
        self.cloud.before_step = self.cloud.after_step = lambda: None
        self.street.clock.offset = timedelta(0)

    def look(self, sms: Sms) -> None:
        """Whoever wants no messages by now is sent none, but what she waits for."""
        if TEMPLATES[sms.kind].urgency is Urgency.URGENT:
            return
        holder = people_rows.find_person(self.street.holders[sms.phone])
        if not (holder and holder.sms):
            self.rang.append(sms.kind)  # what is raised here the house would take for the provider's

    # what people do

    @rule(dice=DICE)
    def messages_are_raised(self, dice: random.Random) -> None:
        for _ in range(dice.randint(1, 3)):
            self._raise_one(dice)
        self._machines_run(dice)

    def _raise_one(self, dice: random.Random) -> None:
        with self._at_work(skew(dice)):
            self._raise(dice.choice(KINDS), dice.choice(WHOM), dice.choice(self.street.wishes), hours(dice), hours(dice))

    def _raise(self, kind: str, to: str, wish: str, not_before: timedelta | None, not_after: timedelta | None) -> None:
        street, now, tag = self.street, self.world.clock.now(), f"m{len(self.raised)}"
        people = {"couple": (street.wife.id, street.husband.id), "staff": street.staff}.get(to)
        people = people or (getattr(street, to).id,)
        message = Message(
            kind=kind,
            to={"couple": SeveralPeople(people), "staff": StaffOnDuty(GRID)}.get(to, OnePerson(people[0])),
            about=wish,
            params={"tag": tag},
            not_before=now + not_before if not_before else None,
            not_after=now + not_after if not_after else None,
        )

        def decide() -> Changes[Wish]:
            about = wish_rows.find_wish(wish)
            assert about
            return Changes(entity=about, previous=about, messages=(message,))

        with suppress(Busy):  # the house has said so; it may be told, or not
            self.world.services.wishes._transaction.run(decide, RequestContext())
            self.raised[tag] = Raised(tag, kind, people)

    @rule(dice=DICE)
    def a_code_is_asked_for(self, dice: random.Random) -> None:
        with self._at_work(skew(dice)), suppress(Busy, TooMany):
            self.world.services.signin.send_code(RequestContext(address="203.0.113.9"), str(self.street.helper.phone))
        self._machines_run(dice)

    @rule(dice=DICE)
    def somebody_opts_out_or_in(self, dice: random.Random) -> None:
        person = people_rows.find_person(dice.choice([self.street.wife, self.street.helper]).id)
        assert person
        if not person.sms:
            save(replace(person, sms=True, version=person.version + 1))
        else:
            self.world.services.people.opt_out(person.id, "sms", RequestContext())
        self._machines_run(dice)

    @rule(dice=DICE)
    def a_wish_is_withdrawn_or_comes_back(self, dice: random.Random) -> None:
        known = wish_rows.find_wish(dice.choice(self.street.wishes))
        assert known
        state = State.WITHDRAWN if known.state is State.OPEN else State.OPEN
        save(replace(known, state=state, version=known.version + 1))
        self._machines_run(dice)

    @rule(dice=DICE)
    def a_provider_reports(self, dice: random.Random) -> None:
        calls = [context for context in self.cloud.calls if not context.refused]
        if calls:
            context, delivered = dice.choice(calls), dice.random() < 0.5
            self.world.services.delivery_reports.report(
                context.delivery, provider=context.provider, delivered=delivered, reason=""
            )
        self._machines_run(dice)

    # what the machines do

    def _machines_run(self, dice: random.Random) -> None:
        """Sweeps and workers: in any order, one in the middle of another, with clocks that are wrong, and mortal."""
        for _ in range(dice.randint(2, 9)):
            if dice.random() < 0.15:
                self._raise_one(dice)
            what = dice.choice(["sweep", "work", "work", "wait"])
            if what == "wait":
                self.world.clock.advance(timedelta(minutes=dice.choice(MINUTES)))
            with suppress(Killed, Busy):
                self._sweep(dice) if what == "sweep" else self._work(dice)

    def _sweep(self, dice: random.Random) -> None:
        second = Outbox(self.cloud, self.street.clock, 2, self.world.services.metrics, self.world.services.store)
        with self._mortal(dice, second.sweep, 12):
            self.world.services.outbox.sweep()

    def _work(self, dice: random.Random) -> None:
        letters = dice.sample(self.cloud.visible(), len(self.cloud.visible()))
        with self._mortal(dice, lambda: self.cloud._work_on(letters[:3]), 20):
            self.cloud.deliver(lambda still: [letter for letter in letters if letter in still], dice.randint(1, 3))

    def _mortal(self, dice: random.Random, other: Callable[[], Any], effects: int) -> Any:
        n, death = dice.randint(1, effects), (dice.randint(1, effects), dice.random() < 0.5)
        return self._at_work(skew(dice), perhaps(dice, 0.3, n), other, skew(dice), death=perhaps(dice, 0.3, death))

    @rule(dice=DICE)
    def an_old_message_is_brought_again(self, dice: random.Random) -> None:
        if self.cloud.seen:
            self.cloud.put(dice.choice(self.cloud.seen), self.world.clock.now() + timedelta(hours=dice.random() * 96))
        self._machines_run(dice)

    # what befalls them

    @rule(dice=DICE)
    def the_weather_changes(self, dice: random.Random) -> None:
        """SQS takes only some, providers are moody, and the store refuses requests or does them and loses its answer."""
        self._calm()
        if dice.random() < 0.2:
            return
        self.cloud.takes = lambda due: dice.random() < 0.7
        self.cloud.answers = lambda sms: dice.choice(ANSWERS)
        if dice.random() < 0.5:
            self.cloud.disturb = disturbance([dice.randint(1, 30) for _ in range(4)], lost=dice.random() < 0.5)
        self._machines_run(dice)

    def _at_work(self, skew: timedelta, *args: Any, death: Any = None) -> Any:
        return _AtWork(self, skew, *args, death=death)

    # at rest

    def teardown(self) -> None:
        if not hasattr(self, "cloud"):
            return
        self._calm()
        for _ in range(2):
            self.world.services.desk.redrive_all(None)
            self.cloud.run(self.world.clock.now() + timedelta(days=9))
        assert not list(self.world.services.outbox.every_parked())
        SEEN.update(f"{context.kind}: {context.answer}" for context in self.cloud.calls)
        assert not self.rang, f"went to somebody who had opted out: {self.rang}"
        lines = check_promises(self.cloud, lambda kind: int(TEMPLATES[kind].urgency is Urgency.URGENT))
        SEEN.update(f"{line.kind}: {line.state} {line.reason}" for line in lines)
        self._everybody_was_thought_of(lines)
        self._nothing_in_the_night_or_too_late({line.id: line for line in lines})
        self._nothing_in_two_digests(lines)

    def _everybody_was_thought_of(self, lines: list[MessageAttempt]) -> None:
        told = {(line.params.get("tag"), line.person) for line in lines}
        tags = {line.id: line.params.get("tag") for line in lines}
        told |= {(tags[receipt.delivery], receipt.person) for receipt in scan(FurtherRecipient, SK.startswith("for#"))}
        for message in self.raised.values():
            missing = [person for person in message.people if (message.tag, person) not in told]
            assert not missing, f"nobody thought of {missing} for {message}"

    def _nothing_in_the_night_or_too_late(self, lines: dict[str, MessageAttempt]) -> None:
        for context in self.cloud.calls:
            if TEMPLATES[context.kind].urgency is Urgency.URGENT:
                continue
            quiet = quiet_span(context.at, QUIET_FROM, QUIET_TO, ZONE)
            if quiet:
                assert min(context.at - quiet[0], quiet[1] - context.at) <= MOST_SKEW, (
                    f"{context.kind} went out in the night: {context.at}"
                )
            end = lines[context.delivery].not_after
            assert end is None or context.at < end + MOST_SKEW, (
                f"{context.kind} went out when it was worth nothing: {context.at}, {end}"
            )

    def _nothing_in_two_digests(self, lines: list[MessageAttempt]) -> None:
        sent = {context.delivery for context in self.cloud.calls if not context.refused}
        covered = Tally(id for line in lines if line.kind == DIGEST and line.id in sent for id in line.covers)
        assert all(count == 1 for count in covered.values()), "one digest told what another had told"
        assert not (covered.keys() & sent), "a digest told what had been told"


class _AtWork:
    """A worker with a clock of its own; in the middle of its work another may do something, or it may die."""

    def __init__(
        self,
        chaos: Chaos,
        skew: timedelta,
        n: int | None = None,
        do: Callable[[], Any] = lambda: None,
        other: timedelta = timedelta(0),
        *,
        death: tuple[int, bool] | None = None,
    ) -> None:
        self.chaos, self.skew, self.n, self.do, self.other, self.death = chaos, skew, n, do, other, death

    def __enter__(self) -> None:
        cloud, clock = self.chaos.cloud, self.chaos.street.clock
        cloud.steps.clear()
        clock.offset = self.skew

        def before() -> None:
            if self.death == (len(cloud.steps), True):
                SEEN["death"] += 1
                raise Killed
            if len(cloud.steps) == self.n:
                self.n, clock.offset = None, self.other
                self.do()
                clock.offset = self.skew

        def after() -> None:
            if self.death == (len(cloud.steps), False):
                SEEN["death"] += 1
                raise Killed

        cloud.before_step, cloud.after_step = before, after
        self.watching = cloud.watching()
        self.watching.__enter__()

    def __exit__(self, *error: object) -> None:
        self.watching.__exit__(*error)
        self.chaos.cloud.before_step = self.chaos.cloud.after_step = lambda: None
        self.chaos.street.clock.offset = timedelta(0)


@pytest.fixture
def street() -> Iterator[Street]:
    STREETS[:] = [Street()]
    yield STREETS[0]
    STREETS.clear()


def test_whatever_happens_nobody_is_told_twice_at_night_or_too_late_and_nobody_is_missed(street: Street) -> None:
    more = os.environ.get("CHAOS")
    few = settings(
        max_examples=int(more or 20),
        stateful_step_count=15,
        deadline=None,
        derandomize=not more,
        database=None,
        phases=[Phase.generate],  # to make a failure smaller takes minutes: add Phase.shrink when there is one
        suppress_health_check=list(HealthCheck),
    )
    SEEN.clear()
    run_state_machine_as_test(Chaos, settings=few)
    note("\n".join(f"{count:6} {what}" for what, count in sorted(SEEN.items())))
