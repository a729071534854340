"""What everybody may read of what was reported, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.open311.policy import MAX_CHARACTERS
from chalicelib.tickets.repository import TicketRepository

from ..storage import counted_storage
from ..store.scan import Reads, save
from ..world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    World,
)
from .conftest import Application, dumped, publish
from .shapes import check

rows = Reads(TicketRepository)


def ids(found) -> list[str]:
    return [request["service_request_id"] for request in found]


def w3c(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# what can be reported


def test_the_discovery_has_both_of_its_addresses(app: Application):
    answer = app.both("discovery", "/discovery")
    assert app.call("GET", "/open311/discovery.json").json == answer
    assert check(
        "discovery",
        app.call("GET", "/open311/discovery.xml").text,
        app.call("GET", "/open311/discovery.json").text,
    )
    assert answer["endpoints"][0]["url"] == "https://chunhui.example/open311/v2"
    assert answer["endpoints"][0]["type"] == "test"


def test_the_discovery_says_when_what_can_be_reported_has_changed(
    world: World, app: Application
):
    before = app.both("discovery", "/discovery")["changeset"]
    world.clock.advance(timedelta(days=3))
    admin = world.phone_of(world.admin)
    assert (
        admin.put(
            f"/v1/policies/tickets?place={STREET}", {"hold_days": 7}
        ).status
        == 200
    )
    after = app.both("discovery", "/discovery")
    assert (
        after["changeset"]
        == after["endpoints"][0]["changeset"]
        == w3c(world.clock.now())
        > before
    )


def test_the_services_are_the_categories_of_the_street_in_the_callers_language(
    app: Application,
):
    chinese, english = (
        app.both("services", "/services"),
        replace(app, language="en").both("services", "/services"),
    )
    light = {service["service_code"]: service for service in chinese}["light"]
    assert light == {
        "service_code": "light",
        "service_name": "公共照明",
        "description": None,
        "metadata": False,
        "type": "realtime",
        "keywords": "灯,light",
        "group": "房屋设施",
    }
    assert {service["service_name"] for service in english} > {
        "Lighting",
        "Rubbish",
    }
    assert [service["service_code"] for service in chinese] == [
        service["service_code"] for service in english
    ]


def test_a_service_says_what_it_asks(app: Application):
    asked = {
        service["service_code"]: service["metadata"]
        for service in app.both("services", "/services")
    }
    assert asked["rubbish"] is True
    (attribute,) = app.both("service_definition", "/services/rubbish")[
        "attributes"
    ]
    assert (attribute["code"], attribute["datatype"], attribute["order"]) == (
        "where",
        "singlevaluelist",
        1,
    )
    assert {"key": "yard", "name": "院内"} in attribute["values"]
    assert app.both("service_definition", "/services/light")["attributes"] == []


@pytest.mark.parametrize(
    "code",
    ["nothing", "rubbish.rubbish", "RUBBISH", "rubbish.json", "-", "a" * 60],
)
def test_a_service_that_there_is_not(app: Application, code):
    assert (
        app.both("errors", f"/services/{code}", 404)[0]["description"]
        == "没有这个 service_code。"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/services/rubbish",
        "/services/rubbish.html",
        "/services/.json",
        "/tokens/x.csv",
        "/requests/x.XML",
    ],
)
def test_a_format_that_there_is_not_is_refused_in_xml(app: Application, path):
    answer = app.get(path)
    assert answer.status == 404
    if not path.endswith(".json"):
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert "<errors><error><code>404</code>" in answer.text


# what is shown of a report


def test_a_report_is_shown_without_anybodys_name_door_or_photo(
    world: World, app: Application
):
    resident = world.person("魏秀英", phone="+8613812340000")
    own = replace(app, key=str(world.phone_of(resident).token))
    id = own.report(
        address_id=None,
        address_string="柏华社区5号楼1单元3楼302",
        lat="30.251234",
        long="108.951234",
        phone="13812340000",
        description="魏秀英说，5号楼1单元3楼灯不亮，电话13812340000，邮箱 wei@example.com",
    )
    world.clock.advance(timedelta(minutes=5))
    (unreleased,) = app.both("requests", f"/requests/{id}")
    assert (unreleased["description"], "lat" in unreleased) == (None, False)
    publish(world, id)
    (shown,) = app.both("requests", f"/requests/{id}")
    assert shown == {
        "service_request_id": id,
        "status": "open",
        "status_notes": None,
        "service_name": "公共照明",
        "service_code": "light",
        "description": "＊＊说，＊＊灯不亮，电话＊＊，邮箱 ＊＊",
        "agency_responsible": "柏华社区",
        "service_notice": None,
        "requested_datetime": "2026-11-23T00:40:00Z",
        "updated_datetime": "2026-11-23T00:45:00Z",
        "expected_datetime": shown["expected_datetime"],
        "address": "柏华社区",
        "address_id": BAIHUA,
        "zipcode": None,
        "lat": 30.251,
        "long": 108.951,
    }
    assert shown["expected_datetime"] > "2026-11-24"
    everything = dumped(
        [
            app.both("requests", "/requests"),
            app.both("updates", "/servicerequestupdates"),
        ]
    )
    for secret in (
        "秀英",
        "1234",
        "example",
        "302",
        BUILDING,
        UNIT,
        resident.id,
        "30.2512",
    ):
        assert secret not in everything, secret


def test_what_residents_report_in_the_app_is_shown_alike(
    world: World, app: Application
):
    body = {
        "category": "rubbish",
        "text": "楼道有一堆垃圾",
        "place": UNIT,
        "location_note": "3楼",
    }
    id = world.resident().post("/v1/tickets", body).json["id"]
    publish(world, id)
    (shown,) = app.both("requests", f"/requests/{id}")
    assert (
        shown["service_code"],
        shown["description"],
        shown["address_id"],
    ) == (
        "rubbish",
        "楼道有一堆垃圾",
        BAIHUA,
    )
    assert "lat" not in shown
    assert "3楼" not in dumped(shown)


def test_done_is_not_closed_until_those_who_reported_have_agreed(
    world: World, app: Application
):
    id = app.report()
    path = f"/v1/tickets/{id}"
    world.clock.advance(timedelta(hours=1))
    staff = world.staff()
    staff.post(f"{path}/accept")
    assert (
        staff.post(
            f"{path}/resolve",
            {"note": "已换灯泡，找 13812345678", "publish": True},
        ).status
        == 200
    )
    (done,) = app.both("requests", f"/requests/{id}")
    assert (done["status"], done["status_notes"]) == (
        "open",
        "已换灯泡，找 ＊＊",
    )
    world.pass_time(days=12)
    (over,) = app.both("requests", f"/requests/{id}")
    assert (over["status"], over["status_notes"]) == (
        "closed",
        "已换灯泡，找 ＊＊",
    )
    closed_at = rows.find_ticket(id).closed_at
    assert over["updated_datetime"] == w3c(closed_at)
    assert ids(app.both("requests", "/requests", status="closed")) == [id]
    assert app.both("requests", "/requests", status="open") == []


def test_a_report_that_staff_close_says_why_and_one_that_was_taken_back_does_not(
    world: World, app: Application
):
    theirs = app.report()
    world.staff().post(
        f"/v1/tickets/{theirs}/close",
        {"reason": "不属于本街道，5号楼业主负责", "publish": True},
    )
    resident = world.resident()
    withdrawn = resident.post(
        "/v1/tickets",
        {"category": "light", "text": "灯不亮了", "place": BUILDING},
    ).json["id"]
    assert (
        resident.post(
            f"/v1/tickets/{withdrawn}/close", {"reason": "我自己修好了"}
        ).status
        == 200
    )
    notes = {
        request["service_request_id"]: request["status_notes"]
        for request in app.both("requests", "/requests")
    }
    assert notes == {theirs: "不属于本街道，＊＊业主负责", withdrawn: None}
    assert "自己" not in dumped(app.both("updates", "/servicerequestupdates"))


@pytest.mark.parametrize("path", ["/requests", "/tokens"])
@pytest.mark.parametrize(
    "id",
    [
        "tkt_" + "a" * 24,
        "tkt_x",
        "wsh_" + "a" * 24,
        "1",
        "a.b",
        "-",
        "policy",
        "_",
        "a" * 74,
    ],
)
def test_a_report_that_there_is_not(app: Application, path, id):
    assert app.both("errors", f"{path}/{id}", 404)


def test_a_token_is_the_report_itself(app: Application):
    id = app.report()
    assert app.both("token", f"/tokens/{id}") == [
        {"service_request_id": id, "token": id}
    ]


# which reports


def test_reports_come_newest_first_and_are_chosen_by_kind_and_state(
    world: World, app: Application
):
    made = []
    for code in ("light", "gas", "light"):
        made.append(app.report(service_code=code))
        world.clock.advance(timedelta(minutes=1))
    world.staff().post(f"/v1/tickets/{made[0]}/close", {"reason": "重复了"})

    def found(**query):
        return ids(app.both("requests", "/requests", **query))

    assert found() == made[::-1]
    assert found(service_code="light") == [made[2], made[0]]
    assert (
        found(service_code="light,gas")
        == found(service_code=["light", "gas"])
        == found(service_code=" gas ,, light")
        == made[::-1]
    )
    assert found(service_code="nothing") == []
    assert found(status="open") == [made[2], made[1]]
    assert found(status="closed") == [made[0]]
    assert (
        found(status="open,closed")
        == found(status=["closed", "open"])
        == made[::-1]
    )
    assert found(status="closed", service_code="gas") == []


def test_ids_override_everything_else(world: World, app: Application):
    one, two = app.report(), app.report(service_code="gas")
    private = app.report(service_code="care")
    world.clock.advance(timedelta(days=200))
    query = {
        "status": "closed",
        "service_code": "nothing",
        "start_date": w3c(world.clock.now()),
    }
    wanted = f"{two}, {private},nonsense,{one},{one},tkt_{'a' * 24}"
    assert ids(
        app.both("requests", "/requests", service_request_id=wanted, **query)
    ) == [two, one]
    assert (
        app.both("requests", "/requests", service_request_id="nonsense") == []
    )


def test_an_empty_parameter_is_none(app: Application):
    id = app.report()
    empty = dict.fromkeys(
        (
            "jurisdiction_id",
            "service_request_id",
            "service_code",
            "start_date",
            "end_date",
            "status",
            "page",
            "page_size",
        ),
        "",
    )
    assert ids(app.both("requests", "/requests", **empty)) == [id]
    assert ids(
        app.both("requests", "/requests", service_code=",", status=",")
    ) == [id]
    assert ids(
        app.both(
            "requests",
            "/requests",
            utm_source="x",
            api_key=app.key,
            extensions="true",
            **{"": "x"},
        )
    ) == [id]


def test_dates_are_taken_with_any_offset_and_hold_what_they_name(
    world: World, app: Application
):
    id = app.report()  # at 00:40:00 UTC, 08:40 in Shanghai
    world.clock.advance(timedelta(seconds=0.4))
    second = app.report()
    world.clock.advance(timedelta(days=1))

    def found(start, end):
        return ids(
            app.both("requests", "/requests", start_date=start, end_date=end)
        )

    for at in (
        "2026-11-23T00:40:00Z",
        "2026-11-23T08:40:00+08:00",
        "2026-11-23T08:40+0800",
        "2026-11-22T19:40:00.000-05:00",
    ):
        assert set(found(at, at)) == {id, second}, (
            at
        )  # what is shown as this second is found by it
    assert found("2026-11-23T00:40:01Z", "2026-11-24T00:00:00Z") == []
    assert found("2026-11-22T00:00:00Z", "2026-11-23T00:39:59Z") == []
    unescaped = app.get(
        "/requests.json?start_date=2026-11-23T08:40:00+08:00&end_date=2026-11-23T08:41:00+08:00"
    )
    assert set(ids(unescaped.json)) == {id, second}


def test_without_dates_the_last_90_days_and_with_one_the_90_days_from_there(
    world: World, app: Application
):
    id = app.report()
    at = world.clock.now()
    world.clock.advance(timedelta(days=90))
    assert ids(app.both("requests", "/requests")) == [id]
    world.clock.advance(timedelta(minutes=1))
    assert app.both("requests", "/requests") == []
    for query in (
        {"start_date": w3c(at - timedelta(days=90))},
        {"end_date": w3c(at + timedelta(days=90))},
        {"start_date": w3c(at), "end_date": w3c(at + timedelta(days=90))},
    ):
        assert ids(app.both("requests", "/requests", **query)) == [id], query
    assert (
        app.both("requests", "/requests", end_date=w3c(at + timedelta(days=91)))
        == []
    )


@pytest.mark.parametrize(
    "query",
    [
        {
            "start_date": "2026-08-01T00:00:00Z",
            "end_date": "2026-10-30T00:00:01Z",
        },  # 90 days and a second
        {
            "start_date": "2026-11-23T00:00:00Z",
            "end_date": "2026-11-22T23:59:59Z",
        },
        {"start_date": "2026-11-23"},
        {"start_date": "yesterday"},
        {"end_date": "2026-02-30T00:00:00Z"},
        {"end_date": "0001-01-01T00:00:00+14:00"},
        {"end_date": "9999-12-31T23:59:59-12:00"},
        {"start_date": "2026-11-23T00:00:00"},
        {"status": "done"},
        {"status": "open,done"},
        {"page": "0"},
        {"page": "x"},
        {"page_size": "1001"},
        {"page_size": "-1"},
        {"page": "9" * 5000},
        {"jurisdiction_id": "x" * 201},
    ],
)
def test_what_is_asked_in_a_way_that_cannot_be_is_400(app: Application, query):
    (error,) = app.both("errors", "/requests", 400, **query)
    assert error["code"] == 400
    assert error["description"].split(":")[0] in query


def test_pages_make_the_whole(world: World, app: Application):
    made = []
    for _ in range(7):
        made.append(app.report())
        world.clock.advance(timedelta(seconds=1))
    pages = [
        ids(app.both("requests", "/requests", page=page, page_size=3))
        for page in (1, 2, 3, 4)
    ]
    assert pages == [made[:3:-1], made[3:0:-1], made[:1], []]
    assert (
        app.both("requests", "/requests", page=2) == []
    )  # a page holds a thousand by default
    assert app.both("requests", "/requests", page=1000, page_size=1000) == []


def test_a_very_long_list_is_read_to_its_end_and_fits_into_an_answer(
    world: World, app: Application
):
    first = app.report(description="\U0001f6b0&<" * 1333)
    publish(world, first)
    ticket = rows.find_ticket(first)
    for n in range(300):
        save(
            replace(
                ticket,
                id=f"tkt_{n:024}".translate(str.maketrans("0189", "abcd")),
            )
        )
    for suffix in ("xml", "json"):
        answer = app.get(f"/requests.{suffix}")
        assert answer.text.count("light") >= 301
        assert len(answer.text.encode()) < 6_000_000
    found = app.get("/requests.json").json
    assert len(found) == 301
    assert all(
        len(request["description"]) <= MAX_CHARACTERS // 602
        for request in found
    )
    assert found[0]["description"].endswith("…")
    assert (
        len(app.get(f"/requests/{first}.json").json[0]["description"]) == 3999
    )


def test_a_list_ends_however_much_there_is_that_does_not_fit(
    world: World, app: Application, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chalicelib.open311.service.MAX_READ", 300)
    ticket = rows.find_ticket(app.report())
    for n in range(350):
        at = world.clock.now() - timedelta(minutes=n)
        save(
            replace(
                ticket,
                id=f"tkt_{n:024}".translate(str.maketrans("0189", "abcd")),
                created_at=at,
            )
        )
    with counted_storage() as storage:
        assert app.get("/requests.json", status="closed").json == []
    assert storage.reads <= 10
    assert len(app.get("/requests.json", service_code="light").json) == 300
    assert len(app.get("/requests.json", page=2, page_size=150).json) == 150
    earlier = w3c(world.clock.now() - timedelta(minutes=300))
    assert (
        len(
            app.get(
                "/requests.json", service_code="light", end_date=earlier
            ).json
        )
        == 50
    )  # what is further back has dates


def test_any_reading_costs_few_calls(world: World, app: Application):
    made = [app.report() for _ in range(5)]
    app.get("/services.json")
    for path, most in (
        ("/services.json", 2),
        (f"/requests/{made[0]}.json", 3),
        ("/requests.json", 4),
        ("/discovery.json", 2),
    ):
        with counted_storage() as storage:
            assert app.get(path).status == 200
        assert storage.reads <= most, (path, storage.names)


# updates


def test_updates_tell_what_happened_oldest_first(
    world: World, app: Application
):
    id = app.report()
    other = app.report(address_id=f"{OTHER_GRID}.b01")
    for move, body in (
        ("accept", None),
        ("comment", {"text": "明天来修", "public": True}),
        ("resolve", {"note": "修好了", "publish": True}),
    ):
        world.clock.advance(timedelta(minutes=10))
        assert (
            world.staff().post(f"/v1/tickets/{id}/{move}", body).status == 200
        )
    world.staff().post(
        f"/v1/tickets/{id}/comment", {"text": "物业不配合", "public": False}
    )
    found = app.both("updates", "/servicerequestupdates")
    assert {update["service_request_id"] for update in found} == {id, other}
    mine = app.both("updates", "/servicerequestupdates", service_request_id=id)
    assert [update["updated_datetime"] for update in mine] == sorted(
        update["updated_datetime"] for update in mine
    )
    assert {update["status"] for update in mine} == {"open"}
    assert [
        update["description"] for update in mine if update["description"]
    ] == ["修好了"]
    assert len({update["update_id"] for update in found}) == len(found)
    assert not [
        said for said in ("明天来修", "不配合") if said in dumped(found)
    ]  # to those who reported, and among staff
    late = app.both(
        "updates", "/servicerequestupdates", start_date=w3c(world.clock.now())
    )
    assert [update["description"] for update in late] == ["修好了"]
    nothing = f"nonsense,tkt_{'a' * 24}"
    assert (
        app.both(
            "updates", "/servicerequestupdates", service_request_id=nothing
        )
        == []
    )
    app.both(
        "errors",
        "/servicerequestupdates",
        400,
        start_date="2026-01-01T00:00:00Z",
        end_date="2026-11-01T00:00:00Z",
    )


# what a client has seen already


def test_an_answer_is_not_sent_twice(world: World, app: Application):
    app.report()
    for path in ("/services.xml", "/requests.json", "/requests.xml"):
        first = app.get(path)
        again = app.call(
            "GET", f"/open311/v2{path}", if_none_match=first.headers["etag"]
        )
        assert (again.status, again.text, again.headers["etag"]) == (
            304,
            "",
            first.headers["etag"],
        )
    app.report()
    assert (
        app.call(
            "GET",
            "/open311/v2/requests.xml",
            if_none_match=first.headers["etag"],
        ).status
        == 200
    )


def test_any_page_may_read_it(app: Application):
    for answer in (app.get("/services.json"), app.get("/services/nothing.xml")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-language"] == "zh-CN"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_places_and_streets_are_distinguished(app: Application):
    here, there = app.report(address_id=GRID), app.report(address_id=JINFENG)
    where = {
        request["service_request_id"]: request["address"]
        for request in app.both("requests", "/requests")
    }
    assert where == {here: "柏华社区", there: "锦凤社区"}
    assert app.both("requests", "/requests", jurisdiction_id=STREET)
