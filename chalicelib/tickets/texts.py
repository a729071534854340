"""What the house says about tickets, in both languages. SMS texts name no resident and no address."""

from collections.abc import Mapping
from dataclasses import replace

from ..kernel.template import Template, Templates, Told, Urgency
from ..kernel.words import Words

__all__ = [
    "MESSAGES",
    "REFUSALS",
    "SAYS",
    "WHY",
]

REFUSALS = {
    "ticket.at_the_top": Words("已经在街道，无法再上报。", "It is with the street already."),
    "ticket.bounced_out": Words("已退回两次，不能再退回。", "It was sent back twice and cannot be sent back again."),
    "ticket.cannot_have_it": Words("此人不负责这里。", "She does not serve this place."),
    "ticket.cannot_merge": Words("这两件事不能合并。", "These two cannot be seen to together."),
    "ticket.cannot_take": Words("那件事已结束或合并过多。", "The other one is over, or has too many with it already."),
    "ticket.category_unknown": Words("没有这个类别。", "There is no such category."),
    "ticket.has_it_already": Words("已经由其负责。", "She has it already."),
    "ticket.held_too_often": Words("最多挂起 {times} 次。", "It can be put on hold {times} times at most."),
    "ticket.hold_out_of_range": Words("挂起时间应在 {days} 天之内。", "A hold ends in the future, within {days} days."),
    "ticket.internal": Words("只有处理人员可以写内部备注。", "Only those who work on it write internal notes."),
    "ticket.merged": Words("已与另一件合并处理。", "It is seen to together with another."),
    "ticket.must_be_assigned": Words(
        "已退回两次，须由上一级指定处理人。", "It was sent back twice: the level above names who sees to it."
    ),
    "ticket.not_reported": Words("此人没有反映过这件事。", "She has not reported it."),
    "ticket.nobody_there": Words("这里没有人担任该职责。", "Nobody is on duty there in that role."),
    "ticket.others_joined": Words("还有邻居反映了同一问题，不能撤回。", "Neighbours have joined it; it cannot be taken back."),
    "ticket.over_too_long": Words(
        "结束已超过 {days} 天，请重新反映。", "It ended more than {days} days ago. Please report it anew."
    ),
    "ticket.own": Words("您已反映过这件事。", "You have reported it already."),
    "ticket.photo_needed": Words("请附上处理后的照片。", "Please add a photo of the result."),
    "ticket.too_many": Words("今天反映得太多了，请明天再来。", "Too many reports today. Please come back tomorrow."),
    "ticket.wrong_state": Words("当前状态（{state}）不能这样操作。", "The ticket is {state}; this cannot be done from there."),
}

# The facts that a message takes, and the most characters of each.
_MOST = {"what": 20, "where": 10, "reason": 30, "solution": 30, "until": 5}


def _template(zh: str, en: str, told: Told, *slots: str, **more: object) -> Template:
    values: dict[str, object] = {"parts": 2, "slots": {name: _MOST[name] for name in slots}}
    return Template(zh=zh, en=en, told=told, **(values | more))  # type: ignore[arg-type]


