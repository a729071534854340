"""Offers over HTTP: who is asked, the views and answers, and the end of surplus offers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.offers.model import OfferState
from chalicelib.offers.repository import OfferRepository
from chalicelib.wishes.model import Wish, WishState

from ..store.scan import Reads, find, save
from ..world import BAIHUA, BUILDING, GRID, JINFENG, STREET, UNIT, Phone, World

rows = Reads(OfferRepository)

SOON = timedelta(minutes=3)


def offers(phone: Phone, *states: str) -> list[dict]:
    return [
        offer
        for offer in phone.get("/v1/me/offers").json["items"]
        if not states or offer["state"] in states
    ]


def asked(phones: list[Phone]) -> list[Phone]:
    """Return the phones with an offer to answer."""
    return [phone for phone in phones if offers(phone, "offered")]


def again(world: World, phone: Phone) -> Phone:
    """Return the same person's phone with a fresh token."""
    return world.phone_of(world.services.people.find(phone.me["id"]))


def test_an_approved_wish_is_offered_to_one_volunteer_within_minutes(
    world: World,
) -> None:
    volunteers = [world.volunteer() for _ in range(3)]
    wish_id = world.open_wish(
        kind="company",
        budget_fen=None,
        window=[{"from": "2026-11-25T01:00:00Z", "to": "2026-11-25T03:00:00Z"}],
    )
    world.pass_time(minutes=3)
    (helper,) = asked(volunteers)
    (offer,) = offers(helper)
    assert (offer["wish"], offer["volunteer"], offer["urgency"]) == (
        wish_id,
        helper.me["id"],
        "urgent",
    )  # it is for the day after tomorrow
    assert offer["expires_at"] == "2026-11-23T04:42:00Z"
    assert offer["why"] == ["和您同一网格", "您近四周没有收到邀请"]
    assert offer["about"]["grid"] == GRID
    assert offer["about"]["window"] == [
        {"from": "2026-11-25T01:00:00Z", "to": "2026-11-25T03:00:00Z"}
    ]
    assert (
        helper.get(f"/v1/offers/{offer['id']}", accept_language="en").json[
            "why"
        ][0]
        == "in your grid"
    )
    (held,) = helper.get("/v1/me/data").json["offers"]
    assert "same_building" not in str(held)
    (letter,) = world.sms_to(helper.me["phone"], "offer.made")
    assert "11-23 12:42" in letter.text
    for text in (str(offer), letter.text):
        assert BUILDING not in text
        assert "王秀英" not in text
        assert "302" not in text


def test_accepting_an_offer_claims_the_wish(world: World) -> None:
    helper, resident = world.volunteer(), world.resident()
    wish_id = world.open_wish(resident)
    offer_id = world.offer(wish_id, helper)
    answer = helper.post(f"/v1/offers/{offer_id}/accept", idempotency_key="tap")
    assert (answer.status, answer.json["state"], answer.json["moves"]) == (
        200,
        "accepted",
        [],
    )
    wish = world.services.wish_queries.find(wish_id)
    assert wish.state is WishState.CLAIMED
    assert [claim.helper for claim in wish.active] == [helper.me["id"]]
    assert world.delivery_code(resident.me["phone"])
    assert world.sms_to(helper.me["phone"], "wish.yours")
    assert helper.get(f"/v1/wishes/{wish_id}").json["address"] == "3楼302室"
    assert helper.get("/v1/me/claims").json["items"][0]["wish"]["id"] == wish_id
    replayed = helper.post(
        f"/v1/offers/{offer_id}/accept", idempotency_key="tap"
    )
    assert (replayed.status, replayed.json) == (200, answer.json)
    repeated = helper.post(f"/v1/offers/{offer_id}/accept")
    assert (repeated.status, repeated.code, "similar" in repeated.json) == (
        409,
        "offer.wrong_state",
        False,
    )


