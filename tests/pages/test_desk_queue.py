"""The staff queue on the desk: what it lists, moves on many, and what it says became of each."""

import pytest

from chalicelib.wishes.model import WishState

from ..admin.cases import a_parked_job
from ..storage import counted_storage
from ..store.scan import save_all
from ..tickets.street import TicketStreet, a_body
from ..wishes.builders import a_wish
from ..wishes.cases import submitted
from ..world import BAIHUA, START, World
from .browser import Browser, Shown

CAPPED, WAITING = "1000+", 5000


def desk(world: World) -> Browser:
    """Return a browser of community staff."""
    person = world.services.people.find(world.staff().me["id"])
    assert person
    return Browser(world).enter(person)


def a_wish_to_approve(world: World, title: str = "一个电热水壶") -> str:
    resident = world.resident()
    made = resident.post("/v1/wishes", world.wish_body(title=title))
    assert made.status == 201, made.text
    return str(made.json["id"])


def box_of(shown: Shown, id: str) -> dict[str, str | None]:
    """Return the attributes of the box that chooses a task."""
    for tag, given in shown.html.elements:
        value = given.get("value") or ""
        if tag == "input" and value.partition("~")[0] == id:
            return given
    raise AssertionError(f"{id} is not in the queue: {shown.words}")


def chosen(shown: Shown, *ids: str) -> list[tuple[str, str]]:
    """Return the fields of the form of the queue with these tasks chosen."""
    form = shown.form("/admin/queue/approve")
    fields = [each for each in form.fields.items() if each[0] != "item"]
    return fields + [("item", box_of(shown, id)["value"] or "") for id in ids]


def move(browser: Browser, shown: Shown, name: str, *ids: str) -> Shown:
    """Press a button under the queue; return the page behind it."""
    sent = browser.post(f"/admin/queue/{name}", chosen(shown, *ids))
    assert sent.status == 303, sent.words
    return browser.get(sent.header("location"))


def state_of(world: World, id: str) -> str:
    kind = "wishes" if id.startswith("wsh") else "tickets"
    phone = world.phone_of(world.admin)
    return str(phone.get(f"/v1/{kind}/{id}").json["state"])


def test_the_queue_says_what_it_is_and_links_to_each_task(world: World) -> None:
    id, job = a_wish_to_approve(world), a_parked_job(world)
    shown = desk(world).get("/admin")
    assert "您负责的柏华社区及以下，最急的在前。" in shown.words
    assert "全部 2 超时 1 没人在办 0 心愿待审核 1 失败的任务 1" in shown.words
    assert "一个电热水壶" in shown.words
    for each in (id, job):
        assert any(f"item={each}" in link for link in shown.links())
    late = desk(world).get("/admin?late=true")
    assert "一个电热水壶" not in late.words
    assert "没发出的消息" in late.words
    kind = desk(world).get("/admin?kind=wish.approve")
    assert "没发出的消息" not in kind.words


def test_an_empty_list_says_when_the_next_one_is_due(world: World) -> None:
    a_wish_to_approve(world)
    shown = desk(world).get("/admin?late=true")
    assert "都办完了。" in shown.words
    assert "到期。" in shown.words
    assert "都办完了。" not in desk(world).get("/admin").words


def test_people_without_a_desk_are_led_to_the_app(world: World) -> None:
    person = world.services.people.find(world.resident().me["id"])
    assert person
    browser = Browser(world).enter(person)
    for path in ("/admin", "/admin/wishes", "/admin/tickets"):
        assert browser.ask("GET", path).header("location") == "/m"


@pytest.mark.usefixtures("time_to_undo")
def test_an_approval_names_the_wish_and_can_be_undone_at_once(
    world: World,
) -> None:
    id, staff = a_wish_to_approve(world), desk(world)
    wish = world.services.wish_queries.find(id)
    assert wish
    owner = world.services.people.find(wish.person_id)
    assert owner
    number = owner.phone or ""
    shown = staff.get(f"/admin?item={id}")
    assert "上墙后谁都看得到" in shown.words
    shown = staff.submit(shown, "/admin/queue/approve", "批准上墙")
    assert "已批准「一个电热水壶」" in shown.words
    assert state_of(world, id) == "open"
    assert "result" not in staff.cookies  # it is said once
    shown = staff.submit(shown, "/admin/queue/unpublish")
    assert "已撤下重审" in shown.words
    assert state_of(world, id) == "submitted"
    world.pass_time(minutes=5)
    for kind in ("wish.approved", "wish.unpublished"):
        assert world.sms_to(number, kind) == []


