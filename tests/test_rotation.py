"""A new key takes over, and everything that lives by the one before it lives on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.kernel.errors import Conflict
from chalicelib.message_log.model import MessageAttempt
from chalicelib.people.phones import PhoneHeldTwice
from chalicelib.people.records import PhoneOwner
from chalicelib.runtime import use
from tools.rekey_phones import rekey
from tools.secret import changed, made

from .keys import secrets_of
from .replies.builders import PROVIDERS, a_world, reply
from .store.scan import SK, save, scan
from .world import Phone, World

HOME = "https://chunhui.example"
NUMBER = "+8613812345678"
Keys = Mapping[str, Mapping[str, bytes]]
OLD: dict[str, Any] = {
    name: {"first": f"{name}-old-key-0123456789-0123456789".encode()}
    for name in ("token_keys", "secret", "phone_key")
}


@pytest.fixture
def world() -> World:
    with a_world(sms_providers=PROVIDERS, public_url=HOME, **OLD) as world:
        return world


def restarted(world: World, keys: Keys) -> None:
    """Let every function read the secrets anew, as a deployment does."""
    secrets = secrets_of(**keys, sms_providers=PROVIDERS)  # type: ignore[arg-type]
    world.settings = replace(world.settings, secrets=secrets)
    world.services = world.rewired()
    use(world.services.container)


def stored(world: World) -> dict[str, str]:
    """Return the keys of a world as they are in Secrets Manager."""
    texts = made(
        {
            "SMS_PROVIDERS": '[{"name": "sns", "kind": "sns"}]',
            "MAIL_SERVER": '{"kind": "ses", "sender": "house@example.cn"}',
        }
    )
    for name, keys in OLD.items():
        given = {id: key.decode() for id, key in keys.items()}
        texts[name.upper()] = json.dumps(given)
    return texts


def in_process(texts: Mapping[str, str]) -> Keys:
    return {
        name: {
            id: key.encode()
            for id, key in json.loads(texts[name.upper()]).items()
        }
        for name in OLD
    }


def rotate(world: World, *names: str) -> Callable[[], None]:
    """Rotate keys by the operator's tool; return what brings them in force."""
    rotated = changed(stored(world), "rotate", [*names], world.clock.now())
    restarted(world, in_process(rotated))

    def in_force() -> None:
        world.clock.move_to(world.clock.now() + timedelta(hours=1, minutes=1))

    return in_force


def asked_code(number: str) -> dict[str, str]:
    answer = Phone().post("/v1/auth/codes", {"phone": number})
    assert answer.status == 202
    given = answer.json.get("challenge")
    return {"phone": number} | ({"challenge": given} if given else {})


# codes and signatures


@pytest.mark.parametrize("waits", [False, True])
def test_sessions_links_cursors_and_codes_live_on_over_a_rotation(
    world: World, waits: bool
):
    phone = world.sign_in(NUMBER, consent="2026-11", name="王秀英")
    resident, helper = world.resident(), world.volunteer()
    wish = world.open_wish(resident)
    world.open_wish(resident)
    helper.post(f"/v1/wishes/{wish}/claim")
    code = world.delivery_code(resident.me["phone"])
    link = world.services.unsubscribe_links.token(resident.me["id"])
    cursor = helper.get("/v1/wishes?place=chunhui&limit=1").json["next"]
    other = world.person(phone="+8613812345679")
    body = asked_code(other.phone or "")
    sent = world.code_in_sms(other.phone or "")

    in_force = rotate(world, "SECRET", "TOKEN_KEYS")
    assert len(world.settings.secrets.secret) == 2
    assert Phone().post("/v1/auth/tokens", body | {"code": sent}).status == 201
    if waits:
        in_force()

    answer = Phone().post("/v1/auth/tokens", {"refresh_token": phone.refresh})
    assert answer.status == 201
    assert Phone(token=answer.json["access_token"]).get("/v1/me").status == 200
    assert Phone().get(f"/v1/unsubscribe/{link}").status == 200
    page = helper if not waits else world.volunteer()
    listed = page.get(f"/v1/wishes?place=chunhui&limit=1&cursor={cursor}")
    assert listed.status in ((200,) if not waits else (200, 400))
    fresh = world.phone_of(world.services.people.find(helper.me["id"]))
    given = fresh.post(f"/v1/wishes/{wish}/deliver", {"code": code})
    assert (given.status, given.json["state"]) == (200, "fulfilled")


def test_a_new_key_signs_from_its_instant_on(world: World):
    before = world.services.keys.sign("unsubscribe", "per_a")
    in_force = rotate(world, "SECRET")
    assert world.services.keys.sign("unsubscribe", "per_a") == before
    in_force()
    after = world.services.keys.sign("unsubscribe", "per_a")
    assert after != before
    restarted(world, OLD)
    assert not world.services.keys.is_signed("unsubscribe", "per_a", after)


def test_a_code_that_is_asked_for_after_the_change_is_that_of_the_new_key(
    world: World,
):
    resident, helper = world.resident(), world.volunteer()
    wish = world.open_wish(resident)
    rotate(world, "SECRET")()
    world.phone_of(world.services.people.find(helper.me["id"])).post(
        f"/v1/wishes/{wish}/claim"
    )
    code = world.delivery_code(resident.me["phone"])
    newest, *_ = [id for id in world.settings.secrets.secret if id != "first"]
    only_new = {newest: world.settings.secrets.secret[newest]}
    restarted(world, {**OLD, "secret": only_new})
    fresh = world.phone_of(world.services.people.find(helper.me["id"]))
    given = fresh.post(f"/v1/wishes/{wish}/deliver", {"code": code})
    assert given.json["state"] == "fulfilled"


