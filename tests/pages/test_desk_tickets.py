"""Tickets on the desk: lists, one ticket with its clocks, and every move of staff."""

import pytest

from ..tickets.street import TicketStreet, a_body
from ..world import World
from .browser import Browser, Shown

SHOWN = "有垃圾"  # of the text of a ticket, without the door


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


def enter(street: TicketStreet, name: str = "clerk") -> Browser:
    person = street.world.services.people.find(street.ids[name])
    assert person
    return Browser(street.world).enter(person)


def reported(street: TicketStreet, **fields: object) -> str:
    made = street.resident.post("/v1/tickets", a_body(**fields))
    assert made.status == 201, made.text
    return str(made.json["id"])


def make(browser: Browser, id: str, move: str, **typed: str) -> Shown:
    """Open the form of a move, fill it in and send it."""
    path = f"/admin/tickets/{id}/{move}"
    return browser.submit(browser.get(path), path, **typed)


def state_of(street: TicketStreet, id: str) -> str:
    return str(street.admin.get(f"/v1/tickets/{id}").json["state"])


def test_lists_are_by_what_has_to_be_done(street: TicketStreet) -> None:
    id = reported(street)
    shown = enter(street).get("/admin/tickets")
    assert "工单待受理" in shown.words
    assert "worker甲" in shown.words
    assert f"/admin/tickets/{id}" in shown.links()
    for tab in ("late", "none", "me", "waiting", "closed"):
        assert SHOWN not in enter(street).get(f"/admin/tickets?tab={tab}").words
    street.world.pass_time(hours=5)
    late = enter(street).get("/admin/tickets?tab=late")
    assert SHOWN in late.words
    assert "超时" in late.words
    make(enter(street), id, "close", reason="不归我们管")
    assert SHOWN in enter(street).get("/admin/tickets?tab=closed").words


def test_one_page_says_what_to_do_and_who_sees_what(
    street: TicketStreet,
) -> None:
    id = reported(street)
    shown = enter(street).get(f"/admin/tickets/{id}")
    for words in ("现在该做什么", "谁能看到什么", "时钟", "怎么算的", "经过"):
        assert words in shown.words
    assert "还没有公开的文字。" in shown.words
    assert "魏秀英 反映" in shown.words
    assert "我来处理" in shown.words
    private = reported(street, private=True)
    shown = enter(street).get(f"/admin/tickets/{private}")
    assert "只给处理的人看" in shown.words
    assert "公开文字" not in shown.words


def test_the_clock_adds_up(street: TicketStreet) -> None:
    id = reported(street)
    street.world.pass_time(hours=5)
    shown = enter(street).get(f"/admin/tickets/{id}")
    clocks = street.admin.get(f"/v1/tickets/{id}/clocks").json["items"]
    assert clocks[0]["explanation"]
    for segment in clocks[0]["explanation"]:
        lines = segment["lines"]
        total = lines[-1]["total"]
        assert total == sum(line["minutes"] for line in lines)
        for line in lines:
            numbers = f"{round(line['minutes'])}{round(line['total'])}"
            assert f"{line['text']}{numbers}" in shown.words
    assert "已升到" in shown.words


def test_the_way_of_a_ticket_by_the_desk(street: TicketStreet) -> None:
    id, staff = reported(street), enter(street)
    shown = staff.get(f"/admin/tickets/{id}")
    shown = staff.submit(shown, f"/admin/tickets/{id}/accept")
    assert "由您处理" in shown.words
    shown = make(staff, id, "hold", reason="等配件", day="2026-12-01")
    assert "暂缓到 12月1日" in shown.words
    shown = staff.submit(shown, f"/admin/tickets/{id}/resume")
    shown = make(staff, id, "assign", to="property")
    assert state_of(street, id) == "assigned"
    shown = make(staff, id, "escalate", reason="很急", urgent="true")
    assert "已升到" in shown.words
    shown = make(staff, id, "publish", text="楼道有垃圾")
    assert "楼道有垃圾" in shown.words
    public = street.neighbour.get(f"/v1/tickets/{id}").json
    assert public["text"] == "楼道有垃圾"
    shown = make(staff, id, "hide")
    assert "还没有公开的文字。" in shown.words
    shown = make(staff, id, "resolve", note="已清走。")
    assert state_of(street, id) == "resolved"
    shown = make(enter(street, "admin"), id, "confirm", satisfied="5")
    assert state_of(street, id) == "closed"


