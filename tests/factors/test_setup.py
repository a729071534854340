"""Setting up a second factor, showing it, and its recovery codes: journeys over HTTP."""

from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from chalicelib.factors.policy import CODES, PENDING_LASTS, SIGNED_IN_WITHIN
from chalicelib.kernel.access import Role

from ..security_trail.trail import events
from ..signin.builders import exchange
from ..store.scan import everything
from ..world import BAIHUA, GRID, JINFENG, Answer, Phone, World
from .builders import (
    STEP,
    App,
    administrator,
    clerk,
    enrolled,
    freshen,
    require_factor,
    reveal,
    show,
)

SECOND = timedelta(seconds=1)
PER_HOUR, PER_DAY = (limit.limit for limit in CODES)


@pytest.fixture
def phone(world: World) -> Phone:
    """Staff who have just signed in by SMS, in a street that requires factors."""
    made = clerk(world)
    require_factor(world)
    return made


def test_a_secret_in_an_app_opens_what_staff_do(world: World, phone: Phone):
    resident = world.person()
    assert reveal(phone, resident.id).json["has_factor"] is False
    made = phone.post("/v1/me/factor")
    assert (made.status, {*made.json}) == (201, {"secret", "uri"})
    assert made.headers["cache-control"] == "no-store"
    uri = urlsplit(made.json["uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/春晖:陈敏"
    assert parse_qs(uri.query)["secret"] == [made.json["secret"]]
    assert reveal(phone, resident.id).code == "auth.factor_required"
    code = pyotp.parse_uri(made.json["uri"]).at(world.clock.now())
    shown = show(phone, code)
    assert shown.status == 200
    assert len({*shown.json["recovery_codes"]}) == 10
    assert shown.json["recovery_codes_left"] == 10
    assert shown.json["fresh_until"] == "2026-11-23T00:50:00Z"
    assert reveal(phone, resident.id).status == 200
    (notice,) = world.sms_to(phone.me["phone"], "account.factor_set")
    assert made.json["secret"] not in notice.text
    assert len(events("person.factor_set")) == 1


def test_later_codes_show_no_recovery_codes(world: World, phone: Phone):
    app = enrolled(world, phone)
    world.clock.advance(timedelta(minutes=15))
    answer = app.show()
    assert answer.json["recovery_codes"] is None
    assert answer.json["recovery_codes_left"] == 10
    assert len(world.sms_to(phone.me["phone"], "account.factor_set")) == 1


# who may set one up


def test_a_first_factor_needs_a_code_by_sms_ten_minutes_ago_at_most(
    world: World, phone: Phone
):
    world.clock.advance(SIGNED_IN_WITHIN - SECOND)
    assert phone.post("/v1/me/factor").status == 201
    world.clock.advance(SECOND)
    late = phone.post("/v1/me/factor")
    assert (late.status, late.code) == (403, "factor.sign_in_again")


def test_a_code_that_a_colleague_read_out_sets_up_no_factor(world: World):
    person = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    boss = administrator(world)
    path = f"/v1/people/{person.id}/sign-in-code"
    read = boss.post(path, {"reason": "收不到短信"}).json
    thief = Phone()
    signed = exchange(
        thief, read["code"], person.phone or "", challenge=read["challenge"]
    )
    thief.token = signed.json["access_token"]
    assert thief.post("/v1/me/factor").code == "factor.sign_in_again"


ROLES = {
    "property": (Role.PROPERTY, BAIHUA),
    "grid worker": (Role.GRID_WORKER, GRID),
    "volunteer": (Role.VOLUNTEER, BAIHUA),
}


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES.keys())
def test_only_staff_of_an_office_set_one_up(world: World, role: tuple):
    person = world.person("李娜", role)
    phone = world.sign_in(person.phone or "")
    assert phone.post("/v1/me/factor").code == "action.forbidden"


def test_who_has_a_factor_shows_it_before_another(world: World, phone: Phone):
    app = enrolled(world, phone)
    thief = world.sign_in(phone.me["phone"])
    refused = thief.post("/v1/me/factor")
    assert (refused.code, refused.json["has_factor"]) == (
        "auth.factor_required",
        True,
    )
    world.clock.advance(timedelta(minutes=15))
    assert phone.post("/v1/me/factor").code == "auth.factor_required"
    app.refresh()
    second = enrolled(world, phone)
    assert second.secret != app.secret
    world.clock.advance(3 * STEP)
    assert app.show().code == "auth.code_wrong"
    assert show(phone, app.recovery_codes[0]).code == "auth.code_wrong"
    assert show(phone, second.recovery_codes[0]).status == 200


def test_the_old_factor_counts_until_the_new_one_is_confirmed(
    world: World, phone: Phone
):
    app = enrolled(world, phone)
    phone.post("/v1/me/factor")
    app.refresh()


def test_a_pending_secret_is_confirmed_in_its_session_within_ten_minutes(
    world: World, phone: Phone
):
    other = world.sign_in(phone.me["phone"])
    app = App(world, phone, phone.post("/v1/me/factor").json["secret"], [])
    assert app.show(other).code == "auth.code_wrong"
    world.clock.advance(PENDING_LASTS)
    assert app.show().code == "auth.code_wrong"


def test_without_a_factor_there_is_nothing_to_show(phone: Phone):
    answer = show(phone, "123456")
    assert (answer.status, answer.code) == (409, "factor.none")


# codes


@pytest.mark.parametrize(
    ("steps", "status"), [(-2, 422), (-1, 200), (0, 200), (1, 200), (2, 422)]
)
def test_a_phone_may_be_one_step_wrong(
    world: World, phone: Phone, steps: int, status: int
):
    app = enrolled(world, phone)
    world.clock.advance(10 * STEP)
    assert app.show(steps=steps).status == status


def test_a_code_is_used_once_and_so_are_those_before_it(
    world: World, phone: Phone
):
    app = enrolled(world, phone)
    assert app.show().code == "auth.code_wrong"  # it has confirmed the factor
    world.clock.advance(10 * STEP)
    assert app.show(steps=1).status == 200
    for steps in (-1, 0, 1):
        assert app.show(steps=steps).code == "auth.code_wrong"
    other = world.sign_in(phone.me["phone"])
    assert app.show(other, steps=1).code == "auth.code_wrong"
    world.clock.advance(2 * STEP)
    assert app.show().status == 200


@pytest.mark.parametrize(
    "written", [str, str.upper, lambda code: f"{code[:5]}-{code[5:]} "]
)
def test_a_recovery_code_works_once(world: World, phone: Phone, written):
    app, resident = enrolled(world, phone), world.person()
    world.clock.advance(timedelta(minutes=15))
    code = written(app.recovery_codes[3]).strip()
    answer = show(phone, code)
    assert (answer.status, answer.json["recovery_codes_left"]) == (200, 9)
    assert reveal(phone, resident.id).status == 200
    assert show(phone, code).code == "auth.code_wrong"
    assert show(phone, app.recovery_codes[4]).status == 200
    assert len(events("person.factor_recovered")) == 2


def tried(phone: Phone, app: App, times: int) -> Answer:
    wrong = "000000" if app.code() != "000000" else "000001"
    for _ in range(times):
        answer = show(phone, wrong)
    return answer


def test_codes_are_limited_by_the_hour_and_the_day_right_ones_too(
    world: World, phone: Phone
):
    app = enrolled(world, phone)
    assert tried(phone, app, PER_HOUR - 1).code == "auth.code_wrong"
    world.clock.advance(3 * STEP)
    other = world.sign_in(phone.me["phone"])
    for session in (phone, other):  # counted for the person
        refused = app.show(session)
        assert (refused.status, refused.code) == (429, "auth.throttled")
    world.clock.advance(timedelta(hours=1))
    phone = world.sign_in(phone.me["phone"])
    for _ in range((PER_DAY - PER_HOUR) // PER_HOUR):
        assert tried(phone, app, PER_HOUR).code == "auth.code_wrong"
        world.clock.advance(timedelta(hours=1))
        phone = world.sign_in(phone.me["phone"])
    assert app.show(phone).code == "auth.throttled"


def test_wrong_codes_of_one_person_hold_up_nobody_else(
    world: World, phone: Phone
):
    tried(phone, enrolled(world, phone), PER_HOUR)
    assert enrolled(world, clerk(world)).recovery_codes


BAD = ["12345", "", "1" * 21, "１２３４５６\n", None, 123456]


@pytest.mark.parametrize("code", BAD)
def test_what_is_no_code_is_refused(world: World, phone: Phone, code: object):
    enrolled(world, phone)
    assert phone.post("/v1/me/factor/verify", {"code": code}).status == 422


def test_digits_of_a_chinese_keyboard_are_read(world: World, phone: Phone):
    app = enrolled(world, phone)
    world.clock.advance(3 * STEP)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert show(phone, app.code().translate(wide)).status == 200


# repeated requests


def test_a_repeated_request_shows_the_same_secret_and_no_code_twice(
    world: World, phone: Phone
):
    first, again = (
        phone.post("/v1/me/factor", idempotency_key="k1") for _ in range(2)
    )
    assert again.json == first.json
    body = {"code": pyotp.TOTP(first.json["secret"]).at(world.clock.now())}
    path = "/v1/me/factor/verify"
    shown = phone.post(path, body, idempotency_key="k2")
    repeated = phone.post(path, body, idempotency_key="k2")
    assert repeated.status == 200
    assert repeated.json == shown.json | {"recovery_codes": None}
    late = phone.post("/v1/me/factor", idempotency_key="k1")
    assert late.code == "factor.none"  # the secret is shown until confirmed


# what is kept


def test_no_row_and_no_message_holds_the_secret_or_a_code(
    world: World, phone: Phone
):
    made = phone.post("/v1/me/factor").json
    app = App(world, phone, made["secret"], [])
    shown = app.show()
    rows = str(everything())
    hidden = [made["secret"], app.code(), *shown.json["recovery_codes"]]
    assert not [secret for secret in hidden if secret in rows]


def test_an_export_says_that_there_is_a_factor_and_nothing_secret(
    world: World, phone: Phone
):
    app = enrolled(world, phone)
    held = phone.get("/v1/me/data")
    assert held.json["second_factor"] == {
        "confirmed_at": "2026-11-23T00:40:00Z",
        "recovery_codes_left": 10,
    }
    assert app.secret not in held.text
    assert "nonce" not in str(held.json["second_factor"])
    assert world.resident().get("/v1/me/data").json["second_factor"] is None


def test_an_erasure_removes_the_factor(world: World, phone: Phone):
    enrolled(world, phone)
    world.clock.advance(timedelta(minutes=1))
    freshen(world, phone)
    assert world.erase(phone).status == 202
    assert phone.me["id"] not in {row["pk"]["S"] for row in rows_of("factors")}


def rows_of(name: str) -> list[dict]:
    return [
        row
        for table, rows in everything().items()
        if table.endswith(name)
        for row in rows
    ]


def test_a_factor_gives_nothing_without_the_role(world: World, phone: Phone):
    app, resident = enrolled(world, phone), world.person()
    admin = world.phone_of(world.admin)
    freshen(world, admin)
    path = f"/v1/people/{phone.me['id']}/roles"
    assert admin.put(path, []).status == 200
    assert reveal(phone, resident.id).status in (403, 404)
    world.clock.advance(3 * STEP)
    assert app.show().code == "action.forbidden"
    freshen(world, admin)
    role = [{"role": "community_staff", "place": BAIHUA}]
    assert admin.put(path, role).status == 200
    world.pass_time(minutes=1)
    assert reveal(phone, resident.id).code == "auth.factor_required"
    app.refresh()
    assert reveal(phone, resident.id).status == 200


def test_a_blocked_account_shows_no_factor(world: World, phone: Phone):
    app = enrolled(world, phone)
    admin = world.phone_of(world.admin)
    body = {"blocked": True, "reason": "离职"}
    path = f"/v1/people/{phone.me['id']}/blocked"
    assert admin.put(path, body).status == 200
    world.clock.advance(3 * STEP)
    assert app.show().status in (401, 403)


def test_staff_of_another_community_have_a_factor_of_their_own(world: World):
    here, there = clerk(world), clerk(world, JINFENG)
    first, second = enrolled(world, here), enrolled(world, there)
    world.clock.advance(3 * STEP)
    assert show(there, first.code()).code == "auth.code_wrong"
    assert second.show().status == 200
