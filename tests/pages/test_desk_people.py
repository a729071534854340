"""The desk about people: search, record, reveal, and the moves of staff."""

from datetime import timedelta

import pytest

from chalicelib.factors.policy import FRESH_FOR
from chalicelib.kernel.access import Role
from chalicelib.people.model import Person, Vetting

from ..factors.builders import enrolled, require_factor
from ..storage import counted_storage
from ..world import BAIHUA, BUILDING, GRID, JINFENG, STREET, UNIT, World
from .browser import Browser, Shown

NUMBER = "+8613811118888"


@pytest.fixture
def clerk(world: World) -> Browser:
    return staff(world)


def staff(
    world: World, place: str = BAIHUA, role: Role = Role.COMMUNITY_STAFF
) -> Browser:
    return Browser(world).enter(world.person("陈敏", (role, place), home=place))


def ward(world: World, **fields: object) -> Person:
    return world.person("孙桂兰", phone=NUMBER, **fields)


def move(
    browser: Browser, person: Person, which: str, /, **typed: str
) -> Shown:
    """Open the form of a move about a person, fill it in and send it."""
    path = f"/admin/people/{person.id}/{which}"
    return browser.submit(browser.get(path), path, **typed)


def test_people_are_found_by_name_with_the_names_of_their_places(
    world: World, clerk: Browser
) -> None:
    person = ward(world)
    shown = clerk.get("/admin/people?q=孙")
    assert "孙桂兰" in shown.words
    assert UNIT not in shown.words
    assert "138 **** 8888" in shown.words
    assert NUMBER[3:] not in shown.text
    assert f"/admin/people/{person.id}" in shown.links()


def test_a_list_of_many_homes_costs_no_more_requests(world: World) -> None:
    admin = Browser(world).enter(world.admin)
    boss = world.phone_of(world.admin)
    path = f"/admin/people?place={BUILDING}"
    world.person("孙桂兰")
    with counted_storage() as one:
        admin.get(path)
    for number in range(10, 16):
        unit = f"{BUILDING}.u{number}"
        boss.put(f"/v1/places/{unit}", {"name": f"{number}单元"})
        world.person("孙桂兰", home=unit)
    with counted_storage() as seven:
        shown = admin.get(path)
    assert "柏华社区 柏华第一网格 5号楼 15单元" in shown.words
    assert len(seven.calls) == len(one.calls)


def test_a_record_lists_the_devices_and_signs_one_out(
    world: World, clerk: Browser
) -> None:
    lost = world.sign_in(NUMBER, consent="2026-11", name="孙桂兰")
    assert lost.patch("/v1/me", {"home": UNIT}).status == 200
    kept, id = world.sign_in(NUMBER), lost.me["id"]
    record = clerk.get(f"/admin/people/{id}")
    assert record.words.count("最近使用") == 2
    own = lost.get("/v1/me/sessions").json["items"]
    (session,) = [one["id"] for one in own if one["current"]]
    path = f"/admin/people/{id}/sessions/{session}"
    after = clerk.submit(record, path)
    assert after.path == f"/admin/people/{id}"
    assert "这部设备已退出登录。" in after.words
    assert after.words.count("最近使用") == 1
    assert lost.get("/v1/me").status == 401
    assert kept.get("/v1/me").status == 200


def test_a_record_has_no_devices_for_those_who_may_not_end_a_session(
    world: World, clerk: Browser
) -> None:
    colleague = world.person("周洁", (Role.COMMUNITY_STAFF, BAIHUA))
    shown = clerk.get(f"/admin/people/{colleague.id}")
    assert shown.status == 200
    assert "周洁" in shown.words
    assert "登录的设备" not in shown.words
    worker = staff(world, GRID, Role.GRID_WORKER)
    shown = worker.get(f"/admin/people/{ward(world).id}")
    assert "孙桂兰" in shown.words
    assert "登录的设备" not in shown.words
    person = world.person("王秀英")
    assert "登录的设备" in clerk.get(f"/admin/people/{person.id}").words


