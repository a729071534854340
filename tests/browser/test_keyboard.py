"""Pages by keyboard alone: the order of Tab is the order of reading, and the focus is seen."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from .phone import Phone

_WHERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {
    words: (one.labels && one.labels[0] || one).textContent.trim().slice(0, 20) || one.id,
    top: box.top + scrollY, left: box.left, wide: box.width,
    seen: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""
_MOST = 60


@pytest.mark.parametrize(
    ("person", "path", "last"),
    [
        ("", "/m/sign-in", "发送验证码"),
        ("0101", "/m/wishes/new", "提交"),
        ("0101", "/m/report", "提交"),
        ("0101", "/m/me/account", "保存"),
        ("0011", "/m/me/volunteer", "保存"),
    ],
)
def test_tab_goes_in_the_order_of_reading(
    person: str, path: str, last: str, phone: Callable[..., Phone]
):
    hand = phone(person)
    hand.open(path)
    seen = []
    for _ in range(_MOST):
        hand.page.keyboard.press("Tab")
        where = hand.page.evaluate(_WHERE)
        if where is None:
            break
        seen.append(where)
        if where["words"] == last:
            break
    assert seen[0]["words"] == "跳到正文"
    assert seen[-1]["words"] == last, seen
    assert [one["words"] for one in seen if not one["seen"]] == []
    for before, after in pairwise(seen[1:]):
        is_below = after["top"] >= before["top"] - 2
        assert is_below, (before, after)


def test_the_first_tab_skips_to_the_content(phone: Callable[..., Phone]):
    hand = phone("0101")
    hand.open("/m")
    hand.page.keyboard.press("Tab")
    hand.page.keyboard.press("Enter")
    hand.page.keyboard.press("Tab")
    focused = "document.activeElement.closest('main') !== null"
    assert hand.page.evaluate(focused)


def test_a_refused_form_puts_the_focus_on_what_is_wrong(
    phone: Callable[..., Phone],
):
    hand = phone()
    hand.open("/m/sign-in")
    hand.write("手机号", "1")
    hand.page.keyboard.press("Enter")
    hand.page.locator(".errors").wait_for()
    assert hand.page.title().startswith("出错了：")
    focused = "document.activeElement.className"
    assert hand.page.evaluate(focused) == "errors"
    assert hand.page.get_by_label("手机号").input_value() == "1"


def test_the_summary_of_a_refused_form_leads_to_each_field(
    phone: Callable[..., Phone],
):
    hand = phone("0101")
    hand.open("/m/wishes/new")
    form = hand.page.locator("main form")
    form.evaluate("form => form.noValidate = true")
    hand.tap("提交")
    summary = hand.page.locator(".errors")
    summary.get_by_text("有 3 处要改").wait_for()
    summary.get_by_role("link", name="需要什么：").click()
    focused = "document.activeElement.id"
    assert hand.page.evaluate(focused) == "title"