_FOR_THOSE_WHO_WORK: Mapping[str, Template] = {
    "new": _template("「{what}」待您受理（{where}）", "“{what}” in {where} waits for you to accept it.", Told.HOLDER, "what", "where"),
    "new_staff": _template("「{what}」无人值守，请受理（{where}）", "“{what}” in {where} waits; nobody is on duty.", Told.STAFF, "what", "where"),
    "assigned": _template("「{what}」已交您处理（{where}），详情见应用", "“{what}” in {where} is yours to see to.", Told.HOLDER, "what", "where", parts=1),
    "back": _template("「{what}」居民反映未解决，请再处理：{reason}", "“{what}” is not solved, please see to it again: {reason}", Told.HOLDER, "what", "reason"),
    "bounced_staff": _template("「{what}」被退回：{reason}", "“{what}” was sent back: {reason}", Told.STAFF, "what", "reason"),
    "must_assign_staff": _template("「{what}」已退回两次，请指定处理人（{where}）", "“{what}” was sent back twice. Please name who sees to it ({where}).", Told.STAFF, "what", "where"),
    "climbed_staff": _template("「{what}」逾期升级，请处理（{where}）", "“{what}” is overdue and has come to you ({where}).", Told.STAFF, "what", "where"),
    "overdue_staff": _template("「{what}」仍未办结，请督办（{where}）", "“{what}” is still overdue ({where}).", Told.STAFF, "what", "where", parts=1),
    "reopened_staff": _template("「{what}」未解决，已升级（{where}）", "“{what}” was not solved and has come to you ({where}).", Told.STAFF, "what", "where"),
}  # fmt: skip
_FOR_THE_OTHERS: Mapping[str, Template] = {
    "said": _template("「{what}」的居民有新留言，见应用", "There is news from who reported “{what}”. See the app.", Told.HOLDER, "what", urgency=Urgency.LOW),
    "over": _template("「{what}」已结束，不用再处理", "“{what}” is over; nothing more is needed.", Told.HOLDER, "what", parts=1),
    "released": _template("「{what}」挂起到期，请继续处理", "The hold of “{what}” is over: go on.", Told.HOLDER, "what", parts=1),
    "released_staff": _template("「{what}」挂起到期，恢复计时", "The hold of “{what}” is over.", Told.STAFF, "what", parts=1),
    "accepted": _template("您反映的「{what}」已受理", "“{what}” has been accepted.", Told.RESIDENT, "what", can_wait=True, parts=1),
    "commented": _template("您反映的「{what}」有新回复，见应用或问网格员", "There is an answer about “{what}”.", Told.RESIDENT, "what", can_wait=True, parts=1),
    "held": _template("您反映的「{what}」暂缓到{until}：{reason}", "“{what}” waits until {until}: {reason}", Told.RESIDENT, "what", "until", "reason", can_wait=True),
    "resolved": _template("您反映的「{what}」已处理。解决了请回复1，没解决回复2", "“{what}” is done. Reply 1 if it is solved, 2 if not.", Told.RESIDENT, "what", asks=True),
    "unanswered": _template("「{what}」解决了吗？解决了请回复1，没解决回复2", "Is “{what}” solved? Reply 1 if it is, 2 if not.", Told.RESIDENT, "what", asks=True),
    "closed": _template("您反映的「{what}」已结束：{reason}", "“{what}” was closed: {reason}", Told.RESIDENT, "what", "reason", can_wait=True),
    "merged": _template("您反映的「{what}」与邻居的合并处理，会一并告知", "“{what}” is seen to together with a neighbour's report.", Told.RESIDENT, "what", can_wait=True),
    "turned": _template("您反映的「{what}」已转为微心愿，志愿者来帮忙", "“{what}” has become a wish that volunteers can take.", Told.RESIDENT, "what", can_wait=True),
}  # fmt: skip


def _urgent(template: Template) -> Template:
    """Return the same for what threatens life or property: no quiet hour holds it back."""
    return replace(template, zh=f"紧急！{template.zh}", en=f"Urgent! {template.en}", urgency=Urgency.URGENT, parts=2)


MESSAGES: Templates = {
    **{f"ticket.{kind}": template for kind, template in {**_FOR_THOSE_WHO_WORK, **_FOR_THE_OTHERS}.items()},
    **{f"ticket.urgent_{kind}": _urgent(template) for kind, template in _FOR_THOSE_WHO_WORK.items()},
}

SAYS = {
    "uncertain": Words(
        "{years}年的法定节假日尚未公布，按平时的工作日计算。",
        "The public holidays of {years} are not known yet; ordinary weeks are assumed.",
    ),
}
# Why a day was counted as it was.
WHY = {
    "street": Words("街道日历：{name}", "the street's own calendar: {name}"),
    "holiday": Words("法定节假日：{name}", "public holiday: {name}"),
    "makeup": Words("调休上班：{name}", "a day worked instead: {name}"),
    "weekday": Words("平日", "an ordinary day"),
    "unknown": Words("按平日推算", "taken for an ordinary day"),
    "always": Words("不分昼夜", "day and night"),
}
