"""What the house says about matching, in both languages; for staff."""

from ..kernel.words import Words

__all__ = ["REFUSALS", "WAITING"]

REFUSALS = {
    "matching.weights_leave_somebody": Words(
        "这样的权重会让一些心愿仅因距离或负担而无人可派，请提高 base 或降低其他权重。",
        "With these weights some wishes would go unserved only because everybody is too far or too busy: raise `base`, or lower the others.",
    ),
    "matching.weights_preview_only": Words(
        "更改权重只能预演（dry_run），保存请用设置。", "Changed weights can only be previewed (dry_run)."
    ),
}

# Why a wish still waits, by the name of what stands in its way.
WAITING = {
    "not_open": Words("心愿当前不在墙上（{state}）。", "The wish is not on the wall ({state})."),
    "asked": Words("已邀请 {count} 人，等答复。", "{count} have been asked and may still answer."),
    "missed": Words(
        "约好的时间都已过去，请和居民另约时间。",
        "Every time that would have suited is over; agree on another with the resident.",
    ),
    "soon": Words("有 {count} 位合适的志愿者，下一轮就会邀请。", "{count} volunteers fit; the next run asks."),
    "night": Words("现在不打扰志愿者，早上再邀请。", "Nobody is disturbed at this hour; volunteers are asked in the morning."),
    "nobody": Words("这里还没有志愿者。", "There is no volunteer here yet."),
    "elsewhere": Words("附近的志愿者都不在这个网格服务。", "No volunteer nearby helps in this grid."),
    "own": Words("只有居民的亲友可以，不能邀请。", "Only people close to the resident would fit; they are not asked."),
    "household": Words("合适的人和居民同住，不能邀请。", "Whoever would fit lives with the resident."),
    "asked_before": Words(
        "合适的人都已婉拒、没有答复或退回过。", "Whoever would fit has said no, has not answered, or has given it back."
    ),
    "kind": Words("附近的志愿者不做这一类。", "The volunteers nearby do not take this kind."),
    "skill": Words("没有人会{skills}。", "Nobody can do this: {skills}."),
    "vetting": Words("需要经过审核的志愿者，附近没有。", "It takes a vetted volunteer; there is none nearby."),
    "paused": Words("合适的人都暂停接单。", "Whoever would fit has paused."),
    "availability": Words("没有人在这些时间有空。", "Nobody is free at these times."),
    "silent": Words(
        "合适的人近来都没有答复，先不打扰。", "Whoever would fit has not answered lately, and is left in peace for a while."
    ),
    "quiet": Words("合适的人正在免打扰时段。", "Whoever would fit must not be disturbed at this hour."),
    "full": Words("合适的人手上都满了。", "Whoever would fit carries as much as she can."),
}
