"""Refusals about people, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS"]

REFUSALS = {
    "consent.care_required": text(
        zh="标记未成年人、卧床或独居前，须本人单独同意（care）。",
        en="These marks need the person's consent to `care` first.",
    ),
    "consent.given_elsewhere": text(
        zh="这项同意请在社区办理时给出。",
        en="This consent is given where it is needed, in front of staff.",
    ),
    "consent.outdated": text(
        zh="使用条款已更新，请先阅读并同意新版本（{current}）。",
        en="The terms have changed. Please read and agree to version {current} first.",
    ),
    "consent.version_unknown": text(
        zh="只接受现行版本的同意书：{current}。",
        en="Only the current version of the text is taken: {current}.",
    ),
    "consent.required": text(
        zh="需要本人同意，请填写 consent。",
        en="Consent is needed: fill in `consent`.",
    ),
    "consent.unknown": text(
        zh="没有这项同意记录。", en="There is no such consent in force."
    ),
    "consent.witness_is_recorder": text(
        zh="见证人须是本人和记录人以外的人。",
        en="The witness must be neither the person nor the one who records.",
    ),
    "email.verify_first": text(
        zh="请先验证邮箱。",
        en="Verify the e-mail address first.",
    ),
    "guardian.required": text(
        zh="未满14周岁须由监护人同意，请填写 guardian。",
        en="Below 14 a guardian has to agree: fill in `guardian`.",
    ),
    "person.birth_year": text(
        zh="出生年份不正确。", en="This year of birth is not possible."
    ),
    "person.blocked": text(
        zh="账号已被停用，请联系社区工作人员。",
        en="This account is blocked. Please ask the community's staff.",
    ),
    "person.cannot_act_for": text(
        zh="您不能代此人办理。", en="You cannot act for this person."
    ),
    "person.erased": text(
        zh="此人的资料已删除。", en="This person's data have been erased."
    ),
    "person.phone_taken": text(
        zh="这个手机号已有账号。",
        en="There is already an account for this phone.",
    ),
    "person.unknown": text(zh="没有这个人。", en="There is no such person."),
    "place.unknown": text(
        zh="没有这个地点：{place}。", en="There is no such place: {place}."
    ),
}
