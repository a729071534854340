"""The words of the desk about figures."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "figures.title": text(zh="数据", en="Figures"),
    "figures.months": text(zh="月份", en="Months"),
    "figures.download": text(zh="下载表格", en="Download as a table"),
    "figures.by.community": text(zh="按社区", en="By community"),
    "figures.by.grid": text(zh="按网格", en="By grid"),
    "figures.by.category": text(zh="按种类", en="By kind"),
    "figures.by.month": text(zh="按月", en="By month"),
    "figures.tickets": text(zh="工单", en="Tickets"),
    "figures.reported": text(zh="反映", en="Reported"),
    "figures.open": text(zh="还没办完", en="Still open"),
    "figures.waiting": text(zh="等居民确认", en="To be confirmed"),
    "figures.unanswered": text(zh="结束了没人回答", en="Closed without answer"),
    "figures.how_good": text(zh="办得怎样", en="How well"),
    "figures.rate.response": text(zh="按时联系", en="Contacted in time"),
    "figures.rate.solution": text(zh="一次办好", en="Solved at once"),
    "figures.rate.satisfaction": text(zh="满意", en="Satisfied"),
    "figures.rate.bounces": text(zh="被退回", en="Returned"),
    "figures.opened": text(zh="新上墙", en="New on the wall"),
    "figures.fulfilled": text(zh="完成", en="Fulfilled"),
    "figures.ended": text(zh="没有完成", en="Ended otherwise"),
    "figures.wait": text(zh="一般等多久", en="Median wait"),
    "figures.hours": text(zh="{n} 小时", en="{n} hours"),
    "figures.days": text(zh="{n} 天", en="{n} days"),
    "figures.no_case": text(zh="还没有", en="none yet"),
    "figures.sms": text(zh="短信花费", en="Spent on SMS"),
    "figures.spent": text(
        zh="{spent} / {budget} 元", en="{spent} of {budget} yuan"
    ),
    "figures.spent_note": text(
        zh="整个街道，{month}。", en="The whole street, {month}."
    ),
    "figures.interval_note": text(
        zh="括号里和横线是可能的范围：件数越少，范围越宽。范围重叠的不要排名。没人回答的另列，不算办好也不算没办好。",
        en="In brackets and as lines: the likely range, wider for fewer tickets. Do not rank "
        "where ranges overlap. What nobody has answered counts neither way.",
    ),
    "figures.cut": text(
        zh="工单太多，只算了 {day} 以后的。",
        en="Too many: counted from {day} on only.",
    ),
    "figures.group": text(zh="分组", en="Group"),
    "figures.category": text(zh="种类", en="Kind"),
    "figures.of": text(zh="{n} 件", en="of {n}"),
    "figures.none": text(
        zh="这个月还没有工单。换个月份或地点。",
        en="There was no ticket this month. Try another month or place.",
    ),
    "figures.spots": text(zh="反复发生的地方", en="Where it happens again"),
    "figures.reports": text(zh="反映次数", en="Reports"),
    "figures.latest": text(zh="最近一次", en="Latest"),
    "figures.root": text(zh="治本", en="The cause"),
    "figures.root_ticket": text(zh="立一件治本的", en="Report the cause"),
    "figures.no_spots": text(
        zh="最近没有反复发生的。", en="Nothing has happened again lately."
    ),
}