def test_the_search_box_opens_what_an_id_names(
    world: World, clerk: Browser
) -> None:
    person = ward(world)
    shown = clerk.get(f"/admin/people?q={person.id}")
    assert shown.path == f"/admin/people/{person.id}"
    sent = clerk.ask("GET", "/admin/people?q=tkt_" + "a" * 24)
    assert sent.header("location") == "/admin/tickets/tkt_" + "a" * 24


def test_somebody_without_a_phone_is_registered(
    world: World, clerk: Browser
) -> None:
    shown = clerk.get("/admin/people/new")
    done = clerk.submit(
        shown,
        "/admin/people/new",
        name="赵奶奶",
        home=UNIT,
        address="3楼301室",
        agreed="true",
        consent__how="written",
    )
    assert done.path.startswith("/admin/people/per_")
    assert "没有手机" in done.words
    again = clerk.submit(
        clerk.get("/admin/people/new"),
        "/admin/people/new",
        name="赵奶奶",
        home=UNIT,
        address="3楼301室",
        agreed="true",
        consent__how="written",
    )
    assert "可能早就登记过" in again.words


def test_what_a_registration_lacks_is_said_and_what_was_typed_stays(
    world: World, clerk: Browser
) -> None:
    shown = clerk.get("/admin/people/new")
    done = clerk.submit(shown, "/admin/people/new", name="赵奶奶", home=UNIT)
    assert done.status == 422
    assert 'value="赵奶奶"' in done.text


def test_a_phone_is_shown_once_with_a_reason_and_kept_nowhere(
    world: World, clerk: Browser
) -> None:
    person = ward(world)
    record = f"/admin/people/{person.id}"
    shown = clerk.get(record)
    done = clerk.submit(shown, f"{record}/reveal", reason="送药上门")
    assert "138 1111 8888" in done.words
    assert done.header("cache-control") == "no-store"
    assert f'data-once="{record}"' in done.text
    assert "1111" not in clerk.get(record).words
    trail = clerk.get("/admin/audit?kind=person.revealed")
    assert "送药上门" in trail.words
    assert "孙桂兰" in trail.words


def test_a_move_that_needs_a_factor_asks_for_it_and_goes_on(
    world: World,
) -> None:
    person = ward(world)
    colleague = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA))
    phone = world.sign_in(str(colleague.phone))
    app = enrolled(world, phone)
    browser = Browser(world)
    browser.cookies["at"] = str(phone.token)
    require_factor(world)
    world.clock.advance(FRESH_FOR + timedelta(minutes=1))
    record = f"/admin/people/{person.id}"
    asked = browser.submit(
        browser.get(record), f"{record}/reveal", reason="送药上门"
    )
    assert asked.status == 422
    assert "请先验证本人身份" in asked.words
    wrong = answer(browser, asked, "000000")
    assert wrong.status == 422
    assert 'value="送药上门"' in wrong.text
    done = answer(browser, wrong, app.code())
    assert done.status == 200
    assert "138 1111 8888" in done.words


def answer(browser: Browser, asked: Shown, code: str) -> Shown:
    """Give the code that a page asks for; the rest of the form is sent again."""
    form = next(each for each in asked.html.forms if "_factor" in each.names)
    return browser.send(asked, form, _factor=code)


def test_roles_are_given_and_taken(world: World, clerk: Browser) -> None:
    person = ward(world)
    volunteer = world.volunteer()
    helper = world.services.people.find(volunteer.me["id"])
    assert helper
    shown = move(clerk, helper, "roles", role="volunteer", place=JINFENG)
    assert "只能对低于自己职级" in shown.words
    path = f"/admin/people/{helper.id}/roles"
    form = clerk.get(path).form(path)
    taken = [(k, v) for k, v in form.fields.items() if k != "keep"]
    done = clerk.post(path, taken)
    assert done.status == 303
    found = world.services.people.find(helper.id)
    assert found
    assert not [g for g in found.grants if g.role is Role.VOLUNTEER]
    assert world.services.people.find(person.id)