def test_declining_passes_the_wish_on_and_never_again_excludes_the_kind(
    world: World,
) -> None:
    first, second = world.volunteer(), world.volunteer()
    wish_id = world.open_wish()
    offer_id = world.offer(wish_id, first)
    declined = first.post(
        f"/v1/offers/{offer_id}/decline",
        {"reason": "不方便买东西", "never_again": True},
    )
    assert (declined.status, declined.json["state"]) == (200, "declined")
    world.pass_time(minutes=16)
    assert [
        offer["wish"] for offer in offers(again(world, second), "offered")
    ] == [wish_id]
    assert (
        second.post(f"/v1/offers/{offers(second)[0]['id']}/decline", {}).status
        == 200
    )
    world.open_wish(title="一袋大米")
    world.pass_time(minutes=16)
    assert not offers(again(world, first), "offered")
    assert len(offers(again(world, second), "offered")) == 1
    # Naming the kind in the profile takes it back; a profile without it does not.
    kept = (
        again(world, first)
        .put("/v1/me/volunteer", {"places": [BAIHUA], "capacity": 4})
        .json
    )
    assert kept["never"] == ["goods"]
    assert (
        again(world, first)
        .put("/v1/me/volunteer", {"places": [BAIHUA], "kinds": ["goods"]})
        .json["never"]
        == []
    )


def test_an_unanswered_wish_goes_to_the_next_volunteer_and_not_back(
    world: World,
) -> None:
    volunteers = [world.volunteer() for _ in range(3)]
    wish_id = world.open_wish(needed_by="2026-12-20")
    world.pass_time(minutes=3)
    order = []
    for _ in range(3):
        volunteers = [again(world, phone) for phone in volunteers]
        (helper,) = asked(volunteers)
        order.append(helper.me["id"])
        world.pass_time(days=1, hours=11, minutes=30)
    assert len(set(order)) == 3
    world.pass_time(days=1)
    assert not asked([again(world, phone) for phone in volunteers])
    staff = world.staff()
    seen = staff.get(f"/v1/wishes/{wish_id}/matching").json
    assert (
        seen["waiting"]["reason"],
        seen["excluded"]["asked_before"],
        seen["candidates"],
    ) == ("asked_before", 3, [])
    assert [line["state"] for line in seen["asked"]] == ["expired"] * 3


@pytest.mark.parametrize(
    "ending", ["claim", "withdraw", "unpublish", "edit by the owner"]
)
def test_a_surplus_offer_ends_with_a_message(world: World, ending: str) -> None:
    helper, other, resident = (
        world.volunteer(),
        world.volunteer(),
        world.resident(),
    )
    wish_id = world.open_wish(resident)
    offer_id = world.offer(wish_id, helper)
    body = {
        "unpublish": {"reason": "再看看"},
        "edit by the owner": {"story": "换一个"},
    }.get(ending, {})
    who = {"claim": other, "unpublish": world.staff()}.get(ending, resident)
    assert (
        who.post(
            f"/v1/wishes/{wish_id}/{ending.split(maxsplit=1)[0]}", body
        ).status
        == 200
    )
    offer = helper.get(f"/v1/offers/{offer_id}").json
    assert (offer["state"], offer["moves"]) == ("superseded", [])
    assert (offer["about"] is None) == (ending != "claim")
    (letter,) = world.sms_to(helper.me["phone"], "offer.superseded")
    assert "一个电热水壶" in letter.text
    assert (
        helper.post(f"/v1/offers/{offer_id}/accept").code == "offer.wrong_state"
    )
    assert rows.find_history(STREET, helper.me["id"]).refused == 0


