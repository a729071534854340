"""Texts about tickets in every language. SMS texts name no resident and no address."""

from collections.abc import Mapping
from dataclasses import replace

from ..kernel.template import Template, Templates, Urgency
from ..kernel.text_catalogue import Text, text

__all__ = [
    "MESSAGES",
    "REFUSALS",
    "SAYS",
    "WHY",
]

REFUSALS = {
    "ticket.at_the_top": text(
        zh="已经在街道，无法再上报。", en="The ticket is at the street level already."
    ),
    "ticket.bounced_out": text(
        zh="已退回两次，不能再退回。",
        en="The ticket was returned twice and cannot be returned again.",
    ),
    "ticket.cannot_have_it": text(
        zh="此人不负责这里。", en="This person does not serve this place."
    ),
    "ticket.cannot_merge": text(
        zh="这两件事不能合并。", en="These two tickets cannot be merged."
    ),
    "ticket.cannot_take": text(
        zh="那件事已结束或合并过多。",
        en="The other ticket is closed, or has too many merged tickets.",
    ),
    "ticket.category_unknown": text(
        zh="没有这个类别。", en="There is no such category."
    ),
    "ticket.has_it_already": text(
        zh="已经由其负责。", en="This person has the ticket already."
    ),
    "ticket.held_too_often": text(
        zh="最多挂起 {times} 次。", en="It can be put on hold {times} times at most."
    ),
    "ticket.hold_out_of_range": text(
        zh="挂起时间应在 {days} 天之内。",
        en="A hold ends in the future, within {days} days.",
    ),
    "ticket.internal": text(
        zh="只有处理人员可以写内部备注。",
        en="Internal notes are for those who work on the ticket.",
    ),
    "ticket.merged": text(
        zh="已与另一件合并处理。", en="The ticket was merged into another."
    ),
    "ticket.must_be_assigned": text(
        zh="已退回两次，须由上一级指定处理人。",
        en="It was sent back twice: the level above names who sees to it.",
    ),
    "ticket.not_reported": text(
        zh="此人没有反映过这件事。", en="This person has not reported the ticket."
    ),
    "ticket.nobody_there": text(
        zh="这里没有人担任该职责。", en="Nobody is on duty there in that role."
    ),
    "ticket.others_joined": text(
        zh="还有邻居反映了同一问题，不能撤回。",
        en="Neighbours have joined it; it cannot be taken back.",
    ),
    "ticket.over_too_long": text(
        zh="结束已超过 {days} 天，请重新反映。",
        en="It ended more than {days} days ago. Please report it anew.",
    ),
    "ticket.own": text(zh="您已反映过这件事。", en="You have reported this already."),
    "ticket.photo_needed": text(
        zh="请附上处理后的照片。", en="Please add a photo of the result."
    ),
    "ticket.too_many": text(
        zh="今天反映得太多了，请明天再来。",
        en="Too many reports today. Please come back tomorrow.",
    ),
    "ticket.wrong_state": text(
        zh="当前状态（{state}）不能这样操作。",
        en="The ticket is {state}; this cannot be done from there.",
    ),
}

# The facts that a message takes, and the most characters of each.
_MOST = {"what": 20, "where": 10, "reason": 30, "solution": 30, "until": 5}


_RESIDENT, _HOLDER, _STAFF = "the resident", "the assignee", "the staff on duty"


def _template(said: Text, told: str, *slots: str, **more: object) -> Template:
    values: dict[str, object] = {
        "parts": 2,
        "slots": {name: _MOST[name] for name in slots},
    }
    return Template(said, told=told, for_staff=told == _STAFF, **(values | more))  # type: ignore[arg-type]


