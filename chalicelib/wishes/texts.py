"""Texts about wishes, by locale. SMS texts name no resident and no address."""

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = ["INSTRUCTIONS", "MESSAGES", "REFUSALS", "WISH_STATES"]

WISH_STATES = {
    "submitted": text(zh="待审核", en="waiting for approval"),
    "open": text(zh="待认领", en="open"),
    "claimed": text(zh="已认领", en="claimed"),
    "delivered": text(zh="已送达", en="delivered"),
    "disputed": text(zh="有异议", en="disputed"),
    "fulfilled": text(zh="已完成", en="fulfilled"),
    "rejected": text(zh="未通过", en="rejected"),
    "withdrawn": text(zh="已撤回", en="withdrawn"),
    "expired": text(zh="已到期", en="expired"),
}
# What a helper needs for a visit. It must not tell why: marks are for the resident and staff.
INSTRUCTIONS = {
    "ring_first": text(
        zh="先打电话，约好时间再上门", en="Ring first and agree on a time"
    ),
    "in_pairs": text(zh="两人同行", en="Go in pairs"),
}
REFUSALS = {
    "volunteer.paused": text(
        zh="您已暂停接单，请先恢复。",
        en="You have paused. Resume first to take a wish.",
    ),
    "volunteer.too_many_claims": text(
        zh="您手上已有 {capacity} 个心愿，请先完成。",
        en="You carry {capacity} wishes already. Finish one first.",
    ),
    "wish.already_claimed": text(
        zh="这个心愿已被认领，看看类似的心愿吧。",
        en="Somebody else has just taken this wish. Here are similar ones.",
    ),
    "wish.already_helping": text(
        zh="您已认领这个心愿。", en="You have taken this wish already."
    ),
    "wish.budget_goods_only": text(
        zh="只有物品类心愿可以填写预算。",
        en="Only a wish for goods has a budget.",
    ),
    "wish.budget_too_high": text(
        zh="预算不能超过 {cap} 分。", en="The budget is {cap} fen at most."
    ),
    "wish.claim_ambiguous": text(
        zh="有多位志愿者，请用 claim 指明是哪一位。",
        en="There are several helpers: name one in `claim`.",
    ),
    "wish.claim_unknown": text(
        zh="没有这个进行中的认领。", en="There is no such claim in progress."
    ),
    "wish.claimed_too_often": text(
        zh="您已多次认领并退回这个心愿，请留给其他邻居。",
        en="You have taken it and given it back too often. Please leave it to others.",
    ),
    "wish.code_locked": text(
        zh="送达码错误次数过多，请联系工作人员确认。",
        en="Too many wrong codes. Please ask staff to confirm.",
    ),
    "wish.code_wrong": text(
        zh="送达码不正确，请再问一次居民。",
        en="The code is wrong. Please ask the resident again.",
    ),
    "wish.helpers_already_claimed": text(
        zh="已有更多志愿者认领。",
        en="More helpers than that have taken it already.",
    ),
    "wish.needed_by_out_of_range": text(
        zh="需要日期应在今天到一年之内。",
        en="The day it is needed by must lie between today and a year from now.",
    ),
    "wish.needed_by_passed": text(
        zh="需要日期已过，请先填写新的日期。",
        en="The day it is needed by has passed. Please set a new one first.",
    ),
    "wish.no_active_claim": text(
        zh="没有进行中的认领。", en="There is no claim in progress."
    ),
    "wish.not_checked_in": text(zh="还没有签到。", en="There was no check-in."),
    "wish.approve_own": text(
        zh="自己或家人的心愿、自己登记的心愿，须由其他工作人员审核。",
        en="Somebody else has to approve a wish that you or your household made or filed.",
    ),
    "wish.check_own": text(
        zh="须由其他工作人员回访核实。",
        en="Another member of staff has to check this answer.",
    ),
    "wish.confirm_own": text(
        zh="登记人不能代为确认。居民没有手机时，请附照片或签字单。",
        en="Who filed it cannot confirm it. For a resident without a phone, add a photo or slip.",
    ),
    "wish.proof_not_taken": text(
        zh="只有已送达、且居民没有手机时，工作人员才能附凭证代为登记。",
        en="Staff record an answer for a resident without a phone only, after the delivery.",
    ),
    "wish.own_delivery": text(
        zh="不能确认自己的送达。", en="You cannot confirm your own delivery."
    ),
    "wish.own": text(
        zh="不能认领自己的心愿。", en="You cannot take your own wish."
    ),
    "wish.place_required": text(
        zh="请填写地点，或先登记住址所在楼栋。",
        en="Give a place, or register a home first.",
    ),
    "wish.place_too_wide": text(
        zh="请填写到社区以下的地点。", en="Name a place within a community."
    ),
    "wish.place_of_wall": text(
        zh="请选择街道或社区。", en="Choose a street or a community."
    ),
    "wish.too_many": text(
        zh="心愿已经够多了：同时最多三个，一周最多五个。请等前面的完成。",
        en="There are enough wishes: three at a time, five in a week. Please wait for the first.",
    ),
    "wish.too_many_homes": text(
        zh="您近来已看过足够多的居民住址。请先完成手上的心愿，或请社区放宽。",
        en="You were shown as many homes as allowed for now. Deliver first, or ask staff for more.",
    ),
    "wish.vetting_required": text(
        zh="这个心愿请社区更熟悉的志愿者来认领，您可以先从其他心愿开始。",
        en="This wish is for volunteers whom staff know better. Begin with another one.",
    ),
    "wish.window_backwards": text(
        zh="结束时间应晚于开始时间。", en="A window must end after it begins."
    ),
    "wish.wrong_state": text(
        zh="心愿当前状态（{state}）不能这样操作。",
        en="The wish is {state}; this cannot be done from there.",
    ).naming(state=WISH_STATES),
}

# The facts of messages with their greatest length: a title as long as it may be, a reason cut
# to what fits, MM-DD, and up to 99.5 hours.
_MOST = {
    "title": 40,
    "reason": 40,
    "code": 4,
    "needed_by": 5,
    "hours": 4,
    "helper": 8,
    "word": 2,
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
            zh="原志愿者来不了，「{title}」已重新上墙。",
            en="Your helper cannot come. “{title}” is on the wall again.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        can_wait=True,
        parts=2,
    ),
    "wish.released_staff": Template(
        text(
            zh="「{title}」被退回，已重新上墙。原因见时间线。",
            en="“{title}” was given back and is on the wall again. See its timeline.",
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
            zh="「{title}」已送达。",
            en="“{title}” has been delivered.",
        ),
        recipients="the resident",
        slots=_slots("title"),
        asks=_DID_IT_COME,
        parts=2,
    ),
    "wish.unconfirmed": Template(
        text(
            zh="您还没有确认「{title}」。",
            en="You have not confirmed “{title}” yet.",
        ),
        recipients="the resident",
        slots=_slots("title"),
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
