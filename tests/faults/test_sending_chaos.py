"""Everything that can go wrong with sending, in any order that hypothesis finds.

At rest, nobody got a message twice, at night or too late, and nobody is missed.
"""

import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis.stateful import initialize, rule

from chalicelib.adapters.ports import Sms
from chalicelib.kernel.audiences import OnePerson, SeveralPeople, StaffOnDuty
from chalicelib.kernel.changes import Changes, Message
from chalicelib.kernel.errors import Busy, TooMany
from chalicelib.kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from chalicelib.kernel.request import RequestContext
from chalicelib.message_log.model import (
    DIGEST,
    FurtherRecipient,
    MessageAttempt,
)
from chalicelib.people.repository import PersonRepository
from chalicelib.store.outbox import Outbox
from chalicelib.wishes.model import Wish, WishState
from chalicelib.wishes.repository import WishRepository

from ..store.scan import SK, Reads, save, scan
from ..world import GRID
from . import seams
from .chaos import DICE, SEEN, Chaos, Peril, perhaps, run_chaos
from .cloud import Killed, QueuedMessage, as_it_is
from .promises import check_promises, urgent_once_more
from .sending_street import (
    ANSWERS,
    KINDS,
    MINUTES,
    WHOM,
    Raised,
    Street,
    disturbance,
    hours,
    skew,
)

people_rows = Reads(PersonRepository)
wish_rows = Reads(WishRepository)

MOST_SKEW = timedelta(minutes=10)
ZONE = "Asia/Shanghai"
STREETS: list[Street] = []


