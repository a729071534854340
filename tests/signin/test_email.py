"""The proof that an e-mail address is one's own."""

import re
from datetime import timedelta

from ..world import World
from .builders import sign_up, wrong

MAIL = "xiuying@example.com"


def code_to(world: World, address: str = MAIL) -> str:
    found = re.search(r"\d{6}", world.mailbox.read(address)[0].text)
    assert found
    return found[0]


def test_an_address_becomes_a_channel_once_its_code_came_back(world: World):
    phone = world.resident()
    asked = phone.post("/v1/me/email", {"address": MAIL})
    assert (asked.status, asked.json["retry_after"]) == (202, 60)
    assert world.mailbox.read(MAIL)[0].channel == "email"
    assert phone.get("/v1/me").json["channels"] == {
        "sms": True,
        "email": False,
        "email_address": None,
        "promotions": False,
    }
    proven = phone.post("/v1/me/email/verify", {"code": code_to(world)})
    assert proven.json["channels"] == {
        "sms": True,
        "email": True,
        "email_address": MAIL,
        "promotions": False,
    }


def test_an_address_is_taken_by_no_other_way(world: World):
    answer = world.resident().patch(
        "/v1/me", {"channels": {"email_address": MAIL}}
    )
    assert (answer.status, answer.code) == (422, "email.verify_first")


def test_an_address_may_be_dropped(world: World):
    phone = world.resident()
    phone.post("/v1/me/email", {"address": MAIL})
    phone.post("/v1/me/email/verify", {"code": code_to(world)})
    assert (
        phone.patch("/v1/me", {"channels": {"email_address": None}}).json[
            "channels"
        ]["email_address"]
        is None
    )


def test_a_wrong_late_used_or_locked_code_proves_nothing(world: World):
    phone = world.resident()
    assert (
        phone.post("/v1/me/email/verify", {"code": "123456"}).code
        == "auth.code_wrong"
    )
    phone.post("/v1/me/email", {"address": MAIL})
    code = code_to(world)
    for _ in range(5):
        assert (
            phone.post("/v1/me/email/verify", {"code": wrong(code)}).code
            == "auth.code_wrong"
        )
    assert phone.post("/v1/me/email/verify", {"code": code}).status == 429
    world.clock.advance(timedelta(minutes=1))
    phone.post("/v1/me/email", {"address": MAIL})
    world.clock.advance(timedelta(minutes=5))
    assert (
        phone.post("/v1/me/email/verify", {"code": code_to(world)}).code
        == "auth.code_wrong"
    )
    phone.post("/v1/me/email", {"address": MAIL})
    assert (
        phone.post("/v1/me/email/verify", {"code": code_to(world)}).status
        == 200
    )
    assert (
        phone.post("/v1/me/email/verify", {"code": code_to(world)}).code
        == "auth.code_wrong"
    )


def test_the_code_proves_the_address_to_which_it_went_and_is_ones_own(
    world: World,
):
    one, two = world.resident(), world.resident()
    one.post("/v1/me/email", {"address": MAIL})
    assert (
        two.post("/v1/me/email/verify", {"code": code_to(world)}).code
        == "auth.code_wrong"
    )
    world.clock.advance(timedelta(minutes=1))
    one.post("/v1/me/email", {"address": "other@example.com"})
    assert (
        one.post("/v1/me/email/verify", {"code": code_to(world)}).code
        == "auth.code_wrong"
    )
    answer = one.post(
        "/v1/me/email/verify", {"code": code_to(world, "other@example.com")}
    )
    assert answer.json["channels"]["email_address"] == "other@example.com"


def test_codes_by_mail_wait_for_a_minute_too(world: World):
    phone = world.resident()
    phone.post("/v1/me/email", {"address": MAIL})
    assert (
        phone.post("/v1/me/email", {"address": "other@example.com"}).code
        == "auth.too_soon"
    )
    assert (
        world.resident().post("/v1/me/email", {"address": MAIL}).status == 202
    )


def test_leaving_and_coming_back_resets_no_code_by_mail(world: World):
    """One SIM card writes to no more mailboxes for having several accounts in a row."""
    number, sent = "+8613811116666", 0
    world.clock.advance(timedelta(minutes=20))  # to a full hour
    for life in range(3):
        phone = sign_up(world, number)
        for n in range(6):
            address = {"address": f"victim{life}{n}@example.com"}
            sent += phone.post("/v1/me/email", address).status == 202
            world.clock.advance(timedelta(minutes=2))
        assert world.erase(phone).status == 202
        world.clock.advance(timedelta(minutes=2))
    assert sent == 10  # in an hour
