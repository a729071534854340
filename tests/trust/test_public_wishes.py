"""Public means that a person has released it: wishes."""

import pytest

from chalicelib.kernel.access import Role

from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Phone, World
from .corpus import NEIGHBOURS, REPORTER, SENTENCES

TITLE, STORY, THANKS = "一个红色水壶", "旧的摔坏了", "谢谢小红"


def everything_public(wish_id: str) -> str:
    answers = [Phone().get(f"/v1/wishes/{wish_id}")]
    for place in (BAIHUA, STREET):
        answers.append(Phone().get(f"/v1/wishes?place={place}"))
    return "\n".join(answer.text for answer in answers)


def test_hiding_takes_back_title_story_and_thanks(world: World):
    resident, helper, staff = world.resident(), world.volunteer(), world.staff()
    id = world.open_wish(resident, title=TITLE, story=STORY, alias="小红")
    path = f"/v1/wishes/{id}"
    assert helper.post(f"{path}/claim").status == 200
    assert helper.post(f"{path}/deliver", {}).status == 200
    body = {"rating": 5, "thanks": THANKS}
    assert resident.post(f"{path}/confirm", body).status == 200
    assert TITLE in everything_public(id)
    assert helper.get(path).json["thanks"] == THANKS
    hidden = staff.post(f"{path}/hide")
    assert (hidden.status, hidden.json["hidden"]) == (200, True)
    for word in ("水壶", "摔坏", "小红", THANKS):
        assert word not in everything_public(id)
        assert word not in helper.get(path).text
        assert word not in helper.get("/v1/me/hours").text
    own = resident.get(path).json
    assert (own["title"], own["story"], own["thanks"]) == (TITLE, STORY, THANKS)
    assert staff.post(f"{path}/hide").status == 200  # again


def test_an_open_wish_is_shown_again_after_a_new_approval_only(world: World):
    staff, resident = world.staff(), world.resident()
    id = world.open_wish(resident, title=TITLE, story=STORY)
    path = f"/v1/wishes/{id}"
    staff.post(f"{path}/hide")
    assert staff.post(f"{path}/edit", {"story": "换一个"}).status == 200
    assert "换一个" not in everything_public(id)
    staff.post(f"{path}/unpublish", {"reason": "再看看"})
    staff.post(f"{path}/approve")
    assert TITLE in everything_public(id)
    assert "换一个" in everything_public(id)


def test_only_staff_of_the_place_hide_a_wish(world: World):
    resident = world.resident()
    path = f"/v1/wishes/{world.open_wish(resident)}/hide"
    for phone in (resident, world.volunteer(), world.staff(JINFENG)):
        assert phone.post(path).status == 403
    assert Phone().post(path).status == 401
    unknown = "/v1/wishes/wsh_" + "a" * 24 + "/hide"
    assert world.staff().post(unknown).status == 404


def test_a_wish_that_is_not_public_has_nothing_to_hide(world: World):
    resident = world.resident()
    id = resident.post("/v1/wishes", world.wish_body()).json["id"]
    assert world.staff().post(f"/v1/wishes/{id}/hide").status == 409


@pytest.mark.parametrize("n", range(0, len(SENTENCES), 20))
def test_no_secret_of_the_corpus_is_on_the_wall(world: World, n: int):
    for name in NEIGHBOURS:
        world.person(name, phone=None)
    resident = world.phone_of(world.person(REPORTER))
    for sentence in SENTENCES[n : n + 20]:
        id = world.open_wish(
            resident, title=f"水壶{sentence.text}"[:40], story=sentence.text
        )
        shown = everything_public(id)
        for secret in sentence.secrets:
            assert secret not in shown
        withdrawn = resident.post(f"/v1/wishes/{id}/withdraw", {})
        assert withdrawn.status == 200


