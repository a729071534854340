"""Wishes over their routes: filing for oneself and others, moves, codes, caps, time, own lists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Vetting

from ..people.builders import a_person
from ..world import (
    BAIHUA,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Phone,
    World,
)
from .recorded import stored


def again(world: World, phone: Phone) -> Phone:
    """The same person with a token that still lives."""
    return world.phone_of(world.services.people.find(phone.me["id"]))


def carried(world: World, helper: Phone) -> int:
    """Return the active claims in the record of a helper's account."""
    person = a_person(id=helper.me["id"])
    return world.services.wish_helpers.records_of(person).active


def act(phone: Phone, id: str, move: str, **body):
    return phone.post(f"/v1/wishes/{id}/{move}", body)


def done(phone: Phone, id: str, move: str, **body) -> dict:
    answer = act(phone, id, move, **body)
    assert answer.status == 200, answer.text
    return answer.json


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04}"


# filing


def test_an_alias_must_not_look_like_an_office(world: World):
    resident, body = world.resident(), world.wish_body(alias="社区老王")
    refused = resident.post("/v1/wishes", body)
    assert (refused.status, refused.code) == (422, "person.name_office")
    id = resident.post("/v1/wishes", world.wish_body(alias="老王")).json["id"]
    refused = act(resident, id, "edit", alias="民警")
    assert (refused.status, refused.code) == (422, "person.name_office")
    assert act(world.staff(), id, "edit", alias="社区老王").status == 200


def test_a_wish_is_filed_for_the_home_of_its_resident(world: World):
    resident = world.resident()
    answer = resident.post("/v1/wishes", world.wish_body())
    assert (answer.status, answer.json["state"], answer.json["place"]) == (
        201,
        "submitted",
        UNIT,
    )
    assert answer.json["community"] == BAIHUA
    assert answer.json["possible_duplicates"] == []
    assert answer.json["version"] == 1


def test_without_a_home_a_place_must_be_given_and_it_must_exist_within_a_community(
    world: World,
):
    phone = world.sign_in("+8613811112222", consent="2026-11")
    codes = [
        phone.post("/v1/wishes", world.wish_body(**place)).json.get("code")
        for place in (
            {},
            {"place": STREET},
            {"place": f"{BAIHUA}.g77"},
            {"place": GRID},
        )
    ]
    assert codes == [
        "wish.place_required",
        "wish.place_too_wide",
        "place.unknown",
        None,
    ]


def test_a_likely_duplicate_of_the_same_household_is_named(world: World):
    staff, one, two = (
        world.staff(),
        world.resident(household="hh-1"),
        world.resident(household="hh-1"),
    )
    first = one.post("/v1/wishes", world.wish_body()).json["id"]
    body = world.wish_body(
        title="电热水壶一个",
        on_behalf_of=two.me["id"],
        consent={"how": "spoken", "witness": "许见证"},
    )
    second = staff.post("/v1/wishes", body).json
    assert second["possible_duplicates"] == [first]
    assert staff.get(f"/v1/wishes/{second['id']}").json[
        "possible_duplicates"
    ] == [first]
    assert (
        world.resident()
        .post("/v1/wishes", world.wish_body())
        .json["possible_duplicates"]
        == []
    )


def test_staff_file_for_a_resident_with_consent_only(world: World):
    staff, old = world.staff(), world.person("李奶奶", phone=None)
    body = world.wish_body(on_behalf_of=old.id)
    assert staff.post("/v1/wishes", body).code == "consent.required"
    filed = staff.post(
        "/v1/wishes", body | {"consent": {"how": "spoken", "witness": "周洁"}}
    ).json
    assert (filed["person_id"], filed["filed_by"], filed["name"]) == (
        old.id,
        staff.me["id"],
        "李奶奶",
    )


def test_nobody_files_for_a_person_out_of_their_scope(world: World):
    resident = world.resident()
    body = world.wish_body(
        on_behalf_of=resident.me["id"],
        consent={"how": "spoken", "witness": "许见证"},
    )
    for stranger in (world.resident(), world.volunteer(), world.staff(JINFENG)):
        assert stranger.post("/v1/wishes", body).status == 403
    assert (
        world.staff().post("/v1/wishes", body | {"place": OTHER_GRID}).status
        == 403
    )  # they belong to the other community


