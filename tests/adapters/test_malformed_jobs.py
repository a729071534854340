"""Queue bodies that are no jobs: of every kind of job, each field spoilt in every way."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.adapters.queue import read_dead, read_entry, write_entry
from chalicelib.kernel.audiences import OnePerson
from chalicelib.kernel.job import (
    Answer,
    Command,
    Event,
    Job,
    ScheduledJob,
    Send,
    Timer,
    Unreadable,
)

from ..world import World

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
JOBS: list[Job] = [
    Timer(id="due_t", entity_kind="wish", entity_id="wsh_a"),
    Event(
        id="due_e",
        tag="person.erased",
        subject="per_a",
        handler="wishes",
        cursor={"n": "1"},
    ),
    Answer(
        id="due_a",
        question="wish.delivered",
        subject="wsh_a",
        person_id="per_a",
        yes=True,
    ),
    Command(
        id="due_c",
        name="offers.match",
        subject="chunhui.baihua",
        cursor={"n": "1"},
    ),
    Send(
        id="due_s",
        message_kind="wish.approved",
        subject="wsh_a",
        audience=OnePerson("per_a"),
        params={"claim": "clm_a"},
        not_before=NOON,
        not_after=NOON,
        message_id="due_s",
        attempt_id="msg_a",
    ),
]
SPOILT: list[Any] = [
    None,
    0,
    7,
    1.5,
    True,
    [],
    ["x"],
    {},
    {"x": 1},
    {"x": {"y": "z"}},
    {"x": None},
    "",
    "x",
    ":",
    "\ud800",
    "2026-11-23",
]
WHOLE = [
    "",
    "null",
    "7",
    "[]",
    "{}",
    '"x"',
    "{",
    "[" * 100_000,
    '{"kind":"timer.wish"}',
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: type(job).__name__)
def test_a_dead_letter_with_any_value_in_a_field_is_parked(
    world: World, job: Job
):
    body = json.loads(write_entry(ScheduledJob(job=job, at=NOON, shard="s0")))
    for field in body:
        for spoilt in SPOILT:
            _park(world, json.dumps(body | {field: spoilt}))


@pytest.mark.parametrize("body", WHOLE, ids=range(len(WHOLE)))
def test_a_dead_letter_that_is_no_job_is_parked(world: World, body: str):
    _park(world, body)
    assert isinstance(read_dead(body).job, Unreadable)


def _park(world: World, body: str) -> None:
    """Park a dead letter, and read and redrive what staff see of it."""
    outbox = world.services.outbox
    world.services.container.park(read_dead(body))
    (parked,) = outbox.every_parked()
    assert world.services.desk.redrive_all([parked.id]) == 1
    assert not list(outbox.every_parked())
    world.services.store.delete(outbox.requeue(parked)[0].row)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: type(job).__name__)
def test_a_job_reads_back_as_it_was_written(job: Job):
    scheduled = ScheduledJob(job=job, at=NOON, shard="s0")
    assert read_entry(write_entry(scheduled)) == scheduled
