"""How many codes go out: strangers, devices, budgets. No answer shows which numbers are known."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.kernel.network import network_of
from chalicelib.signin.devices import hint_of

from ..world import BAIHUA, GRID, Answer, Phone, World
from .builders import NUMBER, ask, exchange, sign_up

MINUTE = timedelta(minutes=1)


def from_everywhere(n: int) -> Phone:
    return Phone(address=f"198.51.{n // 250}.{n % 250}")


def flood(number: str, times: int = 8) -> list[int]:
    return [ask(from_everywhere(n), number).status for n in range(times)]


def shape(answer: Answer) -> object:
    """Return an answer without what is random in every answer."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("etag", "x-request-id")
    }
    body = {
        name: value
        for name, value in answer.json.items()
        if name != "challenge"
    }
    return answer.status, headers, body


def test_strangers_together_cause_six_sms_a_phone_and_day(world: World):
    assert flood(NUMBER) == [202] * 6 + [429] * 2
    assert len(world.sms_to(NUMBER)) == 6
    world.clock.advance(timedelta(days=1))
    assert flood(NUMBER) == [202] * 6 + [429] * 2


def test_a_refused_code_says_when_the_next_one_may_be_asked_for(world: World):
    flood(NUMBER)
    full = ask(Phone())
    assert (full.status, full.code) == (429, "auth.throttled")
    world.clock.advance(timedelta(seconds=full.json["retry_after"]))
    assert ask(Phone()).status == 202


def test_a_known_device_signs_in_although_strangers_used_up_the_phone(
    world: World,
):
    device = sign_up(world).seen[-1].json["device"]
    flood(NUMBER)
    assert ask(Phone(), device=device).status == 202
    assert ask(Phone(), device=device).code == "auth.too_soon"
    world.clock.advance(MINUTE)
    assert ask(Phone(), device=device).status == 202


def test_a_known_device_does_not_count_against_strangers(world: World):
    device = sign_up(world).seen[-1].json["device"]
    for _ in range(10):
        assert ask(Phone(), device=device).status == 202
        world.clock.advance(MINUTE)
    assert ask(Phone(), device=device).code == "auth.throttled"
    assert flood(NUMBER) == [202] * 6 + [429] * 2


def test_all_devices_of_a_phone_together_get_thirty_codes_a_day(
    world: World,
):
    devices = [sign_up(world).seen[-1].json["device"]]
    devices += [world.sign_in(NUMBER).seen[-1].json["device"] for _ in range(4)]
    sent = 0
    for device in devices:
        for _ in range(10):
            sent += ask(Phone(), device=device).status == 202
            world.clock.advance(MINUTE)
    assert sent == 30


def test_a_device_stays_the_same_device_at_its_next_sign_in(world: World):
    device = sign_up(world).seen[-1].json["device"]
    phone = Phone()
    ask(phone, device=device)
    signed = exchange(phone, world.code_in_sms(NUMBER))
    assert signed.json["device"] == device


def damaged(device: str) -> dict[str, object]:
    parts = device.split(".")
    other = [f"{part[:-1]}{'a' if part[-1] != 'a' else 'b'}" for part in parts]
    return {
        "cut": device[:-1],
        "longer": f"{device}0",
        "another device": device.replace(parts[1], other[1]),
        "another person": device.replace(parts[2], other[2]),
        "no mac": ".".join(parts[:3]),
        "empty": "",
        "letters": "é.é.é.é",
        "a refresh token": f"rt.{parts[1]}.1.{parts[3]}",
    }


def test_a_damaged_device_token_is_that_of_a_stranger(world: World):
    device = sign_up(world).seen[-1].json["device"]
    flood(NUMBER)
    for how, token in damaged(device).items():
        assert ask(Phone(), device=token).code == "auth.throttled", how


def test_a_device_of_another_account_is_a_stranger_to_this_phone(
    world: World,
):
    sign_up(world)
    other = sign_up(world, "+8613811113333").seen[-1].json["device"]
    flood(NUMBER)
    assert ask(Phone(), device=other).code == "auth.throttled"


@pytest.mark.parametrize("device", [7, None, ["a"], "a" * 201])
def test_a_device_token_is_a_text_of_some_length(world: World, device):
    answer = ask(Phone(), device=device)
    assert answer.status == (202 if device is None else 422)


