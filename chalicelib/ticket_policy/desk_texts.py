"""The words of the desk about ticket policies."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

_PARTS: Mapping[str, Text] = {
    "rules.part.limits": text(zh="时限", en="Time limits"),
    "rules.part.rules": text(zh="先派给谁", en="Who gets a ticket first"),
    "rules.part.ladder": text(
        zh="没人接，升给谁", en="Who gets it when nobody acts"
    ),
    "rules.part.office": text(zh="办公时间", en="Office hours"),
    "rules.part.numbers": text(zh="暂缓、重开和反复", en="Holds and reopening"),
    "rules.part.categories": text(zh="问题种类", en="Kinds of problems"),
    "rules.change.limits": text(zh="改时限", en="Change the limits"),
    "rules.change.rules": text(zh="改派单规则", en="Change the routing"),
    "rules.change.ladder": text(zh="改升级", en="Change the escalation"),
    "rules.change.office": text(zh="改办公时间", en="Change the hours"),
    "rules.change.numbers": text(zh="改这些天数", en="Change these numbers"),
    "rules.change.categories": text(zh="改问题种类", en="Change the kinds"),
    "rules.note.limits": text(
        zh="从居民反映起算。超过了就升一级。",
        en="From the report on. What is late goes up one level.",
    ),
    "rules.note.rules": text(
        zh="没有规则的，先给网格员。最细的规则算数。",
        en="Without a rule the grid worker has it. The most specific rule holds.",
    ),
    "rules.note.ladder": text(
        zh="每升一级，再给一段时间。最后一级必须是街道。",
        en="Each level has some more time. The last one is always the street.",
    ),
    "rules.note.office": text(
        zh="不紧急的时限只算办公时间。节假日不算，自己的日子在最前。",
        en="Limits that are not urgent count office hours only. Own days go before holidays.",
    ),
    "rules.note.categories": text(
        zh="居民反映时选的种类。",
        en="The kinds that residents choose from.",
    ),
    "rules.ask.limits": text(
        zh="写小时，可以写小数：0.25 就是 15 分钟。办公时间一天 8 小时。",
        en="In hours, such as 0.25 for 15 minutes. A day of office hours has 8.",
    ),
    "rules.ask.rules": text(
        zh="每条写：哪里、哪种问题、先给谁。给某一个人就填其编号。",
        en="Each rule: where, which kind, and who is first. For one person give their id.",
    ),
    "rules.ask.ladder": text(
        zh="百分比是升到这一级后再给的时间，占原时限的多少。",
        en="The percentage is the time that this level gets, of the limit itself.",
    ),
    "rules.ask.office": text(
        zh="空着就是休息。时间写成 08:30，半夜写 24:00。",
        en="Empty means off. Write times like 08:30, and midnight as 24:00.",
    ),
    "rules.ask.numbers": text(zh="都是整数。", en="Whole numbers only."),
    "rules.ask.categories": text(
        zh="这里只改三样。名称、新增种类和要居民回答的问题，请技术人员通过接口改。",
        en="Only these three are changed here. Names, further kinds and questions are changed "
        "by your technicians, through the API.",
    ),
}
_WORDS: Mapping[str, Text] = {
    "rules.title": text(zh="工单规则", en="Rules for tickets"),
    "rules.intro": text(
        zh="{street}的工单按这些规则办。改动只对以后的工单有效。",
        en="Tickets of {street} follow these rules. A change counts for later tickets only.",
    ),
    "rules.version": text(zh="第 {n} 版", en="Version {n}"),
    "rules.defaults": text(
        zh="还没改过，用的是系统的规则。", en="As installed; never changed."
    ),
    "rules.warnings": text(zh="请注意", en="Please note"),
    "rules.see_gaps": text(zh="去补", en="Fill them"),
    "rules.kind": text(zh="哪种问题", en="Kind"),
    "rules.counted": text(zh="怎样算", en="Counted"),
    "rules.always": text(zh="夜里和周末也算", en="Nights and weekends, too"),
    "rules.in_office": text(zh="只算办公时间", en="Office hours only"),
    "rules.hours": text(zh="{n} 小时", en="{n} h"),
    "rules.clock.accept": text(zh="受理", en="Accept"),
    "rules.clock.contact": text(zh="联系居民", en="Contact"),
    "rules.clock.resolve": text(zh="办结", en="Resolve"),
    "rules.clock.call_back": text(zh="居民确认", en="Confirmed"),
    "rules.clock.remind": text(zh="街道多久催一次", en="Reminders"),
    "rules.urgency": text(zh="急不急", en="Urgency"),
    "rules.urgency.urgent": text(zh="紧急", en="Urgent"),
    "rules.urgency.utility": text(zh="水电气热", en="Utilities"),
    "rules.urgency.general": text(zh="一般", en="General"),
    "rules.urgency.complex": text(zh="复杂", en="Complex"),
    "rules.everywhere": text(zh="整个街道", en="The whole street"),
    "rules.every_kind": text(zh="所有种类", en="Every kind"),
    "rules.percent": text(zh="再给时限的 {n}%", en="{n} % of the limit more"),
    "rules.percent_label": text(
        zh="再给时限的百分之几", en="Further time, % of the limit"
    ),
    "rules.weekday.1": text(zh="周一", en="Monday"),
    "rules.weekday.2": text(zh="周二", en="Tuesday"),
    "rules.weekday.3": text(zh="周三", en="Wednesday"),
    "rules.weekday.4": text(zh="周四", en="Thursday"),
    "rules.weekday.5": text(zh="周五", en="Friday"),
    "rules.weekday.6": text(zh="周六", en="Saturday"),
    "rules.weekday.7": text(zh="周日", en="Sunday"),
    "rules.day_off": text(zh="休息", en="Off"),
    "rules.like_monday": text(zh="像周一一样上班", en="Worked like a Monday"),
    "rules.own_hours": text(zh="按下面的时间", en="The hours below"),
    "rules.own_days": text(zh="街道自己的日子", en="Own days of the street"),
    "rules.own_note": text(
        zh="比如调休、大扫除。国家节假日已经算好，不用写。",
        en="Such as a working Saturday. Public holidays are known already.",
    ),
    "rules.another_day": text(zh="再加一天", en="Another day"),
    "rules.day": text(zh="哪一天", en="Day"),
    "rules.day_kind": text(zh="上不上班", en="Worked or off"),
    "rules.day_note": text(zh="说明", en="Note"),
    "rules.morning_from": text(zh="上午从", en="Morning from"),
    "rules.afternoon_from": text(zh="下午从", en="Afternoon from"),
    "rules.until_hour": text(zh="到", en="until"),
    "rules.says.hold": text(
        zh="一次最多暂缓 {days} 天，一件最多 {n} 次。",
        en="A hold lasts {days} days at most; a ticket has {n} at most.",
    ),
    "rules.says.reopen": text(
        zh="结束后 {days} 天内，居民说没解决就重开，时限减到 {percent}%。",
        en="Within {days} days of its end a ticket is reopened, with {percent} % of the limits.",
    ),
    "rules.says.hot_spot": text(
        zh="一栋楼 {days} 天内同一种问题反映 {n} 次，就列为反复发生。",
        en="A building with {n} reports of one kind within {days} days is a hot spot.",
    ),
    "rules.number.hold_days": text(
        zh="一次最多暂缓几天", en="Days of a hold, at most"
    ),
    "rules.number.holds": text(
        zh="一件最多暂缓几次", en="Holds of a ticket, at most"
    ),
    "rules.number.reopen_days": text(
        zh="结束后几天内可以重开", en="Days in which a ticket is reopened"
    ),
    "rules.number.reopen_percent": text(
        zh="重开后的时限是原来的百分之几", en="Limits then, in %"
    ),
    "rules.number.hot_spot_reports": text(
        zh="几次算反复发生", en="Reports that make a hot spot"
    ),
    "rules.number.hot_spot_days": text(zh="几天之内", en="Within so many days"),
    "rules.photo": text(zh="办结要照片", en="Photo when done"),
    "rules.try": text(zh="先试一试", en="Try it first"),
    "rules.save_note": text(
        zh="「先试一试」用最近 90 天的工单算一遍，什么都不改。保存由街道管理员来点。",
        en="“Try it first” computes the tickets of 90 days anew. It changes nothing. Only an "
        "administrator of the street can save.",
    ),
    "rules.drop": text(zh="删去这一条", en="Remove this one"),
    "rules.another_limit": text(
        zh="给某一种问题单独的时限", en="Own limits for one kind"
    ),
    "rules.none_chosen": text(zh="不加", en="None"),
    "rules.where": text(zh="哪里", en="Where"),
    "rules.to": text(zh="先给谁", en="First"),
    "rules.person": text(zh="或某人的编号", en="or a person's id"),
    "rules.rule": text(zh="第 {n} 条", en="Rule {n}"),
    "rules.new_row": text(zh="（新）", en="(new)"),
    "rules.used": text(zh="用这一级（{role}）", en="Use this level ({role})"),
    "rules.tried": text(zh="如果这样改", en="With these changes"),
    "rules.tried_note": text(
        zh="拿最近 {days} 天的 {n} 件工单算了一遍。还没有保存。",
        en="Computed with {n} tickets of the last {days} days. Nothing is saved yet.",
    ),
    "rules.tried_cut": text(
        zh="工单太多，只算了最近的。", en="Only the latest, for there are many."
    ),
    "rules.effect": text(zh="结果", en="Effect"),
    "rules.before": text(zh="现在的规则", en="Present rules"),
    "rules.after": text(zh="改了以后", en="Changed rules"),
    "rules.late": text(zh="{clock}超时的", en="{clock}: late"),
    "rules.reached": text(zh="最高升到{level}的", en="Went up to: {level}"),
    "rules.moved": text(
        zh="{n} 件会先给别人。", en="{n} would go to somebody else first."
    ),
    "rules.examples": text(zh="比如：", en="For example:"),
    "rules.example": text(zh="工单 {n}", en="Ticket {n}"),
    "rules.no_change": text(
        zh="没有一件会不一样。", en="Nothing would be different."
    ),
    "ticket_policy.said.saved": text(
        zh="规则已保存，以后的工单按新的办。",
        en="The rules are saved, and hold for later tickets.",
    ),
}

WORDS: Mapping[str, Text] = {**_PARTS, **_WORDS}