def test_an_offer_ends_when_staff_change_the_terms_of_the_wish(
    world: World,
) -> None:
    helper, vetted = world.volunteer(), world.volunteer()
    vetting = {
        "level": "safeguarding",
        "how": "in_person",
        "note": "证明已核",
    }
    assert (
        world.staff()
        .put(f"/v1/people/{vetted.me['id']}/vetting", vetting)
        .status
        == 200
    )
    resident = world.resident()
    world.agree_to_care(resident)
    wish_id = world.open_wish(resident)
    offer_id = world.offer(wish_id, helper)
    assert (
        world.staff()
        .post(f"/v1/wishes/{wish_id}/edit", {"story": "旧的漏水。"})
        .status
        == 200
    )
    assert helper.get(f"/v1/offers/{offer_id}").json["state"] == "offered"
    assert (
        world.staff()
        .post(f"/v1/wishes/{wish_id}/edit", {"safeguarding": ["minor"]})
        .status
        == 200
    )
    assert helper.get(f"/v1/offers/{offer_id}").json["state"] == "superseded"
    assert world.sms_to(helper.me["phone"], "offer.superseded")
    world.pass_time(minutes=5)
    assert [
        offer["wish"] for offer in offers(again(world, vetted), "offered")
    ] == [wish_id]


def test_claiming_an_offered_wish_on_the_wall_accepts_the_offer(
    world: World,
) -> None:
    helper = world.volunteer()
    wish_id = world.open_wish()
    offer_id = world.offer(wish_id, helper)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert helper.get(f"/v1/offers/{offer_id}").json["state"] == "accepted"
    assert rows.find_history(STREET, helper.me["id"]).accepted == 1
    assert not world.sms_to(helper.me["phone"], "offer.superseded")


def test_only_offers_beyond_the_places_left_end(world: World) -> None:
    first, second, third = (world.volunteer() for _ in range(3))
    wish_id = world.open_wish(helpers_needed=2)
    for helper in (first, second):
        world.offer(wish_id, helper)
    assert third.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert [offers(phone)[0]["state"] for phone in (first, second)] == [
        "offered",
        "superseded",
    ]
    world.pass_time(minutes=20)
    assert not offers(again(world, third))


def test_a_late_acceptance_is_shown_similar_wishes_only(
    world: World,
) -> None:
    helper = world.volunteer()
    mine = world.open_wish(helper, title="一个电热水壶啊")
    vetted = world.open_wish(title="一个电热水壶吧", safeguarding=["minor"])
    like = world.open_wish(title="一个电热水壶呀")
    far = [
        world.open_wish(title=title, kind=kind, budget_fen=None)
        for title, kind in (("修灯", "service"), ("聊天", "company"))
    ]
    late = world.open_wish()
    offer_id = world.offer(late, helper)
    assert world.volunteer().post(f"/v1/wishes/{late}/claim").status == 200
    answer = helper.post(f"/v1/offers/{offer_id}/accept")
    assert answer.status == 409
    shown = [wish["id"] for wish in answer.json["similar"]]
    assert shown[0] == like
    assert set(shown) == {like, *far}
    assert not {mine, vetted, late} & set(shown)
    assert [
        wish["id"]
        for wish in helper.post(f"/v1/wishes/{late}/claim").json["similar"]
    ] == shown


def test_an_offer_is_over_at_its_deadline_without_its_timer(
    world: World,
) -> None:
    helper = world.volunteer()
    offer_id = world.offer(world.open_wish(), helper)
    world.clock.move_to(
        rows.find_offer(offer_id).expires_at - timedelta(seconds=1)
    )
    assert again(world, helper).get(f"/v1/offers/{offer_id}").json["moves"] == [
        "accept",
        "decline",
    ]
    world.clock.advance(timedelta(seconds=1))
    helper = again(world, helper)
    assert helper.get(f"/v1/offers/{offer_id}").json["state"] == "expired"
    assert [
        helper.post(f"/v1/offers/{offer_id}/{move}", {}).code
        for move in ("accept", "decline")
    ] == ["offer.expired"] * 2


def test_the_refusals_of_a_claim_hold_for_an_offer_too(world: World) -> None:
    helper = world.volunteer(capacity=1)
    offer_id = world.offer(world.open_wish(), helper)
    assert (
        helper.post(
            f"/v1/wishes/{world.open_wish(title='一袋大米')}/claim"
        ).status
        == 200
    )
    full = helper.post(f"/v1/offers/{offer_id}/accept")
    assert (full.status, full.code) == (409, "volunteer.too_many_claims")
    assert helper.get(f"/v1/offers/{offer_id}").json["state"] == "offered"