def test_acting_for_oneself_needs_no_consent(world: World):
    resident = world.resident()
    assert (
        resident.post(
            "/v1/wishes", world.wish_body(on_behalf_of=resident.me["id"])
        ).status
        == 201
    )


# claims


def test_who_comes_too_late_is_shown_up_to_three_similar_wishes(world: World):
    resident = world.resident(name="王秀英")
    titles = ["一个电饭煲", "电热水壶", "一个热水袋", "一副手套"]
    wishes = {
        title: world.open_wish(world.resident(), title=title)
        for title in titles
    }
    service = world.open_wish(
        world.resident(), title="一个电热水壶", kind="service", budget_fen=None
    )
    id = world.open_wish(resident)
    done(world.volunteer(), id, "claim")
    late = act(world.volunteer(), id, "claim")
    assert (late.status, late.code) == (409, "wish.already_claimed")
    similar = [wish["id"] for wish in late.json["similar"]]
    assert (
        similar
        == [wishes[title] for title in ("电热水壶", "一个热水袋", "一个电饭煲")]
        or similar[0] == wishes["电热水壶"]
    )
    assert len(similar) == 3
    assert not {id, service} & set(similar)
    assert all(
        "person_id" not in wish
        and wish["state"] == "open"
        and wish["moves"] == ["claim"]
        for wish in late.json["similar"]
    )


def test_the_only_wish_has_no_similar_ones(world: World):
    id = world.open_wish()
    done(world.volunteer(), id, "claim")
    assert act(world.volunteer(), id, "claim").json["similar"] == []


def test_a_volunteer_at_capacity_claims_another_once_one_is_done(
    world: World,
):
    helper, wishes = (
        world.volunteer(capacity=2),
        [world.open_wish() for _ in range(3)],
    )
    for id in wishes[:2]:
        done(helper, id, "claim")
    full = act(helper, wishes[2], "claim")
    assert (full.status, full.code, full.json["capacity"]) == (
        409,
        "volunteer.too_many_claims",
        2,
    )
    done(helper, wishes[0], "deliver")
    done(helper, wishes[2], "claim")
    assert carried(world, helper) == 2
    done(helper, wishes[1], "release", reason="来不了")
    done(world.staff(), wishes[2], "withdraw")
    assert carried(world, helper) == 0


@pytest.mark.parametrize("needed", [1, 5])
def test_a_wish_takes_as_many_helpers_as_it_needs(world: World, needed):
    id = world.open_wish(helpers_needed=needed)
    for n in range(needed):
        view = done(world.volunteer(), id, "claim")
        assert (view["places_left"], view["state"]) == (
            needed - n - 1,
            "claimed" if n + 1 == needed else "open",
        )
    assert act(world.volunteer(), id, "claim").code == "wish.already_claimed"


@pytest.mark.parametrize("needed", [0, 6, -1, 1.5, "2"])
def test_a_wish_needs_one_to_five_helpers(world: World, needed):
    assert (
        world.resident()
        .post("/v1/wishes", world.wish_body(helpers_needed=needed))
        .status
        == 422
    )


def test_a_wish_of_a_child_is_taken_only_by_a_vetted_volunteer(world: World):
    id, helper = world.open_wish(safeguarding=["minor"]), world.volunteer()
    for level, status in ((Vetting.BASIC, 404), (Vetting.SAFEGUARDING, 200)):
        world.vet(helper.me["id"], level)
        assert act(helper, id, "claim").status == status


def test_nobody_claims_their_own_wish(world: World):
    resident = world.resident()
    resident.put("/v1/me/volunteer", {"places": [BAIHUA]})
    me = again(world, resident)
    assert act(me, world.open_wish(me), "claim").code == "wish.own"