def test_a_reply_is_public_or_for_staff(street: TicketStreet) -> None:
    id, staff = reported(street), enter(street)
    path = f"/admin/tickets/{id}/comment"
    shown = staff.get(f"/admin/tickets/{id}")
    ready = [link for link in shown.links() if "comment?text=" in link]
    assert ready
    filled = staff.get(ready[0]).form(path)
    assert (filled.fields["public"], bool(filled.fields["text"])) == (
        "true",
        True,
    )
    shown = staff.submit(shown, path, text="先问问物业。")
    assert "先问问物业。 内部" in shown.words
    shown = staff.submit(shown, path, text="今天去看。", public="true")
    owner = street.resident.get(f"/v1/tickets/{id}/timeline").text
    assert "今天去看。" in owner
    assert "先问问物业。" not in owner


def test_who_was_quicker_is_named_and_nothing_typed_is_lost(
    street: TicketStreet,
) -> None:
    id, staff = reported(street), enter(street)
    path = f"/admin/tickets/{id}/comment"
    shown = staff.get(f"/admin/tickets/{id}")
    moved = street.admin.post(f"/v1/tickets/{id}/assign", {"to": "property"})
    assert moved.status == 200
    late = staff.send(
        shown, shown.form(path), text="我写了很久。", public="true"
    )
    assert late.status == 412
    name = street.world.admin.name
    assert f"{name} 交办" in late.words
    assert "您写的还在下面" in late.words
    again = late.form(path)
    assert again.fields["text"] == "我写了很久。"
    assert again.fields["public"] == "true"
    assert staff.send(late, again).status == 303
    assert "我写了很久。" in staff.get(f"/admin/tickets/{id}").words


def test_a_double_is_merged_and_split_off_again(street: TicketStreet) -> None:
    id, staff = reported(street), enter(street)
    made = street.neighbour.post("/v1/tickets", a_body(text="七楼垃圾没清"))
    other = made.json["id"]
    page = staff.get(f"/admin/tickets/{id}/merge")
    path = f"/admin/tickets/{id}/merge"
    shown = staff.submit(page, path, into=other)
    assert "已并入" in shown.words
    assert f"/admin/tickets/{other}" in shown.links()
    shown = staff.submit(shown, f"/admin/tickets/{id}/split")
    assert state_of(street, id) == "open"


def test_a_ticket_becomes_a_wish_with_consent(street: TicketStreet) -> None:
    id, staff = reported(street), enter(street)
    shown = make(
        staff,
        id,
        "turn",
        kind="service",
        title="清一次楼道",
        needed_by="2026-12-07",
        consent__witness="许见证",
    )
    assert shown.path.startswith("/admin/wishes/wsh_")
    assert "清一次楼道" in shown.words
    assert state_of(street, id) == "closed"


def test_a_phone_is_shown_once_with_a_reason(street: TicketStreet) -> None:
    id, staff = reported(street), enter(street)
    number = street.resident.me["phone"].removeprefix("+86")
    grouped = f"{number[:3]} {number[3:7]} {number[7:]}"
    path = f"/admin/tickets/{id}/reveal"
    assert grouped not in staff.get(f"/admin/tickets/{id}").words
    asked = staff.get(path)
    shown = staff.send(asked, asked.form(path), reason="约时间上门")
    assert grouped in shown.words
    assert shown.header("cache-control") == "no-store"
    assert grouped not in staff.get(f"/admin/tickets/{id}").words


def test_bounced_and_reopened(street: TicketStreet) -> None:
    id, staff = reported(street), enter(street)
    shown = staff.get(f"/admin/tickets/{id}")
    staff.submit(shown, f"/admin/tickets/{id}/accept")
    shown = make(staff, id, "bounce", reason="归别的网格")
    assert "归别的网格" in shown.words
    street.worker.post(f"/v1/tickets/{id}/resolve", {"note": "已清走"})
    shown = make(staff, id, "reopen", reason="还在那里")
    assert "还在那里" in shown.words
    assert state_of(street, id) in ("accepted", "assigned")


def test_others_are_led_to_the_app(street: TicketStreet) -> None:
    id = reported(street)
    for move in ("", "/assign", "/hold"):
        shown = enter(street, "resident").ask(
            "GET", f"/admin/tickets/{id}{move}"
        )
        assert shown.header("location") == f"/m/tickets/{id}"


def test_what_may_be_the_same_is_named_with_its_state(
    street: TicketStreet,
) -> None:
    first = reported(street, text="三楼灯不亮", category="light")
    other = street.world.resident()
    body = a_body(text="楼道灯不亮", category="light")
    second = other.post("/v1/tickets", body).json["id"]
    shown = enter(street).get(f"/admin/tickets/{second}")
    assert f"/admin/tickets/{first}" in shown.links()
    assert "灯不亮 待受理" in shown.words
