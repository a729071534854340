"""The hash of a phone: the same for the same phone, and what a change of keys does to it."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.runtime import use

from ..keys import secrets_of
from ..signin.builders import ask, exchange, wrong
from ..world import SECRETS, Phone, World
from .trail import events

NUMBER, OTHER = "+8613812345678", "+8613812345679"
FIRST = SECRETS["phone_key"]["first"]
SECOND = b"another-phone-key-0123456789-0123456789"
BEGINS = "20261123T0100"  # when the second key comes in force


def sign_in(world: World, number: str) -> str | None:
    """Sign in; return the hash of the phone in the event."""
    world.clock.advance(timedelta(minutes=2))
    phone = world.sign_in(number, consent="2026-11", name="王秀英")
    lines = [e for e in events("auth.sign_in") if e.actor == phone.me["id"]]
    return lines[-1].phone_hash


def restarted(world: World, **phone_keys: bytes) -> None:
    """Let every function read other phone keys, as after a deployment."""
    secrets = secrets_of(phone_key=phone_keys)
    world.settings = replace(world.settings, secrets=secrets)
    world.services = world.rewired()
    use(world.services.container)


def test_the_same_phone_has_the_same_hash_and_another_has_another(
    world: World,
):
    first, second = sign_in(world, NUMBER), sign_in(world, NUMBER)
    assert first
    assert first == second != sign_in(world, OTHER)
    assert ask(Phone(), NUMBER).status == 202
    exchange(Phone(), wrong(world.code_in_sms(NUMBER)), NUMBER)
    (line,) = events("auth.code_wrong")
    assert line.phone_hash == first


def test_only_the_clients_own_phone_is_hashed(world: World):
    person = world.person()
    path = f"/v1/people/{person.id}/reveal"
    world.staff().post(path, {"reason": "上门"})
    (line,) = events("person.revealed")
    assert line.phone_hash is None


def test_an_event_is_linked_to_its_phone_while_its_key_is_known(world: World):
    before = sign_in(world, NUMBER)
    restarted(world, **{"first": FIRST, BEGINS: SECOND})
    assert sign_in(world, NUMBER) == before, "the first key is in force still"
    world.clock.advance(timedelta(hours=1))
    during = sign_in(world, NUMBER)
    assert during != before
    known = world.services.phones.fingerprints(NUMBER)
    assert known == (during, before), "both events are found by the number"
    restarted(world, **{BEGINS: SECOND})
    assert world.services.phones.fingerprints(NUMBER) == (during,)
    assert sign_in(world, NUMBER) == during
    assert events("auth.sign_in")[0].phone_hash == before