def test_release_keeps_the_age_of_a_wish(world: World):
    id, helper = world.open_wish(), world.volunteer()
    world.clock.advance(timedelta(minutes=10))
    done(helper, id, "claim")
    world.clock.advance(timedelta(minutes=10))
    done(helper, id, "release", reason="来不了")
    view = Phone().get(f"/v1/wishes/{id}").json
    assert (view["state"], view["opened_at"], view["places_left"]) == (
        "open",
        "2026-11-23T00:40:00Z",
        1,
    )
    assert done(world.volunteer(), id, "claim")["state"] == "claimed"


def test_staff_name_whose_claim_they_mean_where_there_are_several(world: World):
    id, staff = world.open_wish(helpers_needed=2), world.staff()
    for helper in (world.volunteer(), world.volunteer()):
        done(helper, id, "claim")
    assert (
        act(staff, id, "release", reason="换人").code == "wish.claim_ambiguous"
    )
    second = staff.get(f"/v1/wishes/{id}").json["claims"][1]["id"]
    view = done(staff, id, "release", reason="换人", claim=second)
    assert [claim["state"] for claim in view["claims"]] == [
        "active",
        "released",
    ]


# the code


def test_the_resident_gets_the_code_that_fulfils_the_wish_at_once(
    world: World,
):
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    done(helper, id, "claim")
    assert world.sms_to(helper.me["phone"], "wish.claimed") == []
    view = done(
        helper, id, "deliver", code=world.delivery_code(resident.me["phone"])
    )
    assert (
        view["state"],
        view["claims"][0]["state"],
        view["claims"][0]["minutes"],
    ) == ("fulfilled", "confirmed", 60)


def test_a_code_of_an_earlier_claim_is_worth_nothing(world: World):
    resident, one, two = world.resident(), world.volunteer(), world.volunteer()
    id = world.open_wish(resident)
    done(one, id, "claim")
    old = world.delivery_code(resident.me["phone"])
    done(one, id, "release", reason="来不了")
    done(two, id, "claim")
    new = world.delivery_code(resident.me["phone"])
    assert (
        old == new
        or act(two, id, "deliver", code=old).code == "wish.code_wrong"
    )
    assert done(two, id, "deliver", code=new)["state"] == "fulfilled"


def test_five_wrong_codes_lock_it_and_staff_confirm(world: World):
    resident, helper, staff = world.resident(), world.volunteer(), world.staff()
    id = world.open_wish(resident)
    done(helper, id, "claim")
    code = world.delivery_code(resident.me["phone"])
    for left in (4, 3, 2, 1, 0):
        answer = act(helper, id, "deliver", code=wrong(code))
        assert (answer.status, answer.code) == (422, "wish.code_wrong")
        assert answer.json["errors"][0]["loc"] == ["code"]
        assert answer.json["tries_left"] == left
    for tried in (wrong(code), code):
        answer = act(helper, id, "deliver", code=tried)
        assert (answer.status, answer.code) == (409, "wish.code_locked")
    assert "deliver" in answer.json["moves"]  # still possible without a code
    assert done(helper, id, "deliver")["state"] == "delivered"
    assert done(staff, id, "confirm")["state"] == "fulfilled"


def test_the_fifth_try_may_still_be_right(world: World):
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    done(helper, id, "claim")
    code = world.delivery_code(resident.me["phone"])
    for _ in range(4):
        act(helper, id, "deliver", code=wrong(code))
    assert done(helper, id, "deliver", code=code)["state"] == "fulfilled"


def test_a_lock_is_of_one_claim_and_the_next_helper_has_five_tries_again(
    world: World,
):
    resident, one, two = world.resident(), world.volunteer(), world.volunteer()
    id = world.open_wish(resident)
    done(one, id, "claim")
    for _ in range(5):
        act(
            one,
            id,
            "deliver",
            code=wrong(world.delivery_code(resident.me["phone"])),
        )
    done(one, id, "release", reason="来不了")
    done(two, id, "claim")
    assert (
        done(
            two, id, "deliver", code=world.delivery_code(resident.me["phone"])
        )["state"]
        == "fulfilled"
    )


# edits and second lives


