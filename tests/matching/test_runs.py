"""Runs over HTTP: start, dry run, list and read; weights; why a wish still waits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.matching.model import ReplayPiece
from chalicelib.matching.policy import RINGS, Weights
from chalicelib.offers.model import SentOffer
from chalicelib.offers.repository import OfferRepository

from ..faults.story import cancelled
from ..storage import intercepted
from ..store.scan import PK, SK, Reads, remove, save, scan
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Phone, World

rows = Reads(OfferRepository)

NOBODY_LEFT = {"urgent": 0, "soon": 0, "calm": 0}


def start(phone: Phone, place: str = BAIHUA, **body):
    answer = phone.post("/v1/matching/runs", {"place": place} | body)
    assert answer.status == 202, answer.text
    return phone.get(f"/v1/matching/runs/{answer.json['id']}").json


def offers(phone: Phone) -> list[dict]:
    return phone.get("/v1/me/offers").json["items"]


def waiting(world: World, wish_id: str) -> tuple[str, str]:
    found = world.staff().get(f"/v1/wishes/{wish_id}/matching").json
    return found["waiting"]["reason"], found["waiting"]["text"]


def test_a_run_by_staff_makes_offers_and_returns_its_record(
    world: World,
) -> None:
    helper, wish_id = world.volunteer(), world.open_wish()
    staff = world.staff()
    run = start(staff)
    (planned,) = run["offers"]
    assert (planned["wish"], planned["volunteer"]) == (wish_id, helper.me["id"])
    assert planned["why"][0] == "住同一网格"
    assert sum(planned["terms"].values()) == planned["cost"]
    assert (
        run["made"],
        run["planned"],
        run["unserved"],
        run["regret"],
        run["exact"],
        run["priced"],
    ) == (
        1,
        1,
        NOBODY_LEFT,
        0,
        True,
        True,
    )
    assert (
        run["wishes"],
        run["places_needed"],
        run["volunteers"],
        run["dry_run"],
    ) == (
        1,
        1,
        1,
        False,
    )
    assert run["cost"] == run["bound"] == planned["cost"]
    assert [offer["wish"] for offer in offers(helper)] == [wish_id]
    assert staff.get(f"/v1/matching/runs/{run['id']}").json == run
    (listed,) = staff.get(f"/v1/matching/runs?place={BAIHUA}").json["items"]
    assert listed == run | {
        "offers": [
            {name: planned[name] for name in ("wish", "volunteer", "cost")}
        ]
    }
    assert start(staff)["planned"] == 0  # the volunteer is being asked


def test_a_dry_run_makes_no_offers_and_may_try_other_weights(
    world: World,
) -> None:
    near, far = (
        world.volunteer(),
        world.volunteer(JINFENG, places=[JINFENG, BAIHUA]),
    )
    history = world.services.maker.history(STREET, near.me["id"])
    now = world.clock.now()
    sent = tuple(
        SentOffer(offer=f"off_{n}", at=now - timedelta(days=n + 1), until=now)
        for n in range(4)
    )
    save(replace(history, version=1, sent=sent))
    world.open_wish()
    staff = world.staff()
    usual, unfair = (
        start(staff, dry_run=True),
        start(staff, dry_run=True, weights={"load": 0, "tired_percent": 0}),
    )
    assert [run["offers"][0]["volunteer"] for run in (usual, unfair)] == [
        far.me["id"],
        near.me["id"],
    ]
    assert usual["gini"] < unfair["gini"]
    assert (usual["most_offers"], unfair["most_offers"]) == (4, 5)
    assert (usual["weights"]["load"], unfair["weights"]["load"]) == (
        Weights().load,
        0,
    )
    assert not offers(near)
    assert not offers(far)
    assert not list(rows.open_rounds(BAIHUA))


def test_a_street_changes_its_weights_and_resets_them(world: World) -> None:
    admin, staff = world.phone_of(world.admin), world.staff()
    path = f"/v1/policies/matching?place={BAIHUA}"  # any place of the street will do
    own = staff.get(path).json
    assert own["version"] == 0
    assert own["weights"]["load"] == {
        "value": Weights().load,
        "default": Weights().load,
        "unit": Weights.notes()["load"]["unit"],
        "why": Weights.notes()["load"]["why"],
    }
    assert set(own["weights"]) == set(Weights.notes())
    assert staff.put(path, {"weights": {"load": 40}}).status == 403
    changed = admin.put(path, {"weights": {"load": 40}})
    assert (
        changed.status,
        changed.json["weights"]["load"]["value"],
        changed.json["version"],
    ) == (200, 40, 1)
    assert start(staff, dry_run=True)["weights"]["load"] == 40
    assert (
        admin.put(path, {"weights": {"load": 30}}, if_match='"0.aa"').status
        == 412
    )
    back = admin.put(path, {"weights": {}}, if_match=changed.headers["etag"])
    assert (back.status, back.json["weights"]["load"]["value"]) == (
        200,
        Weights().load,
    )
    assert start(staff, dry_run=True)["weights"] == {
        name: getattr(Weights(), name) for name in Weights.notes()
    }


@pytest.mark.parametrize(
    "weights",
    [
        {"base": 100},
        {"live_most": 0},
        {"load_most": 5000},
        {"same_street": 2000},
        {"refusal_percent": 100},
    ],
)
def test_weights_that_can_price_out_a_wish_are_refused(
    world: World, weights: dict[str, int]
) -> None:
    admin = world.phone_of(world.admin)
    refused = admin.put(
        f"/v1/policies/matching?place={STREET}", {"weights": weights}
    )
    assert (refused.status, refused.code) == (
        422,
        "matching.weights_leave_somebody",
    )
    assert (
        admin.post(
            "/v1/matching/runs",
            {"place": STREET, "dry_run": True, "weights": weights},
        ).code
        == refused.code
    )
    assert (
        admin.get(f"/v1/policies/matching?place={STREET}").json["version"] == 0
    )


def test_other_weights_need_a_dry_run(world: World) -> None:
    answer = world.staff().post(
        "/v1/matching/runs", {"place": BAIHUA, "weights": {"load": 1}}
    )
    assert (answer.status, answer.code) == (
        422,
        "matching.weights_preview_only",
    )
    assert (
        world.staff()
        .post("/v1/matching/runs", {"place": f"{BAIHUA}.nowhere"})
        .code
        == "place.unknown"
    )


def test_contention_about_one_wish_does_not_delay_others(world: World) -> None:
    helpers = [world.volunteer() for _ in range(2)]
    contended, other = (
        world.open_wish(needed_by="2026-11-24"),
        world.open_wish(title="一袋大米"),
    )

    def busy(call, operation, kwargs):
        if (
            operation == "TransactWriteItems"
            and "ConditionCheck" in str(kwargs)
            and contended in str(kwargs)
        ):
            raise cancelled("TransactionConflict", len(kwargs["TransactItems"]))
        return call()

    staff = world.staff()
    with intercepted(busy):
        run = start(staff)
    assert (run["planned"], run["made"]) == (2, 1)
    assert [
        offer["wish"] for helper in helpers for offer in offers(helper)
    ] == [other]
    assert start(staff)["made"] == 1


def test_a_repeated_request_returns_the_same_run(world: World) -> None:
    staff, helper = world.staff(), world.volunteer()
    world.open_wish()
    first = staff.post(
        "/v1/matching/runs", {"place": BAIHUA}, idempotency_key="tap"
    )
    again = staff.post(
        "/v1/matching/runs", {"place": BAIHUA}, idempotency_key="tap"
    )
    run = staff.get(f"/v1/matching/runs/{first.json['id']}").json
    assert (again.status, again.json) == (202, run)
    assert (
        staff.post(
            "/v1/matching/runs", {"place": GRID}, idempotency_key="tap"
        ).code
        == "idempotency.mismatch"
    )
    assert len(offers(helper)) == 1
    assert (
        len(staff.get(f"/v1/matching/runs?place={BAIHUA}").json["items"]) == 1
    )


def test_a_grid_worker_runs_and_reads_only_their_grid(world: World) -> None:
    worker = world.staff(GRID, Role.GRID_WORKER)
    world.volunteer()
    inside = world.open_wish()
    elsewhere = world.open_wish(world.resident(home=f"{JINFENG}.g01.b01"))
    run = start(worker, GRID, dry_run=True)
    assert [line["wish"] for line in run["offers"]] == [inside]
    assert (
        worker.post(
            "/v1/matching/runs", {"place": BAIHUA, "dry_run": True}
        ).status
        == 404
    )
    start(world.phone_of(world.admin), STREET, dry_run=True)
    assert [
        line["place"]
        for line in worker.get(f"/v1/matching/runs?place={GRID}").json["items"]
    ] == [GRID]
    assert worker.get(f"/v1/wishes/{elsewhere}/matching").status == 403


def test_a_scheduled_run_is_recorded_when_it_asks_or_its_input_changed(
    world: World,
) -> None:
    staff = world.staff()
    world.open_wish(skills=["水电"])
    world.pass_time(hours=2)
    for _ in range(4):
        world.pass_time(minutes=16)
    staff = world.phone_of(world.services.people.find(staff.me["id"]))
    (run,) = staff.get(f"/v1/matching/runs?place={BAIHUA}").json["items"]
    assert (run["by"], run["planned"], run["unserved"]["calm"]) == (
        "schedule",
        0,
        1,
    )
    assert [
        (line["grid"], line["skill"], line["wishes"])
        for line in run["shortages"]
    ] == [(GRID, "水电", 1)]
    helper = world.volunteer(skills=["水电"])
    world.pass_time(minutes=16)
    assert len(offers(helper)) == 1
    latest = staff.get(f"/v1/matching/runs?place={BAIHUA}&limit=1").json[
        "items"
    ][0]
    assert (latest["planned"], latest["made"], latest["unserved"]) == (
        1,
        1,
        NOBODY_LEFT,
    )


def test_a_wish_that_needs_several_helpers_asks_different_people(
    world: World,
) -> None:
    helpers = [world.volunteer() for _ in range(5)]
    wish_id = world.open_wish(helpers_needed=3)
    run = start(world.staff())
    assert len({line["volunteer"] for line in run["offers"]}) == 3
    assert sum(len(offers(helper)) for helper in helpers) == 3
    accepted = next(helper for helper in helpers if offers(helper))
    assert (
        accepted.post(f"/v1/offers/{offers(accepted)[0]['id']}/accept").status
        == 200
    )
    world.pass_time(minutes=16)
    assert world.services.wish_queries.find(wish_id).places_left == 2
    assert len(rows.find_round(wish_id).live) == 2


def test_live_offers_never_exceed_the_capacity(world: World) -> None:
    helper = world.volunteer(capacity=1)
    taken = world.open_wish(title="一袋大米")
    for n in range(3):
        world.open_wish(title=f"水壶{n}")
    assert start(world.staff())["made"] == 1
    again = world.volunteer(capacity=3)
    assert again.post(f"/v1/wishes/{taken}/claim").status == 200
    start(world.staff())
    assert len(offers(again)) == 2  # with the carried one, three
    assert [offer["state"] for offer in offers(helper)].count(
        "offered"
    ) == 1  # another one, if this volunteer had the rice


@pytest.mark.parametrize(
    ("profile", "terms", "reason", "says"),
    [
        ({}, {}, "soon", "1"),
        ({"places": [JINFENG]}, {}, "nobody", "没有志愿者"),
        ({"places": [f"{BAIHUA}.g02"]}, {}, "elsewhere", "网格"),
        ({"kinds": ["company"]}, {}, "kind", "不做"),
        ({}, {"skills": ["水电"]}, "skill", "水电"),
        ({}, {"safeguarding": ["minor"]}, "vetting", "审核"),
        ({"paused_until": "2027-01-01T00:00:00Z"}, {}, "paused", "暂停"),
        (
            {"availability": [{"weekday": 1, "from": "09:00", "to": "11:00"}]},
            {
                "window": [
                    {
                        "from": "2026-11-25T01:00:00Z",
                        "to": "2026-11-25T03:00:00Z",
                    }
                ]
            },
            "availability",
            "有空",
        ),
    ],
)
def test_the_waiting_reason_is_the_binding_obstacle(
    world: World, profile: dict, terms: dict, reason: str, says: str
) -> None:
    staff = world.phone_of(world.admin)
    assert (
        staff.put(f"/v1/places/{BAIHUA}.g02", {"name": "柏华第二网格"}).status
        == 200
    )
    world.volunteer(**profile)
    found = waiting(world, world.open_wish(**terms))
    assert found[0] == reason
    assert says in found[1]


def test_the_waiting_reason_follows_the_state_of_the_wish(world: World) -> None:
    helper, other = (
        world.volunteer(capacity=1),
        world.volunteer(kinds=["learning"]),
    )
    first, second = world.open_wish(), world.open_wish(title="一袋大米")
    assert helper.post(f"/v1/wishes/{first}/claim").status == 200
    assert waiting(world, first)[0] == "not_open"
    assert waiting(world, second)[0] == "full"
    assert other.put("/v1/me/volunteer", {"places": [BAIHUA]}).status == 200
    offer_id = world.offer(second, other)
    assert waiting(world, second)[0] == "asked"
    assert other.post(f"/v1/offers/{offer_id}/decline", {}).status == 200
    seen = (
        world.staff()
        .get(f"/v1/wishes/{second}/matching", accept_language="en")
        .json
    )
    assert seen["excluded"] == {"full": 1, "asked_before": 1}
    assert other.get(f"/v1/wishes/{second}/matching").status == 403
    third = world.open_wish(title="一床棉被")
    assert waiting(world, third)[0] == "soon"
    world.clock.advance(timedelta(hours=13))
    assert waiting(world, third)[0] == "night"


def test_candidates_are_listed_in_the_order_of_asking(
    world: World,
) -> None:
    admin = world.phone_of(world.admin)
    for code, beside in ((f"{BAIHUA}.g02", [GRID]), (f"{BAIHUA}.g03", [])):
        assert (
            admin.put(
                f"/v1/places/{code}", {"name": code, "neighbours": beside}
            ).status
            == 200
        )
    homes = {
        UNIT: "same_building",
        GRID: "same_grid",
        f"{BAIHUA}.g02": "next_grid",
        f"{BAIHUA}.g03": "same_community",
        f"{JINFENG}.g01.b01": "same_street",
    }
    for home in reversed(homes):
        phone = world.phone_of(world.person("赵志强", home=home))
        world.vet(phone.me["id"])
        assert phone.put("/v1/me/volunteer", {"places": [STREET]}).status == 200
    wish_id = world.open_wish()
    found = admin.get(f"/v1/wishes/{wish_id}/matching").json["candidates"]
    rings = [term for line in found for term in line["terms"] if term in RINGS]
    assert rings == list(homes.values())
    assert [line["cost"] for line in found] == sorted(
        line["cost"] for line in found
    )
    assert [line["name"] for line in found] == ["赵志强"] * 5
    # A grid worker sees no name of a volunteer whose profile they may not see.
    seen = (
        world.staff(GRID, Role.GRID_WORKER)
        .get(f"/v1/wishes/{wish_id}/matching")
        .json["candidates"]
    )
    assert [line["volunteer"] for line in seen] == [
        line["volunteer"] for line in found
    ]
    assert [line["name"] for line in seen] == ["赵志强", "赵志强", "", "", ""]


def test_the_best_fitting_volunteer_is_asked_first(world: World) -> None:
    """One volunteer in the next grid speaks the dialect; one next door does not."""
    admin = world.phone_of(world.admin)
    assert (
        admin.put(
            f"/v1/places/{BAIHUA}.g02",
            {"name": "柏华第二网格", "neighbours": [GRID]},
        ).status
        == 200
    )
    next_door = world.volunteer()
    speaks = world.phone_of(world.person("钱丽", home=f"{BAIHUA}.g02"))
    world.vet(speaks.me["id"])
    assert (
        speaks.put(
            "/v1/me/volunteer", {"places": [BAIHUA], "dialects": ["重庆话"]}
        ).status
        == 200
    )
    world.vet(speaks.me["id"])
    world.open_wish(kind="learning", budget_fen=None, dialects=["重庆话"])
    world.pass_time(minutes=3)
    (offer,) = offers(speaks)
    assert not offers(next_door)
    assert offer["why"] == [
        "需要会说重庆话",
        "在您的相邻网格",
        "您近四周没有收到邀请",
    ]


def test_the_most_urgent_wish_gets_the_only_volunteer(world: World) -> None:
    world.open_wish(needed_by="2026-12-20", title="以后再说")
    urgent = world.open_wish(needed_by="2026-11-24", title="明天就要")
    helper = world.volunteer(capacity=1)
    run = start(world.staff())
    assert [line["wish"] for line in run["offers"]] == [urgent]
    assert run["unserved"] == {"urgent": 0, "soon": 0, "calm": 1}
    assert [offer["urgency"] for offer in offers(helper)] == ["urgent"]


def test_a_run_without_its_replay_pieces_can_still_be_read(
    world: World,
) -> None:
    staff = world.staff()
    world.volunteer()
    world.open_wish()
    run = start(staff, dry_run=True)
    remove(*scan(ReplayPiece, SK.startswith("instance#") & (run["id"] == PK)))
    assert staff.get(f"/v1/matching/runs/{run['id']}").json == run | {
        "offers": []
    }


def test_a_failing_match_command_is_in_the_staff_queue_once_a_day(
    world: World, monkeypatch
) -> None:
    staff = world.staff()
    world.open_wish()
    monkeypatch.setattr(world.services.matching, "match_community", None)
    for _ in range(40):
        world.pass_time(minutes=16)
    staff = world.phone_of(world.services.people.find(staff.me["id"]))
    parked = [
        task
        for task in staff.get(f"/v1/admin/queue?place={BAIHUA}").json["items"]
        if task["kind"] == "job.parked"
    ]
    assert [
        (task["job"]["kind"], task["place"], task["moves"]) for task in parked
    ] == [("command.match.community", BAIHUA, ["redrive"])]
    monkeypatch.undo()
    helper = world.volunteer()
    assert staff.post(f"/v1/admin/jobs/{parked[0]['id']}/redrive").status == 204
    world.pass_time(minutes=1)
    assert len(offers(helper)) == 1