class SendingChaos(Chaos):
    """What people do, and what befalls the machines meanwhile."""

    @initialize(dice=DICE)
    def begin(self, dice: random.Random) -> None:
        (street,) = STREETS
        self.street, self.clock = street, street.clock
        self.begin_at(street.cloud, street.start)
        street.ids.number = 10_000
        self.rang: list[str] = []
        self.raised: dict[str, Raised] = {}
        self.cloud.at_call = self.look
        self.the_weather_changes(dice)
        self.machines_run(dice)

    def _calm(self) -> None:
        self.cloud.takes, self.cloud.answers = (
            (lambda due: True),
            (lambda sms: "take"),
        )
        self.cloud.disturb = as_it_is
        self.street.clock.offset = timedelta(0)

    def look(self, sms: Sms) -> None:
        """A person who wants no messages by now gets only those that they wait for."""
        if seams.is_urgent(sms.kind):
            return
        holder = people_rows.find_person(self.street.holders[sms.phone])
        if not (holder and holder.sms):
            self.rang.append(
                sms.kind
            )  # what is raised here the service would take for the provider's

    # what people do

    @rule(dice=DICE)
    def messages_are_raised(self, dice: random.Random) -> None:
        for _ in range(dice.randint(1, 3)):
            self._raise_one(dice)
        self.machines_run(dice)

    def _raise_one(self, dice: random.Random) -> None:
        with self.at_work(Peril(skew=skew(dice))):
            self._raise(
                dice.choice(KINDS),
                dice.choice(WHOM),
                dice.choice(self.street.wishes),
                hours(dice),
                hours(dice),
            )

    def _raise(
        self,
        kind: str,
        to: str,
        wish: str,
        not_before: timedelta | None,
        not_after: timedelta | None,
    ) -> None:
        street, now, tag = (
            self.street,
            self.world.clock.now(),
            f"m{len(self.raised)}",
        )
        people = {
            "couple": (street.wife.id, street.husband.id),
            "staff": street.staff,
        }.get(to)
        people = people or (getattr(street, to).id,)
        message = Message(
            kind=kind,
            audience={
                "couple": SeveralPeople(people),
                "staff": StaffOnDuty(GRID),
            }.get(to, OnePerson(people[0])),
            subject=wish,
            params={"tag": tag},
            not_before=now + not_before if not_before else None,
            not_after=now + not_after if not_after else None,
        )

        def decide() -> Changes[Wish]:
            about = wish_rows.find_wish(wish)
            assert about
            return Changes(entity=about, previous=about, messages=(message,))

        with suppress(Busy):  # the outcome is unknown
            self.world.services.transaction.run(decide, RequestContext())
            self.raised[tag] = Raised(tag, kind, people)

    @rule(dice=DICE)
    def a_code_is_asked_for(self, dice: random.Random) -> None:
        with self.at_work(Peril(skew=skew(dice))), suppress(Busy, TooMany):
            self.world.services.signin.codes.send_code(
                RequestContext(address="203.0.113.9"),
                str(self.street.helper.phone),
                None,
            )
        self.machines_run(dice)

    @rule(dice=DICE)
    def somebody_opts_out_or_in(self, dice: random.Random) -> None:
        person = people_rows.find_person(
            dice.choice([self.street.wife, self.street.helper]).id
        )
        assert person
        if not person.sms:
            save(replace(person, sms=True, version=person.version + 1))
        else:
            seams.opt_out(self.world, person.id)
        self.machines_run(dice)

    @rule(dice=DICE)
    def a_wish_is_withdrawn_or_comes_back(self, dice: random.Random) -> None:
        known = wish_rows.find_wish(dice.choice(self.street.wishes))
        assert known
        state = (
            WishState.WITHDRAWN
            if known.state is WishState.OPEN
            else WishState.OPEN
        )
        save(replace(known, state=state, version=known.version + 1))
        self.machines_run(dice)

    @rule(dice=DICE)
    def a_provider_reports(self, dice: random.Random) -> None:
        calls = [call for call in self.cloud.calls if not call.refused]
        if calls:
            call, delivered = dice.choice(calls), dice.random() < 0.5
            self.world.services.delivery_reports.report(
                call.delivery,
                provider=call.provider,
                delivered=delivered,
                reason="",
            )
        self.machines_run(dice)

    # what the machines do

    def machines_run(self, dice: random.Random) -> None:
        """Sweeps and workers: in any order, one in the middle of another, with clocks that are
        wrong, and mortal.
        """
        for _ in range(dice.randint(2, 9)):
            if dice.random() < 0.15:
                self._raise_one(dice)
            what = dice.choice(["sweep", "work", "work", "wait"])
            if what == "wait":
                self.world.clock.advance(
                    timedelta(minutes=dice.choice(MINUTES))
                )
            with suppress(Killed, Busy):
                self._sweep(dice) if what == "sweep" else self._work(dice)

    def _sweep(self, dice: random.Random) -> None:
        second = Outbox(
            self.cloud,
            self.street.clock,
            2,
            self.world.services.metrics,
            self.world.services.store,
        )
        with self.at_work(self._peril(dice, second.sweep, 12)):
            self.world.services.outbox.sweep()

    def _work(self, dice: random.Random) -> None:
        visible = self.cloud.visible()
        letters = dice.sample(visible, len(visible))

        def as_shuffled(still: list[QueuedMessage]) -> list[QueuedMessage]:
            return [letter for letter in letters if letter in still]

        peril = self._peril(dice, lambda: self.cloud.work_on(letters[:3]), 20)
        with self.at_work(peril):
            self.cloud.deliver(as_shuffled, dice.randint(1, 3))

    def _peril(
        self, dice: random.Random, other: Callable[[], Any], effects: int
    ) -> Peril:
        """Perhaps it dies, and perhaps another works in the middle of it."""
        return Peril(
            dies_at=perhaps(dice, 0.3, dice.randint(1, effects)),
            dies_after=dice.random() < 0.5,
            meets_at=perhaps(dice, 0.3, dice.randint(1, effects)),
            meets=other,
            skew=skew(dice),
            skew_of_other=skew(dice),
        )

    def hours_late(self, dice: random.Random) -> float:
        return dice.random() * 96

    # what befalls them

    @rule(dice=DICE)
    def the_weather_changes(self, dice: random.Random) -> None:
        """SQS takes only some, providers are moody, and the store refuses requests or does them and
        loses its answer.
        """
        self._calm()
        if dice.random() < 0.2:
            return
        self.cloud.takes = lambda due: dice.random() < 0.7
        self.cloud.answers = lambda sms: dice.choice(ANSWERS)
        if dice.random() < 0.5:
            self.cloud.disturb = disturbance(
                [dice.randint(1, 30) for _ in range(4)],
                lost=dice.random() < 0.5,
            )
        self.machines_run(dice)

    # at rest

    def teardown(self) -> None:
        if not self.has_begun:
            return
        self._calm()
        for _ in range(2):
            self.world.services.desk.redrive_all(None)
            self.cloud.run(self.world.clock.now() + timedelta(days=9))
        assert not list(self.world.services.outbox.every_parked())
        SEEN.update(f"{call.kind}: {call.answer}" for call in self.cloud.calls)
        assert not self.rang, f"went to somebody who had opted out: {self.rang}"
        lines = check_promises(self.cloud, urgent_once_more)
        SEEN.update(
            f"{line.kind}: {line.state} {line.reason}" for line in lines
        )
        self._everybody_was_thought_of(lines)
        self._nothing_in_the_night_or_too_late(
            {line.id: line for line in lines}
        )
        self._nothing_in_two_digests(lines)

    def _everybody_was_thought_of(self, lines: list[MessageAttempt]) -> None:
        told = {(line.params.get("tag"), line.person) for line in lines}
        tags = {line.id: line.params.get("tag") for line in lines}
        told |= {
            (tags[receipt.delivery], receipt.person)
            for receipt in scan(FurtherRecipient, SK.startswith("for#"))
        }
        for message in self.raised.values():
            missing = [
                person
                for person in message.people
                if (message.tag, person) not in told
            ]
            assert not missing, f"nobody thought of {missing} for {message}"

    def _nothing_in_the_night_or_too_late(
        self, lines: dict[str, MessageAttempt]
    ) -> None:
        for call in self.cloud.calls:
            if seams.is_urgent(call.kind):
                continue
            quiet = quiet_span(call.at, QUIET_FROM, QUIET_TO, ZONE)
            if quiet:
                assert (
                    min(call.at - quiet[0], quiet[1] - call.at) <= MOST_SKEW
                ), f"{call.kind} went out in the night: {call.at}"
            end = lines[call.delivery].not_after
            assert end is None or call.at < end + MOST_SKEW, (
                f"{call.kind} went out when it was worth nothing: {call.at}, {end}"
            )

    def _nothing_in_two_digests(self, lines: list[MessageAttempt]) -> None:
        sent = {call.delivery for call in self.cloud.calls if not call.refused}
        covered = Tally(
            id
            for line in lines
            if line.kind == DIGEST and line.id in sent
            for id in line.covers
        )
        assert all(count == 1 for count in covered.values()), (
            "one digest told what another had told"
        )
        assert not (covered.keys() & sent), "a digest told what had been told"


@pytest.fixture
def street() -> Iterator[None]:
    STREETS[:] = [Street()]
    yield
    STREETS.clear()


@pytest.mark.usefixtures("street")
def test_nobody_gets_a_message_twice_at_night_or_late_and_nobody_is_missed() -> (
    None
):
    run_chaos(SendingChaos, 20)
