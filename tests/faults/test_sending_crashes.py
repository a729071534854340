"""Somebody is told once, or stands on the list of those to visit, wherever the process dies between alarm and provider.

In memory, on one thread: the deaths are enumerated, and what outlives the process can be photographed there.
"""

from collections import Counter as Tally
from dataclasses import replace
from datetime import time, timedelta
from itertools import count

import pytest

from chalicelib.kernel.clock import at_local, local_day
from chalicelib.kernel.request import RequestContext
from chalicelib.message_log import decisions, policy
from chalicelib.message_log.decisions import Next
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.message_log.repository import MessageRepository
from chalicelib.wishes.model import State
from chalicelib.wishes.repository import WishRepository

from ..jobs import a_job
from ..store.scan import Reads, save
from ..world import OTHER_GRID, Phone, World
from .cloud import Cloud, check_at_rest, deaths, forget_what_was_told, note, survives
from .facts import every, timers

rows = Reads(MessageRepository)

find_wish = Reads(WishRepository).find_wish

REMINDER = {"wish.due_in_2_days": 1}
SENT, UNKNOWN = DeliveryState.SENT, DeliveryState.UNKNOWN


@pytest.fixture
def cloud() -> Cloud:
    """A street whose due rows lie in one shard, so that there is nothing in a sweep but what matters."""
    made = Cloud(World(due_shards=1))
    made.provide("east", "west")
    return made


def a_reminder_is_due(cloud: Cloud) -> bytes:
    """Bring a helper to 09:00 of the second day before her wish is needed; return how the world looks then."""
    world = cloud.world
    wish = world.open_wish()
    assert world.volunteer().post(f"/v1/wishes/{wish}/claim").status == 200
    cloud.run(world.clock.now() + timedelta(hours=1))
    (timer,) = timers(wish)
    world.clock.move_to(timer.at)
    forget_what_was_told()
    cloud.calls.clear()
    return cloud.photograph()


def live(cloud: Cloud) -> None:
    cloud.run(cloud.world.clock.now() + timedelta(hours=3))


# one reminder


def test_a_reminder_is_told_once_or_in_doubt_wherever_its_process_dies(cloud: Cloud) -> None:
    before, doubtful, points = a_reminder_is_due(cloud), [], 0
    for when in ("before", "after"):
        n, done = 0, False
        while not done:
            n += 1
            cloud.go_back_to(before)
            done = survives(cloud, n, when, lambda: live(cloud))
            effects = list(cloud.steps)
            live(cloud)
            if UNKNOWN in check_at_rest(cloud, REMINDER):
                doubtful.append((when, n, effects[-1]))
            points += not done
    note(f"{points} deaths of one reminder of {len(effects)} effects, {len(doubtful)} of them in doubt: {effects}, {doubtful}")
    assert points == 2 * len(effects) >= 30
    claim = effects.index("Send")  # the line is claimed before it, and settled after it
    assert [n for _, n, _ in doubtful] == [claim + 1, claim + 2, claim, claim + 1]


def test_it_may_die_again_at_any_point_of_the_recovery(cloud: Cloud) -> None:
    before, pairs, tried = a_reminder_is_due(cloud), 0, set()
    recoveries: dict[bytes, list[bytes]] = {}
    for first in deaths(cloud, before, lambda: live(cloud)):
        if first not in recoveries:
            recoveries[first] = deaths(cloud, first, lambda: live(cloud))
        pairs += len(recoveries[first])
    for second in {photograph for taken in recoveries.values() for photograph in taken}:
        cloud.go_back_to(second)
        live(cloud)
        check_at_rest(cloud, REMINDER)
        tried.add(second)
    note(f"{pairs} pairs of deaths, {len(tried)} different")
    assert pairs > 500