def test_the_owners_edit_of_a_listed_wish_waits_for_staff_again_and_keeps_its_age(
    world: World,
):
    resident = world.resident()
    id = world.open_wish(resident)
    world.clock.advance(timedelta(minutes=5))
    assert (
        done(resident, id, "edit", title="两个电热水壶")["state"] == "submitted"
    )
    assert Phone().get(f"/v1/wishes/{id}").status == 404
    view = done(world.staff(), id, "approve")
    assert (view["title"], view["opened_at"]) == (
        "两个电热水壶",
        "2026-11-23T00:40:00Z",
    )


def test_an_edit_by_staff_stays_on_the_wall_and_is_masked_there(world: World):
    id = world.open_wish(world.resident(name="欧阳秀英"))
    assert (
        done(world.staff(), id, "edit", story="欧阳秀英住5号楼")["state"]
        == "open"
    )
    assert Phone().get(f"/v1/wishes/{id}").json["story"] == "＊＊住＊＊"


def test_an_edit_is_checked_like_a_new_wish(world: World):
    resident = world.resident()
    id = resident.post("/v1/wishes", world.wish_body()).json["id"]
    assert (
        act(resident, id, "edit", kind="service").code
        == "wish.budget_goods_only"
    )
    assert (
        act(resident, id, "edit", budget_fen=200_000).code
        == "wish.budget_too_high"
    )
    assert (
        act(resident, id, "edit", needed_by="2026-11-22").code
        == "wish.needed_by_out_of_range"
    )
    view = done(resident, id, "edit", kind="service", budget_fen=None)
    assert (view["kind"], view["budget_fen"], view["title"]) == (
        "service",
        None,
        "一个电热水壶",
    )
    assert act(resident, id, "edit", place=GRID).status == 422


def test_a_claimed_wish_is_not_edited(world: World):
    resident = world.resident()
    id = world.open_wish(resident)
    done(world.volunteer(), id, "claim")
    answer = act(resident, id, "edit", title="换一个")
    assert (answer.status, answer.json["moves"]) == (409, ["withdraw"])


@pytest.mark.parametrize("hour", [2, 12, 20])
def test_the_words_of_a_wish_whose_day_has_passed_may_still_be_changed_at_any_hour(
    world: World, hour
):
    resident = world.resident()
    id = world.open_wish(resident, needed_by="2026-11-23")
    world.clock.move_to(
        datetime(2026, 11, 24, hour, tzinfo=UTC)
    )  # 20:00 is tomorrow already in Shanghai
    assert (
        act(world.phone_of(world.admin), id, "edit", title="还需要水壶").status
        == 200
    )


def test_a_withdrawn_wish_starts_again_and_comes_back_to_the_wall(world: World):
    resident, staff = world.resident(), world.staff()
    id = world.open_wish(resident)
    done(resident, id, "withdraw", reason="不需要了")
    assert done(resident, id, "reopen")["state"] == "submitted"
    assert done(staff, id, "approve")["state"] == "open"
    assert (
        Phone().get(f"/v1/wishes?place={BAIHUA}").json["items"][0]["id"] == id
    )


def test_a_dispute_is_settled_by_staff_either_way(world: World):
    resident, staff = world.resident(), world.staff()
    for settle, state in (("confirm", "fulfilled"), ("reopen", "open")):
        id, helper = world.open_wish(resident), world.volunteer()
        done(helper, id, "claim")
        done(helper, id, "deliver")
        assert done(resident, id, "dispute", reason="没收到")["moves"] == []
        assert act(resident, id, "confirm").status == 403
        assert done(staff, id, settle)["state"] == state


def test_thanks_may_follow_later_and_nothing_else_changes(world: World):
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    done(helper, id, "claim")
    done(helper, id, "deliver")
    done(resident, id, "confirm")
    view = done(resident, id, "confirm", rating=5, thanks="谢谢小赵")
    assert (view["state"], view["rating"], view["thanks"]) == (
        "fulfilled",
        5,
        "谢谢小赵",
    )
    assert helper.get(f"/v1/wishes/{id}").json["thanks"] == "谢谢小赵"
    assert len(world.sms_to(helper.me["phone"], "wish.thanks")) == 1


# the timeline


