"""All data held about a person: the export holds it, and erasure removes it."""

import json
from datetime import timedelta

from ..signin.builders import NUMBER, refresh, sign_up
from ..store.scan import everything, scheduled
from ..world import BAIHUA, UNIT, Phone, World
from .builders import a_person

MAIL, NAME, ADDRESS, STORY, THANKS = (
    "xiu.ying@example.com",
    "欧阳秀英",
    "望江阁9楼901室",
    "孙女的旧书包破了",
    "多谢赵同志",
)
SECRETS = [
    NAME,
    "秀英",
    ADDRESS,
    "望江阁",
    MAIL,
    STORY,
    THANKS,
    NUMBER,
    NUMBER.removeprefix("+86"),
]


def a_life(world: World) -> Phone:
    """A person who has signed in, proved an e-mail address, wished, thanked, helped and been
    helped.
    """
    phone = sign_up(world)
    phone.patch("/v1/me", {"name": NAME, "home": UNIT, "address": ADDRESS})
    phone.post("/v1/me/email", {"address": MAIL})
    digits = world.mailbox.read(MAIL)[0].text
    phone.post(
        "/v1/me/email/verify",
        {"code": "".join(c for c in digits if c.isdigit())[:6]},
    )
    world.vet(phone.me["id"])
    phone.put("/v1/me/volunteer", {"places": [BAIHUA], "capacity": 5})
    world.vet(phone.me["id"])
    world.clock.advance(timedelta(minutes=1))
    return world.sign_in(NUMBER)


def delivered(world: World, phone: Phone, **fields) -> str:
    id, helper = (
        world.open_wish(phone, story=STORY, **fields),
        world.volunteer(),
    )
    assert helper.post(f"/v1/wishes/{id}/claim").status == 200
    assert (
        helper.post(
            f"/v1/wishes/{id}/deliver", {"note": f"交给{NAME}本人"}
        ).status
        == 200
    )
    return id


def test_my_data_hold_everything(world: World):
    phone = a_life(world)
    thanked = delivered(world, phone)
    phone.post(f"/v1/wishes/{thanked}/confirm", {"rating": 5, "thanks": THANKS})
    helped = world.open_wish()
    phone.post(f"/v1/wishes/{helped}/claim")
    data = phone.get("/v1/me/data").json
    assert {"person", "consents", "wishes", "claims", "exported_at"} <= set(
        data
    )
    assert (
        data["person"]
        | {
            "name": NAME,
            "phone": NUMBER,
            "address": ADDRESS,
            "email_address": MAIL,
        }
        == data["person"]
    )
    assert [line["purpose"] for line in data["consents"]] == ["terms"]
    assert len(data["sessions"]) == 2
    assert set(data["sessions"][0]) == {
        "signed_in_at",
        "last_used_at",
        "expires_at",
        "device",
    }
    assert phone.refresh
    assert phone.refresh not in json.dumps(data)
    assert [
        (wish["id"], wish["story"], wish["thanks"]) for wish in data["wishes"]
    ] == [(thanked, STORY, THANKS)]
    assert [claim["wish_id"] for claim in data["claims"]] == [helped]


def test_my_data_hold_nothing_of_others(world: World):
    phone = a_life(world)
    other = world.resident(name="周小红", address="西苑2楼201室")
    helped = world.open_wish(other, story="别人的故事")
    phone.post(f"/v1/wishes/{helped}/claim")
    text = phone.get("/v1/me/data").text
    assert not [
        word
        for word in ("周小红", "西苑", "别人的故事", other.me["phone"])
        if word in text
    ]


def test_many_wishes_are_exported_to_the_last(world: World):
    phone = world.resident()
    for n in range(3):
        phone.post("/v1/wishes", world.wish_body(title=f"心愿{n}"))
        world.clock.advance(timedelta(minutes=1))
    assert len(phone.get("/v1/me/data").json["wishes"]) == 3


