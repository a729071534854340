"""Texts about the staff directory, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS"]

REFUSALS = {
    "household.unknown": text(
        zh="同一住处没有这位成员或这个家庭。",
        en="There is no such member or household in the same home.",
    ),
    "person.incomplete": text(
        zh="没有手机的居民须登记住址（address）和本人同意（consent），否则无法上门帮助。",
        en="Without a phone, `address` and `consent` are needed: somebody has to come by.",
    ),
    "person.phone_set": text(
        zh="已登记的手机号请由本人更改，或用“更正手机号”办理。",
        en="A phone that is set is changed by its owner, or by a correction.",
    ),
    "reveal.needs_second": text(
        zh="今天查看联系方式已达上限，须由同一辖区的另一位同事同意后继续。",
        en="You have revealed many contacts today. A colleague of your place has to allow more.",
    ),
    "reveal.no_task": text(
        zh="您没有与此人有关的待办事项，不能查看联系方式。",
        en="You have no open task about this person.",
    ),
    "reveal.too_many": text(
        zh="今天查看联系方式的次数已满，请明天再试。",
        en="You have revealed as many contacts as one day allows.",
    ),
    "role.above_own": text(
        zh="只能对低于自己职级、且在自己辖区的人这样操作。",
        en="Only for people and roles below your own, inside your own place.",
    ),
    "role.no_reveal": text(
        zh="您还不能查看完整电话和住址，须先由街道管理员开通。",
        en="A street administrator has to let you see full phones and addresses first.",
    ),
    "role.not_requested": text(
        zh="此人没有在本街道任过职，须本人先申请，或凭发到其手机的验证码同意。",
        en="They have not worked in this street: they ask for the role, or agree by a code.",
    ),
    "vetting.how_required": text(
        zh="请用 how 填写核实方式：当面、证件或有人担保。",
        en="Say in `how` how it was checked: in person, by document, or vouched for.",
    ),
    "vetting.expiry_out_of_range": text(
        zh="到期时间应在今后三年之内。",
        en="The vetting must expire within the next three years.",
    ),
}
