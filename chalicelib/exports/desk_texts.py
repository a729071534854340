"""The words of the desk about exports."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "exports.title": text(zh="下载名单", en="Lists as files"),
    "exports.intro": text(
        zh="把一段时间的心愿、工单或消息做成表格。做好会通知您，一天内可以下载。",
        en="Wishes, tickets or messages of some days as a table. You are told when it is ready; "
        "it can be fetched for a day.",
    ),
    "exports.what": text(zh="哪种名单", en="List"),
    "exports.list.wishes": text(zh="心愿", en="Wishes"),
    "exports.list.tickets": text(zh="工单", en="Tickets"),
    "exports.list.messages": text(zh="消息", en="Messages"),
    "exports.list.data": text(zh="我的资料", en="My data"),
    "exports.where": text(zh="地点", en="Place"),
    "exports.days": text(zh="日期", en="Days"),
    "exports.state": text(zh="进展", en="State"),
    "exports.state.queued": text(zh="排队", en="Queued"),
    "exports.state.running": text(zh="正在做", en="Being made"),
    "exports.state.ready": text(zh="做好了", en="Ready"),
    "exports.state.failed": text(zh="没做成", en="Failed"),
    "exports.state.gone": text(zh="已删除", en="Deleted"),
    "exports.failure.forbidden": text(
        zh="您不能再看这里", en="You may not read this any more"
    ),
    "exports.failure.too_many_rows": text(
        zh="太多了，请分几段", en="Too many rows; ask for fewer days"
    ),
    "exports.failure.storage": text(
        zh="存不下来，请再要一次", en="It could not be stored; ask again"
    ),
    "exports.failure.server": text(
        zh="系统出错，请再要一次", en="An error of the system; ask again"
    ),
    "exports.rows": text(zh="{n} 行", en="{n} rows"),
    "exports.until": text(zh="{when} 前下载", en="fetch it until {when}"),
    "exports.file": text(zh="文件", en="File"),
    "exports.fetch": text(zh="下载", en="Fetch"),
    "exports.delete": text(zh="删除", en="Delete"),
    "exports.none": text(
        zh="您还没有要过名单。", en="You have asked for none yet."
    ),
    "exports.new": text(zh="要一份新的", en="Ask for another"),
    "exports.from": text(zh="从哪天", en="From"),
    "exports.to": text(zh="到哪天", en="To"),
    "exports.format": text(zh="格式", en="Format"),
    "exports.xlsx": text(zh="Excel 表格", en="Excel table"),
    "exports.csv": text(zh="CSV 文本", en="CSV text"),
    "exports.full": text(
        zh="要完整电话（会记下来）", en="Phones in full (it is recorded)"
    ),
    "exports.full_tag": text(zh="完整电话", en="Full phones"),
    "exports.reason_hint": text(
        zh="要完整电话时必须写。", en="Needed for full phones."
    ),
    "exports.ask": text(zh="要这份名单", en="Ask for it"),
    "exports.said.asked": text(
        zh="正在做，做好会通知您。", en="It is being made. You will be told."
    ),
    "exports.said.deleted": text(zh="已删除。", en="It is deleted."),
}
