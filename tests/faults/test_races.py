"""Many requests at once, on an atomic store. One wins, the others get the reason, and all counts
agree.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.signin.model import Session
from chalicelib.wishes.model import Wish, WishState

from ..world import BAIHUA, CHALLENGES, Answer, Phone, World
from . import seams
from .facts import check, count_of, every, timers, wish_of
from .hands import at_once, insist, told
from .story import TERMS, just_before_commit

REASON = {"reason": "临时有事"}


def claim(phone: Phone, wish_id: str, **headers: str) -> Answer:
    return insist(lambda: phone.post(f"/v1/wishes/{wish_id}/claim", **headers))


def move(
    phone: Phone, wish_id: str, name: str, body: Any = None
) -> Callable[[], Answer]:
    return lambda: insist(
        lambda: phone.post(f"/v1/wishes/{wish_id}/{name}", body)
    )


def race(world: World, wishes: int) -> dict[str, list[Answer]]:
    """Eight volunteers compete for one wish after another; the winner delivers at once."""
    volunteers = [world.volunteer() for _ in range(8)]
    resident = world.resident()
    answers: dict[str, list[Answer]] = {}
    for id in [world.open_wish(resident) for _ in range(wishes)]:
        answers[id] = at_once(
            *[partial(claim_and_deliver, phone, id) for phone in volunteers]
        )
    return answers


def claim_and_deliver(phone: Phone, wish_id: str) -> Answer:
    answer = claim(phone, wish_id)
    if answer.status == 200:
        assert move(phone, wish_id, "deliver", {})().status == 200
    return answer


def test_eight_volunteers_run_for_fifty_wishes_and_each_wish_has_one_helper(
    embedded_world: World,
) -> None:
    for id, given in race(embedded_world, 50).items():
        assert told(given) == {
            (200, ""): 1,
            (409, "wish.already_claimed"): 7,
        }, id
    assert all(
        len(wish.held) == 1 and wish.state is WishState.DELIVERED
        for wish in every(Wish)
    )
    check()


def test_without_the_version_condition_two_volunteers_are_promised_the_same_wish(
    embedded_world: World,
) -> None:
    """The control: this is what the race above would not notice if it were too tame."""
    resident, volunteers = (
        embedded_world.resident(),
        [embedded_world.volunteer() for _ in range(8)],
    )
    with seams.without_conditions():
        for _ in range(10):
            id = embedded_world.open_wish(resident)
            given = at_once(
                *[
                    lambda phone=phone, id=id: claim(phone, id)
                    for phone in volunteers
                ]
            )
            winners = [answer for answer in given if answer.status == 200]
            if len(winners) > 1:
                break
    assert len(winners) > 1
    assert len(wish_of(id).held) < len(winners), (
        "and all but one of them are lost"
    )


def test_a_wish_for_three_helpers_takes_exactly_three_of_eight(
    embedded_world: World,
) -> None:
    world = embedded_world
    volunteers = [world.volunteer() for _ in range(8)]
    for _ in range(5):
        id = world.open_wish(helpers_needed=3)
        given = at_once(
            *[
                lambda phone=phone, id=id: claim(phone, id)
                for phone in volunteers
            ]
        )
        assert told(given) == {(200, ""): 3, (409, "wish.already_claimed"): 5}
        wish = wish_of(id)
        assert (wish.state, len({held.helper for held in wish.held})) == (
            WishState.CLAIMED,
            3,
        )
        check()
        for phone, answer in zip(volunteers, given, strict=True):
            assert (
                answer.status != 200
                or move(phone, id, "deliver", {})().status == 200
            )


def test_a_volunteer_with_room_for_one_more_taps_two_wishes_and_gets_one(
    embedded_world: World,
) -> None:
    world = embedded_world
    for _ in range(8):
        # Somebody new each time: who often gives back is paused.
        phone = world.volunteer(capacity=2)
        assert claim(phone, world.open_wish()).status == 200
        ids = [world.open_wish(), world.open_wish()]
        given = at_once(*[partial(claim, phone, id) for id in ids])
        assert told(given) == {
            (200, ""): 1,
            (409, "volunteer.too_many_claims"): 1,
        }
        assert count_of(phone.me["id"]) == 2
        check()
        won = next(
            id
            for id, answer in zip(ids, given, strict=True)
            if answer.status == 200
        )
        assert move(phone, won, "release", REASON)().status == 200


def test_twenty_guesses_of_a_sign_in_code_at_once_are_five_tries(
    embedded_world: World,
) -> None:
    world, number = embedded_world, "+8613900002001"
    assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    right = world.code_in_sms(number)
    body = {
        "phone": number,
        "code": f"{(int(right) + 1) % 1_000_000:06}",
        "challenge": CHALLENGES[number],
        "consent": {"text_version": TERMS},
    }
    given = at_once(
        *[lambda: insist(lambda: Phone().post("/v1/auth/tokens", body))] * 20
    )
    assert told(given) == {
        (422, "auth.code_wrong"): 5,
        (429, "auth.too_many_tries"): 15,
    }
    assert all(
        int(answer.headers["retry-after"]) > 0
        for answer in given
        if answer.status == 429
    )
    assert (
        Phone().post("/v1/auth/tokens", body | {"code": right}).code
        == "auth.too_many_tries"
    )
    assert not every(Session)


def test_the_right_code_from_many_devices_at_once_opens_one_session_and_one_account(
    embedded_world: World,
) -> None:
    world = embedded_world
    for n in range(6):
        number = f"+861390000300{n}"
        assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
        body = {
            "phone": number,
            "code": world.code_in_sms(number),
            "challenge": CHALLENGES[number],
            "consent": {"text_version": TERMS},
        }
        given = at_once(
            *[
                lambda body=body: insist(
                    lambda: Phone().post("/v1/auth/tokens", body)
                )
            ]
            * 4
        )
        assert told(given)[201, ""] == 1, told(given)
        assert all(
            a.code in ("auth.code_wrong", "auth.too_many_tries")
            for a in given
            if a.status != 201
        )
        owners = [
            person.id for person in every(Person) if person.phone == number
        ]
        assert len(owners) == 1
        assert [session.person_id for session in every(Session)].count(
            owners[0]
        ) == 1


def test_a_code_that_was_used_does_not_use_up_the_next_one(
    embedded_world: World,
) -> None:
    """Between reading the code and committing, another device signs in with it and asks for a fresh
    one.
    """
    world, number = embedded_world, "+8613900002002"
    world.person(phone=number)
    assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
    }

    def meanwhile() -> list[int]:
        return [
            Phone().post("/v1/auth/tokens", body).status,
            Phone().post("/v1/auth/codes", {"phone": number}).status,
        ]

    with just_before_commit(meanwhile) as happened:
        late = Phone().post("/v1/auth/tokens", body)
    assert happened == [[201, 202]]
    assert (late.status, late.json.get("code")) == (422, "auth.code_wrong"), (
        "one code opened two sessions"
    )
    assert len(every(Session)) == 1
    assert (
        Phone()
        .post(
            "/v1/auth/tokens",
            body
            | {
                "code": world.code_in_sms(number),
                "challenge": CHALLENGES[number],
            },
        )
        .status
        == 201
    )


def test_twenty_guesses_of_a_delivery_code_at_once_are_five_tries(
    embedded_world: World,
) -> None:
    world, resident, helper = (
        embedded_world,
        embedded_world.resident(),
        embedded_world.volunteer(),
    )
    id = world.open_wish(resident)
    assert claim(helper, id).status == 200
    right = world.delivery_code(resident.me["phone"])
    wrong = {"code": f"{(int(right) + 1) % 10_000:04}"}
    given = at_once(*[move(helper, id, "deliver", wrong)] * 20)
    assert told(given) == {
        (422, "wish.code_wrong"): 5,
        (409, "wish.code_locked"): 15,
    }
    assert (
        helper.post(f"/v1/wishes/{id}/deliver", {"code": right}).code
        == "wish.code_locked"
    )
    check()


def test_one_tap_sent_ten_times_files_one_wish(embedded_world: World) -> None:
    world, resident = embedded_world, embedded_world.resident()
    for n in range(5):
        body = world.wish_body(title=f"第{n}个心愿")
        given = at_once(
            *[
                lambda body=body, n=n: insist(
                    lambda: resident.post(
                        "/v1/wishes", body, idempotency_key=f"k{n}"
                    )
                )
            ]
            * 10
        )
        assert {answer.status for answer in given} == {201}
        assert len({answer.text for answer in given}) == 1
        assert [wish.title for wish in every(Wish)].count(body["title"]) == 1
    check()


def test_one_tap_on_claim_sent_ten_times_takes_one_place(
    embedded_world: World,
) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    id = world.open_wish(helpers_needed=3)
    given = at_once(*[lambda: claim(helper, id, idempotency_key="tap")] * 10)
    assert {answer.status for answer in given} == {200}
    assert {len(answer.json["claims"]) for answer in given} == {1}
    assert (len(wish_of(id).claims), count_of(helper.me["id"])) == (1, 1)
    check()


def test_claim_against_withdraw_ends_withdrawn_and_nobody_is_left_holding_it(
    embedded_world: World,
) -> None:
    world, resident, helper = (
        embedded_world,
        embedded_world.resident(),
        embedded_world.volunteer(),
    )
    for _ in range(10):
        id = world.open_wish(resident)
        taken, withdrawn = at_once(
            lambda id=id: claim(helper, id), move(resident, id, "withdraw", {})
        )
        assert withdrawn.status == 200
        assert taken.status in (200, 404, 409)
        assert wish_of(id).state is WishState.WITHDRAWN
        assert count_of(helper.me["id"]) == 0
        assert not timers(id)
        check()
        about = [
            letter.kind
            for letter in world.sms_to(helper.me["phone"])
            if letter.kind == "wish.withdrawn"
        ]
        assert len(about) == len(
            [
                a
                for a in helper.seen
                if a.status == 200 and a.json.get("state") == "claimed"
            ]
        )


def test_a_helper_taps_release_twice_and_gives_back_one_place(
    embedded_world: World,
) -> None:
    world = embedded_world
    for _ in range(8):
        # Somebody new each time: who often gives back is paused.
        helper = world.volunteer()
        assert (
            claim(helper, world.open_wish()).status == 200
        )  # a claim that must stay counted
        id = world.open_wish()
        assert claim(helper, id).status == 200
        given = at_once(
            move(helper, id, "release", REASON),
            move(helper, id, "release", REASON),
        )
        assert min(answer.status for answer in given) == 200
        assert max(answer.status for answer in given) in (403, 409)
        assert count_of(helper.me["id"]) == 1
        check()


def test_helper_and_staff_release_the_same_claim_and_it_is_released_once(
    embedded_world: World,
) -> None:
    world, helper, staff = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.staff(),
    )
    id = world.open_wish()
    assert claim(helper, id).status == 200
    given = at_once(
        move(helper, id, "release", REASON), move(staff, id, "release", REASON)
    )
    assert min(answer.status for answer in given) == 200
    assert max(answer.status for answer in given) in (403, 409)
    assert count_of(helper.me["id"]) == 0
    check()


def test_two_staff_approve_at_once_and_the_resident_gets_one_message(
    embedded_world: World,
) -> None:
    world, resident, staff = (
        embedded_world,
        embedded_world.resident(),
        [embedded_world.staff(), embedded_world.staff()],
    )
    for n in range(1, 9):
        id = resident.post("/v1/wishes", world.wish_body()).json["id"]
        given = at_once(*[move(phone, id, "approve") for phone in staff])
        assert told(given) == {(200, ""): 1, (409, "wish.wrong_state"): 1}
        assert len(world.sms_to(resident.me["phone"], "wish.approved")) == n
    check()


def test_deliver_against_release_has_one_winner(embedded_world: World) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    for _ in range(10):
        id = world.open_wish()
        assert claim(helper, id).status == 200
        given = at_once(
            move(helper, id, "deliver", {}), move(helper, id, "release", REASON)
        )
        assert [answer.status for answer in given].count(200) == 1
        assert wish_of(id).state is (
            WishState.DELIVERED if given[0].status == 200 else WishState.OPEN
        )
        assert count_of(helper.me["id"]) == 0
        check()


def test_two_windows_refresh_the_same_token_at_once_and_both_stay_signed_in(
    embedded_world: World,
) -> None:
    world = embedded_world
    for n in range(6):
        number = f"+861390000400{n}"
        phone = world.sign_in(number, consent=TERMS)
        body = {"refresh_token": phone.refresh}
        given = at_once(
            *[
                lambda body=body: insist(
                    lambda: Phone().post("/v1/auth/tokens", body)
                )
            ]
            * 2
        )
        assert told(given) == {(201, ""): 2}
        assert len({answer.json["refresh_token"] for answer in given}) == 1, (
            "one family, one successor"
        )
        assert (
            Phone(token=given[0].json["access_token"]).get("/v1/me").status
            == 200
        )
        assert (
            Phone()
            .post(
                "/v1/auth/tokens",
                {"refresh_token": given[1].json["refresh_token"]},
            )
            .status
            == 201
        )
    assert {session.generation for session in every(Session)} == {3}


def test_two_members_of_staff_register_the_same_phone_and_there_is_one_account(
    embedded_world: World,
) -> None:
    staff = [embedded_world.staff(), embedded_world.staff()]
    for n in range(5):
        number = f"+861390000500{n}"
        body = {"name": "李桂兰", "phone": number, "home": BAIHUA}
        given = at_once(
            *[
                lambda phone=phone, body=body: insist(
                    lambda: phone.post("/v1/people", body)
                )
                for phone in staff
            ]
        )
        assert told(given) == {(201, ""): 1, (409, "person.phone_taken"): 1}
        assert [person.phone for person in every(Person)].count(number) == 1


def test_signing_up_during_registration_signs_in_to_that_account(
    embedded_world: World,
) -> None:
    world, staff, number = (
        embedded_world,
        embedded_world.staff(),
        "+8613900002003",
    )
    assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
        "consent": {"text_version": TERMS},
    }
    new = {"name": "李桂兰", "phone": number, "home": BAIHUA}
    with just_before_commit(
        lambda: staff.post("/v1/people", new)
    ) as registered:
        answer = Phone().post("/v1/auth/tokens", body)
    assert registered[0].status == 201
    assert [person.phone for person in every(Person)].count(number) == 1
    assert answer.status == 201, (
        f"her code was right, and she was refused from a stale reading: {answer.text}"
    )
    assert answer.json["person"]["id"] == registered[0].json["id"]


def test_a_block_holds_against_an_agreement_at_the_same_instant(
    embedded_world: World,
) -> None:
    world, number = embedded_world, "+8613900002004"
    person = world.person(phone=number)
    assert world.phone_of(person).delete("/v1/me/consents/terms").status == 204
    staff = world.staff(role=Role.COMMUNITY_STAFF)
    assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
        "consent": {"text_version": TERMS},
    }
    block = {"blocked": True, "reason": "冒用他人手机"}
    with just_before_commit(
        lambda: staff.put(f"/v1/people/{person.id}/blocked", block)
    ) as blocked:
        answer = Phone().post("/v1/auth/tokens", body)
    assert blocked[0].status == 200
    assert next(p for p in every(Person) if p.id == person.id).blocked, (
        "the block was written over"
    )
    assert answer.status == 403


def test_one_asker_who_taps_twenty_times_at_once_gets_one_code(
    embedded_world: World,
) -> None:
    world, number = embedded_world, "+8613900002005"
    body = {"phone": number}
    given = at_once(
        *[lambda: insist(lambda: Phone().post("/v1/auth/codes", body))] * 20
    )
    assert told(given) == {(202, ""): 1, (429, "auth.too_soon"): 19}
    assert len(world.sms_to(number)) == 1


def test_strangers_who_ask_at_once_cause_six_codes(
    embedded_world: World,
) -> None:
    world, number = embedded_world, "+8613900002006"

    def asking(n: int) -> Callable[[], Answer]:
        phone = Phone(address=f"198.51.100.{n}")
        body = {"phone": number}
        return lambda: insist(lambda: phone.post("/v1/auth/codes", body))

    given = at_once(*[asking(n) for n in range(12)])
    assert told(given) == {(202, ""): 6, (429, "auth.throttled"): 6}
    assert len(world.sms_to(number)) == 6


def test_a_dormant_number_is_passed_on_once(embedded_world: World) -> None:
    world, number = embedded_world, "+8613900002007"
    old = world.person(phone=number)
    world.clock.advance(timedelta(days=180))
    bodies = []
    for n in range(3):
        asker = Phone(address=f"198.51.100.{n}")
        assert asker.post("/v1/auth/codes", {"phone": number}).status == 202
        bodies.append(
            {
                "phone": number,
                "code": world.code_in_sms(number),
                "challenge": CHALLENGES[number],
                "name": "张伟",
                "consent": {"text_version": TERMS},
            }
        )
    given = at_once(
        *[
            lambda body=body: insist(
                lambda: Phone().post("/v1/auth/tokens", body)
            )
            for body in bodies
        ]
    )
    assert {answer.status for answer in given} == {201}
    (owner,) = [person for person in every(Person) if person.phone == number]
    assert {answer.json["person"]["id"] for answer in given} == {owner.id}
    assert owner.id != old.id
