"""A feature that fails at an erasure is parked alone: the others have done their part."""

import json
from collections import Counter as Tally
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest

from chalicelib.adapters.queue import TRIES
from chalicelib.feature import Bound
from chalicelib.kernel.job import Event, ScheduledJob

from . import seams
from .cloud import Cloud
from .facts import snapshot
from .scenes_erasure import (
    HANDLERS,
    SECRETS,
    somebody_is_erased,
    somebody_with_every_relation,
)

PAIRS = [(tag, name) for tag in HANDLERS for name in sorted(HANDLERS[tag])]


def _counted(
    name: tuple[str, str],
    bound: Bound,
    tries: Tally[tuple[str, str]],
    *,
    fails: bool,
) -> Bound:
    provider, handler = bound

    def run(service: Any, event: Any) -> Any:
        tries[name] += event.cursor is None
        if fails:
            raise RuntimeError(name)
        return handler(service, event)

    return Bound(provider, run)


def test_a_handler_that_fails_five_times_is_parked_alone_and_the_others_have_run(
    cloud: Cloud,
) -> None:
    erased, services = somebody_is_erased(cloud), cloud.world.services
    start = cloud.checkpoint()
    cloud.run_for(minutes=20)
    erased.settle()
    erased.expected = erased.remains()
    events = services.dispatcher._events
    assert {tag: {*events[tag]} for tag in HANDLERS} == HANDLERS
    for failing in PAIRS:
        cloud.restore(start)
        tries = Tally[tuple[str, str]]()
        with ExitStack() as stack:
            for pair in PAIRS:
                tag, name = pair
                counted = _counted(
                    pair, events[tag][name], tries, fails=pair == failing
                )
                patched = mock.patch.dict(events[tag], {name: counted})
                stack.enter_context(patched)
            cloud.run_for(minutes=20)
        assert tries == dict.fromkeys(PAIRS, 1) | {failing: TRIES}
        (parked,) = services.outbox.every_parked()
        record = parked.record
        assert record.kind == f"event.{failing[0]}"
        assert record.handler == failing[1]
        services.desk.redrive_all(None)
        erased.settle()
        erased.check()


def test_without_the_handlers_what_was_written_would_stay(cloud: Cloud) -> None:
    """The control: the check would notice a handler that has not run."""
    erased, services = somebody_is_erased(cloud), cloud.world.services
    start = cloud.checkpoint()
    erased.settle()
    done = erased.remains()
    events = services.dispatcher._events
    # What remains shows no message, and a factor goes with the commit itself.
    for idle in {name for _, name in PAIRS} - {"message_log", "factors"}:
        cloud.restore(start)
        with ExitStack() as stack:
            for tag in HANDLERS:
                if idle in events[tag]:
                    provider = events[tag][idle].provider
                    bound = Bound(provider, lambda service, event: None)
                    patched = mock.patch.dict(events[tag], {idle: bound})
                    stack.enter_context(patched)
            erased.settle()
        assert erased.remains() != done, idle


@pytest.mark.parametrize(("tag", "handler"), PAIRS)
def test_an_erasure_that_is_handled_again_changes_no_row_and_no_version(
    cloud: Cloud, tag: str, handler: str
) -> None:
    person = somebody_with_every_relation(cloud)
    assert cloud.world.erase(person).status == 202
    cloud.world.pass_time(days=1)
    before = snapshot()
    assert not [
        row
        for row in before
        if any(json.dumps(secret)[1:-1] in row for secret in SECRETS)
    ]
    for n in range(2):
        job = Event(
            id=f"due_again{n}",
            tag=tag,
            subject=person.me["id"],
            params={"ended": "erased: role:volunteer@chunhui.baihua"},
            handler=handler,
        )
        seams.run_job(
            cloud.world, ScheduledJob(job=job, at=cloud.world.clock.now())
        )
        cloud.world.pass_time(hours=1)
        assert snapshot() == before