def leftovers(skip_sessions: bool = False) -> set[tuple[str, str]]:
    """Where secrets are in the store; ids and keyed hashes are none."""
    tables = {
        name: rows
        for name, rows in everything().items()
        if not (skip_sessions and name == "sessions")
    }
    text = {
        name: json.dumps(rows, ensure_ascii=False, default=str)
        for name, rows in tables.items()
    }
    return {
        (secret, name)
        for secret in SECRETS
        for name, rows in text.items()
        if secret in rows
    }


def erased(world: World) -> tuple[Phone, list[str]]:
    """An erased person with wishes in every state; and the wishes."""
    phone, boss = a_life(world), world.phone_of(world.admin)
    wishes = {
        state: delivered(world, phone, title=f"心愿{state}")
        for state in ("delivered", "disputed", "fulfilled")
    }
    phone.post(
        f"/v1/wishes/{wishes['disputed']}/dispute", {"reason": f"{NAME}没收到"}
    )
    phone.post(
        f"/v1/wishes/{wishes['fulfilled']}/confirm",
        {"rating": 5, "thanks": THANKS},
    )
    submitted = phone.post(
        "/v1/wishes",
        world.wish_body(title="心愿submitted", story=STORY, alias=NAME),
    ).json["id"]
    rejected = phone.post(
        "/v1/wishes", world.wish_body(title="心愿rejected", story=STORY)
    ).json["id"]
    boss.post(
        f"/v1/wishes/{rejected}/reject", {"reason": f"请{NAME}到社区来谈"}
    )
    wishes |= {
        "submitted": submitted,
        "rejected": rejected,
        "open": world.open_wish(phone, title="心愿open", story=STORY),
    }
    wishes["claimed"] = world.open_wish(phone, title="心愿claimed", story=STORY)
    world.volunteer().post(f"/v1/wishes/{wishes['claimed']}/claim")
    assert leftovers()
    assert world.erase(phone).status == 202
    world.pass_time(minutes=2)
    return phone, list(wishes.values())


def test_erasure_leaves_nothing_that_names_the_person(world: World):
    erased(world)
    assert leftovers(skip_sessions=True) == set()


def test_no_challenge_keeps_the_phone_or_address_of_somebody_who_is_gone(
    world: World,
):
    erased(world)
    assert leftovers() == set()


def test_a_code_that_was_asked_for_and_never_used_does_not_outlive_the_account(
    world: World,
):
    phone = a_life(world)
    world.clock.advance(timedelta(minutes=1))
    phone.post("/v1/auth/codes", {"phone": NUMBER})
    phone.post("/v1/me/email", {"address": MAIL})
    world.clock.advance(timedelta(minutes=1))
    assert world.erase(phone).status == 202
    world.pass_time(minutes=2)
    assert leftovers() == set()


def test_open_wishes_of_an_erased_person_are_withdrawn_and_still_counted(
    world: World,
):
    _, wishes = erased(world)
    boss = world.phone_of(world.admin)
    states = [boss.get(f"/v1/wishes/{id}").json["state"] for id in wishes]
    assert states == [
        "withdrawn",
        "withdrawn",
        "fulfilled",
        "withdrawn",
        "rejected",
        "withdrawn",
        "withdrawn",
    ]
    assert [
        wish
        for wish in Phone().get(f"/v1/wishes?place={BAIHUA}").json["items"]
        if wish["title"]
    ] == []
    assert boss.get(f"/v1/wishes/{wishes[2]}").json["rating"] == 5
    assert not [due for due in scheduled() if due.subject in wishes]


def test_the_helper_of_an_erased_resident_is_informed_and_free_again(
    world: World,
):
    phone, helper = a_life(world), world.volunteer(capacity=1)
    id = world.open_wish(phone)
    helper.post(f"/v1/wishes/{id}/claim")
    world.erase(phone)
    world.pass_time(minutes=2)
    assert world.sms_to(helper.me["phone"], "wish.withdrawn")
    assert helper.post(f"/v1/wishes/{world.open_wish()}/claim").status == 200


