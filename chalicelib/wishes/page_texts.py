"""The words of the pages of wishes."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "wishes.wall": text(zh="邻居的微心愿", en="Small wishes of neighbours"),
    "wishes.wall_intro": text(
        zh="一个水壶、一次理发、一小时陪伴。看到帮得上的，就认领它。",
        en="A kettle, a haircut, an hour of company. Take the one that you can help with.",
    ),
    "wishes.wall_empty": text(
        zh="现在没有这样的心愿。想帮忙？登记成志愿者，有合适的会告诉您。",
        en="There is no such wish now. Register as a volunteer, and we tell you of one that fits.",
    ),
    "wishes.states": text(zh="状态", en="State"),
    "wishes.kinds": text(zh="种类", en="Kind"),
    "wishes.all_kinds": text(zh="全部", en="All"),
    "wishes.register": text(zh="登记成志愿者", en="Become a volunteer"),
    "wish.state.submitted": text(zh="待审核", en="Waiting for review"),
    "wish.state.open": text(zh="等人认领", en="Waiting for a helper"),
    "wish.state.claimed": text(zh="已认领", en="Taken"),
    "wish.state.delivered": text(
        zh="已送达，等确认", en="Delivered, to be confirmed"
    ),
    "wish.state.disputed": text(zh="有异议", en="Disputed"),
    "wish.state.fulfilled": text(zh="已完成", en="Done"),
    "wish.state.rejected": text(zh="未通过", en="Not accepted"),
    "wish.state.withdrawn": text(zh="已撤回", en="Withdrawn"),
    "wish.state.expired": text(zh="已过期", en="Expired"),
    "wish.kind.goods": text(zh="物品", en="Goods"),
    "wish.kind.service": text(zh="帮忙", en="Help"),
    "wish.kind.company": text(zh="陪伴", en="Company"),
    "wish.kind.learning": text(zh="学习", en="Learning"),
    "wish.community": text(zh="社区", en="Community"),
    "wish.needed": text(zh="需要", en="Needed"),
    "wish.needed_by": text(zh="{day}前（{left}）", en="by {day} ({left})"),
    "wish.skills": text(zh="要求", en="Needs"),
    "wish.budget": text(zh="大约", en="About"),
    "wish.yuan": text(zh="{n} 元", en="{n} yuan"),
    "wish.places": text(zh="名额", en="Helpers"),
    "wish.places_left": text(
        zh="{all} 位，还差 {left} 位", en="{all}, {left} still missing"
    ),
    "wish.waiting_days": text(zh="等了 {n} 天", en="waiting for {n} days"),
    "wish.take": text(zh="我想帮这个忙", en="I would like to help"),
    "wish.what_then": text(zh="认领以后", en="What happens then"),
    "wish.what_then_text": text(
        zh=(
            "认领后才显示姓名、电话和门牌。先打电话约时间，见面先说暗号。"
            "送到后请居民念出 4 位送达码，就记完成。"
        ),
        en=(
            "Name, phone and door are shown once you have taken it. Ring first and agree on a "
            "time; say the word at the door. When you have delivered, the resident reads out "
            "four digits, and it is done."
        ),
    ),
    "wish.list.mine": text(zh="我提的心愿", en="My wishes"),
    "wish.list.claims": text(zh="我认领的", en="Taken by me"),
    "wish.list.filed": text(zh="我代办的", en="Filed for others"),
    "wish.none.filed": text(
        zh="您还没有替别人提过心愿。",
        en="You have not filed a wish for somebody yet.",
    ),
    "wish.none.mine": text(
        zh="您还没有提过心愿。", en="You have not filed a wish yet."
    ),
    "wish.none.claims": text(
        zh="您还没有认领心愿。到心愿墙看看？",
        en="You have not taken a wish yet. Have a look at the wall.",
    ),
    "wish.new": text(zh="提一个心愿", en="File a wish"),
    "wish.new_hint": text(
        zh="工作人员看过后上墙。上墙只显示下面写的内容，不显示姓名、电话和门牌，所以请不要写。",
        en=(
            "Staff look at it before it goes on the wall. The wall shows what you write below, "
            "never your name, phone or door, so please do not write them."
        ),
    ),
    "wish.kind": text(zh="哪一种？", en="What kind?"),
    "wish.title": text(zh="需要什么？", en="What is needed?"),
    "wish.title_hint": text(
        zh="几个字就好，比如：一个电热水壶",
        en="A few words, such as: an electric kettle",
    ),
    "wish.story": text(zh="说一说", en="Say more"),
    "wish.day": text(zh="什么时候之前？", en="By when?"),
    "wish.budget_yuan": text(
        zh="大约多少钱（元，只填物品）", en="About how much (yuan, goods only)"
    ),
    "wish.for": text(zh="您在替 {name} 提心愿", en="You act for {name}"),
    "wish.consent": text(zh="怎样同意的？", en="How did they agree?"),
    "wish.consent.spoken": text(zh="当面口头同意", en="Spoken"),
    "wish.witness": text(zh="见证人姓名", en="Name of the witness"),
    "wish.witness_hint": text(
        zh="没有见证人时，同事 3 天内回电确认。",
        en="Without a witness a colleague calls back within three days.",
    ),
    "wish.name": text(zh="居民", en="Resident"),
    "wish.phone": text(zh="电话", en="Phone"),
    "wish.address": text(zh="地址", en="Address"),
    "wish.word": text(zh="暗号", en="Word"),
    "wish.word_hint": text(
        zh="见面先说，居民也知道",
        en="say it first at the door; the resident knows it",
    ),
    "wish.helper": text(zh="来帮忙的邻居", en="The helper"),
    "wish.helper_word": text(
        zh="见面时会说暗号：{word}", en="says the word at the door: {word}"
    ),
    "wish.thanks": text(zh="感谢的话", en="Thanks"),
    "wish.reason": text(zh="原因", en="Reason"),
    "wish.similar": text(zh="也许能帮这些", en="Perhaps one of these"),
    "wish.came_question": text(zh="送到了吗？", en="Did it come?"),
    "wish.move.claim": text(zh="我来认领", en="I will take it"),
    "wish.move.deliver": text(zh="我送到了…", en="I have delivered it…"),
    "wish.move.check-in": text(zh="到了", en="I am there"),
    "wish.move.check-out": text(zh="做完了", en="I have finished"),
    "wish.move.confirm": text(zh="收到了", en="It came"),
    "wish.move.thank": text(zh="说声谢谢…", en="Say thank you…"),
    "wish.ask.confirm": text(
        zh="来帮忙的邻居会看到。", en="The helper reads it."
    ),
    "wish.rating": text(zh="满意吗？", en="How was it?"),
    "wish.rating.5": text(zh="很满意", en="Very good"),
    "wish.rating.4": text(zh="满意", en="Good"),
    "wish.rating.3": text(zh="一般", en="So-so"),
    "wish.rating.2": text(zh="不太满意", en="Not so good"),
    "wish.rating.1": text(zh="不满意", en="Bad"),
    "wish.move.dispute": text(zh="没收到…", en="It did not…"),
    "wish.move.keep": text(zh="还需要", en="Still needed"),
    "wish.move.approve": text(zh="批准上墙", en="Put on the wall"),
    "wish.move.edit": text(zh="修改…", en="Change…"),
    "wish.move.reject": text(zh="不通过…", en="Say no…"),
    "wish.move.unpublish": text(zh="撤下重审…", en="Take it off again…"),
    "wish.move.release": text(
        zh="退回给其他邻居…", en="Give it back to the neighbours…"
    ),
    "wish.move.reopen": text(zh="重新提出…", en="File it again…"),
    "wish.move.withdraw": text(zh="不需要了…", en="Not needed any more…"),
    "wish.ask.deliver": text(
        zh="请居民念出短信里的 4 位送达码",
        en="Ask the resident to read out the 4 digits",
    ),
    "wish.code": text(zh="送达码", en="Delivery code"),
    "wish.code_hint": text(
        zh="错 5 次会锁住，由工作人员确认。",
        en="After 5 wrong ones it locks, and staff confirm.",
    ),
    "wish.deliver": text(zh="确认送达", en="Confirm the delivery"),
    "wish.no_code": text(zh="居民找不到码", en="They cannot find the code"),
    "wish.no_code_hint": text(
        zh="先记为已送达，由我们请居民确认。",
        en="We note the delivery, and ask the resident ourselves.",
    ),
    "wish.ask.dispute": text(zh="怎么回事？", en="What happened?"),
    "wish.ask.release": text(
        zh="来不了也没关系。心愿会马上给其他邻居。",
        en="That is all right. The wish goes to other neighbours at once.",
    ),
    "wish.ask.withdraw": text(
        zh="心愿会从墙上撤下，已认领的邻居会收到通知。",
        en="The wish leaves the wall, and a helper is told.",
    ),
    "wish.ask.reject": text(
        zh="居民会收到这个原因。", en="The resident receives this reason."
    ),
    "wish.ask.unpublish": text(
        zh="心愿会回到待审核。", en="The wish returns to review."
    ),
    "wish.ask.reopen": text(
        zh="心愿会再请邻居帮忙。", en="Neighbours are asked again."
    ),
    "wish.ask.edit": text(
        zh="改动后，可能要重新审核。", en="A change may need another review."
    ),
    "wish.new_day": text(zh="新的日期", en="Another day"),
    "wish.gone": text(
        zh="现在不能这样做了。心愿是这样：{state}",
        en="This is not possible any more. The wish is: {state}",
    ),
    "wishes.said.submitted": text(
        zh="已提交。工作人员看过后会告诉您。",
        en="It is filed. Staff look at it and tell you.",
    ),
    "wishes.said.claim": text(
        zh="您认领了。下面是姓名、电话和门牌，先打电话约时间。",
        en="You have taken it. Name, phone and door are below; ring first.",
    ),
    "wishes.said.deliver": text(
        zh="已记下。谢谢您！", en="It is noted. Thank you!"
    ),
    "wishes.said.check-in": text(
        zh="已记下到达时间。", en="Your arrival is noted."
    ),
    "wishes.said.check-out": text(
        zh="已记下，时长会自动登记。",
        en="It is noted, and your time is booked.",
    ),
    "wishes.said.confirm": text(
        zh="谢谢您告诉我们。", en="Thank you for telling us."
    ),
    "wishes.said.dispute": text(
        zh="已告诉工作人员，会跟您联系。",
        en="Staff know, and will contact you.",
    ),
    "wishes.said.keep": text(
        zh="心愿留在墙上。", en="The wish stays on the wall."
    ),
    "wishes.said.approve": text(
        zh="已上墙，居民会收到消息。",
        en="It is on the wall; the resident is told.",
    ),
    "wishes.said.edit": text(zh="已修改。", en="It is changed."),
    "wishes.said.reject": text(
        zh="没有通过，居民会收到原因。", en="The resident receives the reason."
    ),
    "wishes.said.unpublish": text(zh="已撤下。", en="It is off the wall."),
    "wishes.said.release": text(
        zh="已退回，马上给其他邻居。", en="It goes to other neighbours now."
    ),
    "wishes.said.reopen": text(zh="已重新提出。", en="It is filed again."),
    "wishes.said.withdraw": text(zh="已撤回。", en="It is withdrawn."),
    "wish.event.wish.submitted": text(zh="提出", en="filed"),
    "wish.event.wish.approved": text(zh="上墙", en="put on the wall"),
    "wish.event.wish.rejected": text(zh="没有通过", en="not accepted"),
    "wish.event.wish.edited": text(zh="修改", en="changed"),
    "wish.event.wish.unpublished": text(
        zh="撤下重审", en="taken off for review"
    ),
    "wish.event.wish.claimed": text(zh="认领", en="taken"),
    "wish.event.wish.released": text(zh="退回", en="given back"),
    "wish.event.wish.checked_in": text(zh="到了", en="arrived"),
    "wish.event.wish.checked_out": text(zh="做完了", en="finished"),
    "wish.event.wish.delivered": text(zh="送到", en="delivered"),
    "wish.event.wish.fulfilled": text(zh="完成", en="done"),
    "wish.event.wish.confirmed": text(zh="居民确认", en="confirmed"),
    "wish.event.wish.disputed": text(zh="居民说没收到", en="disputed"),
    "wish.event.wish.reopened": text(zh="重新提出", en="filed again"),
    "wish.event.wish.withdrawn": text(zh="撤回", en="withdrawn"),
    "wish.event.wish.expired": text(zh="过期", en="expired"),
    "wish.event.wish.kept": text(zh="还需要", en="still needed"),
    "wish.event.other": text(zh="更新", en="updated"),
    "wish.party.owner": text(zh="居民", en="resident"),
    "wish.party.helper": text(zh="志愿者", en="helper"),
    "wish.party.staff": text(zh="工作人员", en="staff"),
    "wish.party.system": text(zh="系统", en="system"),
}