@pytest.mark.parametrize("field", ["skills", "dialects"])
@pytest.mark.parametrize("secret", ["孙桂兰", "13812345678", "5栋1203"])
def test_no_secret_is_on_the_wall_as_a_skill_or_dialect(
    world: World, field: str, secret: str
):
    world.person("孙桂兰", phone=None)
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident, **{field: ["水电", f"找{secret}"]})
    shown = everything_public(id)
    assert secret not in shown
    assert "水电" in shown or field == "dialects"
    edited = {field: ["木工", f"问{secret}"]}
    staff = world.staff()
    assert staff.post(f"/v1/wishes/{id}/edit", edited).status == 200
    assert secret not in everything_public(id)
    # What was blanked out binds nobody: matching goes by the rest.
    assert helper.get(f"/v1/wishes/{id}").status == 200
    waiting = staff.get(f"/v1/wishes/{id}/matching")
    assert secret not in waiting.text


def test_a_label_that_was_blanked_out_keeps_nobody_from_being_asked(
    world: World,
):
    helper = world.volunteer(skills=["水电"])
    world.open_wish(skills=["水电", "找13812345678"])
    world.pass_time(minutes=10)
    person = world.services.people.find(helper.me["id"])
    offers = world.phone_of(person).get("/v1/me/offers").json["items"]
    assert [offer["state"] for offer in offers] == ["offered"]


def test_a_wish_about_an_empty_home_is_marked_for_staff(world: World):
    resident, staff = world.resident(), world.staff()
    body = world.wish_body(story="我一个人住，钥匙在邻居那")
    id = resident.post("/v1/wishes", body).json["id"]
    assert staff.get(f"/v1/wishes/{id}").json["held_for_review"] is True
    assert "held_for_review" not in resident.get(f"/v1/wishes/{id}").json


def test_hints_at_wishes_of_the_household_are_for_staff(world: World):
    one = world.person("魏秀英", household="wei")
    other = world.person("魏国庆", household="wei")
    first = world.phone_of(one).post("/v1/wishes", world.wish_body()).json["id"]
    second = world.phone_of(other)
    id = second.post("/v1/wishes", world.wish_body()).json["id"]
    assert second.get(f"/v1/wishes/{id}").json["possible_duplicates"] == []
    staff = world.staff().get(f"/v1/wishes/{id}").json
    assert staff["possible_duplicates"] == [first]


def test_notes_of_others_reach_residents_and_helpers_without_personal_data(
    world: World,
):
    world.person("孙桂兰", phone=None)
    resident, helper, staff = world.resident(), world.volunteer(), world.staff()
    id = world.open_wish(resident)
    path = f"/v1/wishes/{id}"
    helper.post(f"{path}/claim")
    note = "孙桂兰说的，住1203，电话13812345678"
    assert helper.post(f"{path}/release", {"reason": note}).status == 200
    staff.post(f"{path}/unpublish", {"reason": note})
    seen = "".join(
        resident.get(where).text
        for where in (path, f"{path}/timeline", "/v1/me/data")
    )
    for secret in ("桂兰", "1203", "13812345678"):
        assert secret not in seen
    assert note in staff.get(f"{path}/timeline").text


def test_a_reason_reaches_no_staff_by_sms(world: World):
    worker = world.staff(GRID, Role.GRID_WORKER)
    world.services.places.assign_duty(
        world.boss, GRID, {"grid_worker": [worker.me["id"]]}
    )
    resident, helper = world.resident(home=UNIT), world.volunteer()
    path = f"/v1/wishes/{world.open_wish(resident)}"
    helper.post(f"{path}/claim")
    helper.post(f"{path}/deliver", {})
    reason = "东西是坏的，志愿者态度差"
    assert resident.post(f"{path}/dispute", {"reason": reason}).status == 200
    world.pass_time(days=1)
    sent = [letter.text for letter in world.mailbox.read()]
    assert any("有异议" in text for text in sent)
    assert not [text for text in sent if "态度" in text]
