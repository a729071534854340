"""The metrics of security, which name nobody, and from which alarms are raised."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.kernel.metrics import MemoryMetrics

from ..notifications.builders import ScriptedGateway, over
from ..signin.builders import ask, exchange, wrong
from ..world import JINFENG, Phone, World


def measured(world: World) -> MemoryMetrics:
    metrics = world.services.metrics
    assert isinstance(metrics, MemoryMetrics)
    return metrics


def reveal(world: World, staff: Phone) -> None:
    path = f"/v1/people/{world.person().id}/reveal"
    assert staff.post(path, {"reason": "上门"}).status == 200


def test_reveals_are_measured_as_the_count_of_one_person_in_a_day(
    world: World,
):
    one, other = world.staff(), world.staff()
    for staff in (one, one, other, one):
        reveal(world, staff)
        world.clock.advance(timedelta(minutes=5))
    world.clock.advance(timedelta(hours=23, minutes=42))
    person = world.services.people.find(one.me["id"])
    reveal(
        world, world.phone_of(person)
    )  # a day and two minutes after the first
    assert measured(world).values["RevealsOfPerson",] == [1, 2, 1, 3, 3]


def test_a_refused_or_repeated_reveal_is_not_measured(world: World):
    staff, person = world.staff(), world.person()
    path, body = f"/v1/people/{person.id}/reveal", {"reason": "上门"}
    assert world.staff(JINFENG).post(path, body).status == 404
    for _ in range(3):
        assert staff.post(path, body, idempotency_key="tap").status == 200
    assert measured(world).values["RevealsOfPerson",] == [1]


def test_homes_are_measured_as_the_count_of_one_volunteer(world: World):
    one, other = world.volunteer(), world.volunteer()
    homes = [world.resident(address=f"{n}楼302室") for n in (1, 2, 3)]
    for helper, home in ((one, 0), (one, 1), (other, 1), (one, 2), (one, 1)):
        wish = world.open_wish(homes[home])
        assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert measured(world).values["HomesShown",] == [1, 2, 1, 3, 3]


def test_claims_given_back_are_measured_until_claiming_is_paused(
    world: World,
):
    helper = world.volunteer()
    for _ in range(3):
        path = f"/v1/wishes/{world.open_wish()}"
        assert helper.post(f"{path}/claim").status == 200
        reason = {"reason": "没时间"}
        assert helper.post(f"{path}/release", reason).status == 200
    assert measured(world).values["ClaimsGivenBack",] == [1, 2, 3]


def test_what_staff_release_is_not_measured(world: World):
    helper, wish = world.volunteer(), world.open_wish()
    path = f"/v1/wishes/{wish}"
    assert helper.post(f"{path}/claim").status == 200
    staff = world.phone_of(world.admin)
    assert staff.post(f"{path}/release", {"reason": "改期"}).status == 200
    assert measured(world).values["ClaimsGivenBack",] == []


def test_each_wrong_code_is_counted_and_no_right_one(world: World):
    person = world.person()
    phone = person.phone or ""
    ask(Phone(), phone)
    code = world.code_in_sms(phone)
    for _ in range(2):
        assert exchange(Phone(), wrong(code), phone).status == 422
        world.clock.advance(timedelta(minutes=1))
    assert exchange(Phone(), code, phone).status == 201
    assert measured(world).counts["WrongCodes",] == 2


def too_soon(world: World, phone: str) -> None:
    ask(Phone(), phone)
    assert ask(Phone(), phone).status == 429


def too_many_tries(world: World, phone: str) -> None:
    ask(Phone(), phone)
    code = wrong(world.code_in_sms(phone))
    for _ in range(5):
        exchange(Phone(), code, phone)
        world.clock.advance(timedelta(seconds=20))
    assert exchange(Phone(), code, phone).status == 429


def mail_too_soon(world: World, phone: str) -> None:
    resident = world.resident()
    path, body = "/v1/me/email", {"address": "a@example.com"}
    assert resident.post(path, body).status == 202
    assert resident.post(path, body).status == 429


REASONS = {
    too_soon: {"too_soon"},
    too_many_tries: {"too_many_tries", "pause"},
    mail_too_soon: {"too_soon"},
}


@pytest.mark.parametrize("refuse", REASONS)
def test_codes_refused_for_their_number_are_counted(
    world: World, refuse: Callable[[World, str], None]
):
    person = world.person()
    assert measured(world).counts["CodesRefused",] == 0
    refuse(world, person.phone or "")
    counts = measured(world).counts
    assert counts["CodesRefused",] >= 1
    by_reason = {
        reason
        for name, *rest in counts
        for reason in rest
        if name == "CodesRefused"
    }
    assert by_reason <= REASONS[refuse]
    assert by_reason


def test_a_code_is_measured_as_a_share_of_the_budget_of_its_day():
    world = World(codes_per_day=4, codes_per_address_hour=100)
    resident = world.person()
    for number in range(6):
        ask(Phone(address=f"198.51.100.{number}"), f"+861391110000{number}")
    ask(Phone(address="198.51.100.77"), resident.phone or "")
    values = measured(world).values
    assert values["UnknownCodesSpent",] == [25.0] * 4
    assert values["KnownCodesSpent",] == [25.0]
    assert measured(world).counts["CodesRefused", "budget"] == 2


def test_spending_is_measured_as_a_share_of_the_monthly_budget():
    world = World(sms_budget_fen=1000)
    over(world, ScriptedGateway(world))
    world.open_wish()
    world.pass_time(minutes=2)
    # One message of 5.5 fen, of 10 yuan.
    assert measured(world).values["SmsBudgetSpent",] == [pytest.approx(0.55)]
