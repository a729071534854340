"""A person gets a message once, or is on the list of visits, wherever the process dies."""

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from itertools import count

import pytest

from chalicelib.kernel.clock import at_local, local_day
from chalicelib.message_log import decisions, policy
from chalicelib.message_log.decisions import NextStep
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.message_log.repository import MessageRepository
from chalicelib.wishes.model import WishState
from chalicelib.wishes.repository import WishRepository

from ..job_rows import a_job
from ..store.scan import Reads, save
from . import seams
from .cloud import Cloud, note
from .crashes import crashes_that_fail, survives
from .facts import every
from .promises import check_at_rest
from .scenes_sending import (
    REMINDER,
    SENT,
    UNKNOWN,
    a_code_is_asked_for,
    a_reminder_is_due,
    building,
    forget,
    messages_to,
    one_provider_each,
    settle,
    small_shares,
    tell,
)

SUPPRESSED = DeliveryState.SUPPRESSED
OPTED_OUT = {"reply.opted_out_staff": 1}  # staff are told to visit
find_wish = Reads(WishRepository).find_wish


def test_a_reminder_is_in_doubt_only_after_a_crash_at_the_providers_call(
    cloud: Cloud,
) -> None:
    """Here the process is killed in earnest; the table of scenes compares what outlives it."""
    scene, doubtful, points = a_reminder_is_due(cloud), [], 0
    for when in ("before", "after"):
        for n in count(1):
            cloud.restore(scene.start)
            done = survives(cloud, n, when, scene.settle)
            effects = list(cloud.steps)
            scene.settle()
            if UNKNOWN in scene.check():
                doubtful.append((when, n, effects[-1]))
            if done:
                break
            points += 1
    note(f"{points} deaths at {effects}, of which are in doubt {doubtful}")
    assert points == 2 * len(effects) >= 30
    claim = effects.index(
        "Send"
    )  # the line is claimed before it, and settled after it
    assert [n for _, n, _ in doubtful] == [
        claim + 1,
        claim + 2,
        claim,
        claim + 1,
    ]


