"""What the house says about the rules of a street, in both languages."""

from ..kernel.template import Template, Templates, Told, Urgency
from ..kernel.words import Words

__all__ = ["CAUTIONS", "HOLES", "MESSAGES", "REFUSALS"]

MESSAGES: Templates = {
    "ticket.holes_staff": Template(
        zh="今晚检查：有{count}处问题上报后无人接收，请在应用里补上值班人员",
        en="Nightly check: at {count} points nobody would hear of a problem. Please see the ladder in the app.",
        told=Told.STAFF,
        slots={"count": 4},
        urgency=Urgency.LOW,
        parts=2,
    )
}


REFUSALS = {
    "rulebook.category_unknown": Words("没有这个类别。", "There is no such category."),
    "rulebook.choices_missing": Words("选择题须有选项。", "A question that is answered by choosing needs choices."),
    "rulebook.choices_needless": Words("这种问题没有选项。", "A question of this kind has no choices."),
    "rulebook.hours_disordered": Words(
        "各时段须先后有序、互不重叠。", "Office hours end after they begin, and none begins before the last has ended."
    ),
    "rulebook.ladder_disordered": Words("层级须由低到高，不重复。", "The levels rise from step to step."),
    "rulebook.ladder_open": Words("最后一级须是街道。", "The last step is the street."),
    "rulebook.ladder_role": Words("此角色不能受理升级。", "Staff answer for a level."),
    "rulebook.limits_disordered": Words(
        "{clock} 的时限不能长于 resolve。", "The limit of {clock} cannot be longer than that of resolve."
    ),
    "rulebook.limits_missing": Words("{urgency} 类没有时限。", "There are no limits for what is {urgency}."),
    "rulebook.never_open": Words("一周至少有一段办公时间。", "A week needs office hours."),
    "rulebook.never_up": Words(
        "按这样的办公时间，{minutes} 分钟的时限五年也到不了。",
        "With these office hours a limit of {minutes} minutes would not be up within five years.",
    ),
    "rulebook.rule_unreachable": Words("有 {by} 在，这条规则永远用不上。", "Because of {by} this rule never holds."),
    "rulebook.to_unknown": Words(
        "没有这个角色或在职人员。", "There is no such role on the ladder, and nobody in office of this id."
    ),
    "rulebook.twice": Words("重复了。", "This stands here twice."),
}


# What does not keep rules from being taken.
CAUTIONS = {
    "rulebook.holidays_unknown": Words(
        "还不知道 {year} 年的节假日，请在自定日历里补上。",
        "The public holidays of {year} are not known yet: please enter them as the street's own days.",
    ),
    "rulebook.no_phone": Words("规则 {rule} 指定的人没有电话。", "Whoever rule {rule} names has no phone."),
}


# Why nobody would hear of a problem at a level.
HOLES = {
    "nobody_on_duty": Words("没有安排值班人员。", "Nobody is named on duty."),
    "not_in_office": Words("所列人员均已离任或停用。", "Whoever is named has left or is blocked."),
    "unreachable": Words("值班人员没有可用的短信或邮箱。", "Nobody on duty takes SMS or mail."),
    "no_phone": Words(
        "紧急情况须能打通电话，值班人员没有可用号码。", "What is urgent needs a phone, and nobody on duty has one."
    ),
}
