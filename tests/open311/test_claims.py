"""A phone in a report is only a claim: it reveals nothing and costs its owner nothing."""

from dataclasses import replace

import pytest

from chalicelib.kernel.access import Role
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.repository import TicketRepository

from ..replies.builders import reply
from ..store.scan import Reads
from ..world import BUILDING, GRID, OTHER_GRID, UNIT, Phone, World
from .conftest import OTHER_KEY, Application

find = Reads(TicketRepository).find_ticket
PHONE = "+8613812340000"
NAMES = "魏秀英 张伟 王秀英 李娜，302 501 801室"


def stored(id: str) -> Ticket:
    ticket = find(id)
    assert ticket
    return ticket


def public_text(app: Application, id: str) -> str:
    (shown,) = app.both("requests", f"/requests/{id}")
    return str(shown["description"])


def mine(phone: Phone) -> list[str]:
    return [item["id"] for item in phone.get("/v1/me/tickets").json["items"]]


@pytest.fixture
def owner(world: World) -> Phone:
    return world.phone_of(world.person("魏秀英", phone=PHONE))


def test_a_report_comes_back_alike_for_every_phone(
    app: Application, owner: Phone, world: World
):
    world.person("张伟", phone="+8613812340001", address="5楼501室")
    texts = {
        public_text(app, app.report(phone=phone, description=NAMES))
        for phone in (PHONE, "+8613812340001", "13899990000", "", None)
    }
    assert len(texts) == 1


def test_twenty_reports_with_a_phone_leave_its_owner_everything(
    app: Application, owner: Phone
):
    for n in range(20):
        app.report(phone=PHONE, description=f"第{n}件", service_code="danger")
    assert mine(owner) == []
    body = {"category": "danger", "text": "有危险", "place": UNIT}
    answer = owner.post("/v1/tickets", body)
    assert answer.status == 201
    assert stored(answer.json["id"]).rings
    for n in range(19):
        body = {"category": "light", "text": f"第{n}盏灯", "place": UNIT}
        assert owner.post("/v1/tickets", body).status == 201


def test_the_owner_is_asked_once_a_day(
    app: Application, owner: Phone, world: World
):
    ids = [app.report(phone=PHONE, description=f"第{n}件") for n in range(5)]
    assert len(world.sms_to(PHONE)) == 1
    world.pass_time(days=1)
    app.report(phone=PHONE)
    assert len(world.sms_to(PHONE)) == 2
    assert all(stored(id).person_id is None for id in ids)


def codes_sent(world: World) -> int:
    """Let strangers ask for codes until no more is sent; return how many were."""
    for n in range(8):
        stranger = Phone(address=f"198.51.100.{n}")
        stranger.post("/v1/auth/codes", {"phone": PHONE})
    return len(world.sms_to(PHONE, "code.sign_in"))


@pytest.mark.parametrize(("reports", "codes"), [(0, 6), (1, 5), (3, 5)])
def test_the_question_counts_as_an_sms_that_strangers_cause(
    app: Application, owner: Phone, world: World, reports: int, codes: int
):
    for n in range(reports):
        app.report(phone=PHONE, description=f"第{n}件")
    assert codes_sent(world) == codes
    assert len(world.sms_to(PHONE)) == 6


def test_a_phone_with_enough_codes_today_is_not_asked(
    app: Application, owner: Phone, world: World
):
    codes_sent(world)
    id = app.report(phone=PHONE)
    assert not world.sms_to(PHONE, "ticket.is_it_yours")
    assert stored(id).person_id is None
    world.pass_time(days=1)
    app.report(phone=PHONE)
    assert len(world.sms_to(PHONE, "ticket.is_it_yours")) == 1


def test_a_no_links_nothing(app: Application, owner: Phone, world: World):
    id = app.report(phone=PHONE)
    reply(world, PHONE, "2")
    assert stored(id).person_id is None
    assert mine(owner) == []


def test_a_yes_links_the_report_that_was_asked_about_and_no_other(
    app: Application, owner: Phone, world: World
):
    first, second = (
        app.report(phone=PHONE, service_code=code)
        for code in ("light", "noise")
    )
    reply(world, PHONE, "1")
    assert mine(owner) == [first]
    assert stored(second).person_id is None
    assert owner.get(f"/v1/tickets/{first}").json["text"] == "楼道灯不亮"


def test_a_phone_that_nobody_has_is_never_rung(app: Application, world: World):
    app.report(phone="13899990000")
    assert world.sms_to("+8613899990000") == []


def test_limits_count_for_an_application_and_a_place(app: Application):
    here = [
        app.post(
            service_code="light", address_id=BUILDING, description=f"灯{n}"
        )
        for n in range(31)
    ]
    assert [answer.status for answer in here] == [200] * 30 + [429]
    assert app.report(address_id=f"{OTHER_GRID}.b01")
    assert replace(app, key=OTHER_KEY).report()


def test_an_application_rings_three_times_for_a_community(
    app: Application, world: World
):
    for n in range(6):
        code = f"{GRID}.b{20 + n}"
        world.services.places.put_place(world.boss, code, f"{n}号楼", [], None)
    worker = world.person("工甲", (Role.GRID_WORKER, GRID), home=GRID)
    world.services.places.assign_duty(
        world.boss, GRID, {"grid_worker": [worker.id]}
    )
    ids = [
        app.report(
            service_code="lift",
            address_id=f"{GRID}.b{20 + n}",
            **{"attribute[danger]": "yes"},
        )
        for n in range(6)
    ]
    assert [stored(id).rings for id in ids] == [True] * 3 + [False] * 3
    kinds = [one.kind for one in world.sms_to(worker.phone or "")]
    # The further two have the same words: two minutes later, in one SMS.
    assert kinds.count("ticket.urgent_new") == 1
    again = app.report(
        service_code="lift",
        address_id=f"{GRID}.b20",
        **{"attribute[danger]": "yes"},
    )
    assert again == ids[0]


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("confirm", {"satisfied": 5}),
        ("close", {"reason": "不用了"}),
    ],
)
def test_who_joined_ends_no_report_of_somebody_else(
    app: Application, world: World, move: str, body: dict[str, object]
):
    id = app.report()
    joiner, staff = world.resident(), world.staff()
    assert joiner.post(f"/v1/tickets/{id}/join", {}).status == 200
    if move == "confirm":
        staff.post(f"/v1/tickets/{id}/resolve", {"note": "已修"})
    answer = joiner.post(f"/v1/tickets/{id}/{move}", body)
    assert answer.status == 409
    assert stored(id).ending is None
    assert staff.post(f"/v1/tickets/{id}/{move}", body).status in (200, 422)


def test_a_reply_of_who_joined_ends_nothing(app: Application, world: World):
    id = app.report()
    joiner, staff = world.resident(), world.staff()
    joiner.post(f"/v1/tickets/{id}/join", {})
    staff.post(f"/v1/tickets/{id}/resolve", {"note": "已修"})
    reply(world, joiner.me["phone"], "1")
    assert stored(id).ending is None
    reply(world, joiner.me["phone"], "2")
    assert stored(id).ending is None


def test_comments_of_an_application_have_a_limit(app: Application):
    id = app.report()
    answers = [
        app.post(
            "/servicerequestupdates.json",
            service_request_id=id,
            description=f"第{n}句",
        )
        for n in range(21)
    ]
    assert [one.status for one in answers] == [200] * 20 + [429]
