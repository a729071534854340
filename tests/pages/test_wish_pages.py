"""A wish by pages: from filing to thanks, two helpers at once, replays, and what is kept."""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.wishes.model import Wish

from ..faults.facts import every
from ..faults.hands import at_once
from ..world import BAIHUA, World
from .browser import Browser, Shown

TITLE = "一个电热水壶"


def resident(world: World) -> Browser:
    return Browser(world).enter(world.person())


def volunteer(world: World) -> Browser:
    phone = world.volunteer()
    person = world.services.people.find(phone.me["id"])
    assert person
    return Browser(world).enter(person)


def filled(shown: Shown, **fields: str) -> dict[str, str]:
    """Return the fields of a filled-in form of a new wish."""
    form = shown.form("/m/wishes/new")
    day = {"kind": "goods", "title": TITLE, "needed_by": "2026-12-10"}
    return form.fields | day | fields


def filed(browser: Browser, **fields: str) -> str:
    """File a wish; return its id."""
    shown = browser.get("/m/wishes/new")
    sent = browser.post("/m/wishes/new", filled(shown, **fields))
    assert sent.status == 303, sent.text
    return sent.header("location").removeprefix("/m/wishes/")


def approved(world: World, wish_id: str) -> str:
    boss = world.phone_of(world.admin)
    assert boss.post(f"/v1/wishes/{wish_id}/approve").status == 200
    return wish_id


def test_from_a_wish_to_thanks(world: World) -> None:
    owner, helper = resident(world), volunteer(world)
    shown = owner.get("/m/wishes/new")
    shown = owner.submit(
        shown,
        "/m/wishes/new",
        kind="goods",
        title=TITLE,
        story="旧的坏了。\n谢谢！",
        needed_by="2026-12-10",
        budget_fen="120",
    )
    wish_id = shown.path.removeprefix("/m/wishes/")
    assert "旧的坏了。" in shown.words
    assert "120" in shown.words
    path = f"/m/wishes/{wish_id}"
    assert helper.get(path).status == 404
    approved(world, wish_id)
    assert TITLE in Browser(world).get("/wall").words
    assert f"/wall/{wish_id}" in Browser(world).get("/wall").links()
    assert path in Browser(world).get(f"/wall/{wish_id}").links()

    shown = helper.submit(helper.get(path), f"{path}/claim")
    assert (shown.path, shown.status) == (path, 200)
    person = world.services.people.find(every(Wish)[0].person_id)
    assert person
    assert "3楼302室" in shown.words
    assert any(link == f"tel:{person.phone}" for link in shown.links())
    assert shown.header("cache-control") == "no-store"
    assert TITLE in helper.get("/m").words

    code = world.delivery_code(person.phone)
    shown = helper.get(f"{path}/deliver")
    wrong = f"{(int(code) + 1) % 10000:04}"
    shown = helper.submit(shown, f"{path}/deliver", "确认送达", code=wrong)
    assert shown.status == 422
    assert "code" in shown.form(f"{path}/deliver").names
    shown = helper.submit(shown, f"{path}/deliver", "确认送达", code=code)
    assert (shown.path, shown.status) == (path, 200)
    assert "3楼302室" not in shown.words
    assert person.phone not in shown.text

    shown = owner.get(f"{path}/confirm")
    shown = owner.submit(shown, f"{path}/confirm", rating="5", thanks="谢谢您")
    assert (shown.path, shown.status) == (path, 200)
    assert "谢谢您" in shown.words
    assert every(Wish)[0].state == "fulfilled"


def test_without_the_code_the_resident_is_asked_on_their_home(
    world: World,
) -> None:
    owner, helper = resident(world), volunteer(world)
    wish_id = approved(world, filed(owner))
    path = f"/m/wishes/{wish_id}"
    helper.submit(helper.get(path), f"{path}/claim")
    shown = helper.get(f"{path}/deliver")
    shown = helper.submit(shown, f"{path}/deliver", "找不到")
    assert (shown.path, shown.status) == (path, 200)
    shown = owner.get("/m")
    shown = owner.submit(shown, f"{path}/confirm")
    assert (shown.path, shown.status) == (path, 200)
    assert every(Wish)[0].state == "fulfilled"


def test_of_two_helpers_the_slower_one_is_shown_similar_wishes(
    world: World,
) -> None:
    owner, quick, slow = resident(world), volunteer(world), volunteer(world)
    wish_id, other = (approved(world, filed(owner)) for _ in range(2))
    path = f"/m/wishes/{wish_id}"
    pages = [each.get(path) for each in (quick, slow)]
    quick.submit(pages[0], f"{path}/claim")
    sent = slow.send(pages[1], pages[1].form(f"{path}/claim"))
    assert sent.status == 409
    assert sent.header("cache-control") == "no-store"
    assert f"/m/wishes/{other}" in sent.links()
    assert "3楼302室" not in sent.text
    actions = {form.action for form in sent.html.forms}
    assert f"{path}/claim" not in actions


def test_of_helpers_at_once_one_claims_it(world: World) -> None:
    owner = resident(world)
    path = f"/m/wishes/{approved(world, filed(owner))}"
    helpers = [volunteer(world) for _ in range(4)]
    pages = [each.get(path) for each in helpers]

    def claim(each: Browser, shown: Shown) -> int:
        return each.send(shown, shown.form(f"{path}/claim")).status

    jobs = [
        lambda each=each, shown=shown: claim(each, shown)
        for each, shown in zip(helpers, pages, strict=True)
    ]
    statuses = sorted(at_once(*jobs))
    assert statuses[0] == 303
    assert set(statuses[1:]) <= {409, 412, 503}


