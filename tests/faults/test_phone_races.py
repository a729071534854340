"""Numbers that two people want at once, and changes while others sign in: on an atomic store."""

from functools import partial
from typing import Any
from unittest import mock

from chalicelib.people.model import Person
from chalicelib.phone_changes.hand_over import HandOvers
from chalicelib.phone_changes.model import LIVE, PhoneCorrection

from ..cases import number
from ..phone_changes.builders import (
    TERMS,
    codes,
    correct,
    derived,
    signed_in,
    stored,
    tries,
    verify,
)
from ..store.scan import find
from ..world import Answer, Phone, World
from . import seams
from .hands import at_once, insist, rivals, told
from .phone_facts import check_numbers
from .story import just_before_commit

ROUNDS = 8


def wants(world: World, wanted: str, n: int) -> partial[Answer]:
    """Return the last step of somebody who changes to a number."""
    phone = signed_in(world)
    phone.address = f"198.51.100.{n}"
    body = codes(world, phone, wanted)
    return partial(insist, partial(verify, phone, body))


def signs_up(world: World, wanted: str) -> partial[Answer]:
    """Return the last step of somebody who signs up with a number."""
    phone = Phone(address="198.51.100.99")
    asked = phone.post("/v1/auth/codes", {"phone": wanted})
    challenge = asked.json["challenge"]
    body = {
        "phone": wanted,
        "challenge": challenge,
        "code": derived(world, challenge),
        "name": "李四",
        **TERMS,
    }
    return partial(insist, partial(phone.post, "/v1/auth/tokens", body))


def test_of_four_people_who_change_to_one_number_one_has_it(
    embedded_world: World,
) -> None:
    world = embedded_world
    for _ in range(ROUNDS):
        wanted = number(world)
        given = at_once(*[wants(world, wanted, n) for n in range(4)])
        assert told(given) == {(200, ""): 1, (422, "auth.code_wrong"): 3}
        check_numbers(world)


def test_without_the_condition_on_the_row_two_people_have_one_number(
    embedded_world: World,
) -> None:
    """The control: this is what the race above would not notice if it were too tame."""
    world = embedded_world
    with seams.unconditional_puts():
        for _ in range(20):
            wanted = number(world)
            given = at_once(*[wants(world, wanted, n) for n in range(4)])
            if told(given)[200, ""] > 1:
                return
    raise AssertionError("nobody was quick enough")


def test_of_a_change_and_a_sign_up_with_one_number_one_has_it(
    embedded_world: World,
) -> None:
    world = embedded_world
    for n in range(ROUNDS):
        wanted = number(world)
        changed, signed = rivals(
            n, wants(world, wanted, 1), signs_up(world, wanted)
        )
        owner = world.services.phones.find_owner(wanted)
        if changed.status == 200:
            assert owner.id == changed.json["id"]
        else:
            assert changed.code == "auth.code_wrong"
            assert owner.id == signed.json["person"]["id"]
        check_numbers(world)


def test_a_sign_in_while_the_number_changes_leaves_no_session_behind(
    embedded_world: World,
) -> None:
    world = embedded_world
    for n in range(ROUNDS):
        phone, wanted = signed_in(world), number(world)
        body = codes(world, phone, wanted)
        old = phone.me["phone"]
        changed, signed = rivals(
            n,
            partial(insist, partial(verify, phone, body)),
            partial(tries, world, old),
        )
        assert changed.status == 200
        if signed.status == 201:
            access = Phone(token=signed.json["access_token"])
            assert access.get("/v1/me").status == 401
        else:
            assert signed.code == "consent.required"
        assert phone.get("/v1/me").json["phone"] == wanted
        check_numbers(world)


def test_a_repeated_verification_changes_the_number_once(
    embedded_world: World,
) -> None:
    world = embedded_world
    for n in range(ROUNDS):
        phone, wanted = signed_in(world), number(world)
        before = stored(world, phone.me["id"]).token_version
        body = codes(world, phone, wanted)
        tap = partial(verify, phone, body, idempotency_key=f"k{n}")
        given = at_once(*[partial(insist, tap)] * 4)
        assert told(given) == {(200, ""): 4}
        assert {answer.json["phone"] for answer in given} == {wanted}
        after = stored(world, phone.me["id"]).token_version
        assert after == before + 1
        check_numbers(world)


