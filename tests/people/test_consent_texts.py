"""The texts of consents: public, hashed, of one current version; newer ones are asked for."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from chalicelib.kernel.text_catalogue import LOCALES
from chalicelib.people import policy
from chalicelib.people.consent_texts import consent_texts
from chalicelib.people.policy import CONSENT_GRACE, CONSENT_TEXTS

from ..signin.builders import ask, exchange
from ..world import START, STREET, Phone, World

NUMBER = "+8613811112222"
NEWER = "2026-12"
# The first digits of the SHA-256 of each text. A changed text needs a new version, and so a line.
PINNED = {
    ("terms", "2026-11", "zh-CN"): "bd4204c832eec0db",
    ("terms", "2026-11", "en"): "4fbcabd83e9fa85f",
    ("acting", "2026-11", "zh-CN"): "9c6a04dd99e449c9",
    ("acting", "2026-11", "en"): "c5bbbda5f88b2a2c",
    ("contact_via", "2026-11", "zh-CN"): "21cb885bc37a5278",
    ("contact_via", "2026-11", "en"): "0ebc446f15bf09ea",
    ("household", "2026-11", "zh-CN"): "0b93d99f3faeb470",
    ("household", "2026-11", "en"): "e2e858cecf1ad795",
    ("promotions", "2026-11", "zh-CN"): "e0baf3b7552cad87",
    ("promotions", "2026-11", "en"): "08127a6ff8e0cf1e",
    ("care", "2026-11", "zh-CN"): "3cdc04efe151fe26",
    ("care", "2026-11", "en"): "c3f519ec56ed5c94",
    ("guardian", "2026-11", "zh-CN"): "6a74a8058f2f6d67",
    ("guardian", "2026-11", "en"): "a0e5fd72c9bfd1e7",
}


def test_the_texts_are_public_for_every_purpose_and_language(world: World):
    answer = Phone().get("/v1/consents/texts")
    assert answer.status == 200
    assert {(line["purpose"], line["locale"]) for line in answer.json} == {
        (purpose, locale) for purpose in CONSENT_TEXTS for locale in LOCALES
    }
    for line in answer.json:
        assert line["hash"] == sha256(line["text"].encode()).hexdigest()
        assert line["version"] == CONSENT_TEXTS[line["purpose"]]


def test_a_changed_text_has_a_new_version():
    for one in consent_texts():
        key = (one.purpose, one.version, one.locale)
        assert one.hash.startswith(PINNED.get(key, "no line in PINNED")), key


@pytest.mark.parametrize("given", ["1", "2026-10", "2099-01", "2026-11 "])
def test_only_the_current_version_of_the_terms_is_taken(
    world: World, given: str
):
    phone = Phone()
    ask(phone, NUMBER)
    code = world.code_in_sms(NUMBER)
    answer = exchange(phone, code, NUMBER, consent={"text_version": given})
    if given.strip() == CONSENT_TEXTS["terms"]:
        assert answer.status == 201  # lines are trimmed
        return
    assert (answer.status, answer.code) == (422, "consent.version_unknown")
    assert answer.json["current"] == CONSENT_TEXTS["terms"]


@pytest.mark.parametrize("purpose", sorted(policy.SELF_GIVEN))
def test_a_consent_of_ones_own_is_given_in_its_current_version(
    world: World, purpose: str
):
    phone = world.resident()
    old = {"purpose": purpose, "text_version": "2020-01"}
    refused = phone.post("/v1/me/consents", old)
    assert (refused.status, refused.code) == (422, "consent.version_unknown")
    body = {"purpose": purpose, "text_version": CONSENT_TEXTS[purpose]}
    assert phone.post("/v1/me/consents", body).status == 200
    assert phone.post("/v1/me/consents", body).status == 200
    lines = phone.get("/v1/me/consents").json["items"]
    assert [line["purpose"] for line in lines].count(purpose) == 1


@pytest.mark.parametrize("purpose", ["acting", "household", "contact_via"])
def test_a_consent_about_somebody_else_is_not_given_by_a_tap(
    world: World, purpose: str
):
    body = {"purpose": purpose, "text_version": CONSENT_TEXTS[purpose]}
    answer = world.resident().post("/v1/me/consents", body)
    assert (answer.status, answer.code) == (422, "consent.given_elsewhere")


@pytest.fixture
def newer_terms(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Return the end of the grace of terms that are published a day from the start."""

    def publish() -> datetime:
        since = START + timedelta(days=1)
        monkeypatch.setitem(policy.CONSENT_TEXTS, "terms", NEWER)
        monkeypatch.setitem(policy.CONSENT_SINCE, "terms", since)
        return since + CONSENT_GRACE

    return publish