def used_up(world: World) -> None:
    """Use up the budget of an address and of the day, with numbers that nobody has."""
    for n in range(70):
        ask(Phone(), f"+86137{n:08}")
        ask(from_everywhere(n), f"+86136{n:08}")


BUDGET = {"codes_per_address_hour": 60, "codes_per_day": 100}


def test_unknown_numbers_get_no_more_sms_than_the_budget_allows(
    world: World,
):
    busy = World(**BUDGET)
    used_up(busy)
    assert len(busy.mailbox.read()) == 100
    busy.clock.advance(timedelta(days=1))
    ask(Phone(), NUMBER)
    assert len(busy.sms_to(NUMBER)) == 1


@pytest.mark.parametrize(
    "who",
    [
        lambda world: world.person().phone,
        lambda world: world.person("赵", (Role.VOLUNTEER, BAIHUA)).phone,
        lambda world: world.person("陈", (Role.GRID_WORKER, GRID)).phone,
        lambda world: world.person("林", (Role.COMMUNITY_STAFF, BAIHUA)).phone,
        lambda world: world.admin.phone,
    ],
    ids=["resident", "volunteer", "worker", "staff", "administrator"],
)
def test_a_used_up_budget_leaves_known_phones_their_sign_in(
    world: World, who: Callable[[World], str]
):
    busy = World(**BUDGET)
    number = who(busy)
    used_up(busy)
    assert busy.sign_in(number).me["phone"] == number


def test_a_used_up_reserve_of_known_phones_leaves_staff_and_devices(
    world: World,
):
    busy = World(codes_per_day=3)
    people = [busy.person() for _ in range(5)]
    device = busy.sign_in(people[0].phone or "").seen[-1].json["device"]
    for n, person in enumerate(people[1:]):
        assert ask(from_everywhere(n), person.phone or "").status == 202
    assert not busy.sms_to(people[4].phone or "", "code.sign_in")
    assert busy.sign_in(busy.admin.phone or "")
    ask(Phone(), people[0].phone or "", device=device)
    assert len(busy.sms_to(people[0].phone or "", "code.sign_in")) == 2


@pytest.mark.parametrize("before", [lambda world: None, used_up])
def test_no_answer_shows_whether_a_number_is_known(
    world: World, before: Callable[[World], None]
):
    """Compare answer by answer: asking, asking again, guessing, guessing on."""
    busy = World(**BUDGET)
    blocked = busy.person()
    busy.phone_of(busy.admin).put(
        f"/v1/people/{blocked.id}/blocked",
        {"blocked": True, "reason": "停用"},
    )
    numbers = [
        busy.person().phone or "",
        NUMBER,
        blocked.phone or "",
        busy.admin.phone or "",
        busy.person("陈", (Role.GRID_WORKER, GRID)).phone or "",
    ]
    before(busy)
    seen: list[list[object]] = []
    for n, number in enumerate(numbers):
        phone = Phone(address=f"192.0.2.{n}")
        answers = [ask(phone, number), ask(phone, number)]
        answers += [exchange(phone, "000000", number) for _ in range(7)]
        answers += [ask(from_everywhere(n), number) for n in range(7)]
        seen.append([shape(answer) for answer in answers])
    assert all(answers == seen[0] for answers in seen)


def test_an_ipv6_subscriber_is_one_address(world: World):
    busy = World(codes_per_address_hour=3)
    for n in range(9):
        ask(Phone(address=f"2001:db8:0:1::{n:x}"), f"+861381111000{n}")
    assert len(busy.mailbox.read()) == 3
    ask(Phone(address="2001:db8:0:2::1"), "+8613811110010")
    assert len(busy.mailbox.read()) == 4


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_addresses_are_counted_by_the_network_of_a_subscriber(
    address: str, network: str
):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "hint"),
    [
        ("Mozilla/5.0 (Linux; Android 14; PGT-AN10) Chrome/125", "Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)", "iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Windows"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0)", "HarmonyOS"),
        ("curl/8.5", None),
        ("", None),
    ],
)
def test_a_device_is_named_by_its_system_alone(agent: str, hint: str | None):
    assert hint_of(agent) == hint