def test_an_offer_can_be_answered_by_sms(world: World) -> None:
    first, second = world.volunteer(), world.volunteer()
    one, two = world.open_wish(), world.open_wish(title="一袋大米")
    world.offer(one, first)
    world.offer(two, second)
    offers_ = world.services.offer_sms_answers
    for phone, yes in ((first, True), (second, False)):
        offers_.answer(
            offers(phone)[0]["id"],
            phone.me["id"],
            yes=yes,
            phone_of=phone.me["id"],
        )
    assert [offers(phone)[0]["state"] for phone in (first, second)] == [
        "accepted",
        "declined",
    ]
    assert (
        world.services.wish_queries.find(one).active[0].helper == first.me["id"]
    )


def test_a_late_sms_gets_a_message_and_another_phone_changes_nothing(
    world: World,
) -> None:
    helper, other = world.volunteer(), world.volunteer()
    wish_id = world.open_wish()
    offer_id = world.offer(wish_id, helper)
    world.services.offer_sms_answers.answer(
        offer_id, helper.me["id"], yes=True, phone_of=other.me["id"]
    )
    assert offers(helper)[0]["state"] == "offered"
    assert other.post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.services.offer_sms_answers.answer(
        offer_id, helper.me["id"], yes=True, phone_of=helper.me["id"]
    )
    assert len(world.sms_to(helper.me["phone"], "offer.too_late")) == 1
    world.services.offer_sms_answers.answer(
        offer_id, helper.me["id"], yes=False, phone_of=helper.me["id"]
    )
    assert len(world.sms_to(helper.me["phone"], "offer.too_late")) == 1


def test_a_volunteer_without_capacity_gets_not_taken_and_not_too_late(
    world: World,
) -> None:
    helper = world.volunteer(capacity=1)
    offer_id = world.offer(world.open_wish(), helper)
    assert (
        helper.post(
            f"/v1/wishes/{world.open_wish(title='一袋大米')}/claim"
        ).status
        == 200
    )
    for _ in range(2):
        world.services.offer_sms_answers.answer(
            offer_id, helper.me["id"], yes=True, phone_of=helper.me["id"]
        )
    assert not world.sms_to(helper.me["phone"], "offer.too_late")
    assert len(world.sms_to(helper.me["phone"], "offer.not_taken")) == 1
    assert offers(helper)[0]["moves"] == ["accept", "decline"]


def test_erasure_ends_offers_and_deletes_the_history(
    world: World,
) -> None:
    helper, next_one = world.volunteer(), world.volunteer()
    wish_id = world.open_wish()
    declined = world.offer(world.open_wish(title="一袋大米"), helper)
    helper.post(f"/v1/offers/{declined}/decline", {"reason": "我住院了"})
    offer_id = world.offer(wish_id, helper)
    assert "我住院了" in helper.get("/v1/me/data").text
    assert world.erase(helper).status == 202
    world.pass_time(minutes=16)
    assert rows.find_offer(offer_id).state is OfferState.SUPERSEDED
    assert rows.find_offer(declined).reason is None
    assert rows.find_history(STREET, helper.me["id"]) is None
    assert world.services.people.volunteers_of(BAIHUA) == [
        one
        for one in world.services.people.volunteers_of(BAIHUA)
        if one.person_id == next_one.me["id"]
    ]
    assert [
        offer["wish"] for offer in offers(again(world, next_one), "offered")
    ].count(wish_id) == 1


