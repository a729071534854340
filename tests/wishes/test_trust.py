"""A door is opened to somebody known, and seldom: claims, walls, views and messages."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.people.model import Person, Vetting, VettingMethod
from chalicelib.staff_directory.vetting_terms import VettingTerms
from chalicelib.wishes import policy

from ..store.scan import everything
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Phone, World

MARKS = {"minor", "bedridden", "alone", "vetted"}
MARK_FIELDS = {"safeguarding", "vetting_required", "vetting"}
CONSENT = "2026-11"


def found(world: World, phone: Phone) -> Person:
    person = world.services.people.find(phone.me["id"])
    assert person
    return person


def again(world: World, phone: Phone) -> Phone:
    return world.phone_of(found(world, phone))


def wishes_of_a_street(world: World, count: int, **fields: Any) -> list[str]:
    """Open a wish behind each of several doors."""
    return [
        world.open_wish(
            world.resident(address=f"{n + 1}楼{n + 1}03室"), **fields
        )
        for n in range(count)
    ]


def read_doors(phone: Phone, wishes: list[str]) -> list[str]:
    """Claim, read and give back one wish after the other; return the addresses that were shown."""
    doors = []
    for wish in wishes:
        claimed = phone.post(f"/v1/wishes/{wish}/claim").json
        if claimed.get("address"):
            doors.append(claimed["address"])
        for path in (f"/v1/wishes/{wish}", "/v1/me/claims"):
            assert "03室" not in phone.get(path).text or doors
        phone.post(f"/v1/wishes/{wish}/release", {"reason": "来不了"})
    return doors


def new_sim(world: World, number: str) -> Phone:
    phone = world.sign_in(number, consent=CONSENT, name="钱进")
    assert phone.put("/v1/me/volunteer", {"places": [STREET]}).status == 200
    return again(world, phone)


# the attack


def test_a_new_sim_is_shown_no_door(world: World):
    wishes = wishes_of_a_street(world, 8)
    phone = new_sim(world, "+8613811110001")
    assert read_doors(phone, wishes) == []
    answer = phone.post(f"/v1/wishes/{wishes[0]}/claim")
    assert (answer.status, answer.code) == (403, "volunteer.not_vetted")


def test_a_vetted_newcomer_is_shown_two_doors_and_leaving_resets_nothing(
    world: World,
):
    wishes, number = wishes_of_a_street(world, 8), "+8613811110002"
    phone = new_sim(world, number)
    world.vet(phone.me["id"], Vetting.SAFEGUARDING)
    assert len(read_doors(phone, wishes)) == policy.HOMES_OF_NEWCOMER
    late = phone.post(f"/v1/wishes/{wishes[5]}/claim")
    assert (late.status, late.code) == (429, "wish.too_many_homes")
    assert late.json["retry_after"] > 0
    assert late.headers["retry-after"]
    for _ in range(2):
        assert world.erase(phone).status == 202
        world.pass_time(minutes=5)
        phone = new_sim(world, number)
        assert read_doors(phone, wishes[2:]) == []
        world.vet(phone.me["id"])
        assert read_doors(phone, wishes[2:]) == []
    world.pass_time(days=8)
    assert read_doors(again(world, phone), wishes[2:]) == []


def test_after_a_confirmed_delivery_five_homes_are_shown_in_seven_days(
    world: World,
):
    wishes = wishes_of_a_street(world, 9)
    phone = world.volunteer(homes=None)
    first = world.open_wish(resident := world.resident(address="9楼903室"))
    assert phone.post(f"/v1/wishes/{first}/claim").status == 200
    code = world.delivery_code(resident.me["phone"])
    done = phone.post(f"/v1/wishes/{first}/deliver", {"code": code})
    assert done.json["state"] == "fulfilled"
    statuses = [
        phone.post(f"/v1/wishes/{wish}/claim").status for wish in wishes[:5]
    ]
    assert statuses == [200] * 4 + [429]
    for wish in wishes[:4]:
        assert phone.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    world.pass_time(days=7, hours=1)
    phone = again(world, phone)
    statuses = [
        phone.post(f"/v1/wishes/{wish}/claim").status for wish in wishes[4:]
    ]
    assert statuses == [200] * 5


def test_the_same_home_counts_once(world: World):
    resident = world.resident(address="6楼603室")
    first, second, third = (
        world.open_wish(resident, title=title)
        for title in ("一个水壶", "修理门锁", "陪同买菜")
    )
    phone = world.volunteer(homes=None)
    for wish in (first, second, third):
        assert phone.post(f"/v1/wishes/{wish}/claim").status == 200


def test_staff_allow_a_volunteer_more_homes(world: World):
    phone = world.volunteer(homes=3)
    wishes = wishes_of_a_street(world, 4)
    statuses = [
        phone.post(f"/v1/wishes/{wish}/claim").status for wish in wishes
    ]
    assert statuses == [200, 200, 200, 429]


def test_an_offer_opens_no_door_that_the_wall_keeps_shut(world: World):
    """By the app and by SMS."""
    wishes = wishes_of_a_street(world, 3)
    phone = world.volunteer(homes=1)
    offers = [world.offer(wish, phone) for wish in wishes[1:]]
    assert phone.post(f"/v1/wishes/{wishes[0]}/claim").status == 200
    refused = phone.post(f"/v1/offers/{offers[0]}/accept")
    assert (refused.status, refused.code) == (429, "wish.too_many_homes")
    withdrawn = VettingTerms(level=Vetting.NONE)
    world.services.person_admin.vet(world.boss, phone.me["id"], withdrawn)
    answers = world.services.offer_sms_answers
    answers.answer(offers[1], phone.me["id"], yes=True, phone_of=phone.me["id"])
    assert found(world, phone).vetting is Vetting.NONE
    held = phone.get("/v1/me/claims").json["items"]
    assert [line["wish"]["id"] for line in held] == [wishes[0]]


# claims given back


def test_the_third_claim_given_back_pauses_until_staff_lift_it(world: World):
    wishes = wishes_of_a_street(world, 4)
    phone, staff = world.volunteer(), world.staff()
    assert len(read_doors(phone, wishes)) == policy.GIVEN_BACK_MAX
    refused = phone.post(f"/v1/wishes/{wishes[3]}/claim")
    assert (refused.status, refused.code) == (403, "volunteer.paused_by_staff")
    queue = staff.get(f"/v1/admin/queue?place={BAIHUA}").json["items"]
    (task,) = [t for t in queue if t["kind"].startswith("volunteer.")]
    assert (task["kind"], task["id"]) == ("volunteer.paused", phone.me["id"])
    world.pass_time(minutes=2)
    kinds = [letter.kind for letter in world.sms_to(phone.me["phone"])]
    assert "volunteer.claims_paused" in kinds
    path = f"/v1/people/{phone.me['id']}"
    lift = {"homes_7_days": 50, "reason": "孩子住院，已谈"}
    assert staff.put(f"{path}/limits", lift).status == 200
    assert phone.post(f"/v1/wishes/{wishes[3]}/claim").status == 200
    # From now on the next three count.
    release = {"reason": "来不了"}
    assert phone.post(f"/v1/wishes/{wishes[3]}/release", release).status == 200
    assert phone.post(f"/v1/wishes/{wishes[3]}/claim").status == 200


def test_a_pause_follows_the_phone_into_a_new_account(world: World):
    wishes, number = wishes_of_a_street(world, 4), "+8613811110003"
    phone = new_sim(world, number)
    world.vet(phone.me["id"])
    limits = (world.boss, phone.me["id"], 50, "试")
    world.services.person_admin.set_limits(*limits)
    assert len(read_doors(phone, wishes)) == 3
    assert world.erase(phone).status == 202
    world.pass_time(minutes=5)
    phone = new_sim(world, number)
    world.vet(phone.me["id"])
    refused = phone.post(f"/v1/wishes/{wishes[3]}/claim")
    assert (refused.status, refused.code) == (403, "volunteer.paused_by_staff")
    # Staff learn of it, and a vetting that follows is their decision.
    assert found(world, phone).claims_paused_at
    world.vet(phone.me["id"])
    assert (
        phone.post(f"/v1/wishes/{wishes[3]}/claim").code
        == "wish.too_many_homes"
    )


def test_leaving_with_a_claim_gives_it_back(world: World):
    """Claim, erase the account, come back: the third time staff have to look."""
    wish, number = wishes_of_a_street(world, 1)[0], "+8613811110004"
    for n in range(policy.GIVEN_BACK_MAX):
        phone = new_sim(world, number)
        world.vet(phone.me["id"])
        claimed = phone.post(f"/v1/wishes/{wish}/claim")
        assert claimed.status == 200, (n, claimed.text)
        assert world.erase(phone).status == 202
        world.pass_time(minutes=5)
    phone = new_sim(world, number)
    world.vet(phone.me["id"])
    refused = phone.post(f"/v1/wishes/{wish}/claim")
    assert (refused.status, refused.code) == (403, "volunteer.paused_by_staff")
    world.vet(phone.me["id"])  # staff let them go on, but not with this wish
    refused = phone.post(f"/v1/wishes/{wish}/claim")
    assert (refused.status, refused.code) == (409, "wish.claimed_too_often")


def test_leaving_without_a_claim_gives_nothing_back(world: World):
    wish, number = wishes_of_a_street(world, 1)[0], "+8613811110005"
    for _ in range(policy.GIVEN_BACK_MAX + 1):
        phone = new_sim(world, number)
        assert world.erase(phone).status == 202
        world.pass_time(minutes=5)
    phone = new_sim(world, number)
    world.vet(phone.me["id"])
    assert phone.post(f"/v1/wishes/{wish}/claim").status == 200


def test_claims_that_others_end_are_not_given_back(world: World):
    phone, staff = world.volunteer(), world.staff()
    for wish in wishes_of_a_street(world, 4):
        assert phone.post(f"/v1/wishes/{wish}/claim").status == 200
        release = {"reason": "换一位"}
        assert staff.post(f"/v1/wishes/{wish}/release", release).status == 200
    assert found(world, phone).claims_paused_at is None


# wishes of people who need protection


@pytest.mark.parametrize("mark", ["minor", "bedridden"])
def test_wishes_that_need_vetting_for_safeguarding_are_on_no_public_wall(
    world: World, mark: str
):
    wish = world.open_wish(safeguarding=[mark])
    outsiders = {
        "public": Phone(),
        "neighbour": world.resident(),
        "basic": world.volunteer(),
        "not vetted": world.volunteer(vetting=Vetting.NONE),
    }
    for who, phone in outsiders.items():
        for place in (BAIHUA, STREET):
            listed = phone.get(f"/v1/wishes?place={place}")
            assert listed.json["items"] == [], who
        assert phone.get(f"/v1/wishes/{wish}").status == 404, who
        answer = phone.post(f"/v1/wishes/{wish}/claim")
        assert answer.status in (401, 404), who
    insider = world.volunteer(JINFENG, vetting=Vetting.SAFEGUARDING)
    for place in (BAIHUA, STREET):
        (line,) = insider.get(f"/v1/wishes?place={place}").json["items"]
        assert line["id"] == wish
    assert insider.get(f"/v1/wishes/{wish}").json["moves"] == ["claim"]
    assert insider.post(f"/v1/wishes/{wish}/claim").status == 200


def test_a_page_of_the_wall_goes_on_where_the_vetting_has_ended(world: World):
    """A cursor into the protected part is harmless without the vetting."""
    for mark in ([], ["minor"], ["bedridden"]):
        world.open_wish(safeguarding=mark)
    phone = world.volunteer(vetting=Vetting.SAFEGUARDING)
    path, seen = f"/v1/wishes?place={BAIHUA}&limit=1", []
    cursors = [""]
    while cursors[-1] is not None:
        page = phone.get(f"{path}{cursors[-1]}").json
        seen += page["items"]
        cursors.append(f"&cursor={page['next']}" if page["next"] else None)
    assert len({line["id"] for line in seen}) == 3
    world.vet(phone.me["id"], Vetting.BASIC)
    for cursor in cursors[1:-1]:
        answer = phone.get(f"{path}{cursor}")
        assert answer.status == 200
        assert len(answer.json["items"]) <= 1
    assert [len(phone.get(path).json["items"])] == [1]


def test_somebody_alone_is_visited_by_a_volunteer_whom_staff_have_seen(
    world: World,
):
    wish = world.open_wish(safeguarding=["alone"])
    by_document = world.phone_of(world.person("孙丽"))
    world.vet(by_document.me["id"], how=VettingMethod.DOCUMENT)
    by_document.put("/v1/me/volunteer", {"places": [BAIHUA]})
    by_document = again(world, by_document)
    newcomer = world.volunteer()
    for phone in (by_document, newcomer):
        refused = phone.post(f"/v1/wishes/{wish}/claim")
        assert (refused.status, refused.code) == (403, "wish.vetting_required")
        resident = world.resident()
        other = world.open_wish(resident)
        assert phone.post(f"/v1/wishes/{other}/claim").status == 200
        code = world.delivery_code(resident.me["phone"])
        body = {"code": code}
        assert phone.post(f"/v1/wishes/{other}/deliver", body).status == 200
    assert by_document.post(f"/v1/wishes/{wish}/claim").status == 403
    assert newcomer.post(f"/v1/wishes/{wish}/claim").status == 200


# views


def values(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield every field of a JSON document, with its name."""
    if isinstance(thing, dict):
        for name, value in thing.items():
            yield name, value
            yield from values(value)
    elif isinstance(thing, list):
        for value in thing:
            yield "", value
            yield from values(value)