def test_the_timeline_tells_what_happened_in_order_with_names_for_staff_only(
    world: World,
):
    resident, helper, staff = world.resident(), world.volunteer(), world.staff()
    id = world.open_wish(resident)
    done(helper, id, "claim")
    done(helper, id, "deliver", code=world.delivery_code(resident.me["phone"]))
    events = staff.get(f"/v1/wishes/{id}/timeline").json["items"]
    assert [event["event"] for event in events] == [
        "wish.submitted",
        "wish.approved",
        "wish.claimed",
        "wish.delivered",
        "wish.fulfilled",
    ]
    assert [event["party"] for event in events] == [
        "owner",
        "staff",
        "helper",
        "helper",
        "helper",
    ]
    assert [event["by"] for event in events][:3] == [
        resident.me["id"],
        world.admin.id,
        helper.me["id"],
    ]
    for phone in (resident, helper):
        assert {
            event["by"]
            for event in phone.get(f"/v1/wishes/{id}/timeline").json["items"]
        } == {None}


def test_confirming_twice_without_a_word_loses_no_line_of_the_timeline(
    world: World,
):
    resident, helper, staff = world.resident(), world.volunteer(), world.staff()
    id = world.open_wish(resident)
    done(helper, id, "claim")
    done(helper, id, "deliver")
    done(resident, id, "confirm", rating=5)
    done(resident, id, "confirm", rating=5)
    assert "wish.fulfilled" in [
        event["event"]
        for event in staff.get(f"/v1/wishes/{id}/timeline").json["items"]
    ]


def test_the_timeline_is_not_public_and_is_paged(world: World):
    resident = world.resident()
    id = world.open_wish(resident)
    assert Phone().get(f"/v1/wishes/{id}/timeline").status == 401
    assert world.resident().get(f"/v1/wishes/{id}/timeline").status == 403
    first = resident.get(f"/v1/wishes/{id}/timeline?limit=1").json
    second = resident.get(
        f"/v1/wishes/{id}/timeline?limit=1&cursor={first['next']}"
    ).json
    assert [page["items"][0]["event"] for page in (first, second)] == [
        "wish.submitted",
        "wish.approved",
    ]
    assert second["next"] is None


# time


def test_a_wish_nobody_looks_at_expires_after_thirty_days(world: World):
    resident = world.resident()
    id = resident.post(
        "/v1/wishes", world.wish_body(needed_by="2027-03-01")
    ).json["id"]
    world.pass_time(days=29, hours=23)
    assert (
        again(world, resident).get(f"/v1/wishes/{id}").json["state"]
        == "submitted"
    )
    world.pass_time(hours=1)
    assert (
        again(world, resident).get(f"/v1/wishes/{id}").json["state"]
        == "expired"
    )
    assert world.sms_to(resident.me["phone"], "wish.expired")


def test_an_unclaimed_wish_expires_after_its_day_and_staff_learn_once(
    world: World,
):
    resident = world.resident()
    id = world.open_wish(resident, needed_by="2026-11-30")
    world.pass_time(days=8)
    assert Phone().get(f"/v1/wishes/{id}").json["state"] == "open"
    world.pass_time(days=4)
    assert (
        again(world, resident).get(f"/v1/wishes/{id}").json["state"]
        == "expired"
    )
    assert len(world.sms_to(world.admin.phone or "", "wish.expired_staff")) == 1


def test_a_late_delivery_stays_claimed_and_waits_in_the_queue(world: World):
    id, helper = world.open_wish(needed_by="2026-11-30"), world.volunteer()
    done(helper, id, "claim")
    world.pass_time(days=10)
    boss = world.phone_of(world.admin)
    assert boss.get(f"/v1/wishes/{id}").json["state"] == "claimed"
    assert len(world.sms_to(world.admin.phone or "", "wish.late_staff")) == 1
    assert done(again(world, helper), id, "deliver")["state"] == "delivered"


def test_an_unanswered_delivery_is_brought_to_staff_after_three_days(
    world: World,
):
    id, helper = world.open_wish(), world.volunteer()
    done(helper, id, "claim")
    done(helper, id, "deliver")
    world.pass_time(days=2, hours=23)
    assert world.sms_to(world.admin.phone or "", "wish.unconfirmed_staff") == []
    world.pass_time(days=3)
    assert (
        len(world.sms_to(world.admin.phone or "", "wish.unconfirmed_staff"))
        == 1
    )


