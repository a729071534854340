"""Texts about ticket policies, by locale."""

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = [
    "GAP_REASONS",
    "MESSAGES",
    "REFUSALS",
    "SLA_KINDS",
    "URGENCIES",
    "WARNINGS",
]

MESSAGES: Templates = {
    "ticket.holes_staff": Template(
        text(
            zh="今晚检查：有{count}处问题上报后无人接收，请在应用里补上值班人员",
            en="Nightly check: {count} gaps in the escalation path. Please fill the duty lists.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        pot=Pot.TICKETS,
        slots={"count": 4},
        urgency=Urgency.LOW,
        parts=2,
    )
}


SLA_KINDS = {
    "accept": text(zh="受理", en="accept"),
    "contact": text(zh="联系", en="contact"),
    "resolve": text(zh="解决", en="resolve"),
    "call_back": text(zh="回访", en="call back"),
}
URGENCIES = {
    "urgent": text(zh="紧急", en="urgent"),
    "utility": text(zh="水电气热", en="utility"),
    "general": text(zh="一般", en="general"),
    "complex": text(zh="复杂", en="complex"),
}
REFUSALS = {
    "rulebook.category_unknown": text(
        zh="没有这个类别。", en="There is no such category."
    ),
    "rulebook.choices_missing": text(
        zh="选择题须有选项。",
        en="A list question needs choices.",
    ),
    "rulebook.choices_needless": text(
        zh="这种问题没有选项。", en="A question of this kind has no choices."
    ),
    "rulebook.hours_disordered": text(
        zh="各时段须先后有序、互不重叠。",
        en="Office hours must be in order and must not overlap.",
    ),
    "rulebook.ladder_disordered": text(
        zh="层级须由低到高，不重复。", en="Levels must rise from step to step."
    ),
    "rulebook.ladder_open": text(
        zh="最后一级须是街道。", en="The last step must be the street."
    ),
    "rulebook.ladder_role": text(
        zh="此角色不能受理升级。", en="This role cannot receive escalations."
    ),
    "rulebook.limits_disordered": text(
        zh="{clock}的时限不能长于解决的时限。",
        en="The limit of {clock} must not be longer than that of resolve.",
    ).naming(clock=SLA_KINDS),
    "rulebook.limits_missing": text(
        zh="{urgency}类没有时限。",
        en="There are no limits for {urgency} tickets.",
    ).naming(urgency=URGENCIES),
    "rulebook.never_open": text(
        zh="一周至少有一段办公时间。", en="A week needs office hours."
    ),
    "rulebook.never_up": text(
        zh="按这样的办公时间，{minutes} 分钟的时限五年也到不了。",
        en="With these office hours a limit of {minutes} minutes would not end within five years.",
    ),
    "rulebook.rule_unreachable": text(
        zh="有 {by} 在，这条规则永远用不上。",
        en="Rule {by} makes this rule unreachable.",
    ),
    "rulebook.to_unknown": text(
        zh="没有这个角色或在职人员。",
        en="No role of the escalation path and no serving person has this name.",
    ),
    "rulebook.twice": text(zh="重复了。", en="This value is repeated."),
}


# Warnings about a policy that is valid.
WARNINGS = {
    "rulebook.holidays_unknown": text(
        zh="还不知道 {year} 年的节假日，请在自定日历里补上。",
        en="The public holidays of {year} are not known yet. Please enter them in the calendar.",
    ),
    "rulebook.no_phone": text(
        zh="规则 {rule} 指定的人没有电话。",
        en="The person in rule {rule} has no phone.",
    ),
}


# The reasons of coverage gaps.
GAP_REASONS = {
    "nobody_on_duty": text(
        zh="没有安排值班人员。", en="Nobody is named on duty."
    ),
    "not_in_office": text(
        zh="所列人员均已离任或停用。",
        en="The people on duty have left or are blocked.",
    ),
    "unreachable": text(
        zh="值班人员没有可用的短信或邮箱。",
        en="Nobody on duty takes SMS or mail.",
    ),
    "no_phone": text(
        zh="紧急情况须能打通电话，值班人员没有可用号码。",
        en="Urgent tickets need a phone, and nobody on duty has one.",
    ),
}
