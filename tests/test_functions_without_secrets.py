"""Most functions need no secret: they run where none can be read."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import app
from chalicelib.adapters.queue import write_entry
from chalicelib.message_log.feature import feature as message_log
from chalicelib.message_log.feature import transport
from chalicelib.runtime import use
from onemachine.files import arrival_event

from .adapters.pictures import jpeg
from .faults.cloud import Stub, sqs_event
from .job_rows import a_job
from .world import Phone, Services, World

SCHEDULES = (
    "sweep",
    "match_wishes",
    "audit",
    "check_ladders",
    "seal_months",
)


class Refused(Exception):
    """A role that may not read a secret."""


class NoSecrets:
    """Secrets that nobody may read."""

    def __getattr__(self, name: str) -> Any:
        raise Refused(name)


@pytest.fixture
def bare(world: World, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The services of a process that may read no secret and hands its jobs to queues."""
    world.open_wish()
    world.volunteer()
    world.staff()
    monkeypatch.setattr("chalicelib.container._queue", lambda *_: Stub())
    secrets: Any = NoSecrets()
    bare = world.rewired(replace(world.settings, secrets=secrets))
    use(bare.container)
    return bare


def test_control_what_signs_reads_or_sends_needs_a_secret(bare: Services):
    assert bare.container.get(message_log)
    with pytest.raises(Refused, match="sms_providers"):
        bare.container.get(transport)
    with pytest.raises(Refused, match="token_keys"):
        bare.tokens.read("a.b.c")
    assert (
        Phone().post("/v1/auth/codes", {"phone": "+8613812345678"}).status
        == 500
    )


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_runs_without_a_secret(
    world: World, bare: Services, name: str
):
    world.clock.move_to(world.clock.now() + timedelta(hours=30))
    assert app.handler_map[name](dict.fromkeys(EVENT, "x"), None) is not None


EVENT = (
    "version",
    "account",
    "region",
    "detail",
    "detail-type",
    "source",
    "time",
    "id",
    "resources",
)


def test_dead_letters_are_parked_without_a_secret(world: World, bare: Services):
    job = a_job(
        id="due_dead",
        at=world.clock.now(),
        kind="command.match.community",
        subject="chunhui.baihua",
    )
    event = sqs_event([("a", "no entry at all"), ("b", write_entry(job))])
    assert app.handler_map["park_dead"](event, None) == {
        "batchItemFailures": []
    }
    assert len(list(bare.container.core.outbox.every_parked())) == 2


def test_photos_are_cleaned_without_a_secret(world: World, bare: Services):
    use(world.services.container)
    phone, data = world.resident(), jpeg()
    made = phone.post(
        "/v1/uploads",
        {"kind": "photo", "content_type": "image/jpeg", "size": len(data)},
    )
    key = world.files.take(made.json["fields"], data)
    use(bare.container)
    app.handler_map["clean_photo"](arrival_event(key), None)
    use(world.services.container)
    seen = phone.get(f"/v1/uploads/{made.json['id']}")
    assert seen.json["state"] == "ready"