def test_a_fulfilled_wish_makes_its_helper_known_to_the_resident(
    world: World,
) -> None:
    helper, resident = world.volunteer(), world.resident()
    wish_id = world.open_wish(resident, kind="company", budget_fen=None)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    helper.post(
        f"/v1/wishes/{wish_id}/deliver",
        {"code": world.delivery_code(resident.me["phone"])},
    )
    assert rows.find_history(STREET, helper.me["id"]).met == (
        resident.me["id"],
    )
    world.volunteer()
    world.open_wish(
        resident, kind="company", budget_fen=None, title="再陪我聊聊"
    )
    world.pass_time(minutes=3)
    (offer,) = offers(helper)
    assert "您帮过这位邻居" not in offer["why"], (
        "the resident's identity is for staff until the offer is accepted"
    )
    seen = world.staff().get(f"/v1/wishes/{offer['wish']}/matching").json
    assert seen["asked"][0]["volunteer"] == helper.me["id"]
    assert resident.me["id"] not in helper.get("/v1/me/data").text.replace(
        f'"person_id":"{resident.me["id"]}"', ""
    )


def test_no_offer_is_made_at_night_but_in_the_morning(world: World) -> None:
    helper = world.volunteer()
    world.pass_time(hours=13)
    world.open_wish()
    world.pass_time(hours=9)
    assert not offers(again(world, helper))
    world.pass_time(hours=1, minutes=30)
    (offer,) = offers(again(world, helper))
    assert offer["created_at"] == "2026-11-24T00:00:00Z"
    assert world.sms_to(helper.me["phone"], "offer.made")


def test_an_urgent_offer_has_an_earlier_deadline(world: World) -> None:
    helper = world.volunteer()
    due = {
        "2026-11-25": ("urgent", "2026-11-23T04:40:00Z"),
        "2026-11-30": ("soon", "2026-11-23T10:40:00Z"),
    }
    for day, (urgency, until) in due.items():
        offer_id = world.offer(
            world.open_wish(needed_by=day, title=f"水壶{day}"), helper
        )
        offer = helper.get(f"/v1/offers/{offer_id}").json
        assert (offer["urgency"], offer["expires_at"]) == (urgency, until)


def test_the_time_to_answer_ends_before_the_appointment(world: World) -> None:
    helper, other = world.volunteer(), world.volunteer()
    at_noon = [
        {"from": "2026-11-23T03:00:00Z", "to": "2026-11-23T04:00:00Z"}
    ]  # in two hours, although needed by December
    visit = {"kind": "service", "budget_fen": None, "window": at_noon}
    wish_id = world.open_wish(title="陪我去医院", **visit)
    first = helper.get(f"/v1/offers/{world.offer(wish_id, helper)}").json
    assert (first["urgency"], first["expires_at"]) == (
        "urgent",
        "2026-11-23T02:20:00Z",
    )
    world.pass_time(hours=1, minutes=50)
    (second,) = offers(again(world, other))
    assert second["expires_at"] < "2026-11-23T04:00:00Z"
    visit["window"] = [
        {"from": "2026-11-24T03:00:00Z", "to": "2026-11-24T04:00:00Z"}
    ]
    late = world.open_wish(title="陪我散步", **visit)
    wish = find(Wish, late, "wish")
    assert wish
    over = [replace(slot, end=world.clock.now()) for slot in wish.window]
    save(replace(wish, window=tuple(over)))
    world.pass_time(minutes=20)
    assert not [
        offer
        for phone in (helper, other)
        for offer in offers(again(world, phone))
        if offer["wish"] == late
    ]
    assert (
        world.staff()
        .get(f"/v1/wishes/{late}/matching")
        .json["waiting"]["reason"]
        == "missed"
    )


def test_an_offer_for_today_is_answered_today(world: World) -> None:
    world.pass_time(hours=8)
    helper = world.volunteer()
    wish_id = world.open_wish(needed_by="2026-11-23")
    assert (
        helper.get(f"/v1/offers/{world.offer(wish_id, helper)}").json[
            "expires_at"
        ]
        == "2026-11-23T12:20:00Z"
    )


