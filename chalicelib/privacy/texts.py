"""Texts about privacy, by locale."""

from ..kernel.template import Pot, Template, Templates
from ..kernel.text_catalogue import text

__all__ = [
    "CALL_BACK",
    "CALL_BACK_MESSAGES",
    "ERASURE_MESSAGES",
    "PURPOSES",
    "REFUSALS",
]

PURPOSES = {
    "terms": text(zh="使用条款", en="terms"),
    "acting": text(zh="代为办理", en="acting for them"),
    "contact_via": text(zh="代收消息", en="a contact"),
    "household": text(zh="同住一户", en="a household"),
    "promotions": text(zh="活动消息", en="news"),
    "care": text(zh="照护信息", en="care marks"),
    "guardian": text(zh="监护人同意", en="a guardian"),
}
CALL_BACK = text(
    zh="回访{name}：口头同意（{purpose}）",
    en="Call {name} back: spoken consent ({purpose})",
)
CALL_BACK_MESSAGES: Templates = {
    "consent.lapsed": Template(
        text(
            zh="{name}的口头同意（{purpose}）未经回访确认，已失效。请联系本人。",
            en="{name}: consent ({purpose}) lapsed, unconfirmed.",
        ).naming(purpose=PURPOSES),
        recipients="the staff of the home community",
        for_staff=True,
        slots={"name": 10, "purpose": 15},
        can_wait=True,
    ),
}
# A right of the person: no budget holds it back.
ERASURE_MESSAGES: Templates = {
    "account.erased": Template(
        text(
            zh="您的账号已注销，个人信息已全部删除。感谢您的使用。",
            en="Your account is closed and your personal data are erased.",
        ),
        recipients="the number of the erased account, when all is erased",
        pot=Pot.CODES,
    ),
}

REFUSALS = {
    "consent.lapsed": text(
        zh="回访期限已过，这项同意已失效。",
        en="The time for the call-back is over; the consent has lapsed.",
    ),
    "consent.needs_other": text(
        zh="回访须由记录人以外的工作人员进行。",
        en="Another member of staff than the recorder has to call back.",
    ),
    "erasure.needs_second": text(
        zh="注销须由另一位工作人员批准。",
        en="Another member of staff has to approve this erasure.",
    ),
    "erasure.second_named": text(
        zh="这次注销已指定由另一位同事批准。",
        en="This erasure names another colleague to approve it.",
    ),
    "person.has_account": text(
        zh="此人可以用自己的手机导出或注销。",
        en="This person can export or erase their data by their own phone.",
    ),
}
