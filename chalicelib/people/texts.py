"""What the house says about people, in both languages."""

from ..kernel.words import Words

__all__ = ["REFUSALS"]

REFUSALS = {
    "consent.required": Words("需要本人同意，请填写 consent。", "Consent is needed: fill in `consent`."),
    "consent.unknown": Words("没有这项同意记录。", "There is no such consent in force."),
    "email.verify_first": Words("请先通过 /v1/me/email 验证邮箱。", "Verify the address first: POST /v1/me/email."),
    "person.blocked": Words("账号已被停用，请联系社区工作人员。", "This account is blocked. Please ask the community's staff."),
    "person.cannot_act_for": Words("您不能代此人办理。", "You cannot act for this person."),
    "person.erased": Words("此人的资料已删除。", "This person's data have been erased."),
    "person.phone_taken": Words("这个手机号已有账号。", "There is already an account for this phone."),
    "person.unknown": Words("没有这个人。", "There is no such person."),
    "place.unknown": Words("没有这个地点：{place}。", "There is no such place: {place}."),
}