def test_a_volunteer_is_vetted_until_the_end_of_a_day(
    world: World, clerk: Browser
) -> None:
    phone = world.volunteer(vetting=Vetting.NONE)
    person = world.services.people.find(phone.me["id"])
    done = move(
        clerk,
        person,
        "vet",
        level="basic",
        how="document",
        expires_at="2027-05-01",
        note="身份证",
    )
    assert "已办好" in done.words
    found = world.services.people.find(person.id)
    assert found.vetting is Vetting.BASIC
    assert found.vetted.expires_at.isoformat() == "2027-05-01T15:59:59+00:00"


def test_a_block_is_made_and_lifted(world: World, clerk: Browser) -> None:
    person = ward(world)
    assert "已停用" in move(clerk, person, "block", reason="盗用账号").words
    assert "已停用" not in move(clerk, person, "unblock", reason="查清").words


def test_a_stale_form_keeps_what_was_typed(
    world: World, clerk: Browser
) -> None:
    person = ward(world)
    path = f"/admin/people/{person.id}/correct"
    shown = clerk.get(path)
    move(staff(world), person, "correct", name="孙桂花")
    late = clerk.submit(shown, path, name="孙桂兰奶奶")
    assert late.status == 412
    assert "刚才有人改过了" in late.words
    assert 'value="孙桂兰奶奶"' in late.text
    done = clerk.submit(late, path)
    assert done.status == 200
    assert "孙桂兰奶奶" in done.words


def test_a_phone_is_corrected_at_once_where_nobody_has_signed_in(
    world: World, clerk: Browser
) -> None:
    person = ward(world)
    done = move(
        clerk, person, "phone", phone="13900001234", reason="登记时写错"
    )
    assert "139 **** 1234" in done.words


def test_a_sign_in_code_is_read_out(world: World, clerk: Browser) -> None:
    person = ward(world)
    done = move(clerk, person, "sign-in-code", reason="收不到短信")
    assert "只显示这一次" in done.words
    assert f'data-once="/admin/people/{person.id}"' in done.text


def test_an_erasure_waits_for_a_second_and_is_done_then(world: World) -> None:
    person = world.person("孙桂兰", phone=None)
    first, second = staff(world), staff(world)
    asked = move(first, person, "erase", reason="本人要求")
    assert "等另一位同事批准" in asked.words
    done = move(second, person, "erase", reason="当面核实")
    assert done.path.startswith("/admin/people")
    assert "已办好" in done.words


def test_all_data_are_shown_with_chinese_as_it_is(
    world: World, clerk: Browser
) -> None:
    person = world.person("孙桂兰", phone=None)
    done = move(clerk, person, "data")
    assert "孙桂兰" in done.text
    assert "\\u5b59" not in done.text


def test_a_call_back_is_recorded(world: World, clerk: Browser) -> None:
    colleague = staff(world)
    made = colleague.submit(
        colleague.get("/admin/people/new"),
        "/admin/people/new",
        name="赵奶奶",
        home=UNIT,
        address="3楼301室",
        agreed="true",
        consent__how="spoken",
    )
    path = f"{made.path}/call-back"
    shown = clerk.get(path)
    assert "赵奶奶" in shown.words
    done = clerk.submit(shown, path, given="true")
    assert "已办好" in done.words
    assert "consent_id" not in clerk.get(path).text


def test_messages_to_a_person_are_listed_without_their_text(
    world: World, clerk: Browser
) -> None:
    resident = world.resident()
    world.open_wish(resident)
    world.pump.run_due()
    shown = clerk.get(f"/admin/people/{resident.me['id']}")
    assert "发给本人的消息" in shown.words


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.COMMUNITY_STAFF])
def test_staff_of_another_community_see_nobody(
    world: World, role: Role
) -> None:
    person = ward(world)
    place = f"{JINFENG}.g01" if role is Role.GRID_WORKER else JINFENG
    other = staff(world, place, role)
    paths = ["", "/correct", "/roles", "/block", "/data", "/reveal"]
    for path in paths:
        assert other.get(f"/admin/people/{person.id}{path}").status == 404
    assert other.get(f"/admin/people?place={BAIHUA}").status == 403
    other_record = other.get(f"/admin/people?place={place}")
    assert "孙桂兰" not in other_record.words