@pytest.mark.parametrize(
    "reason",
    [
        "blocked",
        "demoted",
        "paused",
        "household",
        "carer",
        "elsewhere",
        "unskilled",
        "not vetted",
    ],
)
def test_a_volunteer_with_an_obstacle_is_not_asked(
    world: World, reason: str
) -> None:
    resident, staff = world.resident(), world.staff()
    helper = world.volunteer(
        **(
            {"paused_until": "2027-01-01T00:00:00Z"}
            if reason == "paused"
            else {}
        )
    )
    id, owner = helper.me["id"], resident.me["id"]
    terms = {
        "unskilled": {"skills": ["水电"]},
        "not vetted": {"safeguarding": ["minor"]},
    }.get(reason, {})
    consent = {"how": "written"}
    admin = world.phone_of(world.admin)
    if reason == "blocked":
        assert (
            staff.put(
                f"/v1/people/{id}/blocked", {"blocked": True, "reason": "冒用"}
            ).status
            == 200
        )
    if reason == "demoted":
        assert staff.put(f"/v1/people/{id}/roles", []).status == 200
    if reason == "household":
        for person in (id, owner):
            body = {"household": "h1", "contact_via": None, "consent": consent}
            assert (
                admin.put(f"/v1/people/{person}/household", body).status == 200
            )
    if reason == "carer":
        body = {"household": None, "contact_via": id, "consent": consent}
        assert admin.put(f"/v1/people/{owner}/household", body).status == 200
    if reason == "elsewhere":
        assert (
            helper.put("/v1/me/volunteer", {"places": [JINFENG]}).status == 200
        )
    world.open_wish(world.phone_of(world.services.people.find(owner)), **terms)
    world.pass_time(minutes=20)
    assert not list(rows.histories_of(STREET))
    if reason != "elsewhere":  # they are asked once the reason is gone
        return
    assert (
        again(world, helper)
        .put("/v1/me/volunteer", {"places": [JINFENG, GRID]})
        .status
        == 200
    )
    world.pass_time(minutes=20)
    assert len(offers(again(world, helper))) == 1


def test_a_volunteer_without_consent_is_not_asked_until_they_consent(
    world: World,
) -> None:
    helper = world.volunteer()
    assert helper.delete("/v1/me/consents/terms").status == 204
    world.open_wish()
    world.pass_time(minutes=20)
    assert not world.sms_to(helper.me["phone"], "offer.made")
    back = world.sign_in(helper.me["phone"], consent="2026-11")
    world.pass_time(minutes=20)
    assert len(offers(back)) == 1
    assert world.sms_to(helper.me["phone"], "offer.made")


def test_volunteers_get_no_offer_of_their_own_wish(world: World) -> None:
    helper = world.volunteer()
    world.open_wish(helper)
    world.pass_time(minutes=20)
    assert not offers(again(world, helper))


def test_staff_can_read_an_offer_and_not_answer_it(world: World) -> None:
    offer_id = world.offer(world.open_wish(), world.volunteer())
    staff = world.staff(GRID, Role.GRID_WORKER)
    seen = staff.get(f"/v1/offers/{offer_id}")
    assert (seen.status, seen.json["moves"]) == (200, [])
    assert staff.post(f"/v1/offers/{offer_id}/accept").status == 403
    assert world.staff(JINFENG).get(f"/v1/offers/{offer_id}").status == 404
    assert UNIT not in seen.text


