"""Texts about wishes, by locale: states, instructions and refusals."""

from ..kernel.text_catalogue import text

__all__ = ["INSTRUCTIONS", "REFUSALS", "WISH_STATES"]

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
    "wish.already_checked_in": text(
        zh="已经签到过了。", en="The check-in was noted already."
    ),
    "wish.already_checked_out": text(
        zh="已经签退过了。", en="The check-out was noted already."
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
        zh="没有这个认领，或它已不能这样操作。",
        en="There is no such claim that this move could be about.",
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
        zh="送达码不正确，请再问一次居民。还可以试 {tries_left} 次。",
        en="The code is wrong. Please ask the resident again. Tries left: {tries_left}.",
    ),
    "wish.delivery_unanswered": text(
        zh="还有送达等待确认或处理，请先完成。",
        en="A delivery still waits for an answer. Please settle it first.",
    ),
    "wish.helpers_already_claimed": text(
        zh="已有更多志愿者认领。",
        en="More helpers than that have taken it already.",
    ),
    "wish.hours_above_stay": text(
        zh="不能超过实际停留的 {stay} 分钟。",
        en="The stay was {stay} minutes; no more can be booked.",
    ),
    "wish.needed_by_out_of_range": text(
        zh="需要日期应在今天到一年之内。",
        en="The day it is needed by must lie between today and a year from now.",
    ),
    "wish.needed_by_passed": text(
        zh="需要日期已过，请先填写新的日期。",
        en="The day it is needed by has passed. Please set a new one first.",
    ),
    "wish.no_delivery": text(
        zh="没有等待确认的送达。", en="No delivery waits for an answer."
    ),
    "wish.no_hours_to_settle": text(
        zh="没有待核定的时长。", en="No hours wait to be settled."
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
    "wish.own_hours": text(
        zh="不能核定自己的时长。", en="You cannot settle your own hours."
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
        en="This wish is for volunteers that staff know better. Begin with another one.",
    ),
    "wish.window_backwards": text(
        zh="结束时间应晚于开始时间。", en="A window must end after it begins."
    ),
    "wish.wrong_state": text(
        zh="心愿当前状态（{state}）不能这样操作。",
        en="The wish is {state}; this cannot be done from there.",
    ).naming(state=WISH_STATES),
}
