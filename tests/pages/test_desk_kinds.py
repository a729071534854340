"""Each kind of task of the queue has a way on: a form in the queue, or the page of its work."""

import re

import pytest

from ..cases import MakeTask, cases_by_feature
from ..privacy.cases import CASES as PRIVACY
from ..replies.cases import CASES as REPLIES
from ..world import BAIHUA, STREET, World
from .browser import Browser, Shown
from .test_desk_queue import desk

MAKERS: dict[str, MakeTask] = {
    kind: make
    for cases in cases_by_feature().values()
    for kind, make in cases.waiting.items()
}
WORK = re.compile(r"/admin/(wishes|tickets|people)/[a-z]{3}_")


def street_desk(world: World) -> Browser:
    """Return a browser of a street administrator, who sees every kind."""
    return Browser(world).enter(world.admin)


def first_of(browser: Browser, kind: str, place: str = STREET) -> Shown:
    """Open the first task of a kind."""
    shown = browser.get(f"/admin?place={place}&kind={kind}")
    links = [link for link in shown.links() if "item=" in link]
    assert links, shown.words
    return browser.get(links[0])


@pytest.mark.parametrize("kind", MAKERS)
def test_a_task_has_a_way_on(world: World, kind: str) -> None:
    MAKERS[kind](world)
    shown = first_of(street_desk(world), kind)
    assert shown.status == 200, shown.words
    _, _, pane = shown.text.partition('id="item"')
    pane, _, _ = pane.partition("</section>")
    forms = re.findall(r'<form method="post" action="([^"]+)"', pane)
    works = [
        link for link in re.findall(r'href="([^"]+)"', pane) if WORK.match(link)
    ]
    is_own_record = (
        "同事打电话" in pane
    )  # who recorded a consent does not check it
    assert forms or works or is_own_record, pane


def test_a_call_back_is_answered_in_the_queue(world: World) -> None:
    PRIVACY.waiting["consent.call_back"](world)
    browser = desk(world)  # a colleague of the one who recorded it
    shown = first_of(browser, "consent.call_back", BAIHUA)
    form = shown.form("/admin/queue/call-back")
    sent = browser.post(
        "/admin/queue/call-back", {**form.fields, "given": "true"}
    )
    shown = browser.get(sent.header("location"))
    assert "已记下：本人同意过。" in shown.words
    assert "都办完了。" in shown.words


def test_a_reply_is_seen_to_in_the_queue(world: World) -> None:
    REPLIES.waiting["message.reply"](world)
    browser = street_desk(world)
    shown = first_of(browser, "message.reply")
    shown = browser.submit(shown, "/admin/queue/handled", "已看过")
    assert "1 项已看过" in shown.words
    assert "都办完了。" in shown.words
