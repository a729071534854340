"""Exports for staff over HTTP: who may, what is in them, and how long they last."""

from datetime import timedelta

import pytest

from chalicelib.exports import policy
from chalicelib.exports.model import ExportFormat, ExportState
from chalicelib.exports.sheets import MEDIA
from chalicelib.kernel.access import Grant, Role

from ..faults import seams
from ..faults.cloud import Cloud
from ..hostile.watch import watched
from ..store.scan import everything
from ..world import BAIHUA, GRID, JINFENG, STREET, Phone, World
from .builders import (
    ASKED,
    FORMULA,
    QUERY,
    ask,
    csv_rows,
    fetch,
    many_tickets,
    report,
    state_of,
    xlsx_cells,
)

ROOT = "/v1/admin/exports"
MASKED = "'+86138****"


def made(world: World, phone: Phone, **more: object) -> str:
    """Have an export made; return its id."""
    answer = ask(phone, **more)
    assert answer.status == 202, answer.text
    world.pass_time(seconds=1)
    return str(answer.json["id"])


def signed_in(world: World, phone: Phone) -> Phone:
    """Return the phone with a fresh token."""
    return world.phone_of(world.services.people.find(phone.me["id"]))


def trail(world: World, kind: str) -> list[str]:
    """Return the reasons of the events of a kind."""
    answer = world.phone_of(world.admin).get(
        f"/v1/admin/audit?place={STREET}&kind={kind}"
    )
    return [event["reason"] for event in answer.json["items"]]


@pytest.mark.parametrize(
    ("form", "read"), [("csv", csv_rows), ("xlsx", xlsx_cells)]
)
def test_a_file_has_every_row_once_and_another_reader_reads_it(
    world: World, form: str, read
):
    staff, ids = world.staff(), many_tickets(world, 30)
    other = world.staff(JINFENG)
    export_id = made(world, staff, format=form)
    shown = staff.get(f"{ROOT}/{export_id}").json
    assert (shown["state"], shown["rows"], shown["estimate"]) == (
        "ready",
        30,
        30,
    )
    rows = read(fetch(world, staff, f"{ROOT}/{export_id}/file"))
    assert sorted(row[0] for row in rows) == sorted(ids)
    assert len([row for row in rows if FORMULA in str(row[5])]) == 29
    assert other.get(f"{ROOT}/{export_id}").status == 404
    assert trail(world, "export.fetched") == [f"{export_id} tickets rows=30"]


def test_wishes_and_messages_have_files_as_well(world: World):
    staff = world.staff()
    wish_id = world.open_wish()
    world.open_wish(world.resident(home=f"{JINFENG}.g01.b01"))
    wishes = made(world, staff, what="wishes")
    rows = csv_rows(fetch(world, staff, f"{ROOT}/{wishes}/file"))
    assert [row[0] for row in rows] == [wish_id]
    messages = made(world, staff, what="messages")
    rows = csv_rows(fetch(world, staff, f"{ROOT}/{messages}/file"))
    assert "wish.approved" in {row[1] for row in rows}
    assert len({row[0] for row in rows}) == len(rows)


