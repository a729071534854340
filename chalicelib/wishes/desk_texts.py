"""The words of wishes on the desk."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

_MOVES: Mapping[str, Text] = {
    "wish.desk.move.approve": text(zh="批准上墙", en="Put on the wall"),
    "wish.desk.move.confirm": text(zh="居民说收到了…", en="It came, they say…"),
    "wish.desk.move.reopen": text(zh="重新上墙…", en="On the wall again…"),
    "wish.desk.move.check": text(zh="抽查答复…", en="Check the answer…"),
    "wish.desk.move.settle-hours": text(zh="核定时长…", en="Settle the hours…"),
    "wish.desk.move.edit": text(zh="修改…", en="Change…"),
    "wish.desk.move.reject": text(zh="不通过…", en="Say no…"),
    "wish.desk.move.dispute": text(zh="居民说没收到…", en="It did not come…"),
    "wish.desk.move.keep": text(zh="还需要", en="Still needed"),
    "wish.desk.move.unpublish": text(zh="撤下重审…", en="Take it off again…"),
    "wish.desk.move.release": text(zh="替志愿者退回…", en="Give it back…"),
    "wish.desk.move.deliver": text(zh="代记送到…", en="Note the delivery…"),
    "wish.desk.move.check-in": text(zh="代记到达…", en="Note the arrival…"),
    "wish.desk.move.check-out": text(zh="代记做完…", en="Note the end…"),
    "wish.desk.move.hide": text(zh="隐去文字…", en="Hide the words…"),
    "wish.desk.move.withdraw": text(zh="替居民撤回…", en="Withdraw it…"),
    "wish.desk.ask.approve": text(
        zh="日子已过，请问居民新的日子。",
        en="The day has passed. Ask the resident for another one.",
    ),
    "wish.desk.ask.keep": text(
        zh="日子已过，请问居民新的日子。",
        en="The day has passed. Ask the resident for another one.",
    ),
    "wish.desk.ask.confirm": text(
        zh="记下居民亲口说的话。志愿者会看到感谢。",
        en="Note what the resident said. The helper reads the thanks.",
    ),
    "wish.desk.proof": text(zh="附上凭证照片", en="Add a photo as proof"),
    "wish.desk.proof_note": text(
        zh="居民没有手机：请附上签收单或物品的照片。登记的人自己代记，必须附上。",
        en="The resident has no phone: add a photo of a signed slip or of what came. Who filed "
        "the wish cannot record the answer without it.",
    ),
    "wish.desk.proof_how": text(
        zh="照片上是什么？", en="What is on the photo?"
    ),
    "wish.desk.proof.slip": text(zh="签收单", en="A signed slip"),
    "wish.desk.proof.photo": text(zh="送到的东西", en="What was delivered"),
    "wish.desk.other_proof": text(zh="换一张", en="Another photo"),
    "wish.desk.ask.reopen": text(
        zh="没有送到的，重新请邻居帮忙。",
        en="What did not come is offered to neighbours again.",
    ),
    "wish.desk.ask.check": text(
        zh="问居民：同事代记的答复对不对？",
        en="Ask the resident: is the answer right that a colleague recorded?",
    ),
    "wish.desk.ask.settle-hours": text(
        zh="服务超过了约定。核定的时长会记给志愿者。",
        en="The visit was longer than agreed. The helper is booked what you settle.",
    ),
    "wish.desk.ask.edit": text(
        zh="改动会记在经过里。居民能看到。",
        en="The history tells of the change. The resident sees it.",
    ),
    "wish.desk.ask.reject": text(
        zh="居民一分钟后收到这个原因。",
        en="The resident receives this reason in a minute.",
    ),
    "wish.desk.ask.dispute": text(
        zh="怎么回事？工作人员会来决定。",
        en="What happened? Staff then decide.",
    ),
    "wish.desk.ask.unpublish": text(
        zh="心愿回到待审核，居民会收到通知。",
        en="The wish returns to review, and the resident is told.",
    ),
    "wish.desk.ask.release": text(
        zh="志愿者来不了。心愿马上给其他邻居。",
        en="The helper cannot come. The wish goes to other neighbours at once.",
    ),
    "wish.desk.ask.deliver": text(
        zh="有送达码就写上，没有就由居民确认。",
        en="Enter the code if there is one. Without it the resident confirms.",
    ),
    "wish.desk.ask.check-in": text(
        zh="记下志愿者已到。", en="Note that the helper has arrived."
    ),
    "wish.desk.ask.check-out": text(
        zh="记下志愿者已做完，时长自动登记。",
        en="Note that the helper has finished. The time is booked.",
    ),
    "wish.desk.ask.hide": text(
        zh="标题、说明和感谢都从公开处撤下，不能恢复。",
        en="Title, story and thanks leave the public pages. This cannot be undone.",
    ),
    "wish.desk.ask.withdraw": text(
        zh="心愿从墙上撤下，已认领的邻居会收到通知。",
        en="The wish leaves the wall, and a helper is told.",
    ),
}
_PAGE: Mapping[str, Text] = {
    "wish.desk.list_intro": text(
        zh="您负责的地方，一个状态一页。",
        en="Your places, a page for each state.",
    ),
    "wish.desk.none": text(zh="没有这样的心愿。", en="There is no such wish."),
    "wish.desk.waits": text(zh="等待", en="Waiting"),
    "wish.desk.public": text(zh="谁都看得到", en="Everybody sees"),
    "wish.desk.would_be_public": text(
        zh="上墙后谁都看得到", en="On the wall everybody sees"
    ),
    "wish.desk.not_public": text(
        zh="看不到：姓名、电话、门牌。", en="Not shown: name, phone, door."
    ),
    "wish.desk.written": text(
        zh="居民写的（只有工作人员看到）", en="As it was written (staff only)"
    ),
    "wish.desk.hidden": text(
        zh="文字已隐去，公开处看不到。",
        en="The words are hidden from the public.",
    ),
    "wish.desk.hidden_tag": text(zh="已隐去", en="Hidden"),
    "wish.desk.held": text(
        zh="文字可能说到家里没人或病情，请细看。",
        en="The words may tell of an empty home or of health. Look closely.",
    ),
    "wish.desk.facts": text(zh="谁要什么", en="Who needs what"),
    "wish.desk.somebody": text(zh="（无姓名）", en="(no name)"),
    "wish.desk.filed": text(zh="由别人代提", en="Filed by somebody else"),
    "wish.desk.care": text(zh="请留意", en="Please note"),
    "wish.care.minor": text(zh="未成年人", en="a minor"),
    "wish.care.bedridden": text(zh="卧床", en="bedridden"),
    "wish.care.alone": text(zh="独居", en="lives alone"),
    "wish.desk.duplicates": text(zh="可能重复", en="Perhaps the same"),
    "wish.desk.vetting": text(
        zh="只有核实过的志愿者能认领。",
        en="Only vetted volunteers may take it.",
    ),
    "wish.claim.active": text(zh="已认领", en="taken"),
    "wish.claim.released": text(zh="已退回", en="given back"),
    "wish.claim.delivered": text(zh="已送达，等确认", en="delivered"),
    "wish.claim.confirmed": text(zh="已确认", en="confirmed"),
    "wish.desk.delivered_at": text(zh="{when} 送到", en="delivered {when}"),
    "wish.desk.hours_by": text(
        zh="{when} 前核定时长", en="settle the hours by {when}"
    ),
    "wish.desk.answered": text(
        zh="{when} 同事代记了答复。",
        en="A colleague recorded the answer {when}.",
    ),
    "wish.desk.checked": text(zh="{when} 已抽查。", en="Checked {when}."),
    "wish.desk.why": text(zh="看看为什么还在等", en="See why it still waits"),
    "wish.desk.matching": text(zh="为什么还在等", en="Why it still waits"),
    "wish.desk.asked": text(zh="问过谁", en="Who was asked"),
    "wish.desk.asked_one": text(zh="志愿者，{when}", en="a volunteer, {when}"),
    "wish.desk.offer.offered": text(zh="等答复", en="has not answered"),
    "wish.desk.offer.accepted": text(zh="答应了", en="agreed"),
    "wish.desk.offer.declined": text(zh="这次不行", en="could not"),
    "wish.desk.offer.expired": text(zh="没有答复", en="did not answer"),
    "wish.desk.offer.superseded": text(zh="不用问了", en="not needed any more"),
    "wish.desk.candidates": text(
        zh="接下来会问谁，怎么跟他们说",
        en="Who is asked next, and with what words",
    ),
    "wish.desk.which_claim": text(zh="哪一位？", en="Which helper?"),
    "wish.desk.right": text(
        zh="居民怎么说？", en="What does the resident say?"
    ),
    "wish.desk.right.yes": text(zh="答复是对的", en="The answer is right"),
    "wish.desk.right.no": text(zh="答复不对", en="The answer is wrong"),
    "wish.desk.said": text(zh="居民说的话", en="What they said"),
    "wish.desk.minutes": text(zh="多少分钟？", en="How many minutes?"),
    "wish.desk.minutes_hint": text(
        zh="以 30 分钟为一档，最多 1440。", en="In steps of 30, at most 1440."
    ),
    "wish.desk.code_hint": text(
        zh="居民短信里的 4 位数字。",
        en="The 4 digits in the resident's message.",
    ),
    "wish.desk.note": text(zh="说明", en="Note"),
    "wishes.said.settle-hours": text(
        zh="时长已核定。", en="The hours are settled."
    ),
    "wishes.said.check": text(
        zh="已记下居民说的。", en="What the resident said is noted."
    ),
    "wishes.said.hide": text(zh="文字已隐去。", en="The words are hidden."),
}
WORDS: Mapping[str, Text] = {**_MOVES, **_PAGE}
