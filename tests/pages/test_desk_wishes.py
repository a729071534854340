"""Wishes on the desk: lists, what is public beside what is written, and every move of staff."""

from urllib.parse import quote, urlsplit

import pytest

from app import app
from chalicelib.kernel.access import Role
from chalicelib.uploads.repository import UploadRepository
from onemachine.files import FileRoutes

from ..adapters.pictures import jpeg
from ..store.scan import Reads, remove
from ..wishes.recorded import confirm, delivered_to
from ..world import BAIHUA, World
from .browser import Browser, Shown
from .test_desk_queue import desk, state_of

find_upload = Reads(UploadRepository).find_upload
WRITTEN = "王秀英要一个水壶，电话 13900000101"


def waiting(world: World, **fields: str) -> str:
    """File a wish that waits for staff; return its id."""
    made = world.resident().post("/v1/wishes", world.wish_body(**fields))
    assert made.status == 201, made.text
    return str(made.json["id"])


def make(browser: Browser, id: str, move: str, **typed: str) -> Shown:
    """Open the form of a move, fill it in and send it."""
    path = f"/admin/wishes/{id}/{move}"
    return browser.submit(browser.get(path), path, **typed)


def test_the_list_shows_one_state_with_who_waits(world: World) -> None:
    id = waiting(world, title="一副老花镜")
    other = world.open_wish(world.resident(), title="一床棉被")
    shown = desk(world).get("/admin/wishes")
    assert "一副老花镜" in shown.words
    assert "一床棉被" not in shown.words
    assert f"/admin/wishes/{id}" in shown.links()
    shown = desk(world).get("/admin/wishes?state=open&kind=goods")
    assert f"/admin/wishes/{other}" in shown.links()


def test_staff_see_what_is_public_beside_what_is_written(world: World) -> None:
    id = waiting(world, title="一个水壶", story=WRITTEN)
    shown = desk(world).get(f"/admin/wishes/{id}")
    public, _, written = shown.words.partition("居民写的（只有工作人员看到）")
    assert WRITTEN in written
    assert "13900000101" not in public
    assert "上墙后谁都看得到" in public
    view = world.staff().get(f"/v1/wishes/{id}").json
    assert view["story"] == WRITTEN
    assert "13900000101" not in view["public_story"]
    assert view["public_title"] == "一个水壶"


def test_the_way_of_a_wish_by_the_desk(world: World) -> None:
    id, staff = waiting(world), desk(world)
    shown = make(staff, id, "edit", title="一个保温壶")
    assert "一个保温壶" in shown.words
    shown = staff.submit(shown, f"/admin/wishes/{id}/approve")
    assert "已上墙" in shown.words
    shown = staff.get(f"/admin/wishes/{id}?why=true")
    assert '<h2 id="matching">' in shown.text
    helper = world.volunteer()
    assert helper.post(f"/v1/wishes/{id}/claim").status == 200
    shown = make(staff, id, "deliver", note="放在门卫")
    shown = make(staff, id, "dispute", reason="没有收到")
    assert "有异议" in shown.words
    shown = make(staff, id, "confirm", rating="5", thanks="谢谢")
    assert state_of(world, id) == "fulfilled"
    newest, oldest = shown.words.index("完成"), shown.words.rindex("提出")
    assert newest < oldest


def test_a_claim_is_given_back_and_a_wish_taken_off(world: World) -> None:
    id, staff = world.open_wish(world.resident()), desk(world)
    world.pass_time(minutes=2)
    staff = desk(world)
    assert world.volunteer().post(f"/v1/wishes/{id}/claim").status == 200
    make(staff, id, "release", reason="来不了")
    assert state_of(world, id) == "open"
    shown = staff.submit(staff.get(f"/admin/wishes/{id}"), _path(id, "keep"))
    assert "心愿留在墙上" in shown.words
    make(staff, id, "unpublish", reason="请改文字")
    assert state_of(world, id) == "submitted"
    make(staff, id, "reject", reason="重复了")
    make(staff, id, "reopen")
    assert state_of(world, id) == "submitted"
    make(staff, id, "withdraw")
    assert state_of(world, id) == "withdrawn"


