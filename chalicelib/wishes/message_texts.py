"""Message texts about wishes, by locale. SMS texts name no resident and no address."""

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES"]

# The facts of messages with their greatest length: a title as long as it may be, a reason cut
# to what fits, MM-DD, and up to 99.5 hours.
_MOST = {
    "title": 40,
    "reason": 40,
    "code": 4,
    "needed_by": 5,
    "hours": 4,
    "helper": 8,
    "helpers": 1,
    "word": 2,
    "ending": 13,
}


def _slots(*names: str) -> dict[str, int]:
    return {name: _MOST[name] for name in names}


_DID_IT_COME = text(
    zh="收到请回复{yes}，有问题回复{no}",
    en=" Reply {yes} if it came, {no} if not.",
)
MESSAGES: Templates = {
    "wish.approved": Template(
        text(
            zh="您的心愿「{title}」已上墙，有人认领会通知您。",
            en="Your wish “{title}” is on the wall. You will hear when somebody takes it.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        can_wait=True,
        parts=2,
    ),
    "wish.rejected": Template(
        text(
            zh="您的心愿「{title}」未通过：{reason}",
            en="Your wish “{title}” was not accepted: {reason}",
        ),
        recipients="the resident",
        slots=_slots("title", "reason"),
        can_wait=True,
        parts=2,
    ),
    "wish.unpublished": Template(
        text(
            zh="您的心愿「{title}」需重新审核：{reason}",
            en="“{title}” is being checked again: {reason}",
        ),
        recipients="the resident",
        slots=_slots("title", "reason"),
        can_wait=True,
        parts=2,
    ),
    "wish.claimed": Template(
        text(
            zh="{helper}认领了「{title}」。上门时先请对方说暗号「{word}」。"
            "送达码 {code}，收到后再告诉对方。",
            en="{helper} has taken “{title}”. First they say “{word}”. "
            "Code {code}: tell it at the end.",
        ),
        recipients="the resident",
        slots=_slots("title", "code", "helper", "word"),
        pot=Pot.CODES,
        parts=2,
    ),
    "wish.yours": Template(
        text(
            zh="您认领了「{title}」，请在{needed_by}前送达。地址见应用，送达时请向居民索取送达码。",
            en="You have taken “{title}”, due by {needed_by}. "
            "The address is in the app; ask for the code there.",
        ),
        recipients="the helper",
        slots=_slots("title", "needed_by"),
        parts=2,
    ),
    "wish.due_in_2_days": Template(
        text(
            zh="提醒：您认领的「{title}」请在{needed_by}前送达，还有2天。来不了可在应用里退回。",
            en="“{title}” is due by {needed_by}, in 2 days. "
            "If you cannot come, give it back in the app.",
        ),
        recipients="the helper",
        slots=_slots("title", "needed_by"),
        can_wait=True,
        parts=2,
    ),
    "wish.due_tomorrow": Template(
        text(
            zh="提醒：您认领的「{title}」请在明天（{needed_by}）前送达。来不了可在应用里退回。",
            en="“{title}” is due tomorrow, {needed_by}. "
            "If you cannot come, give it back in the app.",
        ),
        recipients="the helper",
        slots=_slots("title", "needed_by"),
        parts=2,
    ),
    "wish.overdue": Template(
        text(
            zh="「{title}」原定{needed_by}前送达，居民还在等您。有困难可在应用里退回，没有关系。",
            en="“{title}” was due by {needed_by}; the resident still waits. "
            "You may give it back in the app.",
        ),
        recipients="the helper",
        slots=_slots("title", "needed_by"),
        parts=2,
    ),
    "wish.released": Template(
        text(
            zh="「{title}」的一位志愿者来不了了。空出的名额会继续找人，除非已到期。",
            en="A helper of “{title}” cannot come. We look for another while there is time.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        can_wait=True,
        parts=2,
    ),
    "wish.released_staff": Template(
        text(
            zh="「{title}」的一个认领被退回。原因见时间线。",
            en="A claim on “{title}” was given back. See its timeline.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.claim_ended": Template(
        text(
            zh="「{title}」的认领已取消，感谢您的热心。",
            en="Your claim on “{title}” has ended. Thank you for offering.",
        ),
        recipients="the helper",
        slots=_slots("title"),
        parts=2,
    ),
    "wish.withdrawn": Template(
        text(
            zh="「{title}」已撤回，不用再准备了。感谢您。",
            en="“{title}” has been withdrawn; nothing more is needed. Thank you.",
        ),
        recipients="the helper",
        slots=_slots("title"),
        parts=2,
    ),
    "wish.delivered": Template(
        text(
            zh="{helper}已送达「{title}」。",
            en="{helper} has delivered “{title}”.",
        ),
        recipients="the resident",
        slots=_slots("title", "helper"),
        asks=_DID_IT_COME,
        parts=2,
    ),
    "wish.unconfirmed": Template(
        text(
            zh="您还没有确认{helper}送达的「{title}」。",
            en="You have not confirmed “{title}” by {helper} yet.",
        ),
        recipients="the resident",
        slots=_slots("title", "helper"),
        asks=_DID_IT_COME,
        parts=2,
    ),
    "wish.thanks": Template(
        text(
            zh="「{title}」圆满完成，感谢您！已记{hours}小时。",
            en="“{title}” is fulfilled. Thank you! {hours} h are booked.",
        ),
        recipients="the helper",
        slots=_slots("title", "hours"),
        can_wait=True,
        parts=2,
    ),
    "wish.thanked": Template(
        text(
            zh="「{title}」的居民给您留了感谢或评分，请在应用里看看。",
            en="You were thanked or rated for “{title}”. See it in the app.",
        ),
        recipients="the helper",
        slots=_slots("title"),
        urgency=Urgency.LOW,
        parts=2,
    ),
    "wish.hours_settled": Template(
        text(
            zh="「{title}」的时长已核定为{hours}小时。",
            en="The time for “{title}” is settled: {hours} h.",
        ),
        recipients="the helper",
        slots=_slots("title", "hours"),
        can_wait=True,
        parts=2,
    ),
    "wish.moved": Template(
        text(
            zh="「{title}」的居民搬家了，请看应用里的新地址。来不了可退回。",
            en="The resident of “{title}” has moved. See the new address in the app, "
            "or give it back.",
        ),
        recipients="the helper",
        slots=_slots("title"),
        parts=2,
    ),
    "wish.moved_staff": Template(
        text(
            zh="「{title}」的居民搬家了，志愿者已收到通知，请留意。",
            en="The resident of “{title}” has moved. The helpers know. Please keep an eye on it.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.partly": Template(
        text(
            zh="「{title}」已有{helpers}位志愿者，其余名额不再招募。仍需要可重新提交。",
            en="“{title}” has {helpers} of its helpers; no more are looked for. "
            "Submit it again if you need to.",
        ),
        recipients="the resident",
        slots=_slots("title", "helpers"),
        can_wait=True,
        parts=2,
    ),
    "wish.disputed_staff": Template(
        text(
            zh="「{title}」有异议，请处理，理由见应用",
            en="“{title}” is disputed, please look into it. The reason is in the app.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.suspended_staff": Template(
        text(
            zh="「{title}」的居民已被停用，请与志愿者联系",
            en="“{title}”: its resident is blocked. Please talk to the helper.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.check_failed_staff": Template(
        text(
            zh="「{title}」回访不符，请核查登记人",
            en="“{title}”: the recorded answer was not right. Please look into it.",
        ),
        recipients="the street administrators on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.reopened": Template(
        text(
            zh="您的心愿「{title}」已重新上墙。",
            en="Your wish “{title}” is on the wall again.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        can_wait=True,
        parts=2,
    ),
    "wish.expiring": Template(
        text(
            zh="您的心愿「{title}」还没有人认领，即将到期。",
            en="Nobody has taken “{title}” yet and it expires soon.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        asks=text(
            zh="仍需要请回复{yes}，不需要请回复{no}",
            en=" Reply {yes} to keep it, {no} if not needed.",
        ),
        parts=2,
    ),
    "wish.expiring_staff": Template(
        text(
            zh="「{title}」无人认领，即将到期，请帮忙找人。",
            en="Nobody has taken “{title}” and it expires soon. Please find somebody.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        urgency=Urgency.LOW,
        parts=2,
    ),
    "wish.filed_ended": Template(
        text(
            zh="您代为提交的心愿「{title}」{ending}。",
            en="The wish “{title}” that you filed for somebody {ending}.",
        ),
        recipients="who filed it for another person",
        slots=_slots("title", "ending"),
        can_wait=True,
        parts=2,
    ),
    "wish.expired": Template(
        text(
            zh="您的心愿「{title}」已到期，仍需要可重新提交。",
            en="Your wish “{title}” has expired. If you still need it, submit it again.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        can_wait=True,
        parts=2,
    ),
    "wish.expired_staff": Template(
        text(
            zh="「{title}」到期无人完成，请跟进。",
            en="“{title}” has expired unfulfilled. Please follow up.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.late_staff": Template(
        text(
            zh="「{title}」已过需要日期仍未送达，请跟进。",
            en="“{title}” is past its day and not delivered. Please follow up.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.unconfirmed_staff": Template(
        text(
            zh="「{title}」送达三天未确认，请回访。",
            en="“{title}” was delivered three days ago and is not confirmed. Please ask.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
    "wish.new_phone_staff": Template(
        text(
            zh="「{title}」由认领后新设的手机号确认，不算数，请回访核实。",
            en="“{title}”: confirmed by a phone set after the claim. Please check.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots=_slots("title"),
        parts=2,
    ),
}
