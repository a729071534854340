"""Texts about exports, by locale."""

from ..kernel.template import Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = ["KINDS", "MESSAGES", "REFUSALS"]

KINDS = {
    "wishes": text(zh="心愿", en="wishes"),
    "tickets": text(zh="工单", en="tickets"),
    "messages": text(zh="消息记录", en="messages"),
    "data": text(zh="个人数据", en="your data"),
}
MESSAGES: Templates = {
    "export.ready": Template(
        text(
            zh="您导出的{what}已生成，24小时内可在应用里下载",
            en="Your export of {what} is ready in the app for 24 hours",
        ).naming(what=KINDS),
        recipients="the person who asked for the export",
        slots={"what": 10},
        urgency=Urgency.LOW,
    ),
}
REFUSALS = {
    "export.gone": text(
        zh="文件已过期或已删除，请重新导出。",
        en="The file is too old or deleted. Please export again.",
    ),
    "export.not_ready": text(
        zh="文件还没有生成。", en="The file is not ready."
    ),
    "export.reason": text(
        zh="导出完整电话须写明理由。",
        en="An export with full phones needs a reason.",
    ),
    "export.too_large": text(
        zh="超过 {limit} 条，请改用后台导出，或缩小范围。",
        en="There are more than {limit} rows. Ask for an export job, or for less.",
    ),
    "export.too_many": text(
        zh="导出太多，请稍后再试。",
        en="Too many exports. Please try again later.",
    ),
    "export.too_many_rows": text(
        zh="超过 {limit} 行，请缩短日期，或换一种文件格式。",
        en="There are more than {limit} rows. Take CSV, or a shorter span.",
    ),
    "export.wrong_state": text(
        zh="这个导出现在不能这样操作。",
        en="This cannot be done with the export now.",
    ),
}
