"""The SMS that an erasure is finished: once, to the number, when every feature is through."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from chalicelib.adapters.ports import Refused, Sms
from chalicelib.feature import Bound
from chalicelib.privacy.erasure_notices import ERASED
from chalicelib.privacy.policy import NUMBER_KEPT
from chalicelib.signin.repository import SessionRepository
from chalicelib.store.scheduling import HAND_OVER_FIRST

from ..notifications.builders import ScriptedGateway, over
from ..store.scan import everything
from ..world import Phone, World
from .test_through_staff import blocked, erase, phoneless

MINUTE = timedelta(minutes=1)


class NoticeFails(ScriptedGateway):
    """A provider whose script is for the notice alone: it takes all codes."""

    def send(self, sms: Sms) -> str:
        if sms.kind == ERASED and self.script:
            raise self.script.pop(0)
        self.taken.append(sms)
        self.world.mailbox.put(sms.phone, "sms", sms.text, sms.kind)
        return sms.id


def notices(world: World, number: str) -> list[str]:
    return [letter.text for letter in world.sms_to(number, ERASED)]


def rows_with(number: str) -> list[str]:
    found = []
    for table, items in everything().items():
        found += [f"{table} {item}" for item in items if number in str(item)]
    return found


def erased_without(world: World, handler: str) -> tuple[Phone, Any]:
    """Erase somebody while a feature fails; return them, and the patch that makes it fail."""
    phone = world.resident()
    handlers = world.services.dispatcher._events["person.erased"]

    def fail(service: Any, event: Any) -> None:
        raise RuntimeError(handler)

    bound = Bound(handlers[handler].provider, fail)
    patch = mock.patch.dict(handlers, {handler: bound})
    patch.start()
    assert world.erase(phone).status == 202
    return phone, patch


def test_the_number_hears_at_once_and_is_then_gone(world: World):
    phone = world.resident()
    number = phone.me["phone"]
    assert world.erase(phone).status == 202
    world.pass_time(minutes=5)
    (text,) = notices(world, number)
    assert "已全部删除" in text
    assert rows_with(number) == []
    world.pass_time(days=3)
    assert len(notices(world, number)) == 1


def test_a_number_stays_while_its_sms_is_tried_again(world: World):
    phone = world.resident()
    number = phone.me["phone"]
    gateway = NoticeFails(world, Refused("throttled"))
    over(world, gateway)
    assert world.erase(phone).status == 202
    world.pass_time(seconds=5)
    assert gateway.script == []
    (row,) = rows_with(number)
    assert row.startswith("sessions ")
    world.pass_time(hours=1)
    assert len(notices(world, number)) == 1
    assert rows_with(number) == []


@pytest.mark.parametrize(
    "error", [Refused("no such number", final=True), TimeoutError()], ids=repr
)
def test_a_number_goes_when_its_sms_has_failed(world: World, error: Exception):
    phone = world.resident()
    gateway = NoticeFails(world, error)
    over(world, gateway)
    assert world.erase(phone).status == 202
    world.pass_time(minutes=5)
    assert gateway.script == []
    assert rows_with(phone.me["phone"]) == []


def test_a_number_goes_though_the_job_of_its_sms_died_in_between(world: World):
    phone = world.resident()
    dropped = mock.patch.object(
        SessionRepository, "delete_target", side_effect=RuntimeError
    )
    with dropped:
        assert world.erase(phone).status == 202
        world.pass_time(seconds=30)
    assert len(notices(world, phone.me["phone"])) == 1
    assert rows_with(phone.me["phone"])
    world.services.desk.redrive_all(None)
    world.pass_time(hours=1)
    assert len(notices(world, phone.me["phone"])) == 1
    assert rows_with(phone.me["phone"]) == []


def test_nobody_hears_while_a_feature_is_not_through(world: World):
    phone, patch = erased_without(world, "wishes")
    number = phone.me["phone"]
    world.pass_time(hours=1)
    assert notices(world, number) == []
    patch.stop()
    assert world.services.desk.redrive_all(None)
    world.pass_time(hours=1)
    assert len(notices(world, number)) == 1


def test_who_did_not_just_ask_is_not_woken(world: World):
    phone, patch = erased_without(world, "wishes")
    number = phone.me["phone"]
    world.pass_time(hours=1)
    patch.stop()
    night = world.clock.now().replace(hour=15, minute=0)  # 23:00 in Shanghai
    world.pump.move_to(night)
    world.services.desk.redrive_all(None)
    world.pass_time(hours=8)
    assert notices(world, number) == []
    world.pass_time(hours=2)
    assert len(notices(world, number)) == 1


def test_after_a_month_a_number_is_not_used_any_more(world: World):
    phone, patch = erased_without(world, "wishes")
    number = phone.me["phone"]
    world.pass_time(hours=1)
    patch.stop()
    world.clock.advance(NUMBER_KEPT)
    world.services.desk.redrive_all(None)
    world.clock.advance(HAND_OVER_FIRST + MINUTE)
    world.pass_time(days=1)
    assert notices(world, number) == []
    assert rows_with(number) == []


def test_an_erasure_by_staff_tells_the_number_too(world: World):
    person = blocked(world)
    assert erase(world.staff(), person) == (202, "pending")
    assert erase(world.staff(), person) == (202, "erased")
    world.pass_time(minutes=5)
    assert person.phone
    assert len(notices(world, person.phone)) == 1


def test_a_person_without_a_phone_leaves_no_row_to_wait(world: World):
    person = phoneless(world)
    assert erase(world.staff(), person) == (202, "pending")
    assert erase(world.staff(), person) == (202, "erased")
    rows = [
        row for row in everything()["privacy"] if row["sk"]["S"] == "progress"
    ]
    assert rows == []
    world.pass_time(hours=1)
    assert not list(world.services.outbox.every_parked())


def test_a_block_is_not_the_end_of_an_erasure(world: World):
    person = blocked(world)
    world.pass_time(hours=1)
    assert person.phone
    assert notices(world, person.phone) == []