def with_fresh_token(world: World, phone: Phone) -> Phone:
    return world.phone_of(world.services.people.find(phone.me["id"]))


def test_newer_terms_are_asked_for_at_sign_in_and_wait_for_a_month(
    world: World, newer_terms
):
    phone = world.sign_in(NUMBER, consent=CONSENT_TEXTS["terms"])
    assert phone.me["consents_due"] == []
    until = newer_terms()
    world.clock.advance(timedelta(days=2))
    phone = world.sign_in(NUMBER)
    assert phone.me["consents_due"] == [
        {
            "purpose": "terms",
            "version": NEWER,
            "until": f"{until:%Y-%m-%dT%H:%M:%S}Z",
        }
    ]
    assert phone.patch("/v1/me", {"name": "王五"}).status == 200
    world.clock.move_to(until)
    phone = with_fresh_token(world, phone)
    refused = phone.patch("/v1/me", {"name": "王六"})
    assert (refused.status, refused.code) == (403, "consent.outdated")
    given = {"purpose": "terms", "text_version": NEWER}
    assert phone.post("/v1/me/consents", given).json["consents_due"] == []
    assert phone.patch("/v1/me", {"name": "王六"}).status == 200


def test_a_sign_in_agrees_to_the_newer_terms(world: World, newer_terms):
    world.sign_in(NUMBER, consent=CONSENT_TEXTS["terms"])
    world.clock.move_to(newer_terms())
    phone = world.sign_in(NUMBER, consent=NEWER)
    assert phone.me["consents_due"] == []
    lines = phone.get("/v1/me/consents").json["items"]
    assert [line["text_version"] for line in lines] == [NEWER, "2026-11"]


def test_outdated_terms_let_people_finish_read_and_leave(
    world: World, newer_terms
):
    helper, resident = world.volunteer(), world.resident()
    held = world.open_wish(resident)
    other = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{held}/claim").status == 200
    assert helper.post(f"/v1/wishes/{other}/claim").status == 200
    world.clock.move_to(newer_terms())
    helper = with_fresh_token(world, helper)
    resident = with_fresh_token(world, resident)
    open_wish = f"/v1/wishes/{held}"
    assert helper.get(open_wish).json["address"]
    refused = [
        resident.post("/v1/wishes", world.wish_body()),
        helper.put("/v1/me/volunteer", {"places": [STREET]}),
    ]
    assert [answer.code for answer in refused] == ["consent.outdated"] * 2
    done = [
        helper.post(f"/v1/wishes/{other}/release", {"reason": "没时间"}),
        helper.post(f"{open_wish}/deliver", {"note": "放在门卫处"}),
        resident.post(f"/v1/wishes/{other}/withdraw", {"reason": "不用了"}),
        resident.get("/v1/me/data"),
        resident.get("/v1/me/wishes"),
        resident.get("/v1/me/consents"),
        world.erase(resident),
    ]
    assert [answer.status for answer in done] == [
        *[200] * 6,
        202,
    ], [answer.text[:200] for answer in done]


def test_staff_appointed_by_others_have_no_terms_that_expire(
    world: World, newer_terms
):
    world.clock.move_to(newer_terms())
    admin = world.phone_of(world.admin)
    assert admin.get(f"/v1/people?place={STREET}").status == 200


def test_the_grace_begins_when_the_version_does():
    assert set(policy.CONSENT_SINCE) == set(CONSENT_TEXTS)
    assert all(since.tzinfo is UTC for since in policy.CONSENT_SINCE.values())
