"""Texts about matching, by locale; for staff."""

from ..kernel.text_catalogue import text
from ..wishes.texts import WISH_STATES

__all__ = ["REFUSALS", "WAITING"]

REFUSALS = {
    "matching.weights_leave_somebody": text(
        zh="这样的权重会让一些心愿仅因距离或负担而无人可派，"
        "请提高 base 或降低其他权重。",
        en="With these weights a wish could stay unserved only because volunteers are too far away "
        "or too busy. Raise `base`, or lower the others.",
    ),
    "matching.weights_preview_only": text(
        zh="更改权重只能预演（dry_run），保存请用设置。",
        en="Changed weights can only be previewed (dry_run).",
    ),
}

# Why a wish still waits, by the name of the obstacle.
WAITING = {
    "not_open": text(
        zh="心愿当前不在墙上（{state}）。",
        en="The wish is not on the wall ({state}).",
    ).naming(state=WISH_STATES),
    "asked": text(
        zh="已邀请 {count} 人，等答复。",
        en="{count} volunteers have been asked and may still answer.",
    ),
    "missed": text(
        zh="约好的时间都已过去，请和居民另约时间。",
        en="All windows of the wish are over; agree on a new time with the resident.",
    ),
    "soon": text(
        zh="有 {count} 位合适的志愿者，下一轮就会邀请。",
        en="{count} volunteers fit; the next run asks them.",
    ),
    "night": text(
        zh="现在不打扰志愿者，早上再邀请。",
        en="No volunteer is disturbed at this hour; they are asked in the morning.",
    ),
    "nobody": text(
        zh="这里还没有志愿者。", en="There is no volunteer here yet."
    ),
    "elsewhere": text(
        zh="附近的志愿者都不在这个网格服务。",
        en="No volunteer nearby helps in this grid.",
    ),
    "own": text(
        zh="只有居民的亲友可以，不能邀请。",
        en="Only people close to the resident fit; they are not asked.",
    ),
    "household": text(
        zh="合适的人和居民同住，不能邀请。",
        en="The volunteers who fit live with the resident.",
    ),
    "asked_before": text(
        zh="合适的人都已婉拒、没有答复或退回过。",
        en="The volunteers who fit have declined, not answered, or given the wish back.",
    ),
    "kind": text(
        zh="附近的志愿者不做这一类。",
        en="The volunteers nearby do not take this kind.",
    ),
    "skill": text(
        zh="没有人会{skills}。",
        en="No volunteer nearby has these skills: {skills}.",
    ),
    "vetting": text(
        zh="需要经过审核的志愿者，附近没有。",
        en="The wish needs a vetted volunteer; there is none nearby.",
    ),
    "not_vetted": text(
        zh="附近的志愿者还没有经过社区核实，或被暂停认领。",
        en="Staff have not vetted the volunteers nearby, or have paused their claims.",
    ),
    "paused": text(
        zh="合适的人都暂停接单。", en="The volunteers who fit have paused."
    ),
    "availability": text(
        zh="没有人在这些时间有空。", en="No volunteer is free at these times."
    ),
    "silent": text(
        zh="合适的人近来都没有答复，先不打扰。",
        en="The volunteers who fit have not answered lately; they are not asked for a while.",
    ),
    "quiet": text(
        zh="合适的人正在免打扰时段。",
        en="The volunteers who fit have quiet hours now.",
    ),
    "full": text(
        zh="合适的人手上都满了。",
        en="The volunteers who fit have no room for another wish.",
    ),
}