# hashes for looking up


def asked(world: World, resident: Phone) -> str:
    """Let a wish be delivered, so that an SMS asks the resident; return the wish."""
    wish, helper = world.open_wish(resident), world.volunteer()
    for move in ("claim", "deliver"):
        assert helper.post(f"/v1/wishes/{wish}/{move}", {}).status == 200
    assert world.sms_to(resident.me["phone"])[0].kind == "wish.delivered"
    return wish


def owners(world: World) -> dict[str, int]:
    """Return how many rows each person's phone has."""
    counted: dict[str, int] = {}
    for row in scan(PhoneOwner, SK == "owner"):
        counted[row.person_id] = counted.get(row.person_id, 0) + 1
    return counted


def test_people_and_questions_are_found_while_phones_are_written_again(
    world: World,
):
    resident = world.resident()
    wish = asked(world, resident)
    rotate(world, "PHONE_KEY")()
    reply(world, resident.me["phone"], "1")
    assert world.services.wish_queries.find(wish).state.value == "fulfilled"
    found = world.services.people.phone_owner(resident.me["phone"])
    assert found.id == resident.me["id"]


def test_a_phone_is_unique_under_both_keys_before_during_and_after(
    world: World,
):
    registered = world.person(phone=NUMBER)
    rotate(world, "PHONE_KEY")
    both = in_process_keys(world)
    for _ in range(2):
        with pytest.raises(Conflict, match="phone_taken"):
            world.person(phone=NUMBER)
        assert rekey() == 0
    newer = world.person(phone="+8613812345679")
    assert owners(world)[newer.id] == 2
    for kept in both:
        restarted(world, {**OLD, "phone_key": {kept: both[kept]}})
        for person in (registered, newer):
            with pytest.raises(Conflict, match="phone_taken"):
                world.person(phone=person.phone)


def in_process_keys(world: World) -> Mapping[str, bytes]:
    return world.settings.secrets.phone_key


def test_after_the_old_key_everybody_signs_in_and_is_counted_as_before(
    world: World,
):
    before = world.sign_in(NUMBER, consent="2026-11", name="王秀英")
    everybody = set(owners(world))
    rotate(world, "PHONE_KEY")()
    assert rekey() == 0
    assert rekey() == 0
    assert owners(world) == dict.fromkeys(everybody, 2)
    keys = in_process_keys(world)
    newest = next(id for id in keys if id != "first")
    restarted(world, {**OLD, "phone_key": {newest: keys[newest]}})
    assert world.sign_in(NUMBER).me["id"] == before.me["id"]
    person = world.services.people.find(before.me["id"])
    assert len(person.phone_keys) == 2
    assert world.services.phones.fingerprint(NUMBER) in person.phone_keys


def test_writing_phones_again_can_be_gone_on_with(
    world: World, capsys: pytest.CaptureFixture[str]
):
    people = [world.person() for _ in range(3)]
    no_phone = world.person(phone=None)
    rotate(world, "PHONE_KEY")
    assert rekey() == 0
    last = capsys.readouterr().out.splitlines()[-2].split()[-1]
    for person in people:
        assert owners(world)[person.id] == 2
    assert no_phone.id not in owners(world)
    assert rekey(last) == 0
    assert capsys.readouterr().out.startswith("done: 0 people")


def test_an_account_that_goes_leaves_no_row_under_any_key(world: World):
    phone = world.sign_in(NUMBER, consent="2026-11", name="王秀英")
    rotate(world, "PHONE_KEY")
    rekey()
    world.clock.advance(timedelta(seconds=61))  # one code a minute
    assert world.erase(phone).status == 202
    assert phone.me["id"] not in owners(world)
    assert world.services.people.phone_owner(NUMBER) is None


def test_a_phone_that_two_people_hold_is_reported_and_the_others_are_written(
    world: World, capsys: pytest.CaptureFixture[str]
):
    one, other = world.person(), world.person()
    rotate(world, "PHONE_KEY")
    _, new = world.services.phones._rows(one)
    save(replace(new, person_id=other.id))
    assert rekey() == 1
    said = capsys.readouterr().out
    assert f"held twice: {one.id} {other.id}" in said
    assert owners(world)[world.admin.id] == 2
    with pytest.raises(PhoneHeldTwice):
        world.services.phone_rekeying.rekey(one.id)


def test_a_message_that_was_sent_is_not_sent_again_under_another_key(
    world: World,
):
    resident = world.resident()
    world.open_wish(resident)
    (line,) = [
        attempt
        for attempt in scan(MessageAttempt, SK == "delivery")
        if attempt.kind == "wish.approved"
    ]
    envelope: Any = SimpleNamespace(
        send=SimpleNamespace(message_id=line.message),
        recipient=SimpleNamespace(
            channel=line.channel, address=resident.me["phone"]
        ),
    )
    rotate(world, "PHONE_KEY")()
    attempts = world.services.attempt_store
    assert attempts.id_of(envelope) == line.id
    envelope.send.message_id = "due_new"
    assert attempts.id_of(envelope) != line.id