@pytest.mark.parametrize(
    "change", ["block", "demote", "pause", "move", "other kinds", "never again"]
)
def test_an_offer_ends_when_its_volunteer_becomes_ineligible(
    world: World, change: str
) -> None:
    helper, next_one, staff = (
        world.volunteer(),
        world.volunteer(),
        world.staff(),
    )
    wish_id, id = world.open_wish(), helper.me["id"]
    offer_id = world.offer(wish_id, helper)
    other = world.offer(world.open_wish(title="一袋大米"), helper)
    requests = {
        "block": lambda: staff.put(
            f"/v1/people/{id}/blocked", {"blocked": True, "reason": "冒用"}
        ),
        "demote": lambda: staff.put(f"/v1/people/{id}/roles", []),
        "pause": lambda: helper.put(
            "/v1/me/volunteer",
            {"places": [BAIHUA], "paused_until": "2027-01-01T00:00:00Z"},
        ),
        "move": lambda: helper.put("/v1/me/volunteer", {"places": [JINFENG]}),
        "other kinds": lambda: helper.put(
            "/v1/me/volunteer", {"places": [BAIHUA], "kinds": ["company"]}
        ),
        "never again": lambda: helper.post(
            f"/v1/offers/{other}/decline", {"never_again": True}
        ),
    }
    assert requests[change]().status == 200
    assert rows.find_offer(offer_id).state is OfferState.SUPERSEDED
    assert not world.sms_to(helper.me["phone"], "offer.superseded")
    assert rows.find_history(STREET, id).refused == (change == "never again")
    world.pass_time(minutes=5)
    assert wish_id in [
        offer["wish"] for offer in offers(again(world, next_one), "offered")
    ]


def test_an_offer_stays_when_its_volunteer_stays_eligible(world: World) -> None:
    helper = world.volunteer()
    offer_id = world.offer(world.open_wish(), helper)
    assert (
        helper.put(
            "/v1/me/volunteer",
            {"places": [GRID], "kinds": ["goods"], "capacity": 2},
        ).status
        == 200
    )
    assert rows.find_offer(offer_id).state is OfferState.OFFERED


def test_a_volunteer_for_a_building_is_asked_for_its_grid(world: World) -> None:
    """Otherwise an offer would reveal the building of its resident."""
    helper = world.phone_of(world.person("赵志强", home=f"{JINFENG}.g01.b01"))
    world.vet(helper.me["id"])
    assert helper.put("/v1/me/volunteer", {"places": [BUILDING]}).status == 200
    world.vet(helper.me["id"])
    helper = again(world, helper)
    inside = world.open_wish()
    beside = world.open_wish(world.resident(home=GRID), title="一袋大米")
    world.pass_time(minutes=5)
    assert {offer["wish"] for offer in offers(helper)} == {inside, beside}


def test_a_silent_volunteer_is_not_asked_for_four_weeks(world: World) -> None:
    helper = world.volunteer(capacity=5)
    for n in range(4):
        world.open_wish(title=f"水壶{n}", needed_by="2027-03-01")
    world.pass_time(days=5)
    assert len(offers(again(world, helper), "expired")) == 4
    late = world.open_wish(title="一袋大米", needed_by="2027-03-01")
    world.pass_time(days=2)
    assert late not in [offer["wish"] for offer in offers(again(world, helper))]
    assert (
        world.staff()
        .get(f"/v1/wishes/{late}/matching")
        .json["waiting"]["reason"]
        == "silent"
    )
    world.pass_time(days=28)
    assert late in [offer["wish"] for offer in offers(again(world, helper))]


def test_staff_read_a_decline_reason_until_the_erasure(world: World) -> None:
    helper, staff = world.volunteer(), world.staff()
    wish_id = world.open_wish()
    offer_id = world.offer(wish_id, helper)
    assert (
        helper.post(
            f"/v1/offers/{offer_id}/decline", {"reason": "这周不在家"}
        ).status
        == 200
    )
    (line,) = staff.get(f"/v1/wishes/{wish_id}/matching").json["asked"]
    assert (line["state"], line["reason"]) == ("declined", "这周不在家")
    assert world.erase(helper).status == 202
    (line,) = staff.get(f"/v1/wishes/{wish_id}/matching").json["asked"]
    assert (line["state"], line["reason"]) == ("declined", None)


