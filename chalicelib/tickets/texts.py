"""Texts about tickets in every language. SMS texts name no resident and no address."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import DEFAULT_LOCALE, placeholders, text

__all__ = [
    "DAY_REASONS",
    "MESSAGES",
    "REFUSALS",
    "TICKET_STATES",
    "UNKNOWN_HOLIDAYS",
]

TICKET_STATES = {
    "open": text(zh="待受理", en="open"),
    "accepted": text(zh="已受理", en="accepted"),
    "assigned": text(zh="已派给处理人", en="assigned"),
    "on_hold": text(zh="已挂起", en="on hold"),
    "resolved": text(zh="已处理", en="resolved"),
    "closed": text(zh="已结束", en="closed"),
}
REFUSALS = {
    "ticket.at_the_top": text(
        zh="已经在街道，无法再上报。",
        en="The ticket is at the street level already.",
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
        zh="最多挂起 {times} 次。",
        en="A ticket can be put on hold {times} times at most.",
    ),
    "ticket.hold_out_of_range": text(
        zh="挂起时间应在 {days} 天之内。",
        en="A hold ends in the future, within {days} days.",
    ),
    "ticket.is_a_wish": text(
        zh="已转为微心愿。要重新处理，请先撤回心愿。",
        en="The ticket has become a wish. Withdraw the wish first.",
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
        en="The ticket was returned twice. The level above must assign it.",
    ),
    "ticket.not_reported": text(
        zh="此人没有反映过这件事。",
        en="This person has not reported the ticket.",
    ),
    "ticket.nobody_there": text(
        zh="这里没有人担任该职责。", en="Nobody is on duty there in that role."
    ),
    "ticket.no_home": text(
        zh="请先登记住址所在楼栋。", en="Register a home first."
    ),
    "ticket.not_near": text(
        zh="只能查看自己所在楼栋和社区的问题。",
        en="Only tickets of your own building and community can be listed.",
    ),
    "ticket.others_joined": text(
        zh="还有邻居反映了同一问题，不能撤回。",
        en="Neighbours have joined the ticket, so it cannot be withdrawn.",
    ),
    "ticket.over_too_long": text(
        zh="结束已超过 {days} 天，请重新反映。",
        en="The ticket ended more than {days} days ago. Please report the problem again.",
    ),
    "ticket.own_solution": text(
        zh="处理人不能代报告人确认，也不能提前结案。",
        en="Who solved it can neither confirm it nor close it before the reporters answer.",
    ),
    "ticket.own": text(
        zh="您已反映过这件事。", en="You have reported this problem already."
    ),
    "ticket.photo_needed": text(
        zh="请附上处理后的照片。", en="Please add a photo of the result."
    ),
    "ticket.place_or_near": text(
        zh="请填写 place 或 near，二者选一。",
        en="Give either `place` or `near`.",
    ),
    "ticket.private": text(
        zh="私下反映的事不公开。", en="A private ticket is never public."
    ),
    "ticket.published_too_often": text(
        zh="公开的进展太多了，请先撤下。",
        en="The ticket has too many public updates. Hide them first.",
    ),
    "ticket.too_many": text(
        zh="今天反映得太多了，请明天再来。",
        en="Too many reports today. Please come back tomorrow.",
    ),
    "ticket.too_many_comments": text(
        zh="今天留言太多了，请明天再来。",
        en="Too many comments today. Please come back tomorrow.",
    ),
    "ticket.too_many_here": text(
        zh="短时间内反映太多了，请稍后再来。",
        en="Too many reports in a short time. Please try again later.",
    ),
    "ticket.wrong_state": text(
        zh="当前状态（{state}）不能这样操作。",
        en="The ticket is {state}; this cannot be done from there.",
    ).naming(state=TICKET_STATES),
}

# The most UCS-2 units of each fact that a message takes.
_FACT_LENGTHS = {
    "what": 20,
    "where": 10,
    "reason": 30,
    "until": 5,
    "now": 11,
}
_RESIDENT, _ASSIGNEE, _STAFF = (
    "the resident",
    "the assignee",
    "the staff on duty",
)


def _template(recipient: str, zh: str, en: str, **options: Any) -> Template:
    """Return a template, of two parts by default, with the facts that its text takes."""
    template = Template(
        text(zh=zh, en=en),
        recipients=recipient,
        for_staff=recipient == _STAFF,
        for_work=recipient == _ASSIGNEE,
        pot=Pot.TICKETS,
        slots={name: _FACT_LENGTHS[name] for name in sorted(placeholders(zh))},
        parts=2,
    )
    return replace(template, **options)


_IS_IT_SOLVED = text(
    zh="解决了请回复{yes}，没解决回复{no}",
    en=" Reply {yes} if it is solved, {no} if not.",
)
# For those who work on a ticket. Each has an urgent form.
_WORK_MESSAGES: Mapping[str, Template] = {
    "new": _template(
        _ASSIGNEE,
        zh="「{what}」待您受理（{where}）",
        en="“{what}” in {where} waits for you to accept it.",
        brief=text(
            zh="「{what}」{where}待受理", en="“{what}” in {where} waits"
        ),
    ),
    "new_staff": _template(
        _STAFF,
        zh="「{what}」无人值守，请受理（{where}）",
        en="“{what}” in {where} waits; nobody is on duty.",
        brief=text(
            zh="「{what}」{where}待受理", en="“{what}” in {where} waits"
        ),
    ),
    "assigned": _template(
        _ASSIGNEE,
        zh="「{what}」已交您处理（{where}），详情见应用",
        en="“{what}” in {where} is assigned to you.",
        brief=text(
            zh="「{what}」{where}交您处理", en="“{what}” in {where} is yours"
        ),
        parts=1,
    ),
    "back": _template(
        _ASSIGNEE,
        zh="「{what}」居民反映未解决，请再处理，理由见应用",
        en="“{what}” is not solved, please work on it again. The reason is in the app.",
        brief=text(zh="「{what}」未解决", en="“{what}” is not solved"),
    ),
    "bounced_staff": _template(
        _STAFF,
        zh="「{what}」被退回，理由见应用",
        en="“{what}” was returned. The reason is in the app.",
        brief=text(zh="「{what}」被退回", en="“{what}” was returned"),
    ),
    "must_assign_staff": _template(
        _STAFF,
        zh="「{what}」已退回两次，请指定处理人（{where}）",
        en="“{what}” ({where}) was returned twice. Please assign it.",
        brief=text(
            zh="「{what}」{where}须指定处理人",
            en="“{what}” in {where} must be assigned",
        ),
    ),
    "climbed_staff": _template(
        _STAFF,
        zh="「{what}」逾期升级，请处理（{where}，{now}）",
        en="“{what}” ({where}, {now}) is overdue and was escalated to you.",
        brief=text(
            zh="「{what}」{where}逾期升级", en="“{what}” in {where} is overdue"
        ),
    ),
    "overdue_staff": _template(
        _STAFF,
        zh="「{what}」仍未办结，请督办（{where}，{now}）",
        en="“{what}” is still overdue ({where}, {now}).",
        brief=text(
            zh="「{what}」{where}仍未办结",
            en="“{what}” in {where} is still overdue",
        ),
    ),
    "reopened_staff": _template(
        _STAFF,
        zh="「{what}」未解决，已升级（{where}）",
        en="“{what}” ({where}) was not solved and was escalated to you.",
        brief=text(
            zh="「{what}」{where}未解决", en="“{what}” in {where} is not solved"
        ),
    ),
    "merged_in": _template(
        _ASSIGNEE,
        zh="「{what}」（{where}）并入新反映，请看时限",
        en="“{what}” in {where} has another report.",
        parts=1,
    ),
}
_OTHER_MESSAGES: Mapping[str, Template] = {
    "said": _template(
        _ASSIGNEE,
        zh="「{what}」的居民有新留言，见应用",
        en="A reporter commented on “{what}”. See the app.",
        parts=1,
        urgency=Urgency.LOW,
    ),
    "taken_over": _template(
        _ASSIGNEE,
        zh="「{what}」已转由他人处理",
        en="Somebody else has “{what}” now.",
        brief=text(zh="「{what}」已转他人", en="“{what}” is another's"),
        parts=1,
        urgency=Urgency.LOW,
    ),
    "over": _template(
        _ASSIGNEE,
        zh="「{what}」已结束，不用再处理",
        en="“{what}” has ended; nothing more is needed.",
        parts=1,
    ),
    "released": _template(
        _ASSIGNEE,
        zh="「{what}」挂起到期，请继续处理",
        en="The hold of “{what}” has ended: please go on.",
        parts=1,
    ),
    "released_staff": _template(
        _STAFF,
        zh="「{what}」挂起到期，恢复计时",
        en="The hold of “{what}” has ended.",
        parts=1,
    ),
    "accepted": _template(
        _RESIDENT,
        zh="您反映的「{what}」已受理",
        en="“{what}” has been accepted.",
        can_wait=True,
        parts=1,
    ),
    "commented": _template(
        _RESIDENT,
        zh="您反映的「{what}」有新回复，见应用或问网格员",
        en="There is an answer about “{what}”.",
        can_wait=True,
        parts=1,
    ),
    "held": _template(
        _RESIDENT,
        zh="您反映的「{what}」暂缓到{until}：{reason}",
        en="“{what}” waits until {until}: {reason}",
        can_wait=True,
    ),
    "resolved": _template(
        _RESIDENT,
        zh="您反映的「{what}」已处理。",
        en="“{what}” is done.",
        asks=_IS_IT_SOLVED,
    ),
    "unanswered": _template(
        _RESIDENT,
        zh="「{what}」解决了吗？",
        en="Is “{what}” solved?",
        asks=_IS_IT_SOLVED,
    ),
    # No word of the report: a stranger wrote it.
    "is_it_yours": _template(
        _RESIDENT,
        zh="有人用您的号码在{where}反映了一个问题。",
        en="Did you report a problem in {where}?",
        asks=text(
            zh="是您反映的请回复{yes}，不是请回复{no}",
            en=" Reply {yes} if you did, {no} if not.",
        ),
    ),
    "closed": _template(
        _RESIDENT,
        zh="您反映的「{what}」已结束：{reason}",
        en="“{what}” was closed: {reason}",
        can_wait=True,
    ),
    "merged": _template(
        _RESIDENT,
        zh="您反映的「{what}」与邻居的合并处理，会一并告知",
        en="“{what}” is handled together with a neighbour's report.",
        can_wait=True,
    ),
    "split": _template(
        _RESIDENT,
        zh="您反映的「{what}」改为单独处理，时限不变",
        en="“{what}” is handled by itself again, by the same deadline.",
        can_wait=True,
    ),
    "returned": _template(
        _RESIDENT,
        zh="「{what}」的微心愿没有办成，工作人员接着处理",
        en="The wish for “{what}” came to nothing. Staff work on it again.",
        can_wait=True,
    ),
    "turned": _template(
        _RESIDENT,
        zh="您反映的「{what}」已转为微心愿，志愿者来帮忙",
        en="“{what}” has become a wish that volunteers can take.",
        can_wait=True,
    ),
}


# Alarms in the same words ring once, so they name no instant.
_ALARMS = {
    "climbed_staff": text(
        zh="「{what}」逾期升级，请处理（{where}）",
        en="“{what}” ({where}) is overdue and was escalated to you.",
    )
}


def _urgent(kind: str, template: Template) -> Template:
    """Return the form for a danger to life or property: no quiet hour holds it back.

    Each rings at once and alone. The reminders of the last level share one message.
    """
    words = _ALARMS.get(kind, template.text)
    named = placeholders(words.format(DEFAULT_LOCALE))
    return replace(
        template,
        alarm=kind != "overdue_staff",
        text=text(zh="紧急！", en="Urgent! ") + words,
        slots={name: template.slots[name] for name in sorted(named)},
        urgency=Urgency.URGENT,
        parts=2,
    )


def _messages() -> Templates:
    templates = {f"ticket.{kind}": one for kind, one in _WORK_MESSAGES.items()}
    for kind, template in _OTHER_MESSAGES.items():
        templates[f"ticket.{kind}"] = template
    for kind, template in _WORK_MESSAGES.items():
        templates[f"ticket.urgent_{kind}"] = _urgent(kind, template)
    return templates


MESSAGES = _messages()

UNKNOWN_HOLIDAYS = text(
    zh="{years}年的法定节假日尚未公布，按平时的工作日计算。",
    en="The public holidays of {years} are not known yet; ordinary weeks are assumed.",
)
# The reasons why a day is counted or not.
DAY_REASONS = {
    "street": text(
        zh="街道日历：{name}", en="the street's own calendar: {name}"
    ),
    "holiday": text(zh="法定节假日：{name}", en="public holiday: {name}"),
    "makeup": text(zh="调休上班：{name}", en="a day worked instead: {name}"),
    "weekday": text(zh="平日", en="an ordinary day"),
    "unknown": text(zh="按平日推算", en="taken for an ordinary day"),
    "always": text(zh="不分昼夜", en="day and night"),
}
