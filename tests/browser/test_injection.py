"""Text is text: what attacks a page is shown as it was written, and names stay where they belong.

The fixture `phone` fails a test on a dialog, a CSP report, another error on the console, or a
request to another host.
"""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .comparing import NAMES
from .opening import open_page
from .pages import PAGES, OpenedPage
from .phone import Phone
from .street import Street
from .test_outbox import DOOR
from .test_volunteers import approve, claim
from .vectors import SHORT, VECTORS, texts_up_to

# No page of ours has any of these: what the browser made of a text would.
_MADE = """() => [...document.querySelectorAll(`main script, main style, main iframe,
  main object, main embed, main video, main math, main base, main meta, main link,
  title ~ title, main [style], main [autofocus], main [hx-trigger], p[data-outbox], p[data-poll]`)]
  .concat([...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(
    (each) => each.name.startsWith("on") || /^\\s*(javascript|data:text)/i.test(each.value)
      && ["href", "src", "action", "formaction", "data", "hx-get"].includes(each.name))))
  .map((one) => one.outerHTML.slice(0, 200))"""
# Fields of text, longer than their server takes: it shows them again beside the refusal.
_FILL = """(form, text) => {
  const fields = [...form.querySelectorAll("input, textarea")].filter((one) => !["hidden",
    "radio", "checkbox", "file", "date", "time"].includes(one.type));
  for (const one of fields) { one.removeAttribute("maxlength"); one.value = text; }
  form.noValidate = true;
  return fields.length;
}"""
_TEXTS = "textarea, [type=text], [type=search], [type=tel]"
_ECHO = " ".join(VECTORS)
_FORMS = [
    page
    for page in PAGES
    if page.name
    in {
        *("sign-in", "new-wish", "withdraw", "dispute", "deliver", "release"),
        *("report", "comment", "reply", "resolve", "hold"),
        *("people", "person", "new-person", "wish-for-person"),
        *("account", "volunteer"),
    }
]


def is_text(hand: Phone) -> None:
    """See that the browser made nothing of a text, and that no template read it."""
    hand.page.wait_for_load_state()
    assert hand.page.evaluate(_MADE) == []
    assert "49$" not in hand.page.content()


@pytest.mark.parametrize("page", _FORMS, ids=lambda page: page.name)
def test_what_a_form_shows_again_is_text(
    page: OpenedPage, phone: Callable[..., Phone]
):
    hand = phone(page.person)
    open_page(hand, page)
    form = hand.page.locator("main form:has(textarea, input:visible)").first
    is_search = page.name == "people"  # it refuses nothing that fits
    words = SHORT[0] if is_search else _ECHO
    assert form.evaluate(_FILL, words) > 0
    form.get_by_role("button").last.click()
    if not is_search:
        hand.page.locator(".errors").wait_for()
    field = hand.page.locator(f"main :is({_TEXTS})").first
    expect(field).to_have_value(words)
    is_text(hand)


def test_every_form_with_a_text_is_in_the_list():
    """A page with a field of text that is not tried would be a hole of this file.

    Those of the desk are tried with marks in every field by tests/pages/test_markup.py.
    """
    known = {page.name for page in _FORMS}
    fields = re.compile("- (textbox|searchbox)")
    with_text = {
        file.stem.removesuffix("-refused")
        for file in NAMES.glob("*.txt")
        if fields.search(file.read_text("utf-8"))
        and not file.stem.startswith(("desk-", "queue"))
    }
    assert with_text == known


def _write_wish(resident: Phone, title: str, story: str) -> str:
    resident.open("/m/wishes/new")
    resident.choose("物品")
    resident.write("需要什么？", title)
    resident.write("说一说", story)
    resident.write("什么时候之前？", "2026-12-20")
    resident.tap("提交")
    resident.sees("已提交")
    is_text(resident)
    return resident.path.partition("?")[0]


