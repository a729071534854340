"""A person's own data: at once, or as a file where they are too many."""

import json
from datetime import timedelta

import pytest

from chalicelib.exports import policy
from chalicelib.kernel.ids import derived_id
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
)
from chalicelib.people import accounts
from chalicelib.people import export as people_export

from ..faults import seams
from ..faults.cloud import Cloud
from ..world import START, Phone, World
from .builders import fetch

DATA = "/v1/me/data"


def with_messages(world: World, number: int, size: int) -> Phone:
    """Return the phone of somebody who was sent so many messages."""
    phone = world.resident()
    attempts = [
        MessageAttempt(
            id=derived_id("msg", f"{n}"),
            message=derived_id("due", f"{n}"),
            kind="wish.approved",
            about="wsh_" + "a" * 24,
            person=phone.me["id"],
            channel=Channel.SMS,
            state=DeliveryState.SENT,
            at=START - timedelta(minutes=n),
            text="字" * size,
            locale="zh-CN",
            ttl=START + timedelta(days=100),
        )
        for n in range(number)
    ]
    world.services.store.write_batch(put=attempts)
    return phone


def test_more_than_a_megabyte_becomes_a_file_that_has_everything(world: World):
    phone = with_messages(world, 1_500, 100)
    cloud = Cloud(world)
    answer = phone.get(DATA)
    assert (answer.status, answer.json["state"]) == (202, "queued")
    assert phone.get(DATA).json["id"] == answer.json["id"]
    assert phone.get(f"{DATA}/file").code == "export.not_ready"
    cloud.run_for(minutes=1)
    ready = phone.get(DATA)
    assert (ready.status, ready.json["state"]) == (202, "ready")
    assert ready.json["file"] == f"{DATA}/file"
    held = json.loads(fetch(world, phone, ready.json["file"]))
    assert len({one["id"] for one in held["messages"]}) == 1_500
    whole = world.services.accounts._personal_data.of(
        world.services.people.find(phone.me["id"])
    )
    assert held.keys() == whole.keys()
    assert held["person"]["name"] == phone.me["name"]


def test_a_file_and_an_answer_say_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    phone = with_messages(world, 7, 10)
    phone.post("/v1/wishes", world.wish_body())
    at_once = phone.get(DATA).json
    monkeypatch.setattr(people_export, "DATA_PAGE", 3)
    monkeypatch.setattr(policy, "DATA_PER_STEP", 100)
    assert phone.get(DATA).json["messages"] == at_once["messages"]
    monkeypatch.setattr(accounts, "DATA_AT_ONCE", 100)
    assert phone.get(DATA).status == 202
    world.pass_time(seconds=1)
    held = json.loads(fetch(world, phone, f"{DATA}/file"))
    assert {name: held[name] for name in at_once} == at_once


def test_a_megabyte_is_answered_at_once_and_no_file_is_made(world: World):
    phone = with_messages(world, 20, 100)
    assert phone.get(DATA).status == 200
    assert phone.get(f"{DATA}/file").status == 404
    assert not seams.kept_files(world)


def test_a_file_of_own_data_ends_after_a_day(world: World):
    phone = with_messages(world, 1_500, 100)
    phone.get(DATA)
    world.pass_time(hours=25)
    again = world.phone_of(world.services.people.find(phone.me["id"]))
    assert again.get(f"{DATA}/file").status == 404
    assert again.get(DATA).json["state"] == "queued"


def test_an_erased_person_leaves_no_file_of_their_data(world: World):
    phone = with_messages(world, 1_500, 100)
    phone.get(DATA)
    world.pass_time(seconds=1)
    assert seams.kept_files(world)
    assert world.erase(phone).status == 202
    world.pass_time(minutes=1)
    assert not seams.kept_files(world)


def test_the_file_is_fetched_with_a_line_in_the_trail_and_by_nobody_else(
    world: World,
):
    phone, other = with_messages(world, 1_500, 100), world.resident()
    phone.get(DATA)
    world.pass_time(seconds=1)
    assert other.get(f"{DATA}/file").status == 404
    assert phone.get(f"{DATA}/file").status == 303
    events = world.phone_of(world.admin).get(
        "/v1/admin/audit?place=chunhui&kind=person.exported"
    )
    assert len(events.json["items"]) == 1