def assert_without_marks(text: str) -> None:
    for name, value in values(json.loads(text)):
        assert name not in MARK_FIELDS, name
        assert value not in MARKS if isinstance(value, str) else True, value


@pytest.mark.parametrize(
    "marks", [["alone"], ["minor"], ["bedridden", "alone"]]
)
def test_no_view_of_the_public_or_a_helper_holds_a_mark(
    world: World, marks: list[str]
):
    resident = world.resident()
    wish = world.open_wish(resident, safeguarding=marks)
    helper = world.volunteer(vetting=Vetting.SAFEGUARDING)
    known = world.open_wish(neighbour := world.resident(address="8楼"))
    helper.post(f"/v1/wishes/{known}/claim")
    code = world.delivery_code(neighbour.me["phone"])
    helper.post(f"/v1/wishes/{known}/deliver", {"code": code})
    world.pass_time(minutes=5)
    wall, single = f"/v1/wishes?place={BAIHUA}", f"/v1/wishes/{wish}"
    mine = ("/v1/me/claims", "/v1/me/offers", f"{single}/timeline")
    for phone in (Phone(), world.resident(), helper):
        for path in (wall, single):
            assert_without_marks(phone.get(path).text)
    offers = helper.get("/v1/me/offers").json["items"]
    assert [offer["wish"] for offer in offers] == [wish]
    claimed = helper.post(f"{single}/claim")
    assert claimed.status == 200, claimed.text
    assert_without_marks(claimed.text)
    for path in (single, *mine):
        assert_without_marks(helper.get(path).text)
    assert_without_marks(helper.post(f"{single}/deliver", {}).text)
    for path in (single, *mine[:2]):
        assert_without_marks(helper.get(path).text)
    for phone in (resident, world.staff(), world.staff(GRID)):
        inside = phone.get(single).json
        assert inside["safeguarding"] == marks
        assert inside["vetting_required"] == (marks != ["alone"])


