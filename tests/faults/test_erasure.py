"""A feature that fails at an erasure is parked alone: the others have done their part."""

import json
from collections import Counter as Tally
from typing import Any
from unittest import mock

import pytest

from chalicelib.adapters.queue import TRIES
from chalicelib.feature import PERSON_ERASED, Bound
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


def _counted(
    name: str, bound: Bound, tries: Tally[str], *, fails: bool
) -> Bound:
    provider, handler = bound

    def run(service: Any, event: Any) -> Any:
        tries[name] += 1
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
    handlers = services.dispatcher._events[PERSON_ERASED]
    assert handlers.keys() == HANDLERS
    for failing in sorted(HANDLERS):
        cloud.restore(start)
        tries = Tally[str]()
        counted = {
            n: _counted(n, b, tries, fails=n == failing)
            for n, b in handlers.items()
        }
        with mock.patch.dict(handlers, counted):
            cloud.run_for(minutes=20)
        assert tries == dict.fromkeys(HANDLERS, 1) | {failing: TRIES}
        (parked,) = services.outbox.every_parked()
        assert (parked.record.kind, parked.record.handler) == (
            f"event.{PERSON_ERASED}",
            failing,
        )
        services.desk.redrive_all(None)
        erased.settle()
        erased.check()


def test_without_the_handlers_what_was_written_would_stay(cloud: Cloud) -> None:
    """The control: the check would notice a handler that has not run."""
    erased, services = somebody_is_erased(cloud), cloud.world.services
    start = cloud.checkpoint()
    erased.settle()
    done = erased.remains()
    handlers = services.dispatcher._events[PERSON_ERASED]
    for idle in sorted(HANDLERS):
        cloud.restore(start)
        bound = Bound(handlers[idle].provider, lambda service, event: None)
        with mock.patch.dict(handlers, {idle: bound}):
            erased.settle()
        assert erased.remains() != done, idle


@pytest.mark.parametrize("handler", sorted(HANDLERS))
def test_an_erasure_that_is_handled_again_changes_no_row_and_no_version(
    cloud: Cloud, handler: str
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
            tag=PERSON_ERASED,
            subject=person.me["id"],
            handler=handler,
        )
        seams.run_job(
            cloud.world, ScheduledJob(job=job, at=cloud.world.clock.now())
        )
        cloud.world.pass_time(hours=1)
        assert snapshot() == before