def test_a_resident_has_no_desk(world: World) -> None:
    resident = Browser(world).enter(ward(world))
    for path in ("people", "people/new", "places", "rules", "figures", "more"):
        assert resident.get(f"/admin/{path}").status in (403, 404), path


def test_who_was_blocked_a_minute_ago_does_nothing(world: World) -> None:
    colleague = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA))
    browser, person = Browser(world).enter(colleague), ward(world)
    path = f"/admin/people/{person.id}/block"
    shown = browser.get(path)
    boss = Browser(world).enter(world.admin)
    assert "已停用" in move(boss, colleague, "block", reason="离职").words
    sent = browser.send(shown, shown.form(path), reason="再试一次")
    assert sent.status in (303, 401, 403)
    assert not world.services.people.find(person.id).blocked


def test_a_worker_finds_people_of_their_grid(world: World) -> None:
    ward(world)
    worker = staff(world, GRID, Role.GRID_WORKER)
    assert "孙桂兰" in worker.get("/admin/people?q=孙").words


def test_an_administrator_lets_a_newcomer_see_phones(world: World) -> None:
    boss = Browser(world).enter(world.admin)
    person = world.person("钱卫国", (Role.GRID_WORKER, GRID), home=GRID)
    done = move(boss, person, "let-reveal", allowed="false", reason="新来的")
    assert "还不能看电话和门牌" in done.words
    done = move(boss, person, "let-reveal", allowed="true", reason="学过了")
    assert "还不能看电话和门牌" not in done.words
    assert STREET in person.home


def choices_of(shown: Shown, name: str) -> list[str]:
    """Return the values of the radio buttons of a field."""
    return [
        given["value"] or ""
        for tag, given in shown.html.elements
        if tag == "input"
        and given.get("type") == "radio"
        and given.get("name") == name
    ]


@pytest.mark.parametrize("words", ["秦建国", "138 2222 7777", "13822227777"])
def test_a_contact_is_found_by_name_or_phone_and_then_chosen(
    world: World, clerk: Browser, words: str
) -> None:
    person = ward(world)
    one = world.person("秦建国", phone="+8613822227777")
    other = world.person("秦建国")
    page = f"/admin/people/{person.id}/household"
    shown = clerk.submit(
        clerk.get(page), page, contact_via=words, agreed="true"
    )
    assert shown.status == 422
    found = choices_of(shown, "contact_via")
    assert found[-1] == ""
    assert one.id in found
    assert (other.id in found) == (words == "秦建国")
    form = shown.form(page)
    done = clerk.post(page, form.fields | {"contact_via": one.id})
    assert done.status == 303, done.words
    assert world.services.people.find(person.id).contact_via == one.id


def test_a_household_is_joined_by_a_member_and_a_phone_is_no_code(
    world: World, clerk: Browser
) -> None:
    person, member = (
        ward(world),
        world.person("秦建国", phone="+8613822227777"),
    )
    page = f"/admin/people/{person.id}/household"
    shown = clerk.submit(clerk.get(page), page, household="13822227777")
    assert choices_of(shown, "household") == [member.id, ""]
    chosen = {"household": member.id, "agreed": "true"}
    chosen |= {"consent.how": "spoken", "consent.witness": "李明"}
    done = clerk.post(page, shown.form(page).fields | chosen)
    assert done.status == 303, done.words
    households = {
        world.services.people.find(each.id).household
        for each in (person, member)
    }
    assert len(households) == 1
    assert households != {None}


def test_who_is_not_found_is_said_and_what_was_typed_stays(
    world: World, clerk: Browser
) -> None:
    path = "/admin/people/new"
    shown = clerk.submit(
        clerk.get(path), path, name="赵奶奶", home=UNIT, contact_via="没有人"
    )
    assert shown.status == 422
    assert "没有找到「没有人」" in shown.words
    assert 'value="没有人"' in shown.text
    assert 'value="赵奶奶"' in shown.text
    assert choices_of(shown, "contact_via") == []