def test_a_helper_reads_instructions_and_no_reason(world: World):
    helper = world.volunteer(vetting=Vetting.SAFEGUARDING)
    shown = {}
    for marks in ((), ("minor",), ("bedridden",)):
        wish = world.open_wish(safeguarding=list(marks))
        claimed = helper.post(f"/v1/wishes/{wish}/claim", accept_language="en")
        shown[marks] = claimed.json["instructions"]
    assert shown[()] == ["Ring first and agree on a time"]
    assert shown["minor",] == shown["bedridden",]
    assert shown["minor",] == [*shown[()], "Go in pairs"]


# who comes


def test_the_resident_learns_who_comes_and_the_word_that_they_say(
    world: World,
):
    resident, staff = world.resident(), world.staff()
    wish = world.open_wish(resident, helpers_needed=2)
    one, two = world.volunteer(), world.volunteer()
    words = []
    for helper in (one, two):
        claimed = helper.post(f"/v1/wishes/{wish}/claim").json
        words.append(claimed["word"])
        (letter, *_) = world.sms_to(resident.me["phone"], "wish.claimed")
        assert "赵志强" in letter.text
        assert f"「{words[-1]}」" in letter.text
        assert claimed["claims"][0]["word"] == words[-1]
    path = f"/v1/wishes/{wish}"
    mine = resident.get(path).json
    assert [claim["word"] for claim in mine["claims"]] == words
    assert mine["word"] is None  # two are on their way
    theirs = staff.get(path).json
    assert [claim["word"] for claim in theirs["claims"]] == [None, None]
    assert two.post(f"{path}/release", {"reason": "病了"}).status == 200
    assert resident.get(path).json["word"] == words[0]
    assert "word" not in two.get(path).json
    assert "word" not in Phone().get(path).json


def test_no_row_holds_the_word(world: World):
    wish = world.open_wish()
    word = world.volunteer().post(f"/v1/wishes/{wish}/claim").json["word"]
    assert word not in json.dumps(everything(), default=str)


def test_a_person_without_a_place_has_no_wall_to_see(world: World):
    """A volunteer of another street is a stranger to the wishes of this one."""
    wish = world.open_wish(safeguarding=["minor"])
    person = world.person("周围", home=UNIT)
    world.vet(person.id, Vetting.SAFEGUARDING)
    phone = world.phone_of(person)  # no volunteer
    assert phone.get(f"/v1/wishes/{wish}").status == 404
    assert phone.get(f"/v1/wishes?place={BAIHUA}").json["items"] == []
