"""The words of the pages of staff on foot."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "people.title": text(zh="居民", en="Residents"),
    "people.search": text(zh="姓名", en="Name"),
    "people.find": text(zh="查找", en="Find"),
    "people.none": text(zh="没有找到。", en="Nobody was found."),
    "people.not_staff": text(
        zh="这一页给工作人员用。", en="This page is for staff."
    ),
    "people.new": text(zh="登记居民", en="Register a resident"),
    "people.home": text(zh="住在", en="Home"),
    "people.note": text(
        zh="没有手机？怎样联系", en="No mobile phone? How to reach them"
    ),
    "people.act": text(zh="替居民办", en="Act for them"),
    "people.act_wish": text(zh="代提心愿", en="File a wish for them"),
    "people.act_report": text(zh="代反映问题", en="Report a problem for them"),
    "people.reveal": text(zh="显示电话和门牌", en="Show phone and door"),
    "people.reveal_hint": text(
        zh="写明原因。谁看过会记下来。",
        en="Give a reason. It is recorded who has looked.",
    ),
    "staff_directory.said.registered": text(
        zh="已登记。", en="They are registered."
    ),
}
