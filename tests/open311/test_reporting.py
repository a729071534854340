"""Reports from other applications: results, required fields and identities."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.runtime import use
from chalicelib.ticket_policy.model import PolicyRecord, StreetPolicy
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    CategoryQuestion,
    Choice,
    QuestionKind,
)
from chalicelib.tickets.repository import TicketRepository

from ..keys import secrets_of
from ..replies.builders import reply
from ..store.scan import Reads, save
from ..world import BAIHUA, BUILDING, GRID, OTHER_GRID, STREET, UNIT, World
from .conftest import OTHER_KEY, Application, publish
from .shapes import check

rows = Reads(TicketRepository)


def ticket(id: str) -> Ticket:
    """Return a report as the service shows it to staff."""
    found = rows.find_ticket(id)
    assert found
    return found


def ask(world: World, *questions: CategoryQuestion) -> None:
    """Have the street ask something about lights."""
    categories = []
    for category in DEFAULT_POLICY.categories:
        asked = questions if category.code == "light" else category.questions
        categories.append(replace(category, questions=asked))
    policy, now = (
        replace(DEFAULT_POLICY, categories=tuple(categories)),
        world.clock.now(),
    )
    save(
        StreetPolicy(
            id=STREET, version=1, created_at=now, updated_at=now, policy=policy
        )
    )
    save(
        PolicyRecord(
            street=STREET, number=1, policy=policy, at=now, by=world.admin.id
        )
    )


# what becomes of it


def test_a_report_becomes_a_ticket_that_somebody_has(
    world: World, app: Application
):
    worker = world.person("吴刚", (Role.GRID_WORKER, GRID), home=GRID)
    world.services.places.assign_duty(
        world.boss, GRID, {"grid_worker": [worker.id]}
    )
    id = app.report(
        lat="30.25",
        long="108.95",
        address_string="柏华社区5号楼1单元3楼",
        address_id=None,
    )
    made = ticket(id)
    assert (made.category, made.place, made.location_note) == (
        "light",
        UNIT,
        "柏华社区5号楼1单元3楼",
    )
    assert (made.source, made.person_id, made.assignee) == (
        "fms",
        None,
        worker.id,
    )
    assert (made.latitude, made.longitude) == (30.25, 108.95)
    assert {clock.name.value for clock in made.clocks} == {
        "accept",
        "contact",
        "resolve",
    }
    assert made.created_at == world.clock.now()
    assert world.phone_of(worker).post(f"/v1/tickets/{id}/accept").status == 200


def test_the_answer_has_the_specifications_form_in_both_formats(
    app: Application,
):
    fields = {
        "service_code": "light",
        "address_id": BUILDING,
        "description": "楼道灯不亮",
    }
    xml, text = (
        app.post(f"/requests.{suffix}", **fields) for suffix in ("xml", "json")
    )
    assert (xml.headers["content-type"], text.headers["content-type"]) == (
        "text/xml; charset=utf-8",
        "application/json; charset=utf-8",
    )
    created = text.json[0]
    check(
        "created",
        xml.text.replace(
            xml.text.split("<service_request_id>")[1][:28],
            created["service_request_id"],
        ),
        text.text,
    )
    assert created["service_request_id"].startswith("tkt_")
    assert created["service_notice"]
    assert created["account_id"] is None


def test_what_is_private_is_taken_and_never_shown(app: Application):
    answer = app.post(
        service_code="care",
        address_id=BUILDING,
        description="王奶奶两天没有出门",
    )
    assert (answer.status, "不公开" in answer.json[0]["service_notice"]) == (
        200,
        True,
    )
    id = answer.json[0]["service_request_id"]
    assert ticket(id).private
    for path in (f"/requests/{id}", f"/tokens/{id}"):
        app.both("errors", path, 404)
    assert (
        app.both("requests", "/requests")
        == app.both("requests", "/requests", service_request_id=id)
        == []
    )
    assert app.both("updates", "/servicerequestupdates") == []
    assert app.refused(
        404,
        "/servicerequestupdates",
        service_request_id=id,
        description="有人去看过吗",
    ) == ["没有这个 service_request_id。"]


def test_a_report_without_a_description_is_called_after_its_kind(
    app: Application,
):
    assert ticket(app.report(description=None)).text == "公共照明"


@pytest.mark.parametrize(
    "unseen", ["\u200d\u200c", "\u3164\u3164", "    ", "\U000e0041\U000e0042"]
)
def test_a_description_in_which_nothing_is_seen_is_refused(
    app: Application, unseen: str
):
    (why,) = app.refused(
        400, service_code="light", address_id=BUILDING, description=unseen
    )
    assert why.startswith("description: ")
    id = app.report()
    (why,) = app.refused(
        400,
        "/servicerequestupdates",
        service_request_id=id,
        description=unseen,
    )
    assert why.startswith("description: ")


def test_a_description_of_the_longest_kind_is_kept_whole_and_masked_for_the_public(
    world: World,
    app: Application,
):
    text = "灯不亮。\n" * 795 + "请联系我：13812345678。"
    id = app.report(description=text)
    assert ticket(id).written == text
    publish(world, id)
    shown = app.both("requests", f"/requests/{id}")[0]["description"]
    assert "13812345678" not in shown
    assert len(shown) > 3900
    too_long = app.refused(
        400, service_code="light", address_id=BUILDING, description="字" * 4001
    )
    assert too_long == ["description: 最多 4000 个字。"]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"lat": "30.2501", "long": "108.9501"}, BUILDING),
        ({"lat": " 30.2501 ", "long": "+108.9601"}, f"{OTHER_GRID}.b01"),
        ({"lat": "0", "long": "0"}, STREET),
        ({"lat": "91", "long": "0", "address_id": ""}, None),
        ({"address_string": "1单元，5号楼，柏华社区"}, UNIT),
        ({"address_string": "长江路12号"}, STREET),
        ({"address_id": BAIHUA}, BAIHUA),
        ({"address_id": "nowhere", "address_string": "柏华社区"}, BAIHUA),
        ({"address_id": "nowhere"}, None),
        ({"lat": "30.25"}, None),
        ({}, None),
        ({"lat": "", "long": "", "address_string": "", "address_id": ""}, None),
    ],
)
def test_where_it_is(app: Application, where, place):
    fields = {"service_code": "light", "description": "灯不亮"} | where
    if place is None:
        assert app.refused(400, **fields)
    else:
        made = ticket(app.post(**fields).json[0]["service_request_id"])
        assert made.place == place
        assert made.location_note == where.get("address_string")


def test_a_report_of_the_whole_street_is_shown_as_that(app: Application):
    shown = app.both("requests", f"/requests/{app.report(address_id=STREET)}")[
        0
    ]
    assert (shown["address"], shown["address_id"]) == ("春晖路街道", STREET)


# actors


def mine(world: World, person: Person) -> list[str]:
    phone = world.phone_of(person)
    return [item["id"] for item in phone.get("/v1/me/tickets").json["items"]]


def test_a_phone_makes_it_the_residents_own_after_a_yes_and_stands_nowhere(
    world: World, app: Application
):
    resident = world.person("魏秀英", phone="+8613812340000")
    id = app.report(
        phone="138 1234 0000",
        description="魏秀英家门口的灯不亮",
        email="a@example.org",
        first_name="秀英",
        last_name="魏",
    )
    assert ticket(id).person_id is None
    assert mine(world, resident) == []
    (asked,) = world.sms_to("+8613812340000")
    assert "柏华社区" in asked.text
    assert "灯" not in asked.text  # a stranger wrote it
    reply(world, "+8613812340000", "1")
    assert ticket(id).person_id == resident.id
    assert mine(world, resident) == [id]
    shown = app.both("requests", f"/requests/{id}")[0]
    assert not [
        word for word in ("魏秀英", "1234", "example") if word in str(shown)
    ]
    assert "example" not in repr(ticket(id))


@pytest.mark.parametrize(
    "phone",
    [
        "13899990000",
        "111111111",
        "555-5555",
        "王秀英",
        "+1 202 555 0100",
        "9" * 40,
    ],
)
def test_a_phone_that_nobody_has_hinders_no_report(app: Application, phone):
    assert ticket(app.report(phone=phone)).person_id is None


def test_a_person_reports_under_their_own_token(world: World, app: Application):
    resident = world.resident()
    id = replace(app, key=resident.token).report()
    assert (ticket(id).person_id, ticket(id).filed_by, ticket(id).source) == (
        resident.me["id"],
        resident.me["id"],
        "",
    )
    assert resident.get(f"/v1/tickets/{id}").json["moves"]


def test_twenty_reports_in_a_day_are_enough_by_this_door_too(
    world: World, app: Application
):
    """Reports by token and by our own routes count together; staff are exempt."""
    resident = world.person("魏秀英", phone="+8613812340000")
    own = replace(app, key=str(world.phone_of(resident).token))
    for n in range(20):
        own.report(description=f"第{n}件事")
    more = {
        "service_code": "light",
        "address_id": BUILDING,
        "description": "楼道灯不亮",
    }
    full = own.post(**more)
    assert (full.status, int(full.headers["retry-after"]) > 0) == (429, True)
    phone = world.phone_of(resident)
    assert (
        phone.post(
            "/v1/tickets",
            {"category": "rubbish", "text": "垃圾", "place": UNIT},
        ).code
        == "ticket.too_many"
    )
    assert ticket(app.report()).person_id is None
    staff = replace(app, key=str(world.staff().token))
    for n in range(21):
        staff.report(description=f"第{n}件事")


def test_what_applications_send_along_is_passed_over(app: Application):
    more = {
        "device_id": "tt222111",
        "account_id": "123456",
        "media_url": ["https://example.org/1.jpg", "https://example.org/2.jpg"],
        "attribute[easting]": "100",
        "attribute[fixmystreet_id]": "1001",
        "attribute": "x",
        "attribute[]": "x",
        "attribute[a[b]]": "x",
        "state": "closed",
        "place": "chunhui",
        "private": "false",
        "__class__": "x",
        "": "x",
    }
    assert ticket(app.report(**more)).answers is None


# who may


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "x",
        OTHER_KEY[:-1],
        OTHER_KEY + " ",
        OTHER_KEY.upper(),
        "春",
        "a.b.c",
        "\x00",
    ],
)
def test_without_a_key_nothing_is_taken(app: Application, key):
    fields = {"address_id": BUILDING, "description": "灯不亮"}
    for path, more in (
        ("/requests", {"service_code": "light"}),
        ("/servicerequestupdates", {"service_request_id": "x"}),
    ):
        assert app.refused(403, path, api_key=key, **fields, **more)


def test_a_key_is_not_taken_from_the_address_nor_from_a_header(
    app: Application,
):
    fields = {
        "api_key": None,
        "service_code": "light",
        "address_id": BUILDING,
        "description": "灯不亮",
    }
    assert app.post(f"/requests.json?api_key={app.key}", **fields).status == 403
    assert (
        app.post(
            headers={"authorization": f"Bearer {app.key}"}, **fields
        ).status
        == 403
    )


def test_an_installation_without_keys_takes_reports_of_people_only(
    world: World, app: Application
):
    secrets = secrets_of(open311_keys={})
    use(world.rewired(replace(world.settings, secrets=secrets)).container)
    assert app.refused(403, service_code="light", address_id=BUILDING)
    assert app.refused(
        403, api_key="", service_code="light", address_id=BUILDING
    )
    assert replace(app, key=world.resident().token).report()


def test_a_token_of_somebody_who_was_blocked_or_has_run_out_is_no_key(
    world: World, app: Application
):
    person = world.person()
    blocked = replace(app, key=world.phone_of(person).token)
    world.staff().put(
        f"/v1/people/{person.id}/blocked", {"blocked": True, "reason": "冒用"}
    )
    assert blocked.refused(403, service_code="light", address_id=BUILDING)
    late = replace(app, key=world.resident().token)
    world.clock.advance(timedelta(minutes=31))
    assert late.refused(403, service_code="light", address_id=BUILDING)


# what is refused


def test_a_report_without_its_kind_or_of_one_that_there_is_not(
    app: Application,
):
    assert app.refused(400, address_id=BUILDING) == ["service_code: 必填。"]
    assert app.refused(400, service_code="", address_id=BUILDING) == [
        "service_code: 必填。"
    ]
    assert app.refused(404, service_code="nothing", address_id=BUILDING) == [
        "没有这个 service_code。"
    ]


def test_everything_that_is_wrong_with_a_form_is_said_at_once(app: Application):
    errors = app.refused(
        400, lat="north", long="181", description="\x00", phone="9" * 41
    )
    assert [line.split(":")[0] for line in errors] == [
        "service_code",
        "description",
        "lat",
        "long",
        "phone",
    ]


def test_of_a_field_that_is_said_twice_in_two_ways_neither_is_believed(
    app: Application,
):
    assert app.refused(400, service_code=["light", "gas"], address_id=BUILDING)[
        0
    ].startswith("service_code: ")
    assert app.report(service_code=["light", "light", ""])


def test_a_required_attribute_is_asked_for_by_name(
    world: World, app: Application
):
    ask(
        world,
        CategoryQuestion(code="pole", zh="灯杆编号", en="Pole", required=True),
        CategoryQuestion(
            code="floors",
            zh="楼层",
            en="Floors",
            kind=QuestionKind.NUMBER,
            required=True,
        ),
    )
    fields = {
        "service_code": "light",
        "address_id": BUILDING,
        "description": "灯不亮",
    }
    assert app.refused(400, **fields) == [
        "attribute[pole]: 请填写：pole, floors。"
    ]
    assert app.refused(
        400, **fields, **{"attribute[pole]": "A7", "attribute[floors]": ""}
    ) == ["attribute[floors]: 请填写：floors。"]
    assert app.refused(
        400, **fields, **{"attribute[pole]": "A7", "attribute[floors]": "三"}
    ) == ["attribute[floors]: 填写有误：floors。"]
    id = app.report(**{"attribute[pole]": "A7", "attribute[floors]": "3"})
    assert ticket(id).answers == {"pole": ("A7",), "floors": ("3",)}


def test_several_answers_to_one_question_come_in_each_of_the_ways_that_forms_have(
    world: World, app: Application
):
    choices = tuple(Choice(key=key, zh=key, en=key) for key in "abcd")
    ask(
        world,
        CategoryQuestion(
            code="q",
            zh="问",
            en="Ask",
            kind=QuestionKind.SEVERAL,
            choices=choices,
        ),
    )
    for fields in (
        {"attribute[q][]": ["a", "b"]},
        {"attribute[q]": ["a", "b"]},
        {"attribute[q][0]": "a", "attribute[q][1]": "b"},
    ):
        assert ticket(app.report(**fields)).answers == {"q": ("a", "b")}


def test_a_report_is_refused_in_the_callers_language(app: Application):
    english = replace(app, language="en")
    assert english.refused(400, address_id=BUILDING) == [
        "service_code: Required."
    ]
    assert english.refused(403, api_key="x", service_code="light") == [
        "The api_key is not valid."
    ]


# once only


def test_a_report_that_is_sent_again_with_its_idempotency_key_is_the_same(
    app: Application,
):
    fields = {
        "service_code": "light",
        "address_id": BUILDING,
        "description": "灯不亮",
    }
    key = {"idempotency-key": "report-1"}
    first, again = (
        app.post(headers=key, **fields),
        app.post(headers=key, **fields),
    )
    assert (first.status, again.status) == (200, 200)
    assert first.text == again.text
    other = app.post(headers=key, **fields | {"description": "另一盏灯也不亮"})
    assert (other.status, other.json[0]["code"]) == (400, 400)


def test_another_applications_idempotency_key_is_another_one(app: Application):
    fields = {
        "service_code": "light",
        "address_id": BUILDING,
        "description": "灯不亮",
    }
    key = {"idempotency-key": "1"}
    ids = [
        replace(app, key=one)
        .post(headers=key, **fields)
        .json[0]["service_request_id"]
        for one in (app.key, OTHER_KEY)
    ]
    assert len(set(ids)) == 2


# comments


def test_an_application_adds_to_a_report_and_its_assignee_reads_it(
    world: World, app: Application
):
    id = app.report()
    worker = world.staff(GRID, Role.GRID_WORKER)
    world.clock.advance(timedelta(minutes=1))
    answer = app.post(
        "/servicerequestupdates.json",
        service_request_id=id,
        description="还是没好，电话 13812345678",
        status="OPEN",
        update_id="7",
    )
    assert answer.status == 200, answer.text
    assert [set(line) for line in answer.json] == [{"update_id"}]
    updates = app.both(
        "updates", "/servicerequestupdates", service_request_id=id
    )
    # A stranger's words are for those who work on it.
    assert [update["description"] for update in updates] == [None]
    assert answer.json[0]["update_id"] not in str(updates)
    assert "还是没好" in worker.get(f"/v1/tickets/{id}/timeline").text


def test_an_update_says_of_what_it_is_and_something(app: Application):
    id = app.report()
    assert app.refused(
        400, "/servicerequestupdates", service_request_id=id
    ) == ["description: 必填。"]
    assert app.refused(400, "/servicerequestupdates", description="还没好") == [
        "service_request_id: 必填。"
    ]
    for unknown in ("tkt_" + "a" * 24, "wsh_" + "a" * 24, "x", "../x", "春"):
        assert app.refused(
            404,
            "/servicerequestupdates",
            service_request_id=unknown,
            description="还没好",
        )


def test_to_what_is_closed_nothing_is_added(world: World, app: Application):
    id = app.report()
    assert (
        world.staff()
        .post(f"/v1/tickets/{id}/close", {"reason": "不属于本街道"})
        .status
        == 200
    )
    assert (
        len(
            app.refused(
                400,
                "/servicerequestupdates",
                service_request_id=id,
                description="还没好",
            )
        )
        == 1
    )


# several streets in one house


def test_where_there_are_several_streets_each_request_names_one(
    world: World, app: Application
):
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    fields = {
        "service_code": "light",
        "address_id": BUILDING,
        "description": "灯不亮",
    }
    assert app.refused(400, **fields) == [
        "jurisdiction_id: 请注明 jurisdiction_id：chunhui, qingfeng。"
    ]
    assert app.refused(404, **fields, jurisdiction_id="city.gov") == [
        "没有这个 jurisdiction_id。"
    ]
    assert app.refused(400, **fields, jurisdiction_id="qingfeng") == [
        "address_id: 没有这个 address_id。"
    ]
    id = app.report(jurisdiction_id=STREET)
    assert (
        app.post(f"/requests.json?jurisdiction_id={STREET}", **fields).status
        == 200
    )
    for path in (
        "/requests",
        "/services",
        "/services/rubbish",
        f"/requests/{id}",
        f"/tokens/{id}",
        "/servicerequestupdates",
    ):
        app.both("errors", path, 400)
        app.both("errors", path, 404, jurisdiction_id="city.gov")
        assert app.get(f"{path}.json", jurisdiction_id=STREET).status == 200
    app.both("errors", f"/requests/{id}", 404, jurisdiction_id="qingfeng")
    assert (
        app.both(
            "requests",
            "/requests",
            jurisdiction_id="qingfeng",
            service_request_id=id,
        )
        == []
    )
    assert app.both("requests", "/requests", jurisdiction_id="qingfeng") == []
    assert app.refused(
        404,
        "/servicerequestupdates",
        service_request_id=id,
        description="还没好",
        jurisdiction_id="qingfeng",
    )
    assert app.both("discovery", "/discovery")  # needs no street