def test_an_expired_wish_starts_again_with_time_on_the_wall(world: World):
    resident = world.resident()
    id = world.open_wish(resident, needed_by="2026-11-24")
    world.pass_time(days=6)
    resident = again(world, resident)
    answer = act(resident, id, "reopen")
    assert (answer.status, answer.code) == (422, "wish.needed_by_passed")
    past = act(resident, id, "reopen", needed_by="2026-11-24")
    assert (past.status, past.code) == (422, "wish.needed_by_out_of_range")
    done(resident, id, "reopen", needed_by="2026-12-20")
    done(world.phone_of(world.admin), id, "approve")
    world.pass_time(days=2)
    wish = Phone().get(f"/v1/wishes/{id}").json
    assert (wish["state"], wish["needed_by"]) == ("open", "2026-12-20")


def test_a_wish_whose_day_has_passed_is_not_approved(world: World):
    resident = world.resident()
    body = world.wish_body(needed_by="2026-11-24")
    id = resident.post("/v1/wishes", body).json["id"]
    world.pass_time(days=2)
    staff = world.phone_of(world.admin)
    answer = act(staff, id, "approve")
    assert (answer.status, answer.code) == (422, "wish.needed_by_passed")
    assert answer.json["errors"][0]["loc"] == ["needed_by"]
    done(staff, id, "edit", needed_by="2026-12-20")
    assert done(staff, id, "approve")["state"] == "open"


def test_a_wish_whose_windows_have_passed_is_not_approved(world: World):
    resident = world.resident()
    window = [{"from": "2026-11-24T02:00:00Z", "to": "2026-11-24T04:00:00Z"}]
    body = world.wish_body(needed_by="2026-12-20", window=window)
    id = resident.post("/v1/wishes", body).json["id"]
    world.pass_time(days=2)
    staff = world.phone_of(world.admin)
    answer = act(staff, id, "approve")
    assert (answer.status, answer.code) == (422, "wish.needed_by_passed")
    done(staff, id, "edit", window=[])
    assert done(staff, id, "approve")["state"] == "open"


def long_over(world: World, state: str, **fields: Any) -> tuple[str, Phone]:
    """Return a wish in a state whose day or windows have passed, and staff."""
    staff = world.phone_of(world.admin)
    resident = world.resident()
    body = world.wish_body(needed_by="2026-11-25") | fields
    id = resident.post("/v1/wishes", body).json["id"]
    if state == "rejected":
        done(staff, id, "reject", reason="再看看")
    if state in ("open", "expired"):
        done(staff, id, "approve")
    if state == "withdrawn":
        done(resident, id, "withdraw")
    world.pass_time(days=8 if state == "expired" else 3)
    assert stored(id).state == state
    return id, world.phone_of(world.admin)


_MOVES = {
    "submitted": "approve",
    "open": "keep",
    "rejected": "reopen",
    "withdrawn": "reopen",
    "expired": "reopen",
}
_WINDOW = [{"from": "2026-11-24T02:00:00Z", "to": "2026-11-24T04:00:00Z"}]
_LATER = [{"from": "2026-12-19T02:00:00Z", "to": "2026-12-19T04:00:00Z"}]


@pytest.mark.parametrize("state", _MOVES)
def test_a_wish_whose_day_has_passed_asks_for_a_new_one(world: World, state):
    id, staff = long_over(world, state)
    answer = act(staff, id, _MOVES[state])
    assert (answer.status, answer.code) == (422, "wish.needed_by_passed")
    assert answer.json["errors"][0]["loc"] == ["needed_by"]
    view = done(staff, id, _MOVES[state], needed_by="2026-12-20")
    assert view["needed_by"] == "2026-12-20"
    assert view["state"] in ("open", "submitted")