def test_what_is_kept_is_shown_as_text(
    phone: Callable[..., Phone], street: Street
):
    resident, helper = phone("0103"), phone("0011")
    worker, staff, visitor = phone("0004"), phone("0002"), phone()
    resident.open("/m/me/account")
    resident.write("姓名", SHORT[0])
    resident.write("门牌", SHORT[1])
    resident.tap("保存")
    is_text(resident)
    stories = texts_up_to(500)
    for number, title in enumerate(SHORT):
        path = _write_wish(resident, title, stories[number % len(stories)])
        approve(staff, path)
        is_text(staff)
        public = path.replace("/m/wishes", "/wall")
        _look(visitor, "/", "/wall", public, f"{public}?lang=en")
        claim(helper, path)
        is_text(helper)
        _look(helper, "/m", f"{path}/release", f"{path}/deliver")
    helper.tap("居民找不到码")
    resident.open(f"{path}/confirm")
    resident.choose("很满意")
    resident.write("感谢的话", texts_up_to(200)[0])
    resident.tap("提交")
    resident.sees("谢谢您告诉我们")
    _look(helper, path, "/m/me/hours", "/m/inbox")
    kinds = ("公共照明", "垃圾堆放")  # one more of a kind would be asked about
    for kind, words in zip(kinds, texts_up_to(900), strict=True):
        path = _report(resident, words, kind)
    worker.open(path)
    worker.tap("我来处理")
    worker.open(f"{path}/comment")
    worker.write("说一说", texts_up_to(200)[1])
    worker.tap("补充一句")
    worker.sees("已发出")
    is_text(worker)
    worker.open(f"{path}/resolve")
    worker.write("怎样解决的？", texts_up_to(200)[2])
    worker.tap("办完了")
    worker.sees("已记下")
    is_text(worker)
    street.run_due()
    _look(worker, "/m", "/m/tickets", "/m/visits", "/m/people", path)
    _look(staff, "/m", "/m/tickets", "/m/people", path, f"{path}/assign")
    _look(resident, "/m", "/m/tickets", "/m/wishes", "/m/inbox", path, "/m/me")
    _look(resident, "/m/me/data", f"/m/report?place={DOOR}")
    _look(visitor, "/problems", "/problems?status=closed", f"/b/{DOOR}")
    neighbour = phone("0102")
    _look(neighbour, f"/m/report?place={DOOR}", "/m/inbox")


def _report(resident: Phone, words: str, kind: str = "停水漏水") -> str:
    resident.open(f"/m/report?place={DOOR}")
    resident.choose(kind)
    resident.write("说一说", words)
    resident.write("具体", SHORT[0])
    resident.tap("提交")
    resident.sees("已收到")
    is_text(resident)
    return resident.path.partition("?")[0]


def _look(hand: Phone, *paths: str) -> None:
    for path in paths:
        hand.open(path)
        is_text(hand)


_KEPT = """async () => {
  const texts = [JSON.stringify({...sessionStorage}), JSON.stringify({...localStorage})];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      texts.push(request.url, await (await cache.match(request)).text());
    }
  }
  return texts;
}"""


def test_a_name_stays_where_it_belongs(
    phone: Callable[..., Phone], street: Street
):
    """A canary: the name, door and number of a resident whose wish is helped with."""
    canaries = ("金丝雀甘露", "7楼金丝雀室", "13900000104", "139 0000 0104")
    resident, helper, worker = phone("0104"), phone("0014"), phone("0004")
    resident.open("/m/me/account")
    resident.write("姓名", canaries[0])
    resident.write("门牌", canaries[1])
    resident.tap("保存")
    resident.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    path = _write_wish(resident, "一把轮椅", "走路不便。")
    approve(phone("0002"), path)
    claim(helper, path)
    helper.sees(canaries[0], canaries[1], canaries[3])
    ticket = _report(resident, "楼道里有积水")
    worker.open(ticket)
    public = path.replace("/m/wishes", "/wall")
    visitor = phone()
    for page in ("/", "/wall", public, "/problems", f"/b/{DOOR}", "/help"):
        visitor.open(page)
        _has_none(visitor.page.content(), canaries)
    for hand in (resident, helper, worker, visitor):
        kept = json.dumps(hand.page.evaluate(_KEPT), ensure_ascii=False)
        _has_none(kept, canaries)
    _has_none(street.log.read_text("utf-8"), canaries)


def _has_none(text: str, canaries: tuple[str, ...]) -> None:
    assert [each for each in canaries if each in text] == []