def _path(id: str, move: str) -> str:
    return f"/admin/wishes/{id}/{move}"


def test_hidden_words_are_marked(world: World) -> None:
    id, staff = world.open_wish(world.resident(), title="一床棉被"), desk(world)
    shown = make(staff, id, "hide")
    assert "文字已隐去" in shown.words
    assert "一床棉被" in shown.words
    assert "一床棉被" not in Browser(world).get("/wall").words


def test_who_was_quicker_is_named_and_nothing_typed_is_lost(
    world: World,
) -> None:
    id, staff = waiting(world), desk(world)
    shown = staff.get(f"/admin/wishes/{id}/reject")
    other = world.staff()
    assert other.post(f"/v1/wishes/{id}/approve").status == 200
    form = shown.form(f"/admin/wishes/{id}/reject")
    late = staff.send(shown, form, reason="我写了很久。")
    assert late.status in (409, 412)
    assert f"{other.me['name']} 上墙" in late.words
    assert "您写的还在下面" in late.words
    again = late.form(f"/admin/wishes/{id}/reject")
    assert again.fields["reason"] == "我写了很久。"


def test_a_day_that_has_passed_is_asked_for(world: World) -> None:
    id = waiting(world, needed_by="2026-11-24")
    world.pass_time(days=3)
    staff = desk(world)
    shown = staff.get(f"/admin/wishes/{id}")
    late = staff.send(shown, shown.form(f"/admin/wishes/{id}/approve"))
    assert late.status == 422
    later = (world.clock.now().date()).replace(day=30).isoformat()
    form = late.form(f"/admin/wishes/{id}/approve")
    assert staff.send(late, form, needed_by=later).status == 303
    assert state_of(world, id) == "open"


@pytest.mark.parametrize("move", ["", "/reject", "/edit"])
def test_a_wish_elsewhere_or_not_of_staff_is_not_shown(
    world: World, move: str
) -> None:
    id = waiting(world)
    there = world.person("别处的人", (Role.COMMUNITY_STAFF, "chunhui.jinfeng"))
    browser = Browser(world).enter(there)
    assert browser.ask("GET", f"/admin/wishes/{id}{move}").status == 404
    owner = world.services.wish_queries.find(id)
    assert owner
    person = world.services.people.find(owner.person_id)
    assert person
    shown = Browser(world).enter(person).ask("GET", f"/admin/wishes/{id}{move}")
    assert shown.header("location") == f"/m/wishes/{id}"


def test_the_desk_of_one_place_is_named(world: World) -> None:
    waiting(world)
    shown = desk(world).get(f"/admin/wishes?place={BAIHUA}&cursor=")
    assert shown.status == 200


def test_what_may_be_the_same_is_named_with_its_state(world: World) -> None:
    resident, staff = world.resident(), world.staff()
    ids = []
    for title in ("一个电热水壶", "电热水壶一个"):
        body = world.wish_body(title=title)
        ids.append(str(resident.post("/v1/wishes", body).json["id"]))
    staff.post(f"/v1/wishes/{ids[0]}/reject", {"reason": "重复了"})
    shown = desk(world).get(f"/admin/wishes/{ids[1]}")
    assert "一个电热水壶 未通过" in shown.words
    assert f"/admin/wishes/{ids[0]}" in shown.links()
    pane = desk(world).get(f"/admin?item={ids[1]}")
    assert "一个电热水壶 未通过" in pane.words


# the proof of an answer


def recorded(world: World) -> tuple[str, Browser]:
    """Return a wish for somebody without a phone that was delivered, and its filer at the desk."""
    filer = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    old = world.person("李奶奶", phone=None)
    id = delivered_to(world, world.phone_of(filer), old)
    return id, Browser(world).enter(filer)


