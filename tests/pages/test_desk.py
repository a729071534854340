"""The desk beside people: places, rules, matching, figures, the trail, exports, paper."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.kernel.access import Role
from chalicelib.places.model import Place
from chalicelib.ticket_policy.desk_forms import hours_of

from ..tickets.street import TicketStreet
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, World
from .browser import Browser


@pytest.fixture
def boss(world: World) -> Browser:
    return Browser(world).enter(world.admin)


@pytest.fixture
def clerk(world: World) -> Browser:
    person = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    return Browser(world).enter(person)


def place(world: World, code: str) -> Place:
    found = world.services.places.find(code)
    assert found
    return found


# places


def test_the_tree_leads_to_a_place_and_to_the_page_that_asked(
    boss: Browser,
) -> None:
    shown = boss.get("/admin/places")
    assert f"/admin/places/{BAIHUA}" in shown.links()
    chosen = boss.get("/admin/places?next=/admin/figures")
    assert f"/admin/figures?place={JINFENG}" in chosen.links()


def test_somebody_is_put_on_duty_and_taken_off(
    world: World, boss: Browser
) -> None:
    worker = world.person("钱卫国", (Role.GRID_WORKER, GRID), home=GRID)
    path = f"/admin/places/{GRID}/duty"
    shown = boss.get(f"{path}?q=钱卫国")
    form = next(
        f for f in shown.html.forms if f.fields.get("person") == worker.id
    )
    done = boss.post(path, {**form.fields, "do": "add"})
    assert done.status == 303
    assert worker.id in place(world, GRID).duty.get("grid_worker", ())
    shown = boss.get(path)
    form = next(
        f for f in shown.html.forms if f.fields.get("person") == worker.id
    )
    stale = boss.post(path, {**form.fields, "do": "remove", "_version": "1"})
    assert stale.status == 412
    assert boss.post(path, {**form.fields, "do": "remove"}).status == 303
    assert worker.id not in place(world, GRID).duty.get("grid_worker", ())


def test_staff_of_a_community_name_those_on_duty(
    world: World, clerk: Browser
) -> None:
    world.person("钱卫国", (Role.GRID_WORKER, GRID), home=GRID)
    shown = clerk.get(f"/admin/places/{GRID}/duty?q=钱卫国")
    assert shown.status == 200
    assert "钱卫国" in shown.words


def test_a_place_is_made_renamed_and_given_a_phone(
    world: World, boss: Browser
) -> None:
    path = f"/admin/places/{GRID}/new"
    done = boss.submit(boss.get(path), path, name="9号楼", code="b09")
    assert done.path == f"/admin/places/{GRID}.b09"
    assert "9号楼" in done.words
    path = f"/admin/places/{GRID}.b09/change"
    done = boss.submit(
        boss.get(path), path, name="九号楼", hotline="023-58110000"
    )
    assert "九号楼" in done.words
    assert place(world, f"{GRID}.b09").hotline == "023-58110000"
    path = f"/admin/places/{GRID}/new"
    bad = boss.submit(boss.get(path), path, name="十号楼", code="B 10")
    assert bad.status in (404, 422)
    assert bad.status < 500


def test_the_messages_of_a_street_are_set_in_yuan(
    world: World, boss: Browser
) -> None:
    path = f"/admin/places/{STREET}/messaging"
    done = boss.submit(
        boss.get(path), path, sms_signature="春晖社区", budget="800"
    )
    assert "800 元" in done.words
    settings = place(world, STREET).messaging
    assert settings
    assert settings.sms_budget_fen == 80_000
    bad = boss.submit(boss.get(path), path, budget="很多")
    assert bad.status == 422
    assert 'value="很多"' in bad.text


def test_a_place_of_others_is_not_shown(clerk: Browser) -> None:
    assert clerk.get(f"/admin/places/{JINFENG}").status == 404
    assert clerk.get(f"/admin/places/{BAIHUA}/messaging").status == 404


# rules


def test_the_rules_are_said_in_words(clerk: Browser) -> None:
    shown = clerk.get("/admin/rules")
    assert "56 小时" in shown.words  # seven days of eight hours
    assert "13:30–18:00" in shown.words


@pytest.mark.parametrize(
    ("minutes", "hours"), [(15, "0.25"), (90, "1.5"), (480, "8"), (10, "0.17")]
)
def test_minutes_are_said_as_hours(minutes: int, hours: str) -> None:
    assert hours_of(minutes) == hours


def test_a_form_that_is_saved_as_it_is_changes_nothing(
    world: World, boss: Browser
) -> None:
    for part in (
        "limits",
        "rules",
        "ladder",
        "office",
        "numbers",
        "categories",
    ):
        path = f"/admin/rules/{part}"
        shown = boss.get(path)
        fields = {**shown.form(path).fields, "do": "save"}
        done = boss.post(path, fields)
        assert done.status == 303, (part, done.words)
    book = boss.get("/admin/rules")
    assert "还没改过" in book.words


def test_limits_are_tried_and_then_saved(world: World, boss: Browser) -> None:
    path = "/admin/rules/limits"
    shown = boss.get(path)
    fields = {**shown.form(path).fields, "limits.2.resolve": "40.5"}
    tried = boss.post(path, {**fields, "do": "try"})
    assert tried.status == 200
    assert "如果这样改" in tried.words
    assert 'value="40.5"' in tried.text
    assert "40.5 小时" not in boss.get("/admin/rules").words
    assert boss.post(path, {**fields, "do": "save"}).status == 303
    assert "40.5 小时" in boss.get("/admin/rules").words
    late = boss.post(path, {**fields, "do": "save", "_version": "0"})
    assert late.status == 412
    assert 'value="40.5"' in late.text


@pytest.mark.parametrize("do", ["try", "save"])
def test_a_finding_is_at_its_field(boss: Browser, do: str) -> None:
    path = "/admin/rules/limits"
    fields = boss.get(path).form(path).fields
    bad = boss.post(path, {**fields, "limits.2.accept": "很快", "do": do})
    assert bad.status == 422
    assert 'id="limits.2.accept-error"' in bad.text
    assert 'value="很快"' in bad.text
    contrary = boss.post(path, {**fields, "limits.2.contact": "900", "do": do})
    assert contrary.status == 422
    assert "时限不能长于解决的时限" in contrary.words


def test_a_rule_names_where_what_and_who(world: World, boss: Browser) -> None:
    path = "/admin/rules/rules"
    fields = boss.get(path).form(path).fields
    sent = {
        **fields,
        "rules.0.place": BAIHUA,
        "rules.0.category": "rubbish",
        "rules.0.to": "property",
        "do": "save",
    }
    assert boss.post(path, sent).status == 303
    assert "→ 物业" in boss.get("/admin/rules").words


def test_an_own_day_of_the_street_is_added_and_removed(boss: Browser) -> None:
    path = "/admin/rules/office"
    fields = boss.get(path).form(path).fields
    sent = {**fields, "own.0.day": "2026-12-05", "own.0.kind": "work"}
    assert boss.post(path, {**sent, "do": "save"}).status == 303
    assert "像周一一样上班" in boss.get("/admin/rules").words
    fields = boss.get(path).form(path).fields
    dropped = {**fields, "own.0.drop": "true", "do": "save"}
    assert boss.post(path, dropped).status == 303
    assert "像周一一样上班" not in boss.get("/admin/rules").words


def test_staff_of_a_community_try_rules_and_cannot_save_them(
    clerk: Browser,
) -> None:
    path = "/admin/rules/numbers"
    fields = {**clerk.get(path).form(path).fields, "hold_days": "7"}
    refused = clerk.post(path, {**fields, "do": "save"})
    assert refused.status == 403
    assert 'value="7"' in refused.text


# matching


def test_a_trial_is_started_and_read(world: World, boss: Browser) -> None:
    resident = world.resident()
    world.volunteer()
    world.open_wish(resident)
    shown = boss.get("/admin/matching")
    sent = boss.post(
        "/admin/matching", {**shown.form("/admin/matching").fields, "do": "try"}
    )
    path = sent.header("location")
    world.pump.run_due()
    done = boss.get(path)
    assert "试算" in done.words
    assert "完成" in done.words
    assert "/admin/matching/" in boss.get("/admin/matching").text


def test_only_weights_that_differ_are_set(world: World, boss: Browser) -> None:
    path = "/admin/matching/weights"
    shown = boss.get(path)
    done = boss.submit(shown, path, dialect="40")
    assert "已保存" in done.words
    assert 'value="40"' in done.text
    bad = boss.submit(done, path, base="1")
    assert bad.status == 422
    assert "请提高" in bad.words


# figures


def test_a_number_leads_to_exactly_its_tickets(
    world: World, boss: Browser
) -> None:
    street = TicketStreet(world)
    for text in ("楼道有垃圾", "电梯坏了，打不开门"):
        body = {"category": "rubbish", "text": text, "place": UNIT}
        answer = street.resident.post("/v1/tickets", body)
        assert answer.status == 201, answer.text
    world.clock.advance(timedelta(minutes=1))
    world.pump.run_due()
    shown = boss.get("/admin/figures")
    link = next(each for each in shown.links() if "from=" in each)
    asked = parse_qs(urlsplit(link).query)
    assert asked["place"] == [STREET]
    listed = world.phone_of(world.admin).get(
        "/v1/tickets?" + urlsplit(link).query
    )
    assert listed.status == 200, listed.text
    assert len(listed.json["items"]) == 2
    assert f">{len(listed.json['items'])}</a>" in shown.text


def test_a_chart_is_small_and_has_a_title(world: World, boss: Browser) -> None:
    street = TicketStreet(world)
    body = {"category": "rubbish", "text": "楼道有垃圾", "place": UNIT}
    assert street.resident.post("/v1/tickets", body).status == 201
    shown = boss.get("/admin/figures?by=category")
    start = shown.text.index("<svg")
    drawn = shown.text[start : shown.text.index("</svg>") + 6]
    assert len(drawn.encode()) <= 2048
    assert 'role="img"' in drawn
    assert "<title" in drawn
    assert "style" not in drawn


def test_figures_are_asked_for_by_month(boss: Browser) -> None:
    shown = boss.get("/admin/figures?month=2026-10&by=grid")
    assert "2026-10" in shown.words
    assert "/admin/figures?place=chunhui&by=grid&month=2026-11" in shown.links()
    assert boss.get("/admin/figures?month=2026-13").status == 200


def test_figures_of_others_are_not_shown(clerk: Browser) -> None:
    assert clerk.get(f"/admin/figures?place={JINFENG}").status in (403, 404)


# the trail, exports, paper


def test_the_trail_is_read_by_staff_of_the_community_only(
    world: World, clerk: Browser
) -> None:
    shown = clerk.get(f"/admin/audit?place={GRID}")
    assert shown.status == 200
    assert "看了这份记录" in clerk.get("/admin/audit").words
    worker = world.person("钱卫国", (Role.GRID_WORKER, GRID), home=GRID)
    assert Browser(world).enter(worker).get("/admin/audit").status in (403, 404)
    assert clerk.get(f"/admin/audit?place={JINFENG}").status in (403, 404)


def test_an_export_is_asked_for_fetched_and_deleted(
    world: World, clerk: Browser
) -> None:
    shown = clerk.get("/admin/exports")
    done = clerk.submit(shown, "/admin/exports", what="tickets", format="xlsx")
    assert "正在做，做好会通知您" in done.words
    world.pump.run_due()
    ready = clerk.get("/admin/exports")
    assert "做好了" in ready.words
    path = next(
        each for each in ready.links() if each.startswith("/admin/exports/exp_")
    )
    assert clerk.ask("GET", path).status == 303
    deleted = clerk.submit(ready, path)
    assert "已删除" in deleted.words


def test_full_phones_need_a_reason(clerk: Browser) -> None:
    shown = clerk.get("/admin/exports")
    bad = clerk.submit(shown, "/admin/exports", what="tickets", full="true")
    assert bad.status == 422


def test_the_poster_of_wishes_has_public_words_only(
    world: World, clerk: Browser
) -> None:
    resident = world.resident()
    world.open_wish(resident)
    shown = clerk.get("/admin/print/wall")
    assert "一个电热水壶" in shown.words
    assert "<svg" in shown.text
    assert resident.me["name"] not in shown.words


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("doors", "/m/doors"),
        ("visits", "/m/visits"),
        ("month", "/admin/figures"),
    ],
)
def test_other_papers_have_their_own_page(
    clerk: Browser, document: str, path: str
) -> None:
    sent = clerk.ask("GET", f"/admin/print/{document}")
    assert sent.header("location").startswith(path)
    assert clerk.get("/admin/print/nothing").status == 404


def test_the_index_leads_to_pages_that_there_are(boss: Browser) -> None:
    shown = boss.get("/admin/more")
    links = [each for each in shown.links() if "place=" in each]
    assert len(links) > 8
    for link in links:
        assert boss.get(link).status == 200, link


def test_the_trail_is_filtered_by_a_name_a_phone_or_an_id(
    world: World, clerk: Browser
) -> None:
    person = world.person("孙桂兰", phone="+8613811118888")
    other = world.person("王秀英")
    staff = world.staff()
    for one in (person, other):
        path = f"/v1/people/{one.id}/blocked"
        body = {"blocked": True, "reason": f"核对{one.name}"}
        assert staff.put(path, body).status == 200
    for asked in ("孙桂", "13811118888", person.id):
        shown = clerk.get(f"/admin/audit?kind=person.blocked&subject={asked}")
        assert shown.text.count(f'href="/admin/people/{person.id}"') == 1
        assert f'href="/admin/people/{other.id}"' not in shown.text
        assert f'value="{asked}"' in shown.text


def test_of_several_people_one_is_chosen_before_the_trail_is_read(
    world: World, clerk: Browser
) -> None:
    people = [world.person("孙桂兰"), world.person("孙玉兰")]
    shown = clerk.get("/admin/audit?kind=person.blocked&subject=孙")
    assert "关于哪一位？" in shown.words
    links = [link for link in shown.links() if "subject=per_" in link]
    assert {f"subject={each.id}" in "".join(links) for each in people} == {True}
    assert len(links) == 2
    assert all("kind=person.blocked" in link for link in links)
    boss = world.phone_of(world.admin)
    query = f"place={BAIHUA}&kind=trail.read"
    assert boss.get(f"/v1/admin/audit?{query}").json["items"] == []
    assert clerk.get(links[0]).status == 200
    nobody = clerk.get("/admin/audit?actor=没有这人")
    assert "哪一位做的？" in nobody.words