def test_the_grid_is_shown_until_the_offer_has_ended(world: World) -> None:
    helper, other = world.volunteer(), world.volunteer()
    wish_id = world.open_wish()
    offer_id = world.offer(wish_id, helper)
    assert helper.get(f"/v1/offers/{offer_id}").json["about"]["grid"] == GRID
    assert other.post(f"/v1/wishes/{wish_id}/claim").status == 200
    about = helper.get(f"/v1/offers/{offer_id}").json["about"]
    assert (about["title"], about["grid"]) == ("一个电热水壶", None)


def test_an_offer_of_an_erased_resident_ends_with_a_message(
    world: World,
) -> None:
    helper, resident = world.volunteer(), world.resident()
    world.offer(world.open_wish(resident), helper)
    assert world.erase(resident).status == 202
    world.pass_time(minutes=5)
    (letter,) = world.sms_to(helper.me["phone"], "offer.superseded")
    assert "水壶" not in letter.text


def test_a_volunteer_without_a_phone_is_not_asked(world: World) -> None:
    ward = world.person("李明", phone=None)
    assert (
        world.phone_of(world.admin)
        .put(
            f"/v1/people/{ward.id}/roles",
            [{"role": "volunteer", "place": BAIHUA}],
        )
        .status
        == 200
    )
    assert world.services.people.volunteers_of(BAIHUA) == []


@pytest.mark.parametrize("named", ["PS", "ｐｓ", "P S", "ps "])
def test_skills_match_regardless_of_width_case_and_spaces(
    world: World, named: str
) -> None:
    helper = world.volunteer(skills=[named], dialects=["Wu 语"])
    world.open_wish(skills=["ps"], dialects=["wu语"])
    world.pass_time(minutes=5)
    (offer,) = offers(helper)
    assert offer["why"][:2] == ["需要会ps的人", "需要会说wu语"]


def test_a_wish_of_late_evening_for_tomorrow_is_offered_at_eight(
    world: World,
) -> None:
    helper = world.volunteer()
    world.pass_time(hours=14, minutes=50)
    world.open_wish(needed_by="2026-11-24")
    world.pass_time(hours=9)
    (offer,) = offers(again(world, helper))
    assert (offer["urgency"], offer["created_at"], offer["expires_at"]) == (
        "urgent",
        "2026-11-24T00:00:00Z",
        "2026-11-24T04:00:00Z",
    )


def test_a_resident_s_carer_gets_the_code_and_no_offer(
    world: World,
) -> None:
    carer = world.person("女儿")
    ward = world.person("李奶奶", phone=None, contact_via=carer.id)
    helper, carer_phone = world.volunteer(), world.phone_of(carer)
    assert (
        carer_phone.put("/v1/me/volunteer", {"places": [BAIHUA]}).status == 200
    )
    body = world.wish_body(
        on_behalf_of=ward.id, consent={"how": "spoken", "witness": "许见证"}
    )
    wish_id = world.phone_of(world.admin).post("/v1/wishes", body).json["id"]
    assert world.staff().post(f"/v1/wishes/{wish_id}/approve").status == 200
    world.pass_time(minutes=5)
    assert not offers(again(world, carer_phone))
    (offer,) = offers(helper)
    assert helper.post(f"/v1/offers/{offer['id']}/accept").status == 200
    assert world.delivery_code(carer.phone)


def test_an_accepted_offer_whose_claim_is_given_back_is_over(
    world: World,
) -> None:
    helper, wish_id = world.volunteer(), world.open_wish()
    offer_id = world.offer(wish_id, helper)
    first = helper.post(f"/v1/offers/{offer_id}/accept", idempotency_key="tap")
    assert (
        helper.post(
            f"/v1/wishes/{wish_id}/release", {"reason": "来不了"}
        ).status
        == 200
    )
    assert (
        helper.post(
            f"/v1/offers/{offer_id}/accept", idempotency_key="tap"
        ).json["state"]
        == first.json["state"]
        == "accepted"
    )
    assert helper.post(f"/v1/offers/{offer_id}/accept").status == 409
    world.pass_time(minutes=20)
    assert [offer["id"] for offer in offers(again(world, helper))] == [offer_id]
