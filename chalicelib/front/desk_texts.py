"""The words of the desk's rarer pages, and which there are."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["INDEX", "WORDS"]

INDEX: Mapping[str, Mapping[str, str]] = {
    "arrange": {
        "places": "/admin/places",
        "rules": "/admin/rules",
        "matching": "/admin/matching",
    },
    "check": {"audit": "/admin/audit", "exports": "/admin/exports"},
    "print": {
        "doors": "/admin/print/doors",
        "visits": "/admin/print/visits",
        "wall": "/admin/print/wall",
        "month": "/admin/print/month",
    },
    "own": {"factor": "/admin/factor", "devices": "/m/me/sessions"},
}

WORDS: Mapping[str, Text] = {
    "more.group.arrange": text(zh="安排", en="Arrange"),
    "more.group.check": text(zh="查和下载", en="Check and download"),
    "more.group.print": text(zh="打印", en="Print"),
    "more.group.own": text(zh="我的账号", en="My account"),
    "more.page.places": text(zh="地点和值班", en="Places and duty"),
    "more.note.places": text(
        zh="谁值班，哪里没人接。", en="Who is on duty, and where nobody is."
    ),
    "more.page.rules": text(zh="工单规则", en="Rules for tickets"),
    "more.note.rules": text(
        zh="时限、派单、升级、办公时间。",
        en="Limits, routing, escalation, office hours.",
    ),
    "more.page.matching": text(zh="找志愿者", en="Matching"),
    "more.note.matching": text(
        zh="配了哪些人，怎样挑人。",
        en="Who was asked, and how they are chosen.",
    ),
    "more.page.audit": text(zh="安全记录", en="Security trail"),
    "more.note.audit": text(
        zh="谁看过、改过谁的资料。", en="Who looked at or changed what."
    ),
    "more.page.exports": text(zh="下载名单", en="Lists as files"),
    "more.note.exports": text(
        zh="心愿、工单、消息的表格。", en="Wishes, tickets, messages as tables."
    ),
    "more.page.doors": text(zh="门口海报", en="Posters for doors"),
    "more.note.doors": text(
        zh="一个单元一张，带二维码。", en="One for each unit, with a QR code."
    ),
    "more.page.visits": text(zh="走访清单", en="List of visits"),
    "more.note.visits": text(
        zh="要上门告诉谁、说什么。", en="Who is to be told what at the door."
    ),
    "more.page.wall": text(zh="心愿海报", en="Poster of wishes"),
    "more.note.wall": text(
        zh="一张 A4，贴在公告栏。", en="A sheet of A4 for the notice board."
    ),
    "more.page.month": text(zh="月报", en="The month"),
    "more.note.month": text(
        zh="这个月的数据，一页纸。", en="The figures of this month on a page."
    ),
    "more.page.factor": text(zh="动态口令", en="Second factor"),
    "more.note.factor": text(
        zh="看电话、给角色之前要用。", en="Needed before phones and roles."
    ),
    "more.page.devices": text(zh="登录的设备", en="Devices"),
    "more.note.devices": text(
        zh="丢了手机，在这里让它退出。", en="Sign a lost phone out here."
    ),
    "poster.title": text(zh="心愿海报", en="Poster of wishes"),
    "poster.intro": text(
        zh="用浏览器的打印，一张 A4。上面只有公开的字，没有姓名和门牌。",
        en="Print it on A4. Only public words are on it: no names and no doors.",
    ),
    "poster.heading": text(
        zh="{place}的邻居有这些心愿", en="Wishes of neighbours in {place}"
    ),
    "poster.until": text(zh="{day} 前", en="by {day}"),
    "poster.none": text(
        zh="现在没有等人认领的心愿。", en="No wish waits for a helper now."
    ),
    "poster.scan": text(
        zh="扫一扫，帮邻居一个忙", en="Scan it, and help a neighbour"
    ),
}