def test_a_wish_that_moves_on_while_it_is_read_is_a_row_once(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(policy, "PAGE_SIZE", 1)
    cloud, staff = Cloud(world), world.staff()
    ids = [
        world.resident().post("/v1/wishes", world.wish_body()).json["id"]
        for _ in range(2)
    ]
    export_id = ask(staff, what="wishes").json["id"]
    with cloud.hooks(lambda: _approve(cloud, export_id, ids)):
        cloud.run_for(minutes=1)
    assert state_of(export_id).rows > len(ids)
    rows = csv_rows(fetch(world, staff, f"{ROOT}/{export_id}/file"))
    assert sorted(row[0] for row in rows) == sorted(ids)


def _approve(cloud: Cloud, export_id: str, ids: list[str]) -> None:
    """Approve the first wish that was read, once."""
    with cloud.unwatched():
        if state_of(export_id).parts != 1:
            return
        admin = cloud.world.phone_of(cloud.world.admin)
        for wish_id in ids:
            admin.post(f"/v1/wishes/{wish_id}/approve")


def test_a_street_has_the_rows_of_all_communities_and_a_grid_its_own(
    world: World,
):
    admin = world.phone_of(world.admin)
    here = world.open_wish()
    there = world.open_wish(world.resident(home=f"{JINFENG}.g01.b01"))
    found = {}
    for place in (STREET, BAIHUA, GRID, f"{JINFENG}.g01"):
        path = f"{ROOT}/wishes.csv?{QUERY}".replace(BAIHUA, place)
        text = admin.get(path).text
        found[place] = {id for id in (here, there) if id in text}
    assert found == {
        STREET: {here, there},
        BAIHUA: {here},
        GRID: {here},
        f"{JINFENG}.g01": {there},
    }


def test_phones_are_masked_unless_a_reason_is_given_and_recorded(world: World):
    staff, resident = world.staff(), world.resident()
    phone = resident.me["phone"]
    resident.post(
        "/v1/tickets",
        {"category": "rubbish", "text": "楼道", "place": f"{GRID}.b05"},
    )
    masked = made(world, staff)
    (row,) = csv_rows(fetch(world, staff, f"{ROOT}/{masked}/file"))
    assert row[9].startswith(MASKED)
    assert phone not in "".join(row)
    assert ask(staff, full=True).code == "export.reason"
    full = made(world, staff, full=True, reason="致电13812345678核对")
    (row,) = csv_rows(fetch(world, staff, f"{ROOT}/{full}/file"))
    assert row[9] == f"'{phone}"
    (reason,) = trail(world, "export.made")
    assert reason.startswith(f"{full} tickets people=1: ")
    assert "13812345678" not in reason


def test_who_may_not_reveal_gets_no_full_phones(world: World):
    person = world.person("新来的", home=BAIHUA)
    world.ask_for(person, Role.COMMUNITY_STAFF, BAIHUA)
    person = world.services.person_admin.grant_roles(
        world.boss, person.id, [Grant(Role.COMMUNITY_STAFF, BAIHUA)]
    )
    phone = world.phone_of(person)
    assert ask(phone).status == 202
    refused = ask(phone, full=True, reason="汇报")
    assert (refused.status, refused.code) == (403, "role.no_reveal")


def test_a_list_of_up_to_a_thousand_rows_is_made_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    staff = world.staff()
    many_tickets(world, 12)
    answer = staff.get(f"{ROOT}/tickets.csv?{QUERY}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert len(csv_rows(answer.text.encode())) == 12
    monkeypatch.setattr(policy, "ROWS_AT_ONCE", 11)
    refused = staff.get(f"{ROOT}/tickets.csv?{QUERY}")
    assert (refused.status, refused.code) == (409, "export.too_large")
    assert refused.json["rows"] == 12
    assert trail(world, "export.fetched") == ["tickets rows=12"]


def test_a_sheet_comes_at_once_as_well(world: World):
    staff = world.staff()
    ids = many_tickets(world, 4)
    answer = staff.get(f"{ROOT}/tickets.xlsx?{QUERY}")
    assert answer.headers["content-type"] == MEDIA[ExportFormat.XLSX]
    assert {row[0] for row in xlsx_cells(answer.content)} == set(ids)


def test_the_days_are_in_order_and_within_a_year(world: World):
    staff = world.staff()
    for span in (
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2025-11-01", "to": "2026-11-02"},
    ):
        answer = ask(staff, **span)
        assert (answer.status, answer.code) == (422, "figures.span")
    assert (
        ask(staff, **{"from": "2025-11-02", "to": "2026-11-02"}).status == 202
    )


def test_a_row_belongs_to_the_local_day_of_its_report(world: World):
    staff = world.staff()
    world.clock.advance(timedelta(hours=15))  # 23:40 in Shanghai
    staff = signed_in(world, staff)
    report(world)
    days = {"from": "2026-11-23", "to": "2026-11-23"}
    export_id = made(world, staff, **days)
    assert state_of(export_id).rows == 1
    after = {"from": "2026-11-24", "to": "2026-11-24"}
    assert state_of(made(world, staff, **after)).rows == 0


def test_too_many_rows_for_a_sheet_are_refused_and_csv_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    admin = world.phone_of(world.admin)
    many_tickets(world, 12)
    monkeypatch.setattr(policy, "MAX_XLSX_ROWS", 11)
    refused = ask(admin, format="xlsx", place=STREET)
    assert (refused.status, refused.code) == (422, "export.too_many_rows")
    assert ask(admin, format="csv", place=STREET).status == 202
    # The rows of a community are known at the end only.
    export_id = made(world, admin, format="xlsx")
    shown = admin.get(f"{ROOT}/{export_id}").json
    assert (shown["state"], shown["failure"]) == ("failed", "too_many_rows")


def test_three_run_at_once_and_twenty_begin_in_a_day(world: World):
    cloud = Cloud(world)  # whose workers do not begin by themselves
    staff = world.staff()
    for _ in range(policy.MAX_RUNNING):
        assert ask(staff).status == 202
    refused = ask(staff)
    assert (refused.status, refused.code) == (429, "export.too_many")
    assert refused.json["retry_after"] == 60
    cloud.run_for(seconds=5)
    for _ in range(policy.MAX_PER_DAY - policy.MAX_RUNNING):
        assert ask(staff).status == 202
        cloud.run_for(seconds=5)
    refused = ask(staff)
    assert (refused.status, refused.code) == (429, "export.too_many")
    assert refused.json["retry_after"] > 3600
    assert ask(world.staff()).status == 202
    world.clock.advance(timedelta(days=1))
    assert ask(signed_in(world, staff)).status == 202


def test_a_deleted_export_makes_room_and_leaves_no_file(world: World):
    cloud = Cloud(world)
    staff = world.staff()
    report(world)
    ids = [ask(staff).json["id"] for _ in range(policy.MAX_RUNNING)]
    assert staff.delete(f"{ROOT}/{ids[0]}").status == 204
    assert staff.delete(f"{ROOT}/{ids[0]}").status == 204
    assert ask(staff).status == 202
    cloud.run_for(minutes=1)
    assert staff.delete(f"{ROOT}/{ids[1]}").status == 204
    assert staff.get(f"{ROOT}/{ids[1]}/file").code == "export.gone"
    cloud.run_for(minutes=10)
    kept = {key.split("/")[1] for key in seams.kept_files(world)}
    assert not kept & {ids[0], ids[1]}
    assert ids[2] in kept


def test_the_same_request_twice_is_one_export(world: World):
    staff = world.staff()
    first = staff.post(ROOT, ASKED, Idempotency_Key="once")
    second = staff.post(ROOT, ASKED, Idempotency_Key="once")
    assert (first.status, second.status) == (202, 202)
    assert first.json["id"] == second.json["id"]
    assert len(staff.get(ROOT).json["items"]) == 1


def test_a_file_can_be_fetched_for_a_day_and_is_deleted_after_a_week(
    world: World,
):
    staff = world.staff()
    report(world)
    export_id = made(world, staff)
    world.clock.advance(timedelta(hours=24))  # and no timer has fired yet
    refused = signed_in(world, staff).get(f"{ROOT}/{export_id}/file")
    assert (refused.status, refused.code) == (409, "export.gone")
    world.pass_time(hours=1)
    assert state_of(export_id).state is ExportState.GONE
    assert seams.kept_files(world)
    world.pass_time(days=6)
    assert not seams.kept_files(world)
    export = state_of(export_id)
    assert (export.timer, export.parts) == (None, 0)
    assert export.ttl


def test_an_address_of_a_file_is_good_for_ten_minutes(world: World):
    staff = world.staff()
    report(world)
    export_id = made(world, staff)
    answer = staff.get(f"{ROOT}/{export_id}/file")
    lasts = int(answer.headers["location"].split("expires=")[1].split("&")[0])
    assert lasts == int(world.clock.now().timestamp()) + 600


def test_who_has_lost_the_role_fetches_nothing(world: World):
    staff = world.staff()
    export_id = made(world, staff)
    world.services.person_admin.grant_roles(world.boss, staff.me["id"], [])
    phone = signed_in(world, staff)
    assert phone.get(f"{ROOT}/{export_id}").status == 404
    assert phone.get(f"{ROOT}/{export_id}/file").status == 404


def test_the_owner_is_told_once_with_the_messages_of_the_day(world: World):
    staff = world.staff()
    made(world, staff, what="wishes")
    world.pass_time(hours=23)
    inbox = signed_in(world, staff).get("/v1/me/inbox").json["items"]
    (told,) = [one for one in inbox if one["kind"] == "export.ready"]
    assert "心愿" in told["text"]


def test_an_erased_person_is_in_no_later_file(world: World):
    staff, resident = world.staff(), world.resident(name="欧阳秀英")
    resident.post(
        "/v1/tickets",
        {"category": "rubbish", "text": "楼道", "place": f"{GRID}.b05"},
    )
    world.erase(resident)
    world.pass_time(minutes=2)
    export_id = made(world, staff)
    (row,) = csv_rows(fetch(world, staff, f"{ROOT}/{export_id}/file"))
    assert "欧阳秀英" not in "".join(row)
    assert resident.me["phone"][-4:] not in row[9]


def test_the_owner_who_leaves_takes_their_files_along(world: World):
    staff = world.staff()
    report(world)
    export_id = made(world, staff, full=True, reason="只为这次")
    assert seams.kept_files(world)
    assert world.erase(staff).status == 202
    world.pass_time(minutes=1)
    assert not seams.kept_files(world)
    assert "只为这次" not in str(everything()["exports"])
    assert state_of(export_id).state is ExportState.GONE


def test_nothing_of_a_row_reaches_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    staff = world.staff()
    resident = world.resident(name="金丝雀")
    resident.post(
        "/v1/tickets",
        {"category": "rubbish", "text": "CANARY", "place": f"{GRID}.b05"},
    )
    with watched(monkeypatch) as seen:
        export_id = made(world, staff, full=True, reason="CANARY")
        content = fetch(world, staff, f"{ROOT}/{export_id}/file").decode()
        assert "CANARY" in content
        assert staff.get(f"{ROOT}/tickets.csv?{QUERY}").status == 200
        assert staff.get(f"{ROOT}/tickets.xlsx?{QUERY}").status == 200
    logged = seen.lines.getvalue()
    assert "fetch_export" in logged
    for word in ("CANARY", "金丝雀", resident.me["phone"]):
        assert word not in logged
