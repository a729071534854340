"""The words of the desk about matching."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

_RUNS: Mapping[str, Text] = {
    "matching.title": text(zh="找志愿者", en="Matching"),
    "matching.intro": text(
        zh="系统每天把等人帮忙的心愿和合适的志愿者配一次，请他们帮忙。也可以现在就配。",
        en="Each day the system asks volunteers who fit the wishes that wait. You can do it now.",
    ),
    "matching.try": text(zh="试一次", en="Try it"),
    "matching.run": text(zh="现在就配", en="Do it now"),
    "matching.try_note": text(
        zh="「试一次」只算结果，谁都不打扰。「现在就配」会发邀请。",
        en="“Try it” only computes; nobody is asked. “Do it now” sends offers.",
    ),
    "matching.weights": text(zh="怎样挑人", en="How people are chosen"),
    "matching.when": text(zh="时间", en="Time"),
    "matching.place": text(zh="地点", en="Place"),
    "matching.state": text(zh="进展", en="State"),
    "matching.state.queued": text(zh="排队", en="Queued"),
    "matching.state.working": text(zh="正在发邀请", en="Offers are being made"),
    "matching.state.done": text(zh="完成", en="Done"),
    "matching.state.failed": text(zh="失败", en="Failed"),
    "matching.wishes": text(zh="心愿", en="Wishes"),
    "matching.places_needed": text(zh="还差几个人", en="Helpers needed"),
    "matching.volunteers": text(zh="志愿者", en="Volunteers"),
    "matching.planned": text(zh="配上的", en="Planned offers"),
    "matching.made": text(zh="发出邀请", en="Offers made"),
    "matching.trial": text(zh="试算", en="Trial"),
    "matching.none": text(zh="还没有配过。", en="There was no run yet."),
    "matching.of": text(zh="{place}的一次配对", en="A run of {place}"),
    "matching.wait": text(
        zh="还没算完，过一会儿再看。", en="It is not done yet."
    ),
    "matching.again": text(zh="再看一次", en="Look again"),
    "matching.cost": text(zh="代价（分）", en="Cost (points)"),
    "matching.best": text(
        zh="{cost}，没有更好的配法。", en="{cost}; no choice is better."
    ),
    "matching.bound": text(
        zh="{cost}，最好也要 {bound}。", en="{cost}; none is below {bound}."
    ),
    "matching.fairness": text(zh="轮流得匀不匀", en="Evenness"),
    "matching.gini": text(
        zh="之前 {before}，之后 {after}。0 是人人一样多。",
        en="before {before}, after {after}. 0 means equally often.",
    ),
    "matching.communities": text(zh="各社区", en="Communities"),
    "matching.part": text(
        zh="{wishes} 个心愿，{made} 个邀请", en="{wishes} wishes, {made} offers"
    ),
    "matching.offers": text(zh="请谁帮谁", en="Who is asked"),
    "matching.points": text(
        zh="分越少越合适。10 分大约是远一层地方。",
        en="Fewer points fit better. Ten points are about one step further away.",
    ),
    "matching.wish": text(zh="心愿", en="Wish"),
    "matching.wish_n": text(zh="心愿 {n}", en="Wish {n}"),
    "matching.volunteer": text(zh="志愿者", en="Volunteer"),
    "matching.see_person": text(zh="看志愿者", en="See the volunteer"),
    "matching.why": text(zh="为什么", en="Why"),
    "matching.no_offers": text(
        zh="这次没有配上的。", en="Nobody was found this time."
    ),
    "matching.unserved": text(zh="没有配上的心愿", en="Wishes without anybody"),
    "matching.other_reason": text(zh="其他原因", en="Another reason"),
    "matching.shortages": text(
        zh="哪里最缺志愿者", en="Where volunteers are missing most"
    ),
    "matching.n_wishes": text(zh="{n} 个心愿", en="{n} wishes"),
    "matching.weights_intro": text(
        zh="数越大，越不先请这样的人。先试一次，看看结果再保存。"
        "改动只对以后的配对有效。",
        en="A larger number makes such a person asked later. Try it first, then save. It counts "
        "for later runs.",
    ),
    "matching.usual": text(zh="平常是 {n}", en="Usually {n}"),
    "matching.try_weights": text(zh="用这些数试一次", en="Try these numbers"),
    "matching.said.started": text(
        zh="已开始，过一会儿看结果。",
        en="It has begun. Look again in a moment.",
    ),
    "matching.said.saved": text(zh="已保存。", en="It is saved."),
}
_REASONS: Mapping[str, Text] = {
    "matching.reason.missed": text(
        zh="约好的时间都过了", en="Their times are over"
    ),
    "matching.reason.soon": text(zh="下一次就请", en="Asked next time"),
    "matching.reason.nobody": text(zh="这里没有志愿者", en="No volunteer here"),
    "matching.reason.elsewhere": text(
        zh="志愿者不到这个网格", en="No volunteer helps in this grid"
    ),
    "matching.reason.own": text(
        zh="只有亲友合适", en="Only people close to them fit"
    ),
    "matching.reason.household": text(
        zh="合适的人同住", en="Those who fit live with them"
    ),
    "matching.reason.asked_before": text(
        zh="合适的人都问过了", en="All who fit were asked"
    ),
    "matching.reason.kind": text(
        zh="没有人做这一类", en="Nobody takes this kind"
    ),
    "matching.reason.skill": text(zh="没有人会", en="Nobody has the skill"),
    "matching.reason.vetting": text(
        zh="没有审核过的志愿者", en="Nobody is vetted for it"
    ),
    "matching.reason.not_vetted": text(
        zh="志愿者还没核实", en="Volunteers are not vetted yet"
    ),
    "matching.reason.paused": text(
        zh="合适的人都暂停", en="Those who fit have paused"
    ),
    "matching.reason.availability": text(
        zh="没有人在这些时间有空", en="Nobody is free then"
    ),
    "matching.reason.silent": text(
        zh="合适的人近来不回", en="Those who fit do not answer"
    ),
    "matching.reason.full": text(
        zh="合适的人手上都满了", en="Those who fit have no room"
    ),
}
# Each with its unit, and why it is there.
_WEIGHTS: Mapping[str, Text] = {
    "weight.same_building": text(
        zh="住同一栋楼（分）：一分钟就到",
        en="The same building (points): there in a minute",
    ),
    "weight.same_grid": text(
        zh="同一网格（分）：走五分钟",
        en="The same grid (points): five minutes on foot",
    ),
    "weight.next_grid": text(
        zh="相邻的网格（分）", en="A neighbouring grid (points)"
    ),
    "weight.same_community": text(
        zh="同一社区（分）", en="The same community (points)"
    ),
    "weight.next_community": text(
        zh="相邻的社区（分）", en="A neighbouring community (points)"
    ),
    "weight.same_street": text(
        zh="街道另一头（分）：走二十分钟",
        en="The far end of the street (points): twenty minutes",
    ),
    "weight.dialect": text(
        zh="不会居民要的方言（分）", en="Does not speak the dialect (points)"
    ),
    "weight.thin": text(
        zh="有空的时间不到两小时（分）",
        en="Free for less than two hours of the time (points)",
    ),
    "weight.stranger": text(
        zh="陪伴和学习：没见过面（分）",
        en="Company and learning: they have not met (points)",
    ),
    "weight.load": text(
        zh="四周内每请过一次（分）：不总请同一个人",
        en="For each offer in four weeks (points): not always the same person",
    ),
    "weight.load_most": text(
        zh="请过的次数最多加到（分）", en="Most for earlier offers (points)"
    ),
    "weight.refusal_percent": text(
        zh="可能不答应（占心愿分的 %）：急的心愿先请肯来的",
        en="A likely refusal (% of the price of the wish)",
    ),
    "weight.tired_percent": text(
        zh="四周内每请过一次，少多少答应（%）",
        en="Less likely to accept for each offer in four weeks (%)",
    ),
    "weight.base": text(
        zh="一个心愿没人帮（分）：要比请谁都大",
        en="A wish that nobody serves (points): more than any offer",
    ),
    "weight.urgent": text(
        zh="两天内要的，再加（分）", en="Needed within two days: more (points)"
    ),
    "weight.soon": text(
        zh="一周内要的，再加（分）", en="Needed within a week: more (points)"
    ),
    "weight.aging_per_day": text(
        zh="每多等一天，再加（分）", en="For each day of waiting: more (points)"
    ),
    "weight.aging_most": text(
        zh="等久了最多加到（分）", en="Most for waiting (points)"
    ),
    "weight.live_most": text(
        zh="一位志愿者同时最多几个邀请", en="Offers to one volunteer at a time"
    ),
}

WORDS: Mapping[str, Text] = {**_RUNS, **_REASONS, **_WEIGHTS}