def test_of_two_corrections_to_one_number_one_waits_for_it(
    embedded_world: World,
) -> None:
    world, staff = embedded_world, embedded_world.staff()
    for _ in range(ROUNDS):
        wanted = number(world)
        people = [str(signed_in(world).me["id"]) for _ in range(2)]
        given = at_once(
            *[
                partial(insist, partial(correct, staff, id, wanted))
                for id in people
            ]
        )
        assert told(given) == {(200, ""): 1, (409, "person.phone_taken"): 1}
        waiting = [id for id in people if live(id)]
        assert len(waiting) == 1


def live(person_id: str) -> PhoneCorrection | None:
    found = find(PhoneCorrection, person_id, "phone_change")
    return found if found and found.state in LIVE else None


def test_a_correction_and_a_change_at_once_are_about_the_same_number(
    embedded_world: World,
) -> None:
    world, staff = embedded_world, embedded_world.staff()
    for n in range(ROUNDS):
        phone = signed_in(world)
        body = codes(world, phone, number(world))
        asked, changed = rivals(
            n,
            partial(
                insist,
                partial(correct, staff, phone.me["id"], number(world)),
            ),
            partial(insist, partial(verify, phone, body)),
        )
        assert asked.status == 200
        assert changed.status == 200 or changed.code == "phone_change.pending"
        correction = live(phone.me["id"])
        person: Person = stored(world, phone.me["id"])
        own = world.services.phones.fingerprints(person.phone or "")
        assert correction
        assert {*own} & {*correction.old_keys}
        check_numbers(world)


def test_two_sign_ins_that_complete_a_correction_open_one_account(
    embedded_world: World,
) -> None:
    world = embedded_world
    for _ in range(3):
        wanted, person = number(world), signed_in(world)
        answer = correct(world.staff(), person.me["id"], wanted)
        assert answer.status == 200
        world.pass_time(hours=24)
        given = at_once(
            *[partial(insist, sign_in(world, wanted, n)) for n in range(2)]
        )
        assert told(given) == {(201, ""): 2}
        for answer in given:
            access = Phone(token=answer.json["access_token"])
            assert access.get("/v1/me").json["id"] == person.me["id"]
        check_numbers(world)


def test_a_sign_in_sees_a_correction_that_another_completes_meanwhile(
    embedded_world: World,
) -> None:
    """The owner is read before the correction: the other one signs in between."""
    world = embedded_world
    wanted, person = number(world), signed_in(world)
    assert correct(world.staff(), person.me["id"], wanted).status == 200
    world.pass_time(hours=24)
    slow, quick = (sign_in(world, wanted, n) for n in range(2))
    find, happened = HandOvers.find, list[Answer]()

    def find_late(self: HandOvers, *given: Any) -> Any:
        if not happened:
            happened.append(Answer(0, {}, ""))
            happened[0] = quick()
        return find(self, *given)

    with mock.patch.object(HandOvers, "find", find_late):
        answers = [slow(), *happened]
    assert told(answers) == {(201, ""): 2}
    for answer in answers:
        access = Phone(token=answer.json["access_token"])
        assert access.get("/v1/me").json["id"] == person.me["id"]
    check_numbers(world)


def sign_in(world: World, wanted: str, n: int) -> partial[Answer]:
    """Return the last step of a sign-in."""
    phone = Phone(address=f"198.51.100.{n}")
    asked = phone.post("/v1/auth/codes", {"phone": wanted})
    challenge = asked.json["challenge"]
    body = {
        "phone": wanted,
        "challenge": challenge,
        "code": derived(world, challenge),
    }
    return partial(phone.post, "/v1/auth/tokens", body)


def test_a_first_sign_in_just_before_a_correction_ends_with_it(
    embedded_world: World,
) -> None:
    world, staff = embedded_world, embedded_world.staff()
    person, wanted = world.person(), number(world)
    stranger = sign_in(world, person.phone or "", 1)
    with just_before_commit(stranger) as happened:
        answer = correct(staff, person.id, wanted)
    assert answer.status == 200
    (signed,) = happened
    assert signed.status == 201
    access = Phone(token=signed.json["access_token"])
    assert access.get("/v1/me").status == 401
    assert stored(world, person.id).phone == wanted
    check_numbers(world)