def test_claims_of_an_erased_helper_go_back_to_the_wall(world: World):
    phone, resident = a_life(world), world.resident()
    id = world.open_wish(resident)
    phone.post(f"/v1/wishes/{id}/claim")
    world.erase(phone)
    world.pass_time(minutes=2)
    assert resident.get(f"/v1/wishes/{id}").json["state"] == "open"
    record = world.services.wish_helpers.records_of(a_person(id=phone.me["id"]))
    assert record.active == 0
    assert world.volunteer().post(f"/v1/wishes/{id}/claim").status == 200


def test_hours_of_an_erased_helper_stay_on_the_wish_without_a_name(
    world: World,
):
    phone, resident = a_life(world), world.resident()
    id = world.open_wish(resident)
    phone.post(f"/v1/wishes/{id}/claim")
    phone.post(
        f"/v1/wishes/{id}/deliver",
        {"code": world.delivery_code(resident.me["phone"])},
    )
    world.erase(phone)
    world.pass_time(minutes=2)
    (claim,) = resident.get(f"/v1/wishes/{id}").json["claims"]
    assert (claim["state"], claim["minutes"], claim["helper"]) == (
        "confirmed",
        60,
        phone.me["id"],
    )
    assert not claim["helper_name"]


def test_the_account_is_dead_at_once_and_the_phone_free_for_a_new_one(
    world: World,
):
    phone = a_life(world)
    assert world.erase(phone).status == 202
    assert phone.get("/v1/me").status == 401
    assert refresh(phone).status == 401
    world.clock.advance(timedelta(minutes=1))
    fresh = sign_up(world)
    assert fresh.me["id"] != phone.me["id"]
    assert fresh.get("/v1/me/wishes").json["items"] == []


def test_an_erased_person_is_not_found(world: World):
    phone, _ = erased(world)
    staff = world.staff()
    assert staff.get(f"/v1/people/{phone.me['id']}").status == 404
    listed = staff.get(f"/v1/people?place={BAIHUA}&limit=100").json["items"]
    assert phone.me["id"] not in [person["id"] for person in listed]


def test_consent_lines_stay_without_the_names_of_witnesses(world: World):
    phone, staff = world.resident(), world.staff()
    for n in range(12):
        world.clock.advance(timedelta(minutes=1))
        body = world.wish_body(
            title=f"心愿{n}",
            on_behalf_of=phone.me["id"],
            consent={"how": "spoken", "witness": "证人老许"},
        )
        assert staff.post("/v1/wishes", body).status == 201
    assert world.erase(phone).status == 202
    world.pass_time(minutes=2)
    rows = [
        row
        for row in everything()["people"]
        if row["pk"]["S"] == phone.me["id"]
        and row["sk"]["S"].startswith("consent#")
    ]
    assert len(rows) == 13
    assert not [row for row in rows if "证人老许" in str(row)]


def test_an_erasure_that_is_run_twice_changes_nothing_more(world: World):
    phone = a_life(world)
    id = world.open_wish(phone)
    world.erase(phone)
    world.pass_time(minutes=2)
    before = world.phone_of(world.admin).get(f"/v1/wishes/{id}").json
    world.services.wish_forgetting.forget_person(phone.me["id"])
    after = world.phone_of(world.admin).get(f"/v1/wishes/{id}").json
    assert {**after, "version": 0, "updated_at": ""} == {
        **before,
        "version": 0,
        "updated_at": "",
    }


def test_a_wish_of_somebody_who_is_gone_never_comes_back_to_the_wall(
    world: World,
):
    phone, boss = a_life(world), world.phone_of(world.admin)
    id = world.open_wish(phone)
    world.erase(phone)
    world.pass_time(minutes=2)
    assert "reopen" not in boss.get(f"/v1/wishes/{id}").json["moves"]
    assert boss.post(f"/v1/wishes/{id}/reopen", {}).status == 409
