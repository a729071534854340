"""What the house says about wishes, in both languages. SMS texts name no resident and no address."""

from ..kernel.words import Words

__all__ = ["MESSAGES", "REFUSALS"]

REFUSALS = {
    "volunteer.paused": Words("您已暂停接单，请先恢复。", "You have paused. Resume first to take a wish."),
    "volunteer.too_many_claims": Words(
        "您手上已有 {capacity} 个心愿，请先完成。", "You carry {capacity} wishes already. Finish one first."
    ),
    "wish.already_claimed": Words(
        "这个心愿已被认领，看看类似的心愿吧。", "Somebody else has just taken this wish. Here are similar ones."
    ),
    "wish.already_helping": Words("您已认领这个心愿。", "You have taken this wish already."),
    "wish.budget_goods_only": Words("只有物品类心愿可以填写预算。", "Only a wish for goods has a budget."),
    "wish.budget_too_high": Words("预算不能超过 {cap} 分。", "The budget is {cap} fen at most."),
    "wish.claim_ambiguous": Words("有多位志愿者，请用 claim 指明是哪一位。", "There are several helpers: name one in `claim`."),
    "wish.claim_unknown": Words("没有这个进行中的认领。", "There is no such claim in progress."),
    "wish.code_locked": Words("送达码错误次数过多，请联系工作人员确认。", "Too many wrong codes. Please ask staff to confirm."),
    "wish.code_wrong": Words("送达码不正确，请再问一次居民。", "The code is wrong. Please ask the resident again."),
    "wish.helpers_already_claimed": Words("已有更多志愿者认领。", "More helpers than that have taken it already."),
    "wish.needed_by_out_of_range": Words(
        "需要日期应在今天到一年之内。", "The day it is needed by must lie between today and a year from now."
    ),
    "wish.no_active_claim": Words("没有进行中的认领。", "There is no claim in progress."),
    "wish.not_checked_in": Words("还没有签到。", "There was no check-in."),
    "wish.own_delivery": Words("不能确认自己的送达。", "You cannot confirm your own delivery."),
    "wish.own": Words("不能认领自己的心愿。", "You cannot take your own wish."),
    "wish.place_required": Words("请填写地点，或先登记住址所在楼栋。", "Give a place, or register a home first."),
    "wish.place_too_wide": Words("请填写到社区以下的地点。", "Name a place within a community."),
    "wish.place_of_wall": Words("请选择街道或社区。", "Choose a street or a community."),
    "wish.vetting_required": Words("这个心愿需要经过审核的志愿者。", "This wish needs a volunteer who has been vetted."),
    "wish.window_backwards": Words("结束时间应晚于开始时间。", "A window must end after it begins."),
    "wish.wrong_state": Words("心愿当前状态（{state}）不能这样操作。", "The wish is {state}; this cannot be done from there."),
}

MESSAGES = {
    "wish.approved": Words(
        "您的心愿「{title}」已上墙，有人认领会通知您。",
        "Your wish “{title}” is on the wall. You will hear when somebody takes it.",
    ),
    "wish.rejected": Words("您的心愿「{title}」未通过：{reason}", "Your wish “{title}” was not accepted: {reason}"),
    "wish.unpublished": Words("您的心愿「{title}」需重新审核：{reason}", "Your wish “{title}” is being checked again: {reason}"),
    "wish.claimed": Words(
        "有志愿者认领了「{title}」。送达码 {code}，收到后再告诉志愿者。",
        "A volunteer has taken “{title}”. Delivery code {code}: tell it only when it has arrived.",
    ),
    "wish.yours": Words(
        "您认领了「{title}」，请在{needed_by}前送达。地址见应用，送达时请向居民索取送达码。",
        "You have taken “{title}”. Please deliver by {needed_by}. The address is in the app; ask the resident for the code.",
    ),
    "wish.released": Words("原志愿者来不了，「{title}」已重新上墙。", "Your helper cannot come. “{title}” is on the wall again."),
    "wish.released_staff": Words(
        "「{title}」被退回，已重新上墙。原因见时间线。", "“{title}” was given back and is on the wall again. See its timeline."
    ),
    "wish.claim_ended": Words(
        "「{title}」的认领已取消，感谢您的热心。", "Your claim on “{title}” has ended. Thank you for offering."
    ),
    "wish.withdrawn": Words(
        "「{title}」已撤回，不用再准备了。感谢您。", "“{title}” has been withdrawn; nothing more is needed. Thank you."
    ),
    "wish.delivered": Words(
        "「{title}」已送达，请确认；有问题请告诉我们。", "“{title}” has been delivered. Please confirm, or tell us what is wrong."
    ),
    "wish.thanks": Words(
        "「{title}」圆满完成，感谢您！已记{hours}小时。", "“{title}” is fulfilled. Thank you! {hours} h are booked."
    ),
    "wish.disputed_staff": Words("「{title}」有异议，请处理：{reason}", "“{title}” is disputed, please look into it: {reason}"),
    "wish.reopened": Words("您的心愿「{title}」已重新上墙。", "Your wish “{title}” is on the wall again."),
    "wish.expired": Words(
        "您的心愿「{title}」已到期，仍需要可重新提交。", "Your wish “{title}” has expired. If you still need it, submit it again."
    ),
    "wish.expired_staff": Words("「{title}」到期无人完成，请跟进。", "“{title}” has expired unfulfilled. Please follow up."),
    "wish.late_staff": Words(
        "「{title}」已过需要日期仍未送达，请跟进。", "“{title}” is past its day and not delivered. Please follow up."
    ),
    "wish.unconfirmed_staff": Words(
        "「{title}」送达三天未确认，请回访。", "“{title}” was delivered three days ago and is not confirmed. Please ask."
    ),
}
