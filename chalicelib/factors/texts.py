"""Texts about second factors, by locale."""

from ..kernel.template import Template, Templates
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES", "REFUSALS"]

REFUSALS = {
    "factor.needs_admin": text(
        zh="两人中须有一位街道管理员。",
        en="One of the two has to be an administrator of the street.",
    ),
    "factor.needs_others": text(
        zh="不能重置自己的动态口令，须由另外两位工作人员办理。",
        en="Two other members of staff have to reset your factor.",
    ),
    "factor.needs_second": text(
        zh="重置须由另一位工作人员批准。",
        en="Another member of staff has to approve this reset.",
    ),
    "factor.none": text(
        zh="还没有设置动态口令。", en="No second factor is set up."
    ),
    "factor.sign_in_again": text(
        zh="请先用短信验证码重新登录，并在10分钟内设置动态口令。",
        en="Sign in again with a code by SMS, and set it up within ten minutes.",
    ),
}

MESSAGES: Templates = {
    "account.factor_set": Template(
        text(
            zh="您的账号已设置新的动态口令。如非您本人操作，请马上联系街道。",
            en="A new second factor was set for you. Not you? Call them.",
        ),
        recipients="the person whose factor it is",
    ),
    "account.factor_reset_asked": Template(
        text(
            zh="有工作人员申请重置您的动态口令。如非您本人要求，请马上联系街道。",
            en="Staff ask to reset your second factor. Object? Call them.",
        ),
        recipients="the person whose factor it is",
    ),
    "account.factor_waits_staff": Template(
        text(
            zh="{name}的动态口令待重置，请在24小时内核实并批准，见待办。",
            en="{name} lost their second factor: please check and approve within a day.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots={"name": 10},
        parts=2,
    ),
    "account.factor_reset": Template(
        text(
            zh="您的动态口令已重置，请重新登录后设置。如非您本人要求，请马上联系街道。",
            en="Your second factor was reset. Sign in and set it again.",
        ),
        recipients="the person whose factor it is",
    ),
}
