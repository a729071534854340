"""A phone that was set after a claim, a repair or an offer confirms nothing by itself."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.offers.model import Offer, OfferState

from ..cases import number
from ..people.phones import give_another_phone
from ..phone_changes.builders import change, correct, later
from ..replies.builders import PROVIDERS, reply
from ..store.scan import find
from ..tickets.cases import reported
from ..world import BAIHUA, UNIT, Phone, World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World(sms_providers=PROVIDERS)


def add_phone(world: World, resident: Phone) -> Phone:
    """Let staff add a phone to the record of somebody without one."""
    staff = world.staff()
    path = f"/v1/people/{resident.me['id']}"
    assert staff.patch(path, {"phone": number(world)}).status == 200
    return later(world, resident)


def correct_phone(world: World, resident: Phone) -> Phone:
    answer = correct(world.staff(), resident.me["id"], number(world))
    assert answer.json["phone_change"] is None
    return later(world, resident)


def change_own(world: World, resident: Phone) -> Phone:
    change(world, resident)
    return later(world, resident)


WAYS: dict[str, Any] = {
    "added by staff": (None, add_phone),
    "corrected by staff": ("", correct_phone),
    "changed by themself": ("", change_own),
}


def claimed(world: World, resident: Phone) -> tuple[str, Phone]:
    wish_id, helper = world.open_wish(resident), world.volunteer()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    return wish_id, helper


def deliver(helper: Phone, wish_id: str, **body: Any) -> str:
    answer = helper.post(f"/v1/wishes/{wish_id}/deliver", body)
    assert answer.status == 200, answer.text
    return str(answer.json["state"])


def renewed(world: World, way: str) -> tuple[str, Phone]:
    """Return a delivered wish whose resident got their phone after the claim."""
    phone, renew = WAYS[way]
    resident = world.resident(phone=phone)
    wish_id, helper = claimed(world, resident)
    world.clock.advance(MINUTE)
    resident = renew(world, resident)
    assert deliver(helper, wish_id) == "delivered"
    return wish_id, resident


def queue(world: World, kind: str) -> list[str]:
    answer = world.staff().get(f"/v1/admin/queue?place={BAIHUA}&limit=100")
    return [task["id"] for task in answer.json["items"] if task["kind"] == kind]


@pytest.mark.parametrize("way", WAYS)
def test_a_confirmation_in_the_app_goes_to_staff(world: World, way: str):
    wish_id, resident = renewed(world, way)
    answer = resident.post(f"/v1/wishes/{wish_id}/confirm", {"rating": 5})
    assert (answer.status, answer.json["state"]) == (200, "delivered")
    assert queue(world, "wish.new_phone") == [wish_id]
    again = resident.post(f"/v1/wishes/{wish_id}/confirm", {})
    assert again.json["state"] == "delivered"
    world.pass_time(hours=1)
    told = world.sms_to(world.admin.phone or "", "wish.new_phone_staff")
    assert len(told) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_1_by_sms_goes_to_staff_and_they_confirm(world: World, way: str):
    wish_id, resident = renewed(world, way)
    world.pass_time(minutes=30)
    reply(world, resident.me["phone"], "1")
    staff = world.staff()
    path = f"/v1/wishes/{wish_id}"
    assert staff.get(path).json["state"] == "delivered"
    assert queue(world, "wish.new_phone") == [wish_id]
    assert staff.post(f"{path}/confirm", {}).json["state"] == "fulfilled"
    assert queue(world, "wish.new_phone") == []


@pytest.mark.parametrize("way", WAYS)
def test_a_dispute_by_a_new_phone_counts(world: World, way: str):
    wish_id, resident = renewed(world, way)
    answer = resident.post(
        f"/v1/wishes/{wish_id}/dispute", {"reason": "没收到"}
    )
    assert answer.json["state"] == "disputed"


@pytest.mark.parametrize("way", WAYS)
def test_a_phone_set_before_the_claim_confirms(world: World, way: str):
    phone, renew = WAYS[way]
    resident = world.resident(phone=phone)
    resident = renew(world, resident)
    world.clock.advance(MINUTE)
    wish_id, helper = claimed(world, resident)
    assert deliver(helper, wish_id) == "delivered"
    answer = resident.post(f"/v1/wishes/{wish_id}/confirm", {})
    assert answer.json["state"] == "fulfilled"


def test_nobody_is_asked_again_once_a_confirmation_is_held(world: World):
    wish_id, resident = renewed(world, "changed by themself")
    resident.post(f"/v1/wishes/{wish_id}/confirm", {})
    world.pass_time(days=7)
    assert not world.sms_to(resident.me["phone"], "wish.unconfirmed")


@pytest.mark.parametrize(
    ("new", "state"), [(False, "fulfilled"), (True, "delivered")]
)
def test_the_delivery_code_of_a_new_phone_notes_the_delivery_only(
    world: World, new: bool, state: str
):
    resident = world.resident()
    wish_id, helper = claimed(world, resident)
    world.pass_time(minutes=1)
    code = world.delivery_code(resident.me["phone"])
    if new:
        give_another_phone(world, resident)
    assert deliver(helper, wish_id, code=code) == state


def test_a_contact_with_a_new_phone_confirms_nothing(world: World):
    contact = world.resident()
    ward = world.person(
        "李奶奶", phone=None, contact_via=contact.me["id"], home=UNIT
    )
    wish = world.wish_body(on_behalf_of=ward.id, consent={"how": "written"})
    filed = contact.post("/v1/wishes", wish)
    assert filed.status == 201, filed.text
    wish_id = filed.json["id"]
    admin, helper = world.phone_of(world.admin), world.volunteer()
    assert admin.post(f"/v1/wishes/{wish_id}/approve").status == 200
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.clock.advance(MINUTE)
    change(world, contact)
    assert deliver(helper, wish_id) == "delivered"
    answer = contact.post(f"/v1/wishes/{wish_id}/confirm", {})
    assert answer.json["state"] == "delivered"


# tickets


@pytest.mark.parametrize("by_sms", [False, True])
def test_a_reporters_new_phone_does_not_confirm_a_ticket(
    world: World, by_sms: bool
):
    ticket_id, resident = reported(world, "accept", "resolve")
    world.pass_time(minutes=20)
    give_another_phone(world, resident)
    if by_sms:
        reply(world, resident.me["phone"], "1")
    else:
        answer = resident.post(f"/v1/tickets/{ticket_id}/confirm", {})
        assert answer.json["state"] == "resolved"
    staff = world.staff()
    assert staff.get(f"/v1/tickets/{ticket_id}").json["state"] == "resolved"
    assert queue(world, "ticket.new_phone") == [ticket_id]
    confirmed = staff.post(
        f"/v1/tickets/{ticket_id}/confirm",
        {"on_behalf_of": resident.me["id"]},
    )
    assert confirmed.json["state"] == "closed"
    assert queue(world, "ticket.new_phone") == []


def test_a_phone_set_before_the_work_was_done_confirms_a_ticket(world: World):
    ticket_id, resident = reported(world, "accept")
    give_another_phone(world, resident)
    world.clock.advance(MINUTE)
    resolved = world.staff().post(
        f"/v1/tickets/{ticket_id}/resolve", {"note": "已清理"}
    )
    assert resolved.status == 200, resolved.text
    answer = resident.post(f"/v1/tickets/{ticket_id}/confirm", {})
    assert answer.json["state"] == "closed"


def test_a_reopened_ticket_forgets_the_held_confirmation(world: World):
    ticket_id, resident = reported(world, "accept", "resolve")
    world.clock.advance(MINUTE)
    give_another_phone(world, resident)
    resident.post(f"/v1/tickets/{ticket_id}/confirm", {})
    reason = {"reason": "又堆上了"}
    path = f"/v1/tickets/{ticket_id}"
    assert resident.post(f"{path}/reopen", reason).status == 200
    world.clock.advance(MINUTE)
    done = world.staff().post(f"{path}/resolve", {"note": "已清理"})
    assert done.status == 200, done.text
    assert queue(world, "ticket.new_phone") == []
    answer = resident.post(f"{path}/confirm", {})
    assert answer.json["state"] == "closed"


# offers


@pytest.mark.parametrize(
    ("new", "state"), [(False, OfferState.ACCEPTED), (True, OfferState.OFFERED)]
)
def test_a_volunteers_new_phone_accepts_no_offer_by_sms(
    world: World, new: bool, state: OfferState
):
    helper = world.volunteer()
    offer_id = world.offer(world.open_wish(), helper)
    world.pass_time(minutes=30)
    if new:
        give_another_phone(world, helper)
    reply(world, helper.me["phone"], "1")
    offer = find(Offer, offer_id, "offer")
    assert offer
    assert offer.state is state
    world.pass_time(minutes=1)
    told = world.sms_to(helper.me["phone"], "offer.not_taken")
    assert bool(told) is new