def test_without_the_message_log_the_same_deaths_tell_twice(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the check would notice a service without a log."""
    scene = a_reminder_is_due(cloud)
    monkeypatch.setattr(
        MessageRepository, "claim", lambda self, line: save(line) is None
    )
    monkeypatch.setattr(decisions, "next_step", lambda *args: NextStep.ATTEMPT)
    failed = crashes_that_fail(cloud, scene)
    caught = [
        text for text in failed if "told twice" in text or "calls for" in text
    ]
    assert len(caught) >= 2


@pytest.fixture
def small() -> Iterator[None]:
    with small_shares():
        yield


def test_people_who_share_a_phone_are_logged_after_a_crash_of_an_old_message(
    cloud: Cloud, small: None
) -> None:
    neighbours = building(cloud.world)
    first, last = neighbours[0], neighbours[-1]
    wish = tell(cloud, "due_two", f"people:{first},{last}")
    dies_at_settling(cloud)
    known = find_wish(wish)
    assert known
    save(replace(known, state=WishState.WITHDRAWN))
    settle(cloud)
    assert check_at_rest(cloud, {"wish.approved": 1}) == {UNKNOWN: 1}
    for person in (first, last):
        assert [message for _, message in messages_to(person)] == ["due_two"]


# urgent


@pytest.mark.parametrize(
    ("answers", "state"),
    [(["lost", "take"], SENT), (["lost", "lost", "take"], UNKNOWN)],
)
def test_a_code_without_a_providers_answer_is_sent_once_more_after_the_hold(
    cloud: Cloud, answers: list[str], state: DeliveryState
) -> None:
    a_code_is_asked_for(cloud)
    script = iter(
        "take and time out" if answer == "lost" else answer
        for answer in answers
    )
    cloud.answers = lambda sms: next(script)
    settle(cloud)
    assert check_at_rest(cloud, {"code.sign_in": 1}, resends=1) == {state: 1}
    one_provider_each(cloud)
    first, second = cloud.calls
    assert second.at - first.at == policy.RESEND_AFTER


def test_a_reminder_that_a_provider_took_without_an_answer_is_never_sent_again(
    cloud: Cloud,
) -> None:
    a_reminder_is_due(cloud)
    cloud.answers = lambda sms: "take and time out"
    settle(cloud)
    assert check_at_rest(cloud, REMINDER) == {UNKNOWN: 1}
    assert len(cloud.calls) == 1


def test_what_one_provider_certainly_refuses_another_takes(
    cloud: Cloud,
) -> None:
    a_reminder_is_due(cloud)
    cloud.answers = lambda sms: "take" if cloud.calls else "refuse"
    settle(cloud)
    assert check_at_rest(cloud, REMINDER) == {SENT: 1}
    assert len({call.provider for call in cloud.calls}) == len(cloud.calls) == 2


# an opt-out in between


@pytest.mark.parametrize("how", ["refused", "dead"])
def test_who_opts_out_between_two_attempts_is_visited_and_the_attempt_is_settled(
    cloud: Cloud, how: str
) -> None:
    a_reminder_is_due(cloud)
    if how == "refused":
        cloud.answers = lambda sms: "take" if cloud.calls else "refuse"
        cloud.run(cloud.world.clock.now())
    else:
        dies_at_settling(cloud)
    (line,) = every(MessageAttempt)
    assert not line.is_final
    seams.opt_out(cloud.world, line.person)
    settle(cloud)
    # A message that was certainly not taken is abandoned there and visited; one in doubt is not
    # sent twice. Staff learn of the opt-out.
    states = check_at_rest(
        cloud,
        {"wish.due_in_2_days": 2 if how == "refused" else 1} | OPTED_OUT,
    )
    assert states == {SENT: 1} | (
        {SUPPRESSED: 2} if how == "refused" else {UNKNOWN: 1}
    )
    assert [call.kind for call in cloud.calls] == [*REMINDER, *OPTED_OUT]


@pytest.mark.parametrize("how", ["refused", "dead"])
@pytest.mark.parametrize("then", ["it is no longer true", "they opt out"])
def test_a_digest_that_was_begun_ends_although_its_subjects_change(
    cloud: Cloud, how: str, then: str
) -> None:
    world, person = cloud.world, cloud.world.person()
    wish = world.open_wish()
    cloud.run_for(hours=1)
    forget(cloud)
    known = find_wish(wish)
    assert known
    save(replace(known, told=("expiring",)))
    now = world.clock.now()
    held = a_job(
        id="due_held",
        at=now,
        shard="",
        kind="wish.expiring_staff",
        subject=wish,
        to=person.id,
    )
    world.services.outbox.put(held)
    cloud.run(now)
    digest_at = at_local(
        local_day(now, "Asia/Shanghai"), time(18), "Asia/Shanghai"
    )
    world.clock.move_to(digest_at)
    if how == "refused":
        cloud.answers = lambda sms: "take" if cloud.calls else "refuse"
        cloud.run(digest_at)
    else:
        dies_at_settling(cloud)
    assert len(cloud.calls) == 1
    told = {}
    if then == "they opt out":
        told = OPTED_OUT
        seams.opt_out(world, person.id)
    else:
        save(replace(known, state=WishState.WITHDRAWN, told=("expiring",)))
    settle(cloud)
    states = check_at_rest(
        cloud, {"wish.expiring_staff": 1, "reminders.digest": 1} | told
    )
    digest = {} if how == "refused" else {UNKNOWN: 1}
    expected = {SENT: len(told), SUPPRESSED: 2 - len(digest)} | digest
    assert states == Tally(expected)
    assert [call.kind for call in cloud.calls] == ["reminders.digest", *told]


def dies_at_settling(cloud: Cloud) -> None:
    """Die between the provider's answer and the note of it."""
    before = cloud.checkpoint()
    # Once to the end: what a process keeps in memory changes its steps no more.
    cloud.run(cloud.world.clock.now())
    for n in count(1):
        cloud.restore(before)
        assert not survives(
            cloud, n, "after", lambda: cloud.run(cloud.world.clock.now())
        )
        if cloud.steps[-1] == "Send":
            return
