"""Refusals about people, by locale."""

from ..kernel.template import Template, Templates
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES", "OBSTACLES", "REFUSALS"]

# Why a volunteer may not claim yet. See `vetting.VettingRecord.obstacle`.
OBSTACLES = {
    "none": text(
        zh="社区还没有核实您的身份", en="staff have not seen who you are yet"
    ),
    "changed": text(
        zh="您改了姓名或住址，社区要再核实一次",
        en="you changed your name or home, and staff must look again",
    ),
    "expired": text(
        zh="核实已到期，请联系社区", en="the vetting has expired; ask staff"
    ),
}

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
    "person.name_office": text(
        zh="姓名不能像单位或职务，请填写本人姓名。",
        en="A name must not look like an office. Give your own name.",
    ),
    "person.phone_taken": text(
        zh="这个手机号已有账号。",
        en="There is already an account for this phone.",
    ),
    "person.unknown": text(zh="没有这个人。", en="There is no such person."),
    "place.unknown": text(
        zh="没有这个地点：{place}。", en="There is no such place: {place}."
    ),
    "volunteer.not_vetted": text(
        zh="您还不能认领：{reason}。", en="You cannot claim yet: {reason}."
    ).naming(reason=OBSTACLES),
    "volunteer.places_required": text(
        zh="请填写愿意服务的地点。", en="Say in `places` where you would help."
    ),
    "volunteer.paused_by_staff": text(
        zh="您多次认领后退回，社区工作人员会联系您。恢复前不能认领。",
        en="You gave back several wishes. Staff will talk to you before you can claim again.",
    ),
}

MESSAGES: Templates = {
    "volunteer.asked": Template(
        text(
            zh="感谢报名志愿者。社区会核实您的身份，请带身份证件到社区，核实后即可认领心愿。",
            en="Thank you for volunteering. Bring your ID to the community's staff. "
            "Then you can begin.",
        ),
        recipients="the volunteer",
        parts=2,
    ),
    "volunteer.vetted": Template(
        text(
            zh="社区已核实您的身份，您可以认领心愿了。",
            en="Staff have confirmed who you are. You can take wishes now.",
        ),
        recipients="the volunteer",
    ),
    "volunteer.vetting_expires": Template(
        text(
            zh="您的志愿者核实将于{day}到期，请在此之前到社区再核实一次。",
            en="Your vetting ends on {day}. Please see the community's staff before.",
        ),
        recipients="the volunteer",
        slots={"day": 10},
        can_wait=True,
        parts=2,
    ),
    "volunteer.looked_at_again": Template(
        text(
            zh="您改了姓名或住址，社区要再核实一次，之后才能认领新的心愿。手上的不受影响。",
            en="You changed your name or home. Staff look again before you can take new wishes.",
        ),
        recipients="the volunteer",
        parts=2,
    ),
    "volunteer.claims_paused": Template(
        text(
            zh="您近来多次退回心愿，认领已暂停，社区会联系您。",
            en="You gave back several wishes. Staff will contact you before you can take more.",
        ),
        recipients="the volunteer",
        parts=2,
    ),
}