def test_without_the_ledger_the_same_deaths_tell_her_twice(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    before = a_reminder_is_due(cloud)
    monkeypatch.setattr(MessageRepository, "claim", lambda self, line: save(line) is None)
    monkeypatch.setattr(decisions, "next_step", lambda *args: Next.ATTEMPT)
    caught = 0
    for death in set(deaths(cloud, before, lambda: live(cloud))):
        cloud.go_back_to(death)
        live(cloud)
        try:
            check_at_rest(cloud, REMINDER)
        except AssertionError as failed:
            caught += "told twice" in str(failed) or "calls for" in str(failed)
    assert caught >= 2, "the check would not notice a house without a ledger"


# many


@pytest.fixture
def neighbours(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nine people of a building, of whom two share a phone; a fan-out tells them in shares of three, two pages a job."""
    for name, value in {"SHARE": 3, "PAGE": 3, "STEPS": 2}.items():
        monkeypatch.setattr(f"chalicelib.fanouts.policy.{name}", value)
    home = f"{OTHER_GRID}.b01"
    people = [cloud.world.person(f"邻居{n}", home=home) for n in range(8)]
    return [p.id for p in [*people, cloud.world.person("老伴", home=home, phone=None, contact_via=people[0].id)]]


def everybody_is_to_be_told(cloud: Cloud) -> bytes:
    wish, now = cloud.world.open_wish(), cloud.world.clock.now()
    cloud.run(now + timedelta(hours=1))
    forget_what_was_told()
    cloud.calls.clear()
    to = f"all:place:{OTHER_GRID}.b01"
    cloud.world.services.outbox.put(a_job(id="due_all", at=now, shard="", kind="wish.approved", subject=wish, to=to))
    return cloud.photograph()


def test_of_many_nobody_is_told_twice_and_nobody_missed_wherever_a_fan_out_dies(cloud: Cloud, neighbours: list[str]) -> None:
    taken = deaths(cloud, everybody_is_to_be_told(cloud), lambda: live(cloud))
    doubts: Tally[int] = Tally()
    for death in dict.fromkeys(taken):
        cloud.go_back_to(death)
        live(cloud)
        doubts[check_at_rest(cloud, {"wish.approved": 8})[UNKNOWN]] += 1
        for person in neighbours:
            heard = rows.told_to(person, None, 10).items
            assert [(line.kind, line.message) for line in heard] == [("wish.approved", "due_all")]
    note(f"{len(taken)} deaths of a fan-out to nine in three shares, {sum(doubts.values())} different; left in doubt: {doubts}")
    assert len(taken) > 100
    assert doubts.keys() == {0, 1}, "one who is being told when the process dies is in doubt, and nobody else"


def test_who_shares_a_phone_stands_in_the_ledger_too_if_it_died_and_the_message_is_no_longer_true(
    cloud: Cloud, neighbours: list[str]
) -> None:
    first, last = neighbours[0], neighbours[-1]
    wish = cloud.world.open_wish()
    cloud.run(cloud.world.clock.now() + timedelta(hours=1))
    forget_what_was_told()
    cloud.calls.clear()
    now, to = cloud.world.clock.now(), f"people:{first},{last}"
    cloud.world.services.outbox.put(a_job(id="due_two", at=now, shard="", kind="wish.approved", subject=wish, to=to))
    dies_at_settling(cloud)
    known = find_wish(wish)
    assert known
    save(replace(known, state=State.WITHDRAWN))
    live(cloud)
    assert check_at_rest(cloud, {"wish.approved": 1}) == {UNKNOWN: 1}
    for person in (first, last):
        assert [line.message for line in rows.told_to(person, None, 10).items] == ["due_two"]


# urgent


def a_code_is_asked_for(cloud: Cloud) -> bytes:
    cloud.takes = lambda due: False
    assert Phone().post("/v1/auth/codes", {"phone": "+8613800009999"}).status == 202
    cloud.takes = lambda due: True
    cloud.world.clock.advance(timedelta(seconds=30))
    return cloud.photograph()


def one_provider_each(cloud: Cloud) -> None:
    chosen = {(context.delivery, context.provider) for context in cloud.calls}
    assert len(chosen) == len({delivery for delivery, _ in chosen}), "the doubtful went to another provider as well"


def test_a_code_whose_fate_is_unknown_is_sent_once_more_by_the_same_provider_wherever_the_process_dies(cloud: Cloud) -> None:
    taken, again = deaths(cloud, a_code_is_asked_for(cloud), lambda: live(cloud)), 0
    for death in set(taken):
        cloud.go_back_to(death)
        live(cloud)
        states = check_at_rest(cloud, {"code.sign_in": 1}, resends=1)
        one_provider_each(cloud)
        assert states == {SENT: 1}
        again += len(cloud.calls) == 2
    note(f"{len(taken)} deaths of a code, {len(set(taken))} different; sent again after {again}")
    assert again


@pytest.mark.parametrize(("answers", "state"), [(["lost", "take"], SENT), (["lost", "lost", "take"], UNKNOWN)])
def test_a_code_that_a_provider_took_without_an_answer_is_sent_once_more_after_the_hold_and_never_again(
    cloud: Cloud, answers: list[str], state: DeliveryState
) -> None:
    a_code_is_asked_for(cloud)
    script = iter("take and time out" if answer == "lost" else answer for answer in answers)
    cloud.answers = lambda sms: next(script)
    live(cloud)
    assert check_at_rest(cloud, {"code.sign_in": 1}, resends=1) == {state: 1}
    one_provider_each(cloud)
    first, second = cloud.calls
    assert second.at - first.at == policy.HOLD


def test_a_reminder_that_a_provider_took_without_an_answer_is_never_sent_again(cloud: Cloud) -> None:
    a_reminder_is_due(cloud)
    cloud.answers = lambda sms: "take and time out"
    live(cloud)
    assert check_at_rest(cloud, REMINDER) == {UNKNOWN: 1}
    assert len(cloud.calls) == 1


def test_what_one_provider_certainly_refuses_another_takes(cloud: Cloud) -> None:
    a_reminder_is_due(cloud)
    cloud.answers = lambda sms: "take" if cloud.calls else "refuse"
    live(cloud)
    assert check_at_rest(cloud, REMINDER) == {SENT: 1}
    assert len({context.provider for context in cloud.calls}) == len(cloud.calls) == 2


# she changes her mind in between


@pytest.mark.parametrize("how", ["refused", "dead"])
def test_who_opts_out_between_two_attempts_is_visited_and_the_attempt_is_settled(cloud: Cloud, how: str) -> None:
    a_reminder_is_due(cloud)
    if how == "refused":
        cloud.answers = lambda sms: "take" if cloud.calls else "refuse"
        cloud.run(cloud.world.clock.now())
    else:
        dies_at_settling(cloud)
    (line,) = every(MessageAttempt)
    assert not line.is_final
    cloud.world.services.people.opt_out(line.person, "sms", RequestContext())
    live(cloud)
    # What was certainly not taken is given up there, and she is visited; what may have reached her is not told her twice.
    states = check_at_rest(cloud, {"wish.due_in_2_days": 2 if how == "refused" else 1})
    assert states == ({DeliveryState.SUPPRESSED: 2} if how == "refused" else {UNKNOWN: 1})
    assert len(cloud.calls) == 1


@pytest.mark.parametrize("how", ["refused", "dead"])
@pytest.mark.parametrize("then", ["it is no longer true", "she opts out"])
def test_a_digest_that_was_begun_comes_to_an_end_whatever_happens_to_what_it_tells(cloud: Cloud, how: str, then: str) -> None:
    world, person = cloud.world, cloud.world.person()
    wish = world.open_wish()
    cloud.run(world.clock.now() + timedelta(hours=1))
    forget_what_was_told()
    cloud.calls.clear()
    known = find_wish(wish)
    assert known
    save(replace(known, told=("expiring",)))
    now = world.clock.now()
    held = a_job(id="due_held", at=now, shard="", kind="wish.expiring_staff", subject=wish, to=person.id)
    world.services.outbox.put(held)
    cloud.run(now)
    digest_at = at_local(local_day(now, "Asia/Shanghai"), time(18), "Asia/Shanghai")
    world.clock.move_to(digest_at)
    if how == "refused":
        cloud.answers = lambda sms: "take" if cloud.calls else "refuse"
        cloud.run(digest_at)
    else:
        dies_at_settling(cloud)
    assert len(cloud.calls) == 1
    if then == "she opts out":
        world.services.people.opt_out(person.id, "sms", RequestContext())
    else:
        save(replace(known, state=State.WITHDRAWN, told=("expiring",)))
    live(cloud)
    states = check_at_rest(cloud, {"wish.expiring_staff": 1, "reminders.digest": 1})
    assert states == ({DeliveryState.SUPPRESSED: 2} if how == "refused" else {DeliveryState.SUPPRESSED: 1, UNKNOWN: 1})
    assert len(cloud.calls) == 1


def dies_at_settling(cloud: Cloud) -> None:
    """Die between the provider's answer and the note of it."""
    before = cloud.photograph()
    for n in count(1):
        cloud.go_back_to(before)
        assert not survives(cloud, n, "after", lambda: cloud.run(cloud.world.clock.now()))
        if cloud.steps[-1] == "Send":
            return