@pytest.mark.parametrize("state", ["submitted", "open"])
def test_a_wish_whose_windows_have_passed_asks_for_new_ones(
    world: World, state
):
    id, staff = long_over(world, state, needed_by="2026-12-24", window=_WINDOW)
    answer = act(staff, id, _MOVES[state])
    assert (answer.status, answer.code) == (422, "wish.needed_by_passed")
    view = done(staff, id, _MOVES[state], window=_LATER)
    assert [slot["from"] for slot in view["window"]] == ["2026-12-19T02:00:00Z"]


def test_a_new_day_that_has_passed_is_none(world: World):
    id, staff = long_over(world, "submitted")
    answer = act(staff, id, "approve", needed_by="2026-11-24")
    assert (answer.status, answer.code) == (
        422,
        "wish.needed_by_out_of_range",
    )


def test_a_disputed_wish_whose_day_has_passed_gets_a_new_one(world: World):
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident, needed_by="2026-11-24")
    done(helper, id, "claim")
    done(helper, id, "deliver")
    done(resident, id, "dispute", reason="没有收到")
    world.pass_time(days=2)
    staff = world.phone_of(world.admin)
    assert act(staff, id, "reopen").code == "wish.needed_by_passed"
    wish = done(staff, id, "reopen", needed_by="2026-12-20")
    assert (wish["state"], wish["needed_by"]) == ("open", "2026-12-20")


# one's own lists


def test_my_wishes_are_mine_newest_first(world: World):
    resident = world.resident()
    wishes = []
    for n in range(3):
        wishes.append(
            resident.post("/v1/wishes", world.wish_body(title=f"心愿{n}")).json[
                "id"
            ]
        )
        world.clock.advance(timedelta(minutes=1))
    world.open_wish()
    first = resident.get("/v1/me/wishes?limit=2").json
    second = resident.get(f"/v1/me/wishes?limit=2&cursor={first['next']}").json
    assert [wish["id"] for wish in first["items"] + second["items"]] == wishes[
        ::-1
    ]
    assert second["next"] is None
    assert first["items"][0]["moves"] == ["edit", "withdraw"]


def test_my_claims_are_mine_newest_first_each_with_what_i_may_see_of_its_wish(
    world: World,
):
    helper, wishes = world.volunteer(), [world.open_wish() for _ in range(2)]
    for id in wishes:
        done(helper, id, "claim")
        world.clock.advance(timedelta(minutes=1))
    done(helper, wishes[0], "deliver")
    claims = helper.get("/v1/me/claims").json["items"]
    assert [(claim["wish"]["id"], claim["state"]) for claim in claims] == [
        (wishes[1], "active"),
        (wishes[0], "delivered"),
    ]
    assert claims[0]["wish"]["address"]
    assert "address" not in claims[1]["wish"]
    done(helper, wishes[1], "release", reason="来不了")
    assert helper.get("/v1/me/claims").json["items"][0]["state"] == "released"


def test_my_hours_are_what_was_confirmed(world: World):
    resident, helper = world.resident(), world.volunteer()
    confirmed, waiting = (
        world.open_wish(resident, title="陪聊天"),
        world.open_wish(resident, title="修水管"),
    )
    for id in (confirmed, waiting):
        done(helper, id, "claim")
    done(helper, confirmed, "check-in")
    world.clock.advance(timedelta(minutes=20))
    done(helper, confirmed, "check-out")
    done(helper, confirmed, "deliver")
    done(helper, waiting, "deliver")
    assert helper.get("/v1/me/hours").json["items"] == []
    done(resident, confirmed, "confirm", rating=5)
    assert helper.get("/v1/me/hours").json["items"] == [
        {
            "wish": confirmed,
            "title": "陪聊天",
            "minutes": 30,
            "booked_at": "2026-11-23T01:00:00Z",
        }
    ]


def test_grid_workers_approve_in_their_own_grid_only(world: World):
    id = world.resident().post("/v1/wishes", world.wish_body()).json["id"]
    assert (
        act(world.staff(OTHER_GRID, Role.GRID_WORKER), id, "approve").status
        == 404
    )
    assert (
        done(world.staff(GRID, Role.GRID_WORKER), id, "approve")["state"]
        == "open"
    )