def test_a_form_that_is_sent_twice_files_one_wish(world: World) -> None:
    owner = resident(world)
    fields = filled(owner.get("/m/wishes/new"))
    one, two = (owner.post("/m/wishes/new", fields) for _ in range(2))
    assert one.status == two.status == 303
    assert one.header("location") == two.header("location")
    assert len(every(Wish)) == 1


def test_the_same_key_for_something_else_is_refused(world: World) -> None:
    owner = resident(world)
    fields = filled(owner.get("/m/wishes/new"))
    owner.post("/m/wishes/new", fields)
    sent = owner.post("/m/wishes/new", fields | {"title": "一个书包"})
    assert sent.status in (409, 422)
    assert sent.form("/m/wishes/new").fields["title"] == "一个书包"
    assert len(every(Wish)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "愿" * 41),
        ("kind", "gold"),
        ("needed_by", "2020-01-01"),
        ("needed_by", "soon"),
        ("budget_fen", "many"),
        ("budget_fen", "9" * 15),
        ("story", "暖" * 600),
    ],
)
def test_what_is_refused_is_shown_with_all_that_was_typed(
    world: World, name: str, value: str
) -> None:
    owner = resident(world)
    shown = owner.get("/m/wishes/new")
    typed = filled(shown, story="还有故事") | {name: value}
    sent = owner.post("/m/wishes/new", typed)
    assert sent.status in (400, 409, 422)
    again = sent.form("/m/wishes/new").fields
    for field in ("title", "story", "needed_by", "budget_fen"):
        assert again[field] == typed.get(field, "")
    assert f'href="#{name}"' in sent.text or sent.status != 422
    assert sent.text.count("<title>出错了") == 1
    assert every(Wish) == []


def test_a_stale_form_keeps_what_was_typed(world: World) -> None:
    owner = resident(world)
    path = f"/m/wishes/{filed(owner)}"
    one, two = owner.get(f"{path}/edit"), owner.get(f"{path}/edit")
    owner.submit(one, f"{path}/edit", title="一个书包")
    sent = owner.send(two, two.form(f"{path}/edit"), title="一盏台灯")
    assert sent.status == 412
    assert "刚才有人改过了" in sent.words
    form = sent.form(f"{path}/edit")
    assert form.fields["title"] == "一盏台灯"
    shown = owner.submit(sent, f"{path}/edit")  # the same button again
    assert (shown.path, shown.status) == (path, 200)
    assert every(Wish)[0].title == "一盏台灯"


def test_a_move_of_another_state_shows_how_it_is_now(world: World) -> None:
    owner = resident(world)
    path = f"/m/wishes/{approved(world, filed(owner))}"
    pages = [owner.get(f"{path}/withdraw") for _ in range(2)]
    owner.submit(pages[0], f"{path}/withdraw", reason="不需要了")
    form = pages[1].form(f"{path}/withdraw")
    form.fields.pop("_version")
    sent = owner.send(pages[1], form, reason="真的不需要了")
    assert sent.status == 409
    assert sent.form(f"{path}/withdraw").fields["reason"] == "真的不需要了"


def test_a_session_that_ended_while_typing_leads_to_the_sign_in(
    world: World,
) -> None:
    owner = resident(world)
    shown = owner.get("/m/wishes/new")
    fields = filled(shown)
    owner.cookies.clear()
    sent = owner.post("/m/wishes/new", fields)
    assert sent.status == 303
    assert sent.header("location") == "/m/sign-in?next=/m/wishes/new"
    sent = owner.post("/m/wishes/new", fields, hx_request="true")
    assert sent.status == 200
    assert sent.header("hx-redirect") == "/m/sign-in?next=/m/wishes/new"
    assert sent.header("location") == ""
    assert sent.text == ""
    assert every(Wish) == []


def test_a_form_is_sent_again_with_a_fresh_key(world: World) -> None:
    owner = resident(world)
    shown = owner.get("/m/wishes/new")
    tag = shown.header("etag")
    again = owner.ask("GET", "/m/wishes/new", if_none_match=tag)
    assert again.status == 200
    assert filled(again)["_key"] != filled(shown)["_key"]


def test_a_poll_is_told_that_nothing_has_changed(world: World) -> None:
    owner = resident(world)
    path = "/m/wishes?tab=mine"
    shown = owner.get(path)
    tag = shown.header("etag")
    assert shown.header("cache-control") == "private, no-cache"
    same = owner.ask("GET", f"{path}&seen={tag.strip(chr(34))}")
    assert (same.status, same.text) == (204, "")
    same = owner.ask("GET", path, if_none_match=tag)
    assert (same.status, same.text) == (304, "")
    assert same.header("etag") == tag
    filed(owner)
    owner.get("/m/wishes")  # says that it was filed
    news = owner.ask("GET", f"{path}&seen={tag.strip(chr(34))}")
    assert news.status == 200
    assert TITLE in news.words
    assert owner.ask("GET", path, if_none_match=tag).status == 200


def test_staff_file_a_wish_for_somebody(world: World) -> None:
    ward = world.person("孙桂兰", phone=None)
    clerk = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    browser = Browser(world).enter(clerk)
    shown = browser.get(f"/m/wishes/new?for={ward.id}")
    assert "孙桂兰" in shown.words
    sent = browser.submit(
        shown,
        "/m/wishes/new",
        kind="goods",
        title=TITLE,
        needed_by="2026-12-10",
        consent__witness="许见证",
    )
    assert sent.status == 200, sent.words
    (wish,) = every(Wish)
    assert wish.person_id == ward.id
    # an error keeps the banner and who it is for
    shown = browser.get(f"/m/wishes/new?for={ward.id}")
    sent = browser.submit(shown, "/m/wishes/new", title="")
    assert sent.status == 422
    assert "孙桂兰" in sent.words
    form = sent.form("/m/wishes/new")
    assert form.fields["on_behalf_of"] == ward.id