def sent_from(shown: Shown) -> dict[str, str]:
    """Return the fields of the form that sends a file to the storage, without the file."""
    (form,) = [each for each in shown.html.forms if "key" in each.fields]
    return {name: form.fields[name] for name in form.fields if name != "file"}


def arrive(world: World, fields: dict[str, str]) -> None:
    """Have a photo arrive with the fields of its form."""
    FileRoutes(app, world.files).take(fields, jpeg((320, 240)))


def page_after(fields: dict[str, str]) -> str:
    """Return the page to which the storage leads a browser."""
    address = urlsplit(fields["success_action_redirect"])
    return f"{address.path}?{address.query}"


def test_the_filer_proves_the_answer_of_a_resident_without_a_phone(
    world: World,
) -> None:
    id, filer = recorded(world)
    path = _path(id, "confirm")
    shown = filer.get(path)
    assert "附上凭证照片" in shown.words
    refused = filer.send(shown, shown.form(path), rating="5")
    assert refused.status == 409
    proof = filer.get(_path(id, "proof"))
    sender = filer.send(proof, proof.form(_path(id, "proof")), how="photo")
    assert sender.status == 200
    fields = sent_from(sender)
    arrive(world, fields)
    shown = filer.get(page_after(fields))
    assert shown.path.startswith(path)
    assert "照片已收到" in shown.words
    shown = filer.submit(shown, path, rating="5", thanks="谢谢")
    view = world.staff().get(f"/v1/wishes/{id}").json
    assert (view["state"], view["answer"]["how"]) == ("fulfilled", "photo")
    assert view["thanks"] == "谢谢"
    assert 'alt="送到的东西"' in shown.text
    seen = filer.ask("GET", f"/v1/uploads/{view['answer']['upload']}")
    assert seen.status == 401  # the API reads no cookie


def test_a_photo_that_is_not_here_yet_keeps_what_was_typed(
    world: World,
) -> None:
    id, filer = recorded(world)
    path = _path(id, "confirm")
    proof = filer.get(_path(id, "proof"))
    sender = filer.send(proof, proof.form(_path(id, "proof")))
    fields = sent_from(sender)
    shown = filer.get(page_after(fields))
    refused = filer.send(shown, shown.form(path), rating="4", thanks="谢谢您")
    assert refused.status == 422
    assert "谢谢您" in refused.text
    arrive(world, fields)
    filer.submit(refused, path)
    view = world.staff().get(f"/v1/wishes/{id}").json
    assert (view["state"], view["rating"]) == ("fulfilled", 4)
    assert (view["thanks"], view["answer"]["how"]) == ("谢谢您", "slip")


def test_no_proof_is_asked_for_of_a_resident_with_a_phone(
    world: World,
) -> None:
    id, staff = world.open_wish(world.resident()), desk(world)
    helper = world.volunteer()
    for move in ("claim", "deliver"):
        assert helper.post(f"/v1/wishes/{id}/{move}", {}).status == 200
    assert "附上凭证照片" not in staff.get(_path(id, "confirm")).words


def test_the_way_back_to_the_queue_outlasts_the_photo(world: World) -> None:
    id, filer = recorded(world)
    back = "/admin?kind=wish_late"
    shown = filer.get(f"{_path(id, 'proof')}?back={quote(back)}")
    sender = filer.send(shown, shown.form(_path(id, "proof")))
    shown = filer.get(page_after(sent_from(sender)))
    form = shown.form(_path(id, "confirm"))
    assert form.fields["_back"] == back


def test_a_wish_is_shown_without_a_proof_that_is_gone(world: World) -> None:
    filer, old = world.staff(), world.person("李奶奶", phone=None)
    id = delivered_to(world, filer, old)
    assert confirm(world, filer, id).status == 200
    path = f"/admin/wishes/{id}"
    assert 'alt="签收单"' in desk(world).get(path).text
    upload = find_upload(filer.get(f"/v1/wishes/{id}").json["answer"]["upload"])
    assert upload
    remove(upload)
    shown = desk(world).get(path)
    assert shown.status == 200
    assert 'alt="签收单"' not in shown.text