def test_a_no_asks_for_its_reason_first(world: World) -> None:
    id, staff = a_wish_to_approve(world), desk(world)
    shown = move(staff, staff.get("/admin"), "reject", id)
    assert "每位居民都会收到这个原因" in shown.words
    assert "「一个电热水壶」" in shown.words
    assert state_of(world, id) == "submitted"
    refused = staff.send(shown, shown.form("/admin/queue/reject"), reason="x")
    assert refused.status == 422
    assert refused.form("/admin/queue/reject").fields["reason"] == "x"
    shown = staff.submit(refused, "/admin/queue/reject", reason="重复了")
    assert "没有通过" in shown.words
    assert state_of(world, id) == "rejected"


def test_fifty_are_moved_and_two_that_changed_are_named(world: World) -> None:
    ids = store_waiting(world, 50)
    staff = desk(world)
    shown = staff.get("/admin")
    boss = world.phone_of(world.admin)
    approved = boss.post(f"/v1/wishes/{ids[7]}/approve")
    assert approved.status == 200, approved.text
    edited = boss.post(f"/v1/wishes/{ids[30]}/edit", {"story": "改过了。"})
    assert edited.status == 200, edited.text
    shown = move(staff, shown, "approve", *ids)
    assert "48 项已批准 ，2 项刚被别人改过" in shown.words
    assert "第7件心愿：刚被别人改过" in shown.words.replace(" ", "")
    assert "第30件心愿：刚被别人改过" in shown.words.replace(" ", "")
    assert "checked" in box_of(shown, ids[30])  # still chosen, and marked
    assert f"row-{ids[7]}" not in shown.text.replace(f"#row-{ids[7]}", "")
    states = {state_of(world, id) for id in ids if id != ids[30]}
    assert states == {"open"}
    assert state_of(world, ids[30]) == "submitted"


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def store_waiting(world: World, number: int) -> list[str]:
    """Store wishes that wait for approval; return their ids."""
    resident = world.person("魏秀英")
    wishes = []
    for n in range(number):
        digits = [LETTERS[n // 26**power % 26] for power in (3, 2, 1, 0)]
        wishes.append(
            a_wish(
                WishState.SUBMITTED,
                id=f"wsh_{'a' * 20}{''.join(digits)}",
                title=f"第{n}件心愿",
                person_id=resident.id,
                filed_by=resident.id,
                approve_by=START,
            )
        )
    save_all(wishes)
    return [wish.id for wish in wishes]


def test_what_a_move_is_not_for_is_said_and_not_touched(world: World) -> None:
    id, job, staff = a_wish_to_approve(world), a_parked_job(world), desk(world)
    shown = move(staff, staff.get("/admin"), "approve", id, job)
    assert "这一项不能这样办" in shown.words
    assert state_of(world, id) == "open"
    assert "checked" in box_of(shown, job)
    shown = move(staff, shown, "redrive", job)
    assert "再试一次" in shown.words
    assert "都办完了。" in shown.words


def test_nothing_chosen_and_an_unknown_move_do_nothing(world: World) -> None:
    id, staff = a_wish_to_approve(world), desk(world)
    shown = staff.get("/admin")
    assert "先勾选" in move(staff, shown, "approve").words
    sent = staff.post("/admin/queue/withdraw", chosen(shown, id))
    assert sent.status == 404
    assert state_of(world, id) == "submitted"


@pytest.mark.parametrize(
    "cookie",
    [
        "approve|wsh_x",
        "approve",
        "<b>|wsh_" + "a" * 24,
        "approve|wsh_" + "a" * 24 + "=no.such_code",
        "approve|" + "|".join(f"wsh_{'a' * 23}{c}=server.busy" for c in "abc"),
        "nothing|wsh_" + "a" * 24,
    ],
)
def test_an_outcome_that_nobody_wrote_breaks_nothing(
    world: World, cookie: str
) -> None:
    staff = desk(world)
    staff.cookies["result"] = cookie
    assert staff.get("/admin").status == 200


def test_tickets_are_taken_and_assigned_from_the_queue(world: World) -> None:
    street = TicketStreet(world)
    made = street.resident.post("/v1/tickets", a_body())
    id = made.json["id"]
    person = world.services.people.find(street.ids["clerk"])
    assert person
    staff = Browser(world).enter(person)
    shown = staff.get(f"/admin?item={id}")
    assert "worker甲" in shown.words
    shown = move(staff, shown, "assign", id)
    shown = staff.submit(shown, "/admin/queue/assign", to="property")
    assert "已改派「" in shown.words
    assert street.admin.get(f"/v1/tickets/{id}").json["state"] == "assigned"


def test_a_reply_in_the_queue_returns_to_the_queue(world: World) -> None:
    street = TicketStreet(world)
    id = street.resident.post("/v1/tickets", a_body()).json["id"]
    person = world.services.people.find(street.ids["clerk"])
    assert person
    staff = Browser(world).enter(person)
    shown = staff.get(f"/admin?item={id}")
    path = f"/admin/tickets/{id}/comment"
    shown = staff.submit(shown, path, text="今天去看。", public="true")
    assert shown.path.startswith("/admin?item=")
    assert "已发出。" in shown.words


def test_a_queue_of_five_thousand_says_that_its_numbers_are_capped(
    world: World,
) -> None:
    store_waiting(world, WAITING)
    staff = desk(world)
    assert staff.get("/admin").status == 200
    for path in ("/admin", "/admin?late=true", "/admin?kind=job.parked"):
        with counted_storage() as storage:
            shown = staff.get(path)
        assert shown.status == 200
        assert f"全部 {CAPPED}" in shown.words
        assert f"超时 {CAPPED}" in shown.words
        assert len(storage.calls) <= 8, (path, storage.names)
    rows = [tag for tag, given in shown.html.elements if "data-row" in given]
    assert rows == []


def test_the_queue_is_sent_again_only_when_it_has_changed(world: World) -> None:
    staff = desk(world)
    shown = staff.get("/admin")
    seen = shown.header("etag").strip('"')
    assert staff.ask("GET", f"/admin?seen={seen}").status == 204
    world.pass_time(minutes=3)
    staff = desk(world)
    seen = staff.get("/admin").header("etag").strip('"')
    world.pass_time(minutes=3)  # it says when it was read, which is no change
    assert staff.ask("GET", f"/admin?seen={seen}").status == 204
    a_wish_to_approve(world)
    assert staff.ask("GET", f"/admin?seen={seen}").status == 200


def test_a_replayed_press_moves_nothing_twice(world: World) -> None:
    id, staff = submitted(world)[0], desk(world)
    fields = chosen(staff.get("/admin"), id)
    for _ in range(2):
        sent = staff.post("/admin/queue/approve", fields)
        assert sent.status == 303
        assert "已批准" in staff.get(sent.header("location")).words
    phone = world.phone_of(world.admin)
    events = phone.get(f"/v1/wishes/{id}/timeline").json["items"]
    tags = [event["event"] for event in events]
    assert tags.count("wish.approved") == 1


def test_the_place_of_a_desk_is_ones_own(world: World) -> None:
    shown = desk(world).ask("GET", "/admin?place=chunhui.jinfeng")
    assert shown.status == 404
    assert desk(world).get(f"/admin?place={BAIHUA}").status == 200


def test_tickets_are_merged_from_the_queue(world: World) -> None:
    street = TicketStreet(world)
    one, other, kept = (
        reporter.post("/v1/tickets", a_body(text=f"七楼有垃圾，第{n}次")).json[
            "id"
        ]
        for n, reporter in enumerate(
            (street.resident, street.neighbour, street.worker)
        )
    )
    person = world.services.people.find(street.ids["clerk"])
    assert person
    staff = Browser(world).enter(person)
    shown = move(staff, staff.get("/admin"), "merge", one, other)
    assert "2 项并入另一件" in shown.words
    form = shown.form("/admin/queue/merge")
    fields = {**form.fields, "into": kept}
    del fields["item"]
    items = [("item", id) for id in (one, other)]
    sent = staff.post("/admin/queue/merge", [*fields.items(), *items])
    assert "2 项已合并" in staff.get(sent.header("location")).words
    read = street.admin.get
    assert read(f"/v1/tickets/{one}").json["merged_into"] == kept
    assert read(f"/v1/tickets/{other}").json["merged_into"] == kept


def test_a_failed_job_is_said_in_words_with_its_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(
            world.services.wish_jobs, "message_contexts", lambda *_: 1 / 0
        )
        wish_id = world.open_wish(world.resident())
        for _ in range(5):
            world.pass_time(minutes=2)
    staff = desk(world)
    row = staff.get("/admin?kind=job.parked")
    assert "没发出的消息：您的心愿「…」已上墙" in row.words
    (job,) = (
        world.staff()
        .get(f"/v1/admin/queue?place={BAIHUA}&kind=job.parked")
        .json["items"]
    )
    shown = staff.get(f"/admin?kind=job.parked&item={job['id']}")
    assert "最后的错误ZeroDivisionError" in shown.words
    assert "系统里的名称wish.approved" in shown.words
    assert f"/admin/wishes/{wish_id}" in shown.links()
    english = staff.get(
        f"/admin?kind=job.parked&item={job['id']}", accept_language="en"
    )
    assert "Last errorZeroDivisionError" in english.words