_FOR_THOSE_WHO_WORK: Mapping[str, Template] = {
    "new": _template(
        text(
            zh="「{what}」待您受理（{where}）",
            en="“{what}” in {where} waits for you to accept it.",
        ),
        _HOLDER,
        "what",
        "where",
    ),
    "new_staff": _template(
        text(
            zh="「{what}」无人值守，请受理（{where}）",
            en="“{what}” in {where} waits; nobody is on duty.",
        ),
        _STAFF,
        "what",
        "where",
    ),
    "assigned": _template(
        text(
            zh="「{what}」已交您处理（{where}），详情见应用",
            en="“{what}” in {where} is yours to see to.",
        ),
        _HOLDER,
        "what",
        "where",
        parts=1,
    ),
    "back": _template(
        text(
            zh="「{what}」居民反映未解决，请再处理：{reason}",
            en="“{what}” is not solved, please see to it again: {reason}",
        ),
        _HOLDER,
        "what",
        "reason",
    ),
    "bounced_staff": _template(
        text(zh="「{what}」被退回：{reason}", en="“{what}” was sent back: {reason}"),
        _STAFF,
        "what",
        "reason",
    ),
    "must_assign_staff": _template(
        text(
            zh="「{what}」已退回两次，请指定处理人（{where}）",
            en="“{what}” was sent back twice. Please name who sees to it ({where}).",
        ),
        _STAFF,
        "what",
        "where",
    ),
    "climbed_staff": _template(
        text(
            zh="「{what}」逾期升级，请处理（{where}）",
            en="“{what}” is overdue and has come to you ({where}).",
        ),
        _STAFF,
        "what",
        "where",
    ),
    "overdue_staff": _template(
        text(
            zh="「{what}」仍未办结，请督办（{where}）",
            en="“{what}” is still overdue ({where}).",
        ),
        _STAFF,
        "what",
        "where",
        parts=1,
    ),
    "reopened_staff": _template(
        text(
            zh="「{what}」未解决，已升级（{where}）",
            en="“{what}” was not solved and has come to you ({where}).",
        ),
        _STAFF,
        "what",
        "where",
    ),
}
_FOR_THE_OTHERS: Mapping[str, Template] = {
    "said": _template(
        text(
            zh="「{what}」的居民有新留言，见应用",
            en="There is news from who reported “{what}”. See the app.",
        ),
        _HOLDER,
        "what",
        urgency=Urgency.LOW,
    ),
    "over": _template(
        text(
            zh="「{what}」已结束，不用再处理",
            en="“{what}” is over; nothing more is needed.",
        ),
        _HOLDER,
        "what",
        parts=1,
    ),
    "released": _template(
        text(
            zh="「{what}」挂起到期，请继续处理",
            en="The hold of “{what}” is over: go on.",
        ),
        _HOLDER,
        "what",
        parts=1,
    ),
    "released_staff": _template(
        text(zh="「{what}」挂起到期，恢复计时", en="The hold of “{what}” is over."),
        _STAFF,
        "what",
        parts=1,
    ),
    "accepted": _template(
        text(zh="您反映的「{what}」已受理", en="“{what}” has been accepted."),
        _RESIDENT,
        "what",
        can_wait=True,
        parts=1,
    ),
    "commented": _template(
        text(
            zh="您反映的「{what}」有新回复，见应用或问网格员",
            en="There is an answer about “{what}”.",
        ),
        _RESIDENT,
        "what",
        can_wait=True,
        parts=1,
    ),
    "held": _template(
        text(
            zh="您反映的「{what}」暂缓到{until}：{reason}",
            en="“{what}” waits until {until}: {reason}",
        ),
        _RESIDENT,
        "what",
        "until",
        "reason",
        can_wait=True,
    ),
    "resolved": _template(
        text(
            zh="您反映的「{what}」已处理。解决了请回复1，没解决回复2",
            en="“{what}” is done. Reply 1 if it is solved, 2 if not.",
        ),
        _RESIDENT,
        "what",
        asks=True,
    ),
    "unanswered": _template(
        text(
            zh="「{what}」解决了吗？解决了请回复1，没解决回复2",
            en="Is “{what}” solved? Reply 1 if it is, 2 if not.",
        ),
        _RESIDENT,
        "what",
        asks=True,
    ),
    "closed": _template(
        text(
            zh="您反映的「{what}」已结束：{reason}", en="“{what}” was closed: {reason}"
        ),
        _RESIDENT,
        "what",
        "reason",
        can_wait=True,
    ),
    "merged": _template(
        text(
            zh="您反映的「{what}」与邻居的合并处理，会一并告知",
            en="“{what}” is seen to together with a neighbour's report.",
        ),
        _RESIDENT,
        "what",
        can_wait=True,
    ),
    "turned": _template(
        text(
            zh="您反映的「{what}」已转为微心愿，志愿者来帮忙",
            en="“{what}” has become a wish that volunteers can take.",
        ),
        _RESIDENT,
        "what",
        can_wait=True,
    ),
}


def _urgent(template: Template) -> Template:
    """Return the same for what threatens life or property: no quiet hour holds it back."""
    return replace(
        template,
        text=text(zh="紧急！", en="Urgent! ") + template.text,
        urgency=Urgency.URGENT,
        parts=2,
    )


MESSAGES: Templates = {
    **{
        f"ticket.{kind}": template
        for kind, template in {**_FOR_THOSE_WHO_WORK, **_FOR_THE_OTHERS}.items()
    },
    **{
        f"ticket.urgent_{kind}": _urgent(template)
        for kind, template in _FOR_THOSE_WHO_WORK.items()
    },
}

SAYS = {
    "uncertain": text(
        zh="{years}年的法定节假日尚未公布，按平时的工作日计算。",
        en="The public holidays of {years} are not known yet; ordinary weeks are assumed.",
    ),
}
# Why a day was counted as it was.
WHY = {
    "street": text(zh="街道日历：{name}", en="the street's own calendar: {name}"),
    "holiday": text(zh="法定节假日：{name}", en="public holiday: {name}"),
    "makeup": text(zh="调休上班：{name}", en="a day worked instead: {name}"),
    "weekday": text(zh="平日", en="an ordinary day"),
    "unknown": text(zh="按平日推算", en="taken for an ordinary day"),
    "always": text(zh="不分昼夜", en="day and night"),
}
